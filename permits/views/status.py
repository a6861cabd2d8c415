"""The page of one application: the task list of a draft, the status of a sent file."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import openings_of_file
from counters.calendar import home_calendar
from counters.workdays import working_days_between
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from mpp.kit.promise_bar import promise_bar
from mpp.kit.wording import date_id, when
from permits import labels, permissions, rules, timeline
from permits.casefile import CaseFile
from permits.models import OPEN_PHASES, Application, ApplicationStep, Message, Permit, Phase
from permits.receipts import slot_title
from permits.views.access import own_application, service_name
from permits.views.corrections import shown_before
from permits.views.numbers import live_numbers
from permits.views.sending import new_key
from permits.views.tasks import task_list

MOST_MESSAGES = 200
MOST_OPENINGS = 10
MOST_OPENINGS_ALL = 500
_STEPS = Prepared(lambda pk: ApplicationStep.objects.filter(application=pk), int)
_MESSAGES = Prepared(
    lambda pk: (
        Message.objects.filter(application=pk)
        .select_related("file")
        .order_by("-id")[:MOST_MESSAGES]
    ),
    int,
)
_OPENINGS = Prepared(lambda ref: openings_of_file(ref)[:MOST_OPENINGS], str)


@require_GET
def application_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Task list of a draft or status of a sent file; an old address leads on."""
    application = own_application(request, ref, with_desk=True)
    if application.phase == Phase.DRAFT:
        return task_list(request, CaseFile(application))
    if application.number and ref != application.number:
        return redirect("permits:application-status", application.number)
    return status_page(request, CaseFile(application))


def status_page(
    request: HttpRequest,
    case: CaseFile,
    *,
    typed: str = "",
    problems: list | None = None,
    status: int = 200,
) -> HttpResponse:
    """Promise, what is asked of the citizen now, journey, messages, who looked, documents."""
    application = case.application
    ref = application.public_ref
    steps = _STEPS.rows(application.pk)
    everything = "semua" in request.GET
    context = {
        "application": application,
        "number": ref,
        "service_name": service_name(application),
        "business": str(application.business) if application.business else "",
        "ticket": _promise(case),
        "asked": _asked(case),
        "done": _answered(case, steps),
        "decision": _decision(case),
        "permit": _permit(case, ref),
        "rows": timeline.rows(case, steps),
        "thread": _thread(request, application, ref),
        "can_write": application.phase != Phase.WITHDRAWN,
        "typed": typed,
        "problems": problems or [],
        "key": new_key(),
        "trail": _trail(application, everything),
        "all_openings_url": "" if everything else "?semua=1#jejak",
        "documents": _sent_documents(case, ref),
        "back_url": reverse("permits:application-list"),
        "message_url": reverse("permits:message-post", args=[ref]),
        "receipt_url": reverse("permits:application-receipt", args=[ref]),
        "numbers": live_numbers(application),
        "number_url": reverse("permits:application-number", args=[ref])
        if application.phase in OPEN_PHASES
        else "",
        "withdraw_url": reverse("permits:application-withdraw", args=[ref])
        if permissions.can_withdraw(request.user, application)
        else "",
    }
    return render(request, "permits/status.html", context, status=status)


def _promise(case: CaseFile) -> dict[str, Any] | None:
    """The promise ticket of a running file: date, bar, sentence; None once it has ended."""
    application = case.application
    running = (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)
    due = application.due_at if application.complete_at else application.promised_at
    if application.phase not in running or due is None:
        return None
    calendar, now = home_calendar(), clock.now()
    start, end = calendar.day_of(application.submitted_at), calendar.day_of(due)
    today = calendar.day_of(now)
    total = max(1, working_days_between(start, end, calendar))
    day = min(total, working_days_between(start, min(today, end), calendar) + 1)
    late = working_days_between(end, today, calendar) if case.is_late() and today > end else 0
    is_waiting = application.phase == Phase.NEEDS_CORRECTION
    if is_waiting:
        text, side = _("The clock is stopped until you send the correction."), ""
    else:
        text = _("Working day %(day)s of %(total)s") % {"day": day, "total": total}
        side = (
            _("%(days)s working days late") % {"days": late}
            if late
            else _("%(days)s working days left")
            % {"days": max(0, working_days_between(today, end, calendar))}
        )
    return {
        "heading": _("Finished at the latest"),
        "date": date_id(due),
        "bar": promise_bar(total, day, late=late),
        "text": text,
        "side": side,
        "status": labels.phase_label(application),
        # What there is to do stands above the ticket, with its button.
        "bottom": None
        if is_waiting
        else {
            "icon": "check2-circle",
            "strong": _("There is nothing you need to do now."),
            "text": timeline.holder_of(case),
        },
    }


def _asked(case: CaseFile) -> dict[str, Any] | None:
    """What the citizen has to do now: the open correction round."""
    application = case.application
    if application.phase != Phase.NEEDS_CORRECTION or case.open_round is None:
        return None
    round_ = case.open_round
    return {
        "due": date_id(round_.due_on),
        "note": round_.note,
        "items_asked": [
            {"title": slot_title(case, item.target), "reason": item.reason}
            for item in round_.items.all()
        ],
        "url": reverse("permits:application-correct", args=[application.public_ref]),
    }


def _answered(case: CaseFile, steps: list) -> list[dict[str, Any]]:
    """Corrections of the past with what stood there before and after."""
    if not any(step.act == "resubmit" for step in steps):
        return []
    rounds = case.application.correction_rounds.filter(state="answered").prefetch_related("items")
    return [
        {
            "title": slot_title(case, item.target),
            "reason": item.reason,
            "before": _shown(case, item.target, item.before),
            "after": _shown(case, item.target, item.after),
        }
        for round_ in rounds
        for item in round_.items.all()
    ]


def _shown(case: CaseFile, target: str, text: str) -> str:
    """Fields as people read them; of files only that there was one (names cost a query each)."""
    if '"documents"' in text:
        return _("document")
    return shown_before(case, target, text)


def _decision(case: CaseFile) -> dict[str, Any] | None:
    application = case.application
    if application.phase not in (Phase.REJECTED, Phase.ISSUED, Phase.APPROVED):
        return None
    decision = getattr(application, "decision", None)
    if decision is None:
        return None
    by = str(decision.by) if settings.STAFF_NAME_SHOWN else ""
    return {
        "is_refusal": decision.outcome == "rejected",
        "reason": decision.reason,
        "at": date_id(decision.at),
        "by": ", ".join(filter(None, (by, decision.office))),
        "legal_basis": case.definition.standard.legal_basis,
        "again_url": reverse("permits:application-new", args=[case.service.key]),
    }


def _permit(case: CaseFile, ref: str) -> dict[str, Any] | None:
    if case.application.phase != Phase.ISSUED:
        return None
    permit = Permit.objects.select_related("paper").filter(application=case.application).first()
    if permit is None:
        return None
    paper = permit.paper
    return {
        "title": rules.hint(paper, "title"),
        "number": paper.number,
        "issued": date_id(paper.issued_on, "plain"),
        "until": date_id(paper.valid_until, "plain"),
        "is_ready": paper.pdf_state == "ready",
        "state": paper.state,
        "state_words": paper.get_state_display(),
        "reason": paper.state_reason,
        "url": reverse("permits:permit-file", args=[ref]),
        "verify_url": reverse("verify-code", args=[paper.code]),
    }


def _thread(request: HttpRequest, application: Application, ref: str) -> list[dict[str, Any]]:
    rows = _MESSAGES.rows(application.pk)
    return [_bubble(request, row, ref) for row in reversed(rows)]


def _bubble(request: HttpRequest, row: Message, ref: str) -> dict[str, Any]:
    mine = not row.from_staff
    name = row.author_name if settings.STAFF_NAME_SHOWN or mine else ""
    sender = _("You") if row.author_id == request.user.pk and mine else name
    files = []
    if row.file is not None:
        url = f"/permohonan/{ref}/pesan/{row.pk}/berkas/"
        files = [{"url": url, "label": row.file.shown_name}]
    return {
        "mine": mine,
        "sender": ", ".join(filter(None, (sender, row.office))),
        "text": row.body,
        "when": when(row.at, "day"),
        "state": "",
        "attachments": files,
    }


def _trail(application: Application, everything: bool) -> list[dict[str, Any]]:
    ref = application.public_ref
    rows = openings_of_file(ref)[:MOST_OPENINGS_ALL] if everything else _OPENINGS.rows(ref)
    return [
        {
            "who": row.actor_name if settings.STAFF_NAME_SHOWN else row.office,
            "office": row.office if settings.STAFF_NAME_SHOWN else "",
            "why": row.purpose,
            "when": when(row.at, "day"),
            "is_system": False,
        }
        for row in rows
    ]


def _sent_documents(case: CaseFile, ref: str) -> list[dict[str, Any]]:
    rows = []
    for document in case.documents:
        verdict = case.verdicts.get(document.pk)
        size = f"{labels.file_kind(document.file.mime)}, {document.file.size // 1000 or 1} KB"
        rows.append(
            {
                "title": slot_title(case, document.slot),
                "url": f"/permohonan/{ref}/dokumen/{document.pk}/berkas/"
                if document.file.is_openable
                else "",
                "details": size,
                "status": labels.document_label(document, verdict, was_sent=True),
                "reason": verdict.reason if verdict else "",
            }
        )
    return rows
