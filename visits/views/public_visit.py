"""/studi-tiru/<secret>/: the delegation's own page, from the letter to what it built with it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.regions import region_name
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.references import format_code
from mpp.kit.wording import date_id, file_size, when
from visits import calendarfile, words
from visits.availability import frame_of, has_room
from visits.models import Letter, Participant, Visit, VisitFeedback
from visits.permissions import can_edit_list, cutoff_of
from visits.querysets import secret_of
from visits.states import ENDED_WITH_REASON, PENDING, TABLE, VISITED, VisitState
from visits.views.public_access import load, secret_page
from visits.views.public_request import show_draft

S = VisitState
OVER = (S.COMPLETED, S.CLOSED)


@secret_page
@require_GET
def visit_page(request: HttpRequest, secret: str) -> HttpResponse:
    """The form of a draft; the page of a request that was sent."""
    visit = load(secret)
    if visit.state == VisitState.DRAFT:
        return show_draft(request, visit)
    return render(request, "visits/visit.html", page_context(request, visit))


def at(name: str, visit: Visit, *more: Any) -> str:
    """An address below the visit's own page."""
    return reverse(f"visits:{name}", args=[secret_of(visit), *more])


def may(visit: Visit, act: str) -> bool:
    """Whether the table allows this act now."""
    return visit.state in TABLE[act][0]


def page_context(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """Everything the page shows."""
    steps = list(visit.steps.all())
    people = list(visit.participants.select_related("attendance__paper"))
    return {
        "visit": visit,
        "ticket": _ticket(visit, steps),
        "buttons": _buttons(visit),
        "rows": words.timeline(visit, steps),
        "pairs": _pairs(visit),
        "agenda": _agenda(visit),
        "letter": _letter(visit),
        "papers": _papers(visit),
        "people": people_context(visit, people),
        "proofs": [_proof(visit, person) for person in people if person.checked_in_at],
        "after": _after(visit) if visit.state in VISITED else None,
        "link": _link(request, visit),
        "door_url": at("door", visit) if _is_today(visit) else "",
    }


def _ticket(visit: Visit, steps: list) -> dict[str, Any]:
    icon, tone, heading, text = words.STATES[VisitState(visit.state)]
    reasons = [step.reason for step in steps if step.act == "ask"]
    notes = [step.reason for step in steps if step.act == "offer"]
    is_lost = _wishes_are_lost(visit)
    if is_lost and visit.state != S.NEEDS_INFO:
        # The state's own words say that there is nothing to do.
        text = _("Not booked until we confirm.")
    return {
        "icon": icon,
        "tone": tone,
        "heading": heading,
        "text": text,
        "place": words.slot_words(visit.slot),
        "offer": words.slot_words(visit.offer_slot),
        "offer_until": when(visit.offer_until) if visit.offer_until else "",
        "offer_note": notes[-1] if notes and visit.state == S.OFFERED else "",
        "question": reasons[-1] if reasons and visit.state == S.NEEDS_INFO else "",
        "answer_by": date_id(visit.answer_due_at) if visit.answer_due_at else "",
        "reason": visit.end_reason if visit.state in ENDED_WITH_REASON else "",
        "lost_url": at("act", visit, "usul") if is_lost and may(visit, "propose") else "",
        "needs_letter": _needs_letter(visit),
        "people": visit.size,
    }


def _wishes_are_lost(visit: Visit) -> bool:
    """Whether a request waits for sessions of which none has room any more."""
    if visit.state not in PENDING:
        return False
    wishes, frame = list(visit.wishes.select_related("session")), frame_of(visit.site)
    return bool(wishes) and not any(
        has_room(frame, wish.session, wish.date, visit.size or 1) for wish in wishes
    )


def _needs_letter(visit: Visit) -> bool:
    waits = visit.state in (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.OFFERED)
    return waits and not (visit.letter_file_id and visit.letter_number and visit.letter_on)


def _buttons(visit: Visit) -> list[dict[str, str]]:
    """What may be done now; the first is the one to press."""
    asked, other = [], []
    if may(visit, "answer"):
        asked.append((_("Answer the question"), at("act", visit, "jawab")))
    if _needs_letter(visit):
        asked.append((_("Send the letter"), at("letter", visit)))
    if may(visit, "accept"):
        asked.append((_("Accept this date"), at("act", visit, "terima")))
        other.append((_("Decline this date"), at("act", visit, "tolak")))
    if may(visit, "propose"):
        other.append((_("Wish another date"), at("act", visit, "usul")))
    if visit.state in (S.REJECTED, S.EXPIRED, S.CANCELLED_BY_GUEST, S.CANCELLED_BY_HOST):
        asked.append((_("Ask for another date"), reverse("visits:calendar")))
    return [
        {"label": label, "url": url, "kind": "primary" if place == 0 and asked else ""}
        for place, (label, url) in enumerate(asked + other)
    ]


def _pairs(visit: Visit) -> list[dict[str, str]]:
    topics = ", ".join(text_of(topic, "name") for topic in visit.topics.all())
    wishes = [
        words.session_words(wish.session, wish.date)
        for wish in visit.wishes.select_related("session")
    ]
    pairs = [
        (_("Institution"), visit.institution),
        (_("Region"), region_name(visit.region_code)),
        (_("Leader"), f"{visit.leader_name}, {visit.leader_position}"),
        (_("People"), str(visit.size)),
        (_("Topics"), topics),
        (_("Purpose"), visit.purpose),
        (_("Special needs"), visit.special_needs),
        (_("Languages"), visit.languages),
        (_("Wished"), "\n".join(wishes) if visit.slot_id is None else ""),
        (_("Received by"), str(visit.host) if visit.host and visit.slot_id else ""),
        (_("Contact"), f"{visit.contact_name}, {visit.contact_email}"),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _agenda(visit: Visit) -> list[dict[str, str]]:
    if visit.slot_id is None or visit.state in ENDED_WITH_REASON:
        return []
    return [
        {
            "time": clock_words(item.starts_at),
            "title": text_of(item, "title"),
            "place": item.place,
        }
        for item in visit.itinerary.all()
    ]


def _letter(visit: Visit) -> dict[str, str]:
    file = visit.letter_file
    return {
        "number": visit.letter_number,
        "date": date_id(visit.letter_on, "plain") if visit.letter_on else "",
        "name": file.shown_name if file else "",
        "size": file_size(file.size) if file else "",
        "url": at("letter-file", visit) if file and file.is_openable else "",
        "change_url": at("letter", visit)
        if visit.state in (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.OFFERED)
        else "",
    }


def _papers(visit: Visit) -> list[dict[str, str]]:
    """Reply letters, agenda and calendar file; what is still being made says so."""
    rows = []
    for letter in Letter.objects.filter(visit=visit).select_related("paper").order_by("-revision"):
        paper = letter.paper
        rows.append(
            {
                "url": at("paper", visit, paper.code) if paper.pdf_id else "",
                "label": _("Reply letter %(number)s") % {"number": paper.number},
                "details": paper.get_state_display()
                if paper.pdf_id
                else _("It is being made. Open this page again in a minute."),
            }
        )
    if visit.slot_id and visit.state not in ENDED_WITH_REASON:
        details = _("PDF, for the delegation")
        rows.append({"url": at("agenda", visit), "label": _("Agenda"), "details": details})
    if calendarfile.is_available(visit):
        details = _("For Google Calendar, Outlook and others")
        url = at("calendar-file", visit)
        rows.append({"url": url, "label": _("Calendar entry"), "details": details})
    return rows


def _proof(visit: Visit, person: Participant) -> dict[str, str]:
    proof = getattr(person, "attendance", None)
    if proof is None:
        return {
            "url": "",
            "label": person.name,
            "details": _("Came. The proof follows when the visit has ended."),
        }
    ready = proof.paper.pdf_id is not None
    code = format_code(proof.paper.code)
    return {
        "url": at("paper", visit, proof.paper.code) if ready else "",
        "label": person.name,
        "details": _("Proof of attendance, code %(code)s") % {"code": code}
        if ready
        else _("It is being made. Open this page again in a minute."),
    }


def people_context(visit: Visit, people: list[Participant]) -> dict[str, Any]:
    """The list of participants and until when it may change."""
    verdict = can_edit_list(visit)
    cutoff = cutoff_of(visit) if verdict else None
    return {
        "rows": [_person(visit, person, is_open=bool(verdict)) for person in people],
        "is_open": bool(verdict),
        "sentence": verdict.sentence,
        "cutoff": when(cutoff) if cutoff else "",
        "announced": visit.size,
        "add_url": at("person-add", visit),
        "many_url": at("people-add", visit),
    }


def _person(visit: Visit, person: Participant, *, is_open: bool) -> dict[str, Any]:
    can_change = is_open and person.checked_in_at is None
    return {
        "name": person.name,
        "position": person.position,
        "note": _("added on the day") if person.is_walk_in else "",
        "came": when(person.checked_in_at) if person.checked_in_at else "",
        "edit_url": at("person-change", visit, person.pk) if can_change else "",
    }


def _after(visit: Visit) -> dict[str, Any]:
    is_over = visit.state in OVER
    asked = visit.follow_ups.filter(asked_at__isnull=False)
    return {
        "feedback_url": at("feedback", visit)
        if is_over and not VisitFeedback.objects.filter(visit=visit).exists()
        else "",
        "materials_url": at("materials", visit),
        "photos_url": at("photos", visit),
        "book_url": at("guest-book", visit),
        "entries": list(visit.guest_entries.all()[:5]),
        "follow_ups": [
            {
                "url": at("follow-up", visit, row.days),
                "label": _("After %(days)s days: what did you adopt?") % {"days": row.days},
                "details": row.get_adopted_display() if row.answered_at else _("not answered yet"),
            }
            for row in asked
        ],
        "is_listed": visit.listed_at is not None,
        "listed_url": at("act", visit, "sebut-nama"),
    }


def _link(request: HttpRequest, visit: Visit) -> dict[str, str]:
    name, _sign, host = visit.contact_email.partition("@")
    return {
        "address": f"{name[:2]}...@{host}",
        "resend_url": at("act", visit, "kirim-tautan"),
        "renew_url": at("act", visit, "tautan-baru"),
        "cancel_url": at("act", visit, "batal") if may(visit, "cancel_by_guest") else "",
        "url": request.build_absolute_uri(at("visit", visit)),
    }


def _is_today(visit: Visit) -> bool:
    if visit.slot is None or visit.state not in (S.APPROVED, S.ARRIVED):
        return False
    return visit.slot.day.date == clock.today(visit.site.time_zone)
