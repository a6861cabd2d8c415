"""Files behind the secret link: letters, proofs, agenda, calendar, materials, photos."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from mpp.kit.files import respond
from mpp.kit.models import Paper
from visits import calendarfile, letters
from visits.links import visit_path
from visits.models import Material, Visit
from visits.states import VISITED
from visits.views.public import material_line
from visits.views.public_access import (
    load,
    load_badge,
    refusal_page,
    secret_page,
    tells_refusals,
)
from visits.views.public_visit import at

LONGEST_CODE = 40


def _not_ready(request: HttpRequest, visit: Visit) -> HttpResponse:
    sentence = _("It is being made. Open this page again in a minute.")
    response = refusal_page(request, visit, sentence, status=202)
    response.headers["Retry-After"] = "10"
    return response


@secret_page
@require_GET
def paper(request: HttpRequest, secret: str, code: str) -> HttpResponse:
    """A letter or proof of this visit; a page that says so while it is being made."""
    visit = load(secret)
    own = Paper.objects.select_related("pdf").filter(code=code[:LONGEST_CODE])
    found = own.filter(visit_letter__visit=visit).first()
    found = found or own.filter(attendance__participant__visit=visit).first()
    if found is None:
        raise Http404
    if found.pdf is None:
        return _not_ready(request, visit)
    return respond(found.pdf, download=False)


@secret_page
@require_GET
def own_proof(request: HttpRequest, badge: str) -> HttpResponse:
    """A participant's own proof, by his badge."""
    person = load_badge(badge)
    found = Paper.objects.select_related("pdf").filter(attendance__participant=person).first()
    if found is None:
        raise Http404
    if found.pdf is None:
        return _not_ready(request, person.visit)
    return respond(found.pdf, download=False)


@secret_page
@require_GET
@tells_refusals
def agenda(request: HttpRequest, secret: str) -> HttpResponse:
    """The agenda as a PDF; there is none before a date is fixed."""
    visit = load(secret)
    if visit.slot_id is None:
        raise Http404
    response = HttpResponse(letters.agenda_pdf(visit), content_type="application/pdf")
    name = slugify(visit.public_ref)
    response.headers["Content-Disposition"] = f'inline; filename="agenda-{name}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@secret_page
@require_GET
def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The visit as a calendar file, in the language of the delegation."""
    visit = load(secret)
    if not calendarfile.is_available(visit):
        raise Http404
    with override(visit.language):
        content = calendarfile.build(visit)
    method = calendarfile.method_of(visit)
    kind = f"{calendarfile.CONTENT_TYPE}; charset=utf-8; method={method}"
    response = HttpResponse(content, content_type=kind)
    name = calendarfile.name_of(visit)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _must_have_come(visit: Visit) -> None:
    if visit.state not in VISITED:
        raise Http404


@secret_page
@require_GET
def materials(request: HttpRequest, secret: str) -> HttpResponse:
    """Everything current, for a delegation that was here."""
    visit = load(secret)
    _must_have_come(visit)
    rows = Material.objects.filter(is_current=True).select_related("file")
    context = {
        "visit": visit,
        "rows": [material_line(row, at("material-file", visit, row.pk)) for row in rows],
        "back_url": visit_path(visit),
    }
    return render(request, "visits/materials.html", context)


@secret_page
@require_GET
def material_file(request: HttpRequest, secret: str, pk: int) -> HttpResponse:
    """One current material."""
    _must_have_come(load(secret))
    row = Material.objects.filter(pk=pk, is_current=True).select_related("file").first()
    if row is None or not row.file.is_openable:
        raise Http404
    return respond(row.file, download=False)


@secret_page
@require_GET
def photos(request: HttpRequest, secret: str) -> HttpResponse:
    """The photos of the delegation."""
    visit = load(secret)
    _must_have_come(visit)
    rows = [row for row in visit.photos.select_related("file") if row.file.is_openable]
    context = {
        "visit": visit,
        "rows": [{"url": at("photo", visit, row.pk), "caption": row.caption} for row in rows],
        "back_url": visit_path(visit),
    }
    return render(request, "visits/photos.html", context)


@secret_page
@require_GET
def photo(request: HttpRequest, secret: str, pk: int) -> HttpResponse:
    """One photo of the delegation."""
    visit = load(secret)
    row = visit.photos.filter(pk=pk).select_related("file").first()
    if row is None or not row.file.is_openable:
        raise Http404
    return respond(row.file, download=False)
