"""The task list of a draft: what is done, what is left, what comes next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mpp.kit.wording import date_id
from permits import labels, rules
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.completeness import PartState, missing_documents, page_states
from permits.conditions import is_empty
from permits.models import VersionState
from permits.views.access import service_name
from permits.views.sending import part_title, promised_day


def task_list(request: HttpRequest, case: CaseFile) -> HttpResponse:
    """The parts of a draft with their state, the date promised today, and the next step."""
    application = case.application
    ref = application.public_ref
    states = page_states(case)
    missing = {item.key for item, _problem in missing_documents(case)}
    documents = [
        _document_task(case, item, ref, item.key in missing) for item in case.requirements
    ]
    parts = [_page_task(case, state, ref) for state in states]
    done = sum(task["done"] for task in parts) + sum(task["done"] for task in documents)
    total = len(parts) + len(documents)
    is_ready = done == total
    context = {
        "application": application,
        "service_name": service_name(application),
        "business": str(application.business) if application.business else "",
        "parts": parts,
        "documents": documents,
        "check": [_check_task(ref, is_ready)],
        "done": done,
        "total": total,
        "promised": promised_day(application),
        "next": _next_step(ref, parts, documents, is_ready),
        "back_url": reverse("permits:application-list"),
        "withdraw_url": reverse("permits:application-withdraw", args=[ref]),
        "number_url": reverse("permits:application-number", args=[ref]),
        "renew_url": reverse("permits:application-renew", args=[ref])
        if application.version.state != VersionState.PUBLISHED
        else "",
        "saved": _("Last saved %(day)s") % {"day": date_id(application.updated_at, "plain")},
    }
    return render(request, "permits/tasks.html", context)


def _page_task(case: CaseFile, state: PartState, ref: str) -> dict[str, Any]:
    wrong = any(
        not is_empty(case.answers.get(problem.target.removeprefix(FIELD)))
        for problem in state.problems
    )
    kind = "wrong" if wrong else state.state
    return {
        "url": f"/permohonan/{ref}/bagian/{state.page.key}/",
        "label": part_title(state.page),
        "hint": state.problems[0].sentence if wrong else "",
        "status": labels.part_label(kind),
        "done": kind == "done",
    }


def _document_task(case: CaseFile, item, ref: str, is_missing: bool) -> dict[str, Any]:
    files = case.documents_in(f"{REQUIREMENT}{item.key}")
    kind = "done" if files else ("todo" if is_missing else "skip")
    return {
        "url": f"/permohonan/{ref}/dokumen/#slot-req-{item.key}",
        "label": rules.hint(item, "title"),
        "hint": rules.hint(item, "note"),
        "status": labels.part_label(kind),
        "done": kind != "todo",
    }


def _check_task(ref: str, is_ready: bool) -> dict[str, Any]:
    return {
        "url": reverse("permits:application-check", args=[ref]) if is_ready else "",
        "label": _("Check your answers, then send"),
        "hint": "" if is_ready else _("Opens when everything else is done"),
        "status": labels.part_label("todo" if is_ready else "locked"),
    }


def _next_step(ref: str, parts: list, documents: list, is_ready: bool) -> dict[str, str]:
    if is_ready:
        return {
            "url": reverse("permits:application-check", args=[ref]),
            "label": _("Check and send"),
        }
    task = next(task for task in [*parts, *documents] if not task["done"])
    return {"url": task["url"], "label": _("Continue: %(part)s") % {"part": task["label"]}}
