"""The right half of the review page: what a person may do with the file, as plain data."""

import secrets
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from counters import permissions as places
from mpp.kit.wording import when
from permits import permissions
from permits.casefile import CaseFile
from permits.models import Application, Document, Phase
from permits.permissions import can_give_opinion
from permits.views.desk import rows
from permits.views.desk.forms import MessageForm, OpinionForm, VerdictForm
from permits.views.desk.history import history, opinion_row, thread
from permits.views.desk.opening import AT_DESK, OPINION, Opened, my_opinions
from permits.views.desk.sent import SentFile, target_title
from permits.workflow import Offer, offers

# Acts that open a page of their own before anything happens; forward needs none.
ASKS_FIRST = ("approve", "reject", "hand_over", "complete", "send_back")


def work_side(
    request: HttpRequest,
    opened: Opened,
    sent: SentFile,
    document: Document | None,
    bound: dict[str, Any],
) -> dict[str, Any]:
    """Context of the right half; an agency that is only asked gets it reduced."""
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
        and application.phase in AT_DESK,
        "colleagues": _colleagues(user, application),
        "verdict_form": _verdict_form(sent, document, bound) if judged and can_work else None,
        "verdict_url": opened.url("verdict", document.pk) if judged else "",
        "checklist": _checklist(case),
        "stage_key": application.stage_key,
        "seen": case.last_step,
        "can_work": can_work,
        "complete": _complete(opened),
        "open_round": _open_round(opened),
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


def _checklist(case: CaseFile) -> list[dict]:
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


def _open_round(opened: Opened) -> dict[str, Any] | None:
    round_ = opened.case.open_round
    if round_ is None:
        return None
    return {
        "due": when(round_.due_on, "day"),
        "asked": [
            {
                "title": target_title(opened.case.definition, item.target),
                "reason": item.reason,
            }
            for item in round_.items.all()
        ],
        "note": round_.note,
        "cancel_url": opened.url("round-cancel"),
        "can_cancel": bool(permissions.can_act(opened.user, opened.application)),
    }


def _offer(opened: Opened, offer: Offer) -> dict[str, Any]:
    """One action as a button: where it leads, what follows, or why it is refused."""
    action = offer.action
    asks = offer.needs_reason or action.verb in ASKS_FIRST
    stage = urlencode({"tahap": opened.application.stage_key, "lihat": opened.case.last_step})
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
