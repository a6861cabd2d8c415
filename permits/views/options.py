"""The one endpoint that searches options: long lists, regions, villages of an address."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from permits.forms import controls, options
from permits.versions import definition_of
from permits.views.access import own_application

SAFE = re.compile(r"[A-Za-z0-9_.\-]{1,200}")


@require_GET
def option_search(request: HttpRequest, ref: str, field: str) -> HttpResponse:
    """The results for what was typed, as the radios (or boxes) of the field, to be swapped in."""
    application = own_application(request, ref)
    definition = definition_of(application.version)
    name, html_id = request.GET.get("name", ""), request.GET.get("id", "")
    if not (definition.has_field(field) and SAFE.fullmatch(name) and SAFE.fullmatch(html_id)):
        raise Http404
    question = definition.field(field)
    if question.type != "address" and not options.is_searched(question):
        raise Http404
    query = next((v for k, v in request.GET.items() if k.endswith((".q", ".region_q"))), "")
    kind = "checkbox" if question.type == "choices" else "radio"
    found = options.find(question, query)
    html = controls.results(controls.Slot(name, html_id), kind, [], found)
    return HttpResponse(mark_safe(html))  # noqa: S308 - made by controls, which escapes
