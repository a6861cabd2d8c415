"""Answering a correction round: only what was asked can be changed, before and after are shown."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mpp.kit.wording import date_id
from permits import actions, rules
from permits.actions.apply import asked_file, unanswered_items
from permits.casefile import FIELD, CaseFile
from permits.completeness import missing_in
from permits.definition import Field
from permits.display import shown_value
from permits.forms import Drawing, PageForm
from permits.models import CorrectionItem, Document, Phase
from permits.prefill import reusable_documents
from permits.receipts import slot_title
from permits.views.access import (
    keeps_typed,
    kept_typed,
    own_application,
    service_name,
    tells_refusals,
)
from permits.views.documents import slot_block
from permits.views.sending import new_key, posted_key
from permits.workflow import Refused


@keeps_typed
@require_http_methods(["GET", "POST"])
@tells_refusals
def correct(request: HttpRequest, ref: str) -> HttpResponse:
    """The asked corrections on one page: reasons, what was there, what to put instead."""
    application = own_application(request, ref)
    if application.phase != Phase.NEEDS_CORRECTION:
        key = posted_key(request)
        if key and application.steps.filter(key=key, act="resubmit").exists():
            return redirect("permits:application-status", application.public_ref)
        if request.method == "POST":
            raise Refused(_("There is nothing to correct on this application."), status=409)
        return redirect("permits:application-status", application.public_ref)
    case = CaseFile(application)
    fields = _asked_fields(case)
    if request.method == "POST":
        return _save(request, case, fields)
    form = PageForm(fields, answers=case.answers, data=kept_typed(request))
    return _page(request, case, form)


def _asked_fields(case: CaseFile) -> list[Field]:
    """The asked fields, then those the form asks only since an answer was corrected."""
    targets = [item.target for item in case.open_round.items.all()]
    targets += [target for target in sorted(case.newly_asked) if target not in targets]
    keys = [target.removeprefix(FIELD) for target in targets if target.startswith(FIELD)]
    known = [case.definition.field(key) for key in keys if case.definition.has_field(key)]
    return [field for field in known if field.type != "file" and field.is_answered]


def _save(request: HttpRequest, case: CaseFile, fields: list[Field]) -> HttpResponse:
    """Store what is right; send everything when asked to and complete."""
    form = PageForm(fields, answers=case.answers, data=request.POST)
    changes = {k: v for k, v in form.values.items() if case.answers.get(k) != v}
    if changes:
        actions.save_answers(case.application, actor=request.user, values=changes)
        case = CaseFile(case.application)
        if set(_asked_fields(case)) != set(fields):
            # A corrected answer makes the form ask for more: show it before anything is sent.
            messages.info(request, _("Because of your change we need this too."))
            return _page(request, case, PageForm(_asked_fields(case), answers=case.answers))
    if "later" in request.POST and form.is_valid():
        messages.success(request, _("Saved. You can close this page."))
        return redirect("permits:application-status", case.application.public_ref)
    if any(name in request.POST for name in ("add", "drop", "search")):
        form.add_row(request.POST.get("add", ""))
        return _page(request, case, form)
    form.require_answers()
    if not form.is_valid():
        return _page(request, case, form, form.problems(), status=422)
    left = [_left_line(case, item) for item in unanswered_items(case)]
    left += [{"url": "", "text": item.sentence} for item in missing_in(case)]
    if left:
        return _page(request, case, form, left, status=422)
    key = posted_key(request) or new_key()
    actions.resubmit(case.application, actor=request.user, key=key)
    messages.success(request, _("Your corrections are sent. The clock goes on now."))
    return redirect("permits:application-status", case.application.public_ref)


def _left_line(case: CaseFile, item: CorrectionItem) -> dict[str, str]:
    is_field = item.target.startswith(FIELD) and asked_file(case, item.target) is None
    anchor = (
        f"#div_id_{item.target.removeprefix(FIELD)}"
        if is_field
        else f"#slot-{item.target.replace(':', '-')}"
    )
    words = _("Not changed yet: %(name)s.") % {"name": slot_title(case, item.target)}
    return {"url": anchor, "text": words}


def shown_before(case: CaseFile, target: str, text: str) -> str:
    """What stood at a target when it was asked (or after), as people read it."""
    if not text:
        return "-"
    value = json.loads(text)
    if isinstance(value, dict) and "documents" in value:
        rows = Document.objects.filter(
            pk__in=value["documents"], application=case.application
        ).select_related("file")
        return ", ".join(row.file.shown_name for row in rows) or "-"
    field = case.definition.field(target.removeprefix(FIELD))
    return shown_value(field, value)


def _page(
    request: HttpRequest,
    case: CaseFile,
    form: PageForm,
    problems: list | None = None,
    status: int = 200,
) -> HttpResponse:
    application = case.application
    round_ = case.open_round
    items = [_item(case, item) for item in round_.items.all()]
    asked = {item.target for item in round_.items.all()}
    items += [
        _new_place(case, target)
        for target in sorted(case.newly_asked - asked)
        if asked_file(case, target) is not None
    ]
    context = {
        "service_name": service_name(application),
        "number": application.public_ref,
        "note": round_.note,
        "due": date_id(round_.due_on),
        "field_items": [item for item in items if not item["block"]],
        "document_items": [item for item in items if item["block"]],
        "fields": Drawing(
            form,
            owner=application.version.digest,
            search_url=f"/permohonan/pilihan/{application.public_ref}/",
        )
        if form.fields
        else "",
        "problems": problems if problems is not None else form.problems(),
        "key": new_key(),
        "back_url": reverse("permits:application-status", args=[application.public_ref]),
    }
    return render(request, "permits/corrections.html", context, status=status)


def _new_place(case: CaseFile, target: str) -> dict[str, Any]:
    """A document the form asks only since an answer was corrected."""
    return {
        "title": slot_title(case, target),
        "reason": _("Your corrected answer makes this document necessary."),
        "before": "-",
        "block": slot_block(case, target, asked_file(case, target)),
        "anchor": "",
    }


def _item(case: CaseFile, item: CorrectionItem) -> dict[str, Any]:
    asked = asked_file(case, item.target)
    block = None
    if asked is not None:
        reuse = reusable_documents(case, [asked]) if not isinstance(asked, Field) else {}
        block = slot_block(case, item.target, asked, reuse=reuse.get(asked.key))
    key = item.target.removeprefix(FIELD)
    field = (
        case.definition.field(key) if asked is None and case.definition.has_field(key) else None
    )
    return {
        "title": rules.hint(field, "label") if field else slot_title(case, item.target),
        "reason": item.reason,
        "before": shown_before(case, item.target, item.before),
        "block": block,
        "anchor": f"#div_id_{key}",
    }
