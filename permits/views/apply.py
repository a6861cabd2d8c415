"""The pages of the form: shown, saved whole or field by field, never losing what was typed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mpp.kit import clock
from mpp.kit.wording import time_id
from permits import actions, rules
from permits.casefile import CaseFile
from permits.completeness import page_fields
from permits.definition import Field, Page
from permits.forms import Drawing, PageForm, options
from permits.forms.drawing import error_line
from permits.forms.typed import PARTS
from permits.models import Application, Phase
from permits.prefill import offers
from permits.views.access import (
    keeps_typed,
    kept_typed,
    own_application,
    saved_sentence,
    service_name,
    tells_refusals,
)
from permits.views.documents import file_field
from permits.workflow import Refused


def _page_of(case: CaseFile, key: str) -> tuple[Page, list]:
    """The page with its visible fields; 404 for a page the answers do not ask for."""
    try:
        page = case.definition.page(key)
    except KeyError as fault:
        raise Http404 from fault
    fields = page_fields(case, page)
    if not fields:
        raise Http404
    return page, fields


def visible_pages(case: CaseFile) -> list[str]:
    """Keys of the pages that these answers ask for, in order."""
    return [page.key for page in case.definition.pages() if page_fields(case, page)]


def _require_draft(application: Application) -> None:
    if application.phase != Phase.DRAFT:
        raise Refused(
            _("This application has been sent. It can only be changed when we ask you to."),
            status=409,
        )


@keeps_typed
@require_http_methods(["GET", "POST"])
@tells_refusals
def form_page(request: HttpRequest, ref: str, page: str) -> HttpResponse:
    """One page of the form: shows what is stored, saves what is typed, goes on."""
    application = own_application(request, ref)
    if request.method == "GET" and application.phase != Phase.DRAFT:
        return redirect("permits:application-status", application.public_ref)
    _require_draft(application)
    case = CaseFile(application)
    part, fields = _page_of(case, page)
    if request.method == "POST":
        return _save_page(request, case, part, fields)
    typed = kept_typed(request)
    if typed is not None:
        messages.info(request, _("You are signed in again. What you typed last is still here."))
    form = PageForm(fields, answers=case.answers, data=typed)
    return _draw_page(request, case, part, form)


def _changed(case: CaseFile, values: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from what is stored, so that a look does not write."""
    return {key: value for key, value in values.items() if case.answers.get(key) != value}


def _save_page(request: HttpRequest, case: CaseFile, part: Page, fields: list) -> HttpResponse:
    """Store what is right, whatever the button; then do what the button says."""
    form = PageForm(fields, answers=case.answers, data=request.POST)
    dropped = request.POST.get("drop", "")
    if dropped:
        key, _dot, number = dropped.rpartition(".")
        form.drop_row(key, int(number) if number.isdecimal() and len(number) < 5 else -1)
    values = dict(form.values)
    used = request.POST.get("use", "")
    if used:
        values |= _taken(request, case, fields, used)
    case = _store(request, case, values)
    fresh = [f for f in page_fields(case, part) if f.is_answered]
    is_new = bool({f.key for f in fresh if f.type != "file"} - form.posted_keys())
    stays = any(name in request.POST for name in ("add", "drop", "use", "search"))
    going = request.POST.get("go", "")
    if not stays:
        if "later" not in request.POST and not going:
            form.require_answers()
        # What an answer has just hidden is not asked any more, so it cannot be wrong.
        form.keep_errors_of(fresh)
        if form.is_valid() and not is_new:
            return _go_on(request, case, part, going)
    return _draw_again(request, case, part, form, is_new and not stays)


def _store(request: HttpRequest, case: CaseFile, values: dict[str, Any]) -> CaseFile:
    changes = _changed(case, values)
    if not changes:
        return case
    actions.save_answers(case.application, actor=request.user, values=changes)
    return CaseFile(case.application)


def _taken(request: HttpRequest, case: CaseFile, fields: list, used: str) -> dict[str, Any]:
    """The offered values that were taken over: one, or all with `*`."""
    known = offers(case, request.user, fields)
    return {key: offer.value for key, offer in known.items() if used in (key, "*")}


def _draw_again(
    request: HttpRequest, case: CaseFile, part: Page, form: PageForm, is_new: bool
) -> HttpResponse:
    """The same page with everything as typed; taken offers and new questions shown."""
    again = PageForm(page_fields(case, part), answers=case.answers, data=request.POST, only=())
    used = request.POST.get("use", "")
    for field in again.asked:
        if field.type == "group":
            again.take_typed(field.key, form)
        elif used and used in (field.key, "*") and case.answers.get(field.key) is not None:
            again.take_stored(field)
    again.errors, again.inner_errors = form.errors, form.inner_errors
    if "add" in request.POST:
        again.add_row(request.POST["add"])
    if is_new and not form.errors:
        messages.info(request, _("Your answers lead to further questions on this page."))
    results = _search_results(request, case, again)
    status = 422 if form.errors and not results and "add" not in request.POST else 200
    return _draw_page(request, case, part, again, results=results, status=status)


def _search_results(request: HttpRequest, case: CaseFile, form: PageForm) -> dict:
    """What the search step without JavaScript found, by input name."""
    name = request.POST.get("search", "")[:200]
    if not name:
        return {}
    plain = [bit for bit in name.split(".") if not bit.isdecimal()]
    is_region = plain[-1] == "region"
    key = ".".join(plain[:-1] if is_region else plain)
    if key.partition(".")[0] not in {f.key for f in form.asked}:
        return {}
    question = case.definition.field(key) if case.definition.has_field(key) else None
    if question is None:
        return {}
    query = request.POST.get(
        f"{name.removesuffix('.region')}.region_q" if is_region else f"{name}.q"
    )
    return {name: options.find(question, query or "")}


def _go_on(request: HttpRequest, case: CaseFile, part: Page, going: str) -> HttpResponse:
    ref = case.application.public_ref
    if going:
        if not any(f.key == going and f.type == "file" for f in part.fields):
            raise Http404
        address = reverse("permits:document-slot", args=[ref, f"field:{going}"])
        return redirect(f"{address}?dari={part.key}")
    if "later" in request.POST:
        messages.success(request, _("Saved. You can close this page."))
        return redirect("permits:application-tasks", ref)
    keys = visible_pages(case)
    place = keys.index(part.key) if part.key in keys else len(keys)
    if place + 1 < len(keys):
        return redirect("permits:application-page", ref, keys[place + 1])
    if case.requirements:
        return redirect("permits:document-list", ref)
    return redirect("permits:application-tasks", ref)


def _draw_page(
    request: HttpRequest,
    case: CaseFile,
    part: Page,
    form: PageForm,
    *,
    results: dict | None = None,
    status: int = 200,
) -> HttpResponse:
    application = case.application
    ref = application.public_ref
    base = reverse("permits:application-page", args=[ref, part.key])
    offered = offers(case, request.user, form.fields)
    drawing = Drawing(
        form,
        owner=application.version.digest,
        save_url=f"{base}simpan/",
        search_url=f"/permohonan/pilihan/{ref}/",
        offers=offered,
        files={f.key: file_field(case, f) for f in form.fields if f.type == "file"},
        results=results or {},
    )
    visible = visible_pages(case)
    context = {
        "service_name": service_name(application),
        "title": rules.hint(part.section, "title"),
        "help": rules.hint(part.section, "help") if part.part == 1 else "",
        "part": part,
        "step": visible.index(part.key) + 1 if part.key in visible else 1,
        "steps": len(visible),
        "back_url": reverse("permits:application-tasks", args=[ref]),
        "form": form,
        "fields": drawing,
        "problems": form.problems(),
        "offer_count": len(offered),
        "business": str(application.business) if application.business else "",
    }
    return render(request, "permits/form_page.html", context, status=status)


@keeps_typed
@require_POST
def save_field(request: HttpRequest, ref: str, page: str, field: str) -> HttpResponse:
    """Save one field as it is typed; answers with the line beside the form."""
    application = own_application(request, ref)
    case = CaseFile(application)
    part, fields = _page_of(case, page)
    question = next((f for f in fields if f.key == field and f.type != "file"), None)
    if question is None or not question.is_answered:
        raise Http404
    form = PageForm(fields, answers=case.answers, data=request.POST, only=[field])
    try:
        _require_draft(application)
        after = _store(request, case, form.values)
    except Refused as fault:
        return render(request, "permits/_saved.html", {"words": fault.sentence, "is_bad": True})
    # Stored although something is still missing, or still being typed: no time for complaints.
    is_half = field in form.errors and (field in form.values or _is_unfinished(question, form))
    errors = [] if is_half else form.errors.get(field, [])
    return render(
        request,
        "permits/_saved.html",
        {
            "words": _("Not saved: %(sentence)s") % {"sentence": " ".join(errors)}
            if errors
            else _saved_words(not is_half),
            "is_bad": bool(errors),
            "error": error_line(f"id_{field}", errors, swap=True),
            "fields": _renewed(request, case, after, part, fields, question),
        },
    )


def _saved_words(is_saved: bool) -> str:
    return saved_sentence(time_id(clock.local(clock.now()))) if is_saved else _("Not complete yet")


def _is_unfinished(question: Field, form: PageForm) -> bool:
    """Whether a field of several inputs is still being filled in."""
    parts = PARTS.get(question.type)
    if parts is None:
        return False
    given = form.typed_for(question)
    if question.type == "address":
        return not (given.get("region") and given.get("street"))
    return not all(given.get(part) for part in parts)


def _renewed(
    request: HttpRequest,
    before: CaseFile,
    after: CaseFile,
    part: Page,
    shown: list[Field],
    question: Field,
) -> Any:
    """All fields anew when the saved answer shows or hides some of them; else nothing."""
    if after is before:
        return ""
    now_shown = page_fields(after, part)
    decides_rows = question.type == "group" and any(f.show_if for f in question.fields)
    if [f.key for f in now_shown] == [f.key for f in shown] and not decides_rows:
        return ""
    form = PageForm(now_shown, answers=after.answers, data=request.POST, only=())
    ref = after.application.public_ref
    base = reverse("permits:application-page", args=[ref, part.key])
    return Drawing(
        form,
        owner=after.application.version.digest,
        save_url=f"{base}simpan/",
        search_url=f"/permohonan/pilihan/{ref}/",
        files={f.key: file_field(after, f) for f in now_shown if f.type == "file"},
    )
