"""Checking the answers, sending them once, and what comes after: confirmation and receipt."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counters.calendar import home_calendar
from counters.promises import promise_if_sent
from mpp.kit import clock
from mpp.kit.references import format_code
from mpp.kit.states import WrongState
from mpp.kit.wording import date_id
from permits import actions, rules
from permits.actions.renew import form_changes
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.completeness import Missing, missing_in, page_fields, page_states
from permits.definition import Field, Page
from permits.display import shown_value
from permits.models import Application, Phase, VersionState
from permits.receipts import receipt_pdf, slot_title
from permits.versions import definition_of, published_version
from permits.views.access import own_application, refusal_page, service_name, tells_refusals
from permits.workflow import Refused

LONGEST_KEY = 80


def new_key() -> str:
    """A key for one pressing of one form: repeated, it gives the first answer again."""
    return secrets.token_urlsafe(16)


def posted_key(request: HttpRequest) -> str:
    """The key a form was sent with, cut to what a step keeps; empty when it has none.

    NUL goes: PostgreSQL would not even look for it.
    """
    return request.POST.get("key", "").replace("\x00", "")[:LONGEST_KEY]


def promised_day(application: Application) -> str:
    """The date that is promised to somebody who sends today, in words; empty without a limit."""
    standard = application.version.standard
    if standard is None:
        return ""
    promise = promise_if_sent(standard, clock.now(), home_calendar())
    return date_id(promise.day) if promise else ""


def _shown(case: CaseFile, field: Field) -> str:
    if field.type == "file":
        names = [d.file.shown_name for d in case.documents_in(f"{FIELD}{field.key}")]
        return ", ".join(names) or "-"
    return shown_value(field, case.answers.get(field.key))


def part_title(page: Page) -> str:
    """The title of a page of the form; a part of a long section says which."""
    title = rules.hint(page.section, "title")
    if page.parts == 1:
        return title
    return _("%(title)s, part %(part)s of %(parts)s") % {
        "title": title,
        "part": page.part,
        "parts": page.parts,
    }


def answer_sections(case: CaseFile, *, with_links: bool) -> list[dict[str, Any]]:
    """The visible pages with their answers as shown pairs; `with_links` adds "Change"."""
    ref = case.application.public_ref
    found = []
    for state in page_states(case):
        url = reverse("permits:application-page", args=[ref, state.page.key])
        pairs = [
            {
                "label": rules.hint(field, "label"),
                "value": _shown(case, field),
                "change_url": f"{url}#div_id_{field.key}" if with_links else "",
            }
            for field in page_fields(case, state.page)
            if field.is_answered
        ]
        found.append({"title": part_title(state.page), "pairs": pairs, "url": url})
    return found


def _documents(case: CaseFile, *, with_links: bool) -> list[dict[str, Any]]:
    ref = case.application.public_ref
    url = reverse("permits:document-list", args=[ref])
    rows = []
    for item in case.requirements:
        slot = f"{REQUIREMENT}{item.key}"
        names = [d.file.shown_name for d in case.documents_in(slot)]
        rows.append(
            {
                "label": slot_title(case, slot),
                "value": ", ".join(names) or "-",
                "change_url": f"{url}#slot-req-{item.key}" if with_links else "",
            }
        )
    return rows


def missing_links(case: CaseFile, missing: Iterable[Missing]) -> list[dict[str, str]]:
    """What is missing as lines of an error summary, each leading to its place."""
    ref = case.application.public_ref
    documents = reverse("permits:document-list", args=[ref])
    found = []
    for item in missing:
        if item.page == "documents":
            url = f"{documents}#slot-{item.target.replace(':', '-')}"
        else:
            page = reverse("permits:application-page", args=[ref, item.page])
            url = f"{page}#div_id_{item.target.removeprefix(FIELD)}"
        found.append({"url": url, "text": item.sentence})
    return found


@require_GET
def check(request: HttpRequest, ref: str) -> HttpResponse:
    """Check your answers, declare them true, send."""
    application = own_application(request, ref)
    if application.phase != Phase.DRAFT:
        return redirect("permits:application-status", application.public_ref)
    if application.version.state != VersionState.PUBLISHED:
        return redirect("permits:application-renew", application.public_ref)
    return _check_page(request, CaseFile(application))


def _check_page(
    request: HttpRequest, case: CaseFile, problems: list | None = None, status: int = 200
) -> HttpResponse:
    application = case.application
    ref = application.public_ref
    missing = missing_links(case, missing_in(case))
    context = {
        "service_name": service_name(application),
        "sections": answer_sections(case, with_links=True),
        "documents": _documents(case, with_links=True),
        "missing": missing,
        "problems": problems or missing,
        "declare_error": problems[0]["text"] if problems else "",
        "key": new_key(),
        "promised": promised_day(application),
        "business": str(application.business) if application.business else "",
        "back_url": reverse("permits:application-tasks", args=[ref]),
        "send_url": reverse("permits:application-send", args=[ref]),
    }
    return render(request, "permits/check.html", context, status=status)


@require_POST
def send(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the draft. However often it is pressed: one application, one number."""
    application = own_application(request, ref)
    key = posted_key(request)
    if application.phase == Phase.DRAFT and request.POST.get("declare") != "yes":
        words = _("Tick the box to declare that your answers are true.")
        problems = [{"url": "#id_declare", "text": words}]
        return _check_page(request, CaseFile(application), problems, status=422)
    try:
        application = actions.submit(application, actor=request.user, key=key or new_key())
    except WrongState as fault:
        application.refresh_from_db()
        if application.number is None:
            return refusal_page(request, application, str(fault))
        messages.info(request, _("This application was sent before. This is the first receipt."))
    except Refused as fault:
        if application.version.state != VersionState.PUBLISHED:
            return redirect("permits:application-renew", application.public_ref)
        case = CaseFile(application)
        problems = missing_links(case, missing_in(case))
        if not problems:
            return refusal_page(request, application, fault.sentence, fault.status)
        return _check_page(request, case, status=409)
    return redirect("permits:application-sent", application.public_ref)


@require_GET
def sent(request: HttpRequest, ref: str) -> HttpResponse:
    """The confirmation: number, promised date, what happens next."""
    application = own_application(request, ref)
    if application.number is None:
        return redirect("permits:application-tasks", application.public_ref)
    ref = application.public_ref
    context = {
        "application": application,
        "service_name": service_name(application),
        "code": format_code(application.tracking_code),
        "promised": date_id(application.promised_at),
        "has_document": definition_of(application.version).document is not None,
        "status_url": reverse("permits:application-status", args=[ref]),
        "receipt_url": reverse("permits:application-receipt", args=[ref]),
        "track_url": reverse("permits:track"),
    }
    return render(request, "permits/sent.html", context)


@require_GET
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """The receipt as PDF; there is none before sending."""
    application = own_application(request, ref)
    if application.number is None:
        raise Http404
    response = HttpResponse(receipt_pdf(CaseFile(application)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="bukti-{application.number}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@tells_refusals
def renew(request: HttpRequest, ref: str) -> HttpResponse:
    """The form has a new version: what changed, and moving the draft to it."""
    application = own_application(request, ref)
    if application.phase != Phase.DRAFT:
        return redirect("permits:application-status", application.public_ref)
    version = published_version(application.version.permit_type.service)
    if version is not None and version.pk == application.version_id:
        return redirect("permits:application-tasks", application.public_ref)
    if version is None:
        words = _("This service does not take applications here at the moment.")
        return refusal_page(request, application, words)
    if request.method == "POST":
        actions.move_to_current_version(application, actor=request.user, to=version)
        messages.success(request, _("Your draft uses the new form now. Look at what is missing."))
        return redirect("permits:application-tasks", application.public_ref)
    changes = form_changes(definition_of(application.version), definition_of(version))
    context = {
        "service_name": service_name(application),
        "groups": _change_groups(changes),
        "back_url": reverse("permits:application-tasks", args=[application.public_ref]),
    }
    return render(request, "permits/renew.html", context)


def _change_groups(changes) -> list[dict[str, Any]]:
    def names(items) -> list[str]:
        return [rules.hint(i, "label" if isinstance(i, Field) else "title") for i in items]

    groups = (
        (_("New"), names(changes.added)),
        (_("Changed"), names(changes.changed)),
        (_("Not asked any more"), names(changes.removed)),
    )
    return [{"title": title, "names": items} for title, items in groups if items]
