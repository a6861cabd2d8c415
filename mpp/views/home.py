"""The home page and the region's style sheet."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from counters.opening import openings
from counters.published import Published, published
from counters.search import rank
from mpp.kit.installation import installation
from mpp.kit.theme import theme_css

NEEDS_SHOWN = 4
EVENTS_SHOWN = 8
YEAR = 365 * 24 * 3600


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search first, then the doors that work; the same for everybody but for the frame."""
    known = published()
    body = known.fragment(
        ("home", installation().revision),
        lambda: render_to_string("mpp/_home_body.html", _home_context(known)),
    )
    return render(request, "mpp/home.html", {"body": body})


def _home_context(known: Published) -> dict:
    """What the home page says, in the active language; few queries, see `openings`."""
    catalogue = reverse("counters:service-list")
    services, agencies = len(known.services), len(known.agencies)
    return {
        "catalogue_url": catalogue,
        "online_url": f"{catalogue}?channel=online" if known.has_online else catalogue,
        "has_online": known.has_online,
        "track_url": reverse("permits:track"),
        "verify_url": reverse("verify"),
        "needs": _frequent_needs(known, catalogue),
        "events": _life_events(known, catalogue),
        "openings": openings(),
        "size": _("%(services)s from %(agencies)s")
        % {
            "services": _service_count(services),
            "agencies": ngettext("%(count)s agency", "%(count)s agencies", agencies)
            % {"count": agencies},
        },
    }


def _frequent_needs(known: Published, catalogue: str) -> list[dict[str, str]]:
    """Everyday searches that find something here, as links."""
    words = [
        _("Lost ID card"),
        _("Practice licence"),
        _("Start a business"),
        _("Passport"),
        _("Family card"),
        _("Birth certificate"),
    ]
    found = [text for text in words if rank(text, known.index, 1)]
    return [
        {"label": text, "url": f"{catalogue}?{urlencode({'q': text})}"}
        for text in found[:NEEDS_SHOWN]
    ]


def _life_events(known: Published, catalogue: str) -> list[dict[str, str]]:
    rows = list(known.life_events.items())[:EVENTS_SHOWN]
    return [
        {
            "row": event,
            "url": f"{catalogue}?{urlencode({'event': key})}",
            "count": _service_count(len(known.members["event"][key])),
        }
        for key, event in rows
    ]


def _service_count(count: int) -> str:
    return ngettext("%(count)s service", "%(count)s services", count) % {"count": count}


@login_not_required
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The region's colours and motif as CSS; `?r=` is the revision, so it may be kept long."""
    row = installation()
    response = HttpResponse(
        theme_css(row.theme, row.motif), content_type="text/css; charset=utf-8"
    )
    is_current = request.GET.get("r") == str(row.revision)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}" if is_current else "no-cache"
    return response
