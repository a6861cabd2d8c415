"""The review page: documents and answers at the left, the work at the right."""

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from counters import permissions as places
from counters.calendar import home_calendar
from mpp.kit import clock
from mpp.kit.wording import time_id, when
from permits import permissions
from permits.models import Application, Document, Phase
from permits.permissions import can_give_opinion
from permits.views.desk import rows
from permits.views.desk.forms import MessageForm, OpinionForm, VerdictForm
from permits.views.desk.frame import frame
from permits.views.desk.history import history, opinion_row, thread
from permits.views.desk.opening import DESK, OPINION, Opened, my_opinions, open_file, told
from permits.views.desk.sent import SentFile, file_facts, target_title
from permits.workflow import Offer, offers

ANSWERS = "isian"
# Acts that open a page of their own before anything happens; forward needs none.
ASKS_FIRST = ("approve", "reject", "hand_over", "complete", "send_back")


@require_GET
@told
def review(request: HttpRequest, number: str) -> HttpResponse:
    """One file with everything around it; the opening is recorded."""
    return render_review(request, open_file(request, number))


def render_review(
    request: HttpRequest, opened: Opened, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` are forms that came back with problems (verdict, message, opinion)."""
    opened.record()
    sent = SentFile(opened.case)
    document = _chosen(request, sent, bound.get("document"))
    context = {
        **frame(request, f"{opened.application.holder_name}, {opened.number}"),
        **_head(opened),
        **_left(opened, sent, document),
        **_right(request, opened, sent, document, bound),
        "is_reduced": opened.part == OPINION,
        "purpose": opened.purpose,
        "problem_form": next((form for form in bound.values() if hasattr(form, "errors")), None),
    }
    return render(request, "admin/permits/review.html", context, status=status)


def _chosen(request: HttpRequest, sent: SentFile, forced: Document | None) -> Document | None:
    """The document to show: the asked one, else the first not judged, else the first."""
    if forced is not None:
        return forced
    asked = request.GET.get("dokumen", "")
    if asked == ANSWERS:
        return None
    if asked:
        found = sent.find(int(asked)) if asked.isascii() and asked.isdigit() else None
        if found is None:
            raise Http404
        return found
    return sent.next_unjudged() or next(iter(sent.documents), None)


def _head(opened: Opened) -> dict[str, Any]:
    application = opened.application
    bar, left, late = rows.bar_and_left(application, home_calendar(), clock.now())
    permit_type = application.version.permit_type
    stage = opened.case.stage
    promised = application.due_at if application.complete_at else application.promised_at
    return {
        "number": opened.number,
        "holder": application.holder_name or "-",
        "service": rows.by_language(permit_type.name, permit_type.name_en),
        "sent_at": when(application.submitted_at, "day"),
        "bar": bar,
        "left": left,
        "is_late": late,
        "promised": when(promised, "day") if promised else "",
        "stage": rows.status_of(
            application, rows.by_language(stage.name, stage.name_en) if stage else ""
        ),
        "mandate": str(application.mandate.agent) if application.mandate_id else "",
        "round": application.round,
        **_neighbours(opened),
    }


def _neighbours(opened: Opened) -> dict[str, str]:
    """Addresses of the next and the previous file of my pile, in the order of the promise."""
    application = opened.application
    if opened.part != DESK or application.due_at is None:
        return {"next_url": "", "previous_url": ""}
    mine = Application.objects.taken_by(opened.user).working().exclude(pk=application.pk)
    later = mine.filter(due_at__gte=application.due_at).order_by("due_at", "pk")
    earlier = mine.filter(due_at__lt=application.due_at).order_by("-due_at", "-pk")
    number = later.values_list("number", flat=True).first()
    before = earlier.values_list("number", flat=True).first()
    address = opened.url()
    return {
        "next_url": address.replace(opened.number, number) if number else "",
        "previous_url": address.replace(opened.number, before) if before else "",
    }


def _left(opened: Opened, sent: SentFile, document: Document | None) -> dict[str, Any]:
    address = opened.url()
    masked = opened.part != DESK
    found = {
        "tabs": sent.tabs(address, document.pk if document else None),
        "answers_url": f"{address}?{urlencode({'dokumen': ANSWERS})}",
        "answers_current": document is None,
        "sections": sent.sections(masked=masked) if document is None else [],
        "opened_note": _("You opened this file at %(time)s for: %(purpose)s.")
        % {"time": time_id(clock.now()), "purpose": opened.purpose},
        "viewer": None,
    }
    if document is not None:
        found["viewer"] = _viewer(opened, sent, document)
    return found


def _viewer(opened: Opened, sent: SentFile, document: Document) -> dict[str, Any]:
    file, title = document.file, sent.title(document)
    pages = [
        {
            "url": opened.url("page", document.pk, page),
            "alt": _("%(name)s, page %(page)d of %(pages)d")
            % {"name": title, "page": page, "pages": file.pages},
        }
        for page in range(1, file.pages + 1)
    ]
    words = ngettext("%(n)d page", "%(n)d pages", file.pages) % {"n": file.pages}
    verdict = sent.verdicts.get(document.pk)
    return {
        "title": title,
        "name": file.shown_name,
        "details": f"{file_facts(document)} · {words}",
        "pages": pages if file.is_openable else [],
        "is_openable": file.is_openable,
        "scan": file.get_scan_state_display(),
        "download_url": opened.url("download", document.pk),
        "is_old": document not in sent.documents,
        "older": [
            {
                "url": f"{opened.url()}?dokumen={each.pk}",
                "label": _("Version %(n)d, sent in round %(round)d")
                % {"n": each.version, "round": each.round},
            }
            for each in sent.older(document)
        ],
        "verdict": verdict,
        "verdict_by": f"{verdict.by}" if verdict else "",
        "verdict_at": when(verdict.at) if verdict else "",
    }


def _right(
    request: HttpRequest,
    opened: Opened,
    sent: SentFile,
    document: Document | None,
    bound: dict[str, Any],
) -> dict[str, Any]:
    application, case, user = opened.application, opened.case, opened.user
    whole = request.GET.get("riwayat") == "semua"
    steps, more_steps = history(case, whole=whole)
    is_reduced = opened.part == OPINION
    messages, more_messages = ([], False) if is_reduced else thread(case, opened.url, whole=whole)
    work = permissions.can_work(user, application)
    found = {
        "work_sentence": work.sentence,
        "steps": steps,
        "more_steps": more_steps or more_messages,
        "history_url": f"{opened.url()}?riwayat=semua",
        "thread": messages,
        "opinions": [opinion_row(case, opinion, opened.url) for opinion in case.opinions],
        "opinion_forms": _opinion_forms(opened, bound),
        "offers": [],
        "key": new_key(),
        "urls": {
            name: opened.url(name)
            for name in ("take", "release", "assign", "tick", "declare", "message", "round")
        },
    }
    if not is_reduced:
        found |= _desk_work(opened, sent, document, bound, can_work=bool(work))
    return found


def _desk_work(
    opened: Opened,
    sent: SentFile,
    document: Document | None,
    bound: dict[str, Any],
    *,
    can_work: bool,
) -> dict[str, Any]:
    application, case, user = opened.application, opened.case, opened.user
    judged = document is not None and document in sent.documents
    good, bad, left = sent.counts()
    can_write = permissions.can_write(user, application)
    return {
        "assignee": str(application.assignee) if application.assignee_id else "",
        "is_mine": application.assignee_id == user.pk,
        "can_take": bool(permissions.can_take(user, application))
        and application.assignee_id != user.pk,
        "can_release": bool(permissions.can_release(user, application))
        and application.phase in (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION),
        "colleagues": _colleagues(user, application),
        "verdict_form": _verdict_form(sent, document, bound) if judged and can_work else None,
        "verdict_url": opened.url("verdict", document.pk) if judged else "",
        "checklist": _checklist(case),
        "stage_key": application.stage_key,
        "can_work": can_work,
        "complete": _complete(opened),
        "open_round": _open_round(opened, sent),
        "can_ask": can_work and bool(case.stage and case.stage.corrections),
        "rejected_count": bad,
        "summary": _("%(good)d accepted, %(bad)d to be corrected, %(left)d not checked.")
        % {"good": good, "bad": bad, "left": left},
        "offers": [_offer(opened, offer) for offer in offers(case, user)],
        "message_form": bound.get("message_form")
        or (MessageForm(initial={"key": new_key()}) if can_write else None),
        "message_refused": can_write.sentence,
        "paper": _paper(opened),
    }


def _verdict_form(sent: SentFile, document: Document | None, bound: dict[str, Any]) -> VerdictForm:
    given = sent.verdicts.get(document.pk)
    initial = {"outcome": given.outcome, "reason": given.reason} if given else {}
    return bound.get("verdict_form") or VerdictForm(initial=initial)


def _checklist(case) -> list[dict]:
    if case.stage is None:
        return []
    return [
        {
            "key": item.key,
            "text": rows.by_language(item.text, item.text_en),
            "done": item.key in case.checklist_done,
        }
        for item in case.stage.checklist
    ]


def _complete(opened: Opened) -> dict[str, Any]:
    """Whether the legal clock has started, and whether this person may start it."""
    application = opened.application
    may = permissions.can_declare_complete(opened.user, application)
    return {
        "at": when(application.complete_at) if application.complete_at else "",
        "may": bool(may),
        "sentence": may.sentence,
        "intake_due": when(application.due_at, "day"),
    }


def _open_round(opened: Opened, sent: SentFile) -> dict[str, Any] | None:
    round_ = opened.case.open_round
    if round_ is None:
        return None
    return {
        "due": when(round_.due_on, "day"),
        "asked": [
            {"title": target_name(opened, item.target), "reason": item.reason}
            for item in round_.items.all()
        ],
        "note": round_.note,
        "cancel_url": opened.url("round-cancel"),
        "can_cancel": bool(permissions.can_act(opened.user, opened.application)),
    }


def target_name(opened: Opened, target: str) -> str:
    """What a correction's target is called."""
    return target_title(opened.case.definition, target)


def _offer(opened: Opened, offer: Offer) -> dict[str, Any]:
    """One action as a button: where it leads, what follows, or why it is refused."""
    action = offer.action
    asks = offer.needs_reason or action.verb in ASKS_FIRST
    stage = urlencode({"tahap": opened.application.stage_key})
    return {
        "key": action.key,
        "label": rows.by_language(action.label, action.label_en),
        "says": rows.by_language(action.says, action.says_en),
        "sentence": offer.verdict.sentence,
        "is_allowed": bool(offer.verdict),
        "asks": asks,
        "url": f"{opened.url('decide', action.key)}?{stage}",
        "kind": LOOK_OF_VERB.get(action.verb, ""),
        "shortcut": "y" if action.verb == "approve" else "",
    }


LOOK_OF_VERB = {
    "approve": "primary",
    "hand_over": "primary",
    "complete": "primary",
    "forward": "primary",
    "reject": "danger",
}


def _colleagues(user: User, application: Application) -> list[User]:
    """To whom a head or supervisor may give the file: posted to its desk and role."""
    is_head = places.has_role(user, application.desk_agency_id, "head")
    if not (is_head or places.is_supervisor(user)) or application.phase == Phase.APPROVED:
        return []
    return list(
        User.objects.filter(
            is_active=True,
            postings__agency=application.desk_agency_id,
            postings__role__key=application.desk_role,
            postings__ended_at__isnull=True,
        )
        .exclude(pk=application.assignee_id)
        .distinct()
        .order_by("full_name")[:50]
    )


def _opinion_forms(opened: Opened, bound: dict[str, Any]) -> list[dict[str, Any]]:
    """A form per opinion this person may give now."""
    return [
        {
            **opinion_row(opened.case, opinion, opened.url),
            "url": opened.url("opinion", opinion.pk),
            "form": bound.get(f"opinion_{opinion.pk}") or OpinionForm(prefix=f"o{opinion.pk}"),
        }
        for opinion in my_opinions(opened.user, opened.case)
        if can_give_opinion(opened.user, opinion)
    ]


def _paper(opened: Opened) -> dict[str, Any] | None:
    if opened.application.phase != Phase.ISSUED:
        return None
    permit = getattr(opened.application, "permit", None)
    if permit is None:
        return None
    paper = permit.paper
    return {
        "number": paper.number,
        "state": paper.get_state_display(),
        "url": opened.url("paper"),
    }


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return secrets.token_hex(16)
