"""A version as the citizen sees it, and its paper with sample answers. Nothing is saved."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from permits import papers, samples
from permits.casefile import CaseFile
from permits.conditions import needed_requirements, visible_answers, visible_fields
from permits.definition import Field, Page, PermitDefinition
from permits.forms import Drawing, PageForm
from permits.models import Application, PermitVersion
from permits.versions import definition_of
from permits.views.editor import words
from permits.views.editor.access import address, load, named, page, surroundings
from permits.views.editor.overview import named_definition, problem_lines, problems_of

ALL, EMPTY, SAMPLE = "all", "empty", "sample"


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the form: every field, an empty form, or with sample answers; to be tried."""
    version = load(request, pk)
    defn = definition_of(version)
    refusal = _refusal(request, version, defn, ("sections", "requirements"))
    if refusal is not None:
        return refusal
    here = _page_of(request, defn)
    mode = request.GET.get("mode", EMPTY)
    answers = samples.answers(defn) if mode == SAMPLE else {}
    form = _form(request, defn, here, mode, answers)
    return render(
        request,
        "admin/permits/editor/preview.html",
        {
            "has_permission": admin.site.has_permission(request),
            "version": version,
            "title": named_definition(defn),
            "page_title": named(here.section, "title"),
            "page_help": named(here.section, "help"),
            "page_key": here.key,
            "mode": mode,
            "modes": _modes(here, mode),
            "form": form,
            "drawing": Drawing(form),
            "problem_lines": form.problems() if form.is_bound else [],
            "pages": _pages(defn, here, mode),
            "requirements": _requirements(defn, form.values if form.is_bound else answers),
            "back_url": address("change", pk),
        },
    )


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of this version with sample answers, as PDF marked as a preview."""
    version = load(request, pk)
    defn = definition_of(version)
    if defn.document is None:
        raise Http404
    refusal = _refusal(request, version, defn, ("sections", "document", "holder"))
    if refusal is not None:
        return refusal
    response = HttpResponse(papers.preview(_sample_case(version, defn)), "application/pdf")
    name = f"{version.permit_type.key}-v{version.number}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _sample_case(version: PermitVersion, defn: PermitDefinition) -> CaseFile:
    """A file that exists nowhere: plausible answers on this version."""
    application = Application(
        version=version, reference=_("SAMPLE"), holder_name=_("Sample applicant")
    )
    case = CaseFile(application)
    case.definition = defn
    case.answers = samples.answers(defn)
    return case


def _refusal(
    request: HttpRequest, version: PermitVersion, defn: PermitDefinition, parts: tuple[str, ...]
) -> HttpResponse | None:
    """The list of problems instead of a preview that they would break."""
    found = problems_of(defn, surroundings(defn))
    found = [one for one in found if one.path.startswith(parts)]
    if not found and defn.pages():
        return None
    lines = problem_lines(version, found)
    title = _("Solve this first, then preview")
    return page(request, "problems.html", version, title, status=409, problem_lines=lines)


def _page_of(request: HttpRequest, defn: PermitDefinition) -> Page:
    try:
        return defn.page(request.GET["page"]) if "page" in request.GET else defn.pages()[0]
    except KeyError as unknown:
        raise Http404 from unknown


def _form(
    request: HttpRequest, defn: PermitDefinition, here: Page, mode: str, answers: dict
) -> PageForm:
    """The page's form; with `try` in the address what was typed is checked as if sent."""
    if mode == ALL:
        return PageForm(here.fields, answers={})
    if "try" not in request.GET:
        return PageForm(_visible(defn, here, answers), answers=answers)
    typed = PageForm(here.fields, answers=answers, data=request.GET)
    known = {**answers, **{key: value for key, value in typed.values.items() if value is not None}}
    form = PageForm(_visible(defn, here, known), answers=known, data=request.GET)
    form.require_answers()
    return form


def _visible(defn: PermitDefinition, here: Page, answers: dict[str, Any]) -> list[Field]:
    shown = {field.key for field in visible_fields(here.section, visible_answers(defn, answers))}
    return [field for field in here.fields if field.key in shown]


def _modes(here: Page, mode: str) -> list[dict[str, Any]]:
    names = {
        EMPTY: _("Empty form"),
        SAMPLE: _("With sample answers"),
        ALL: _("All fields, hidden ones too"),
    }
    return [
        {"label": name, "url": f"?page={here.key}&mode={key}", "is_current": key == mode}
        for key, name in names.items()
    ]


def _pages(defn: PermitDefinition, here: Page, mode: str) -> list[dict[str, Any]]:
    return [
        {
            "label": named(one.section, "title"),
            "part": f"{one.part}/{one.parts}" if one.parts > 1 else "",
            "url": f"?page={one.key}&mode={mode}",
            "is_current": one.key == here.key,
        }
        for one in defn.pages()
    ]


def _requirements(defn: PermitDefinition, answers: dict[str, Any]) -> list[dict[str, Any]]:
    known = {key: value for key, value in answers.items() if value is not None}
    return [
        {
            "title": named(item, "title"),
            "note": named(item, "note"),
            "proof": words.value(item.proof),
            "is_required": item.required,
        }
        for item in needed_requirements(defn, known)
    ]
