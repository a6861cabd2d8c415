"""The catalogue and the agencies: public pages, the same for everybody, without a cookie.

What does not depend on the person is drawn once and held with the published catalogue
(`counters.published`); a page adds its frame to it.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from counters import browse
from counters.published import Published, published
from counters.querysets import public_agencies
from counters.views import pieces
from counters.views.service_page import service_body
from counters.words import text_of

# The script of the search field asks for the results alone, by this header.
INSTANT = "X-Instant"


@login_not_required
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """The catalogue: search (`q`), filters, pages of 20. Words that cannot be searched: 400."""
    known = published()
    wish = browse.read_wish(request.GET, known)
    found = browse.find(wish, known)
    page = browse.page_of(found, request.GET.get("page"))
    results = _results(known, wish, page, len(found))
    if INSTANT in request.headers:
        response = HttpResponse(results)
    else:
        context = {"wish": wish, "results": results, "filters": _filters(known, wish)}
        response = render(request, "counters/service_list.html", context)
    response.status_code = 400 if wish.problem else 200
    patch_vary_headers(response, [INSTANT])
    return response


def _results(known: Published, wish: browse.Wish, page: browse.Page, total: int) -> SafeString:
    """The results; those of the plain catalogue and of one filter are held."""
    if wish.query or wish.problem or len(wish.chosen) > 1:
        return pieces.results_html(known, wish, page, total)
    return known.fragment(
        ("results", wish.chosen, page.number),
        lambda: pieces.results_html(known, wish, page, total),
    )


def _filters(known: Published, wish: browse.Wish) -> SafeString:
    """The filters; without a choice or with one they are held."""
    if len(wish.chosen) > 1:
        return pieces.filters_html(known, wish)
    return known.fragment(("filters", wish.chosen), lambda: pieces.filters_html(known, wish))


@login_not_required
@require_safe
def service_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One service with its published standard; `?version=` shows a former one."""
    known = published()
    service = known.services.get(key)
    if service is None:
        raise Http404("No such service.")
    wanted = request.GET.get("version")
    if wanted is None:
        body = known.fragment(("service", key), lambda: service_body(service))
    else:
        standard = next((row for row in service.versions if str(row.version) == wanted), None)
        if standard is None:
            raise Http404("No such version.")
        body = service_body(service, standard)
    context = {"title": text_of(service, "name"), "body": body, "is_past": wanted is not None}
    return render(request, "counters/service_detail.html", context)


@login_not_required
@require_safe
def agency_list(request: HttpRequest) -> HttpResponse:
    """All agencies of the mall."""
    known = published()
    body = known.fragment("agencies", lambda: pieces.agencies_html(known, public_agencies()))
    return render(request, "counters/agency_list.html", {"body": body})


@login_not_required
@require_safe
def agency_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One agency: what it does, its hours, counters and services."""
    known = published()
    agency = known.agencies.get(key) or get_object_or_404(public_agencies(), key=key)
    body = known.fragment(("agency", key), lambda: _agency_body(known, agency))
    context = {"title": text_of(agency, "name"), "body": body}
    return render(request, "counters/agency_detail.html", context)


def _agency_body(known: Published, agency) -> str:
    context = pieces.agency_context(known, agency)
    return render_to_string("counters/_agency_body.html", context)
