"""One page for one visit: who comes, why, when, what lies beside it, what was done."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counters.words import text_of
from mpp.kit.files import respond
from mpp.kit.wording import date_id, when
from visits import actions, availability, calendarfile, letters
from visits.links import visit_path
from visits.models import GuestEntry, Visit, VisitWish
from visits.states import PENDING, TABLE, VISITED, VisitState
from visits.views.desk import acts, words
from visits.views.desk.frame import at, frame, load, told


@require_GET
@told
def review(request: HttpRequest, number: str) -> HttpResponse:
    """The page; the opening is recorded."""
    visit = load(request, number, is_opened=True)
    people = list(visit.participants.all())
    context = {
        **frame(request, f"{visit.institution}, {visit.number}", current="list"),
        "visit": visit,
        "status": words.status_of(visit),
        "facts": _facts(visit),
        "request_facts": _request_facts(visit),
        "contact": _contact(visit),
        "wishes": _wishes(visit) if _wishes_count(visit) else [],
        "offers": acts.possible(visit),
        "papers": _papers(visit),
        "letter": visit.letter_file,
        "letter_url": at("letter", number),
        "people": people,
        "came": sum(1 for person in people if person.checked_in_at),
        "day_url": at("day", number),
        "agenda": list(visit.itinerary.select_related("host")),
        "agenda_url": at("agenda", number) if visit.state in TABLE["agenda"][0] else "",
        "photos_url": at("photos", number),
        "has_come": visit.state in VISITED,
        "steps": words.history(list(visit.steps.all())),
        "merged": list(visit.merged.all()),
        "entries": _entries(visit),
        "feedback": getattr(visit, "feedback", None),
        "follow_ups": _follow_ups(visit),
        "guest_url": visit_path(visit),
        "link_url": at("link", number),
    }
    return render(request, "admin/visits/review.html", context)


def _facts(visit: Visit) -> list[dict[str, str]]:
    """What the desk decides on, in one glance."""
    pairs = [
        (_("Date"), words.slot_words(visit.slot)),
        (_("Offered date"), words.slot_words(visit.offer_slot)),
        (_("Offer holds until"), when(visit.offer_until) if visit.offer_slot_id else ""),
        (_("Room"), visit.slot.room if visit.slot else ""),
        (_("Received by"), str(visit.host or "")),
        (_("Decided by"), str(visit.disposed_to or "")),
        (_("Merged with"), str(visit.merged_into or "")),
        (_("Answer until"), when(visit.answer_due_at, "day") if visit.answer_due_at else ""),
        (_("Reason of the end"), visit.end_reason),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _request_facts(visit: Visit) -> list[dict[str, str]]:
    pairs = [
        (_("Kind"), visit.get_institution_kind_display()),
        (_("Region"), words.region_words(visit.region_code)),
        (_("Leader"), f"{visit.leader_name}, {visit.leader_position}"),
        (_("Rank"), visit.get_leader_rank_display()),
        (_("People"), str(visit.size or "")),
        (_("Letter"), _letter_words(visit)),
        (_("Purpose"), visit.purpose),
        (_("Topics"), ", ".join(text_of(topic, "name") for topic in visit.topics.all())),
        (_("Special needs"), visit.special_needs),
        (_("Languages"), visit.languages),
        (_("Sent"), when(visit.submitted_at)),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _letter_words(visit: Visit) -> str:
    """Number and date of the letter; that it is missing while it has not come."""
    if not (visit.letter_number and visit.letter_on and visit.letter_file_id):
        return _("The letter with its number and date has not come yet.")
    return f"{visit.letter_number}, {date_id(visit.letter_on)}"


def _contact(visit: Visit) -> list[dict[str, str]]:
    pairs = [
        (_("Contact"), visit.contact_name),
        (_("E-mail"), visit.contact_email),
        (_("Mobile"), visit.contact_phone),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _wishes_count(visit: Visit) -> bool:
    """Whether the wishes still matter: before a date is fixed, and when others were proposed."""
    if visit.state == VisitState.APPROVED:
        steps = visit.steps.exclude(act__in=("agenda", "resize")).order_by("-pk")
        last = steps.values_list("act", flat=True).first()
        return last == "propose"
    return visit.state in PENDING


def _wishes(visit: Visit) -> list[dict[str, Any]]:
    """Each wish with what is free there and who else waits for it."""
    rows = []
    for wish in visit.wishes.select_related("session").order_by("order"):
        place = availability.opening(visit.site, wish.session, wish.date)
        others = VisitWish.objects.filter(
            session=wish.session, date=wish.date, visit__state__in=PENDING
        ).exclude(visit=visit)
        query = urlencode({"session": wish.session_id, "date": wish.date.isoformat()})
        rows.append(
            {
                "words": f"{date_id(wish.date)}, {text_of(wish.session, 'name')}",
                "hours": f"{wish.session.starts_at:%H.%M}-{wish.session.ends_at:%H.%M}",
                "groups_left": place.groups_left if place else 0,
                "people_left": place.people_left if place else 0,
                "fits": bool(
                    place and place.groups_left >= 1 and place.people_left >= (visit.size or 1)
                ),
                "others": others.count(),
                "approve_url": f"{at('act', visit.number, 'setujui')}?{query}",
            }
        )
    return rows


def _papers(visit: Visit) -> list[dict[str, Any]]:
    """Papers that can be opened now."""
    if visit.slot is None:
        return []
    found = [
        {
            "url": at("paper", visit.number, letter.paper.code),
            "label": f"{_('Reply letter')} {letter.paper.number}",
            "note": letter.paper.get_state_display(),
            "ready": letter.paper.pdf_id is not None,
        }
        for letter in visit.letters.select_related("paper").order_by("-revision")
    ]
    for kind, label in (
        ("agenda", _("Agenda (PDF)")),
        ("sppd", _("List for travel orders (PDF)")),
        ("ics", _("Calendar file (ICS)")),
    ):
        found.append(
            {"url": at("print", visit.number, kind), "label": label, "note": "", "ready": True}
        )
    return found


def _entries(visit: Visit) -> list[GuestEntry]:
    return list(visit.guest_entries.all())


def _follow_ups(visit: Visit) -> list[dict[str, str]]:
    return [
        {
            "label": _("after %(days)s days") % {"days": row.days},
            "value": f"{row.get_adopted_display()}. {row.story}".strip()
            if row.answered_at
            else _("no answer yet"),
        }
        for row in visit.follow_ups.all()
    ]


@require_GET
@told
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The delegation's letter; only a clean file is shown."""
    visit = load(request, number, is_opened=True)
    if visit.letter_file is None or not visit.letter_file.is_openable:
        raise Http404
    return respond(visit.letter_file, download=False)


@require_GET
@told
def paper(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """A signed paper of this visit: a reply letter or a proof of attendance."""
    visit = load(request, number, is_opened=True)
    found = letters.papers_of(visit).filter(code=code).select_related("pdf").first()
    if found is None or found.pdf is None:
        raise Http404
    return respond(found.pdf, download=False)


@require_GET
@told
def printed(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Agenda, list for travel orders, calendar file: made when they are opened."""
    visit = load(request, number, is_opened=True)
    if visit.slot is None:
        raise Http404
    made = {
        "agenda": (letters.agenda_pdf, "application/pdf", "pdf"),
        "sppd": (letters.stamp_list_pdf, "application/pdf", "pdf"),
        "ics": (calendarfile.build, f"{calendarfile.CONTENT_TYPE}; charset=utf-8", "ics"),
    }.get(kind)
    if made is None:
        raise Http404
    build, mime, ending = made
    response = HttpResponse(build(visit), content_type=mime)
    response.headers["Content-Disposition"] = f'inline; filename="{kind}-{number}.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@told
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Send the secret link again, or make it new and send that."""
    visit = load(request, number)
    is_new = request.POST.get("what") == "new"
    (actions.renew_link if is_new else actions.resend_link)(visit)
    return redirect(at("review", number))


@require_POST
@told
def entry(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show a guest book entry publicly, or not any more."""
    visit = load(request, number)
    row = visit.guest_entries.filter(pk=pk).first()
    if row is None:
        raise Http404
    actions.show_entry(row, actor=request.user, is_shown=request.POST.get("shown") == "1")
    return redirect(f"{at('review', number)}#buku-tamu")
