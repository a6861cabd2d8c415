"""Asking for corrections: everything on one page, sent in one request, or taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from permits import actions, permissions
from permits.casefile import FIELD, REQUIREMENT
from permits.conditions import visible_fields, visible_sections
from permits.models import VerdictOutcome
from permits.views.desk.forms import ReasonForm, RoundForm, items_of
from permits.views.desk.frame import frame
from permits.views.desk.opening import Opened, open_file, told
from permits.views.desk.review_work import new_key
from permits.views.desk.rows import by_language
from permits.views.desk.sent import SentFile, target_title
from permits.workflow import Refused, require


@require_http_methods(["GET", "POST"])
@told
def ask_round(request: HttpRequest, number: str) -> HttpResponse:
    """Collect everything to be corrected on one page and send it in one request."""
    opened = open_file(request, number)
    require(permissions.can_work(request.user, opened.application))
    stage = opened.case.stage
    if stage is None or not stage.corrections:
        raise Refused(_("Corrections cannot be asked at this stage."))
    sent = SentFile(opened.case)
    groups = _targets(opened, sent)
    targets = [row["target"] for group in groups for row in group["rows"]]
    form, wrong = RoundForm(request.POST or None, initial={"key": new_key()}), {}
    if request.method == "POST":
        items, wrong = items_of(request.POST, targets)
        if form.is_valid() and not items:
            form.add_error(None, _("Choose at least one thing to be corrected."))
        if form.is_valid() and not wrong:
            actions.ask_corrections(
                opened.application, actor=request.user, items=items, **form.cleaned_data
            )
            messages.success(request, _("The request is sent. The clock rests until the answer."))
            return redirect(opened.url())
        _show_typed(groups, items, wrong)
    opened.record()
    problems = [{"url": f"#alasan-{target}", "text": text} for target, text in wrong.items()]
    context = {
        **frame(request, _("Ask for corrections")),
        "number": number,
        "holder": opened.application.holder_name,
        "review_url": opened.url(),
        "form": form,
        "groups": groups,
        "problems": problems,
    }
    status = 400 if problems or form.errors else 200
    return render(request, "admin/permits/round.html", context, status=status)


def _targets(opened: Opened, sent: SentFile) -> list[dict]:
    """Everything that can be asked: needed documents first, then answers by section."""
    refused = {}
    for document in sent.documents:
        found = sent.verdicts.get(document.pk)
        if found and found.outcome == VerdictOutcome.REJECTED:
            refused.setdefault(document.slot, found.reason)
    slots = [f"{REQUIREMENT}{item.key}" for item in opened.case.requirements]
    documents = [
        _row(target_title(opened.case.definition, slot), slot, refused.get(slot, ""))
        for slot in slots
    ]
    groups = [{"title": _("Documents"), "rows": documents}] if documents else []
    for section in visible_sections(opened.case.definition, sent.answers):
        rows = [
            _row(
                by_language(item.label, item.label_en),
                f"{FIELD}{item.key}",
                refused.get(f"{FIELD}{item.key}", ""),
            )
            for item in visible_fields(section, sent.answers)
            if item.is_answered
        ]
        if rows:
            groups.append({"title": by_language(section.title, section.title_en), "rows": rows})
    return groups


def _row(title: str, target: str, reason: str) -> dict:
    return {
        "title": title,
        "target": target,
        "reason": reason,
        "picked": bool(reason),
        "error": "",
    }


def _show_typed(groups: list[dict], items: dict[str, str], wrong: dict[str, str]) -> None:
    for group in groups:
        for row in group["rows"]:
            row["picked"] = row["target"] in items
            row["reason"] = items.get(row["target"], "") or row["reason"]
            row["error"] = wrong.get(row["target"], "")


@require_http_methods(["GET", "POST"])
@told
def cancel_round(request: HttpRequest, number: str) -> HttpResponse:
    """Take an open request for corrections back, with a reason."""
    opened = open_file(request, number)
    require(permissions.can_act(request.user, opened.application))
    if opened.case.open_round is None:
        raise Refused(_("No request for corrections is open on this file."), status=409)
    form = ReasonForm(request.POST or None, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        actions.cancel_corrections(opened.application, actor=request.user, **form.cleaned_data)
        messages.success(request, _("The request is taken back. The clock goes on."))
        return redirect(opened.url())
    opened.record()
    context = {
        **frame(request, _("Take the request back")),
        "number": number,
        "holder": opened.application.holder_name,
        "effect": _("The file returns to your desk and the clock goes on. The applicant is told."),
        "button": _("Take the request back"),
        "review_url": opened.url(),
        "form": form,
        "kind": "",
    }
    status = 400 if form.errors else 200
    return render(request, "admin/permits/confirm.html", context, status=status)
