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

from counters.hall_now import hall_now, mall_usual
from counters.opening import openings
from counters.published import Published, published
from counters.search import rank
from counters.views.queues import (
    hour_words,
    is_open,
    queue_url,
    state_words,
    waiting_words,
)
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.installation import installation
from mpp.kit.theme import theme_css
from visits.models import VisitRules

NEEDS_SHOWN = 4
EVENTS_SHOWN = 8
QUEUES_SHOWN = 3
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
    live = _live()
    return {
        "catalogue_url": catalogue,
        "online_url": f"{catalogue}?channel=online" if known.has_online else catalogue,
        "has_online": known.has_online,
        "track_url": reverse("permits:track"),
        "verify_url": reverse("verify"),
        "visits_url": _visits_url(),
        "needs": _frequent_needs(known, catalogue),
        "events": _life_events(known, catalogue),
        "openings": openings(),
        "live": live,
        "queue_url": reverse("counters:queue-list"),
        "size": _("%(services)s from %(agencies)s")
        % {
            "services": _service_count(services),
            "agencies": ngettext("%(count)s agency", "%(count)s agencies", agencies)
            % {"count": agencies},
        },
    }


def _live() -> dict | None:
    """The hall right now for the ticket on the home page; None without any queue.

    Numbers stand here only while something is open: a closed mall shows hours, never zeros.
    """
    hall = hall_now()
    rows = [row for row in hall.queues if is_open(row)]
    if not rows:
        return None
    site = rows[0].queue.site
    here = [row for row in rows if row.queue.site_id == site.pk]
    usual, quiet, busy = mall_usual(here)
    longest = sorted(here, key=lambda row: -row.waiting)[:QUEUES_SHOWN]
    return {
        "state": state_words(max(here, key=lambda row: row.hours.closes_at)),
        "waiting": sum(row.waiting for row in here),
        "wait": usual,
        "open": sum(row.open_counters for row in here),
        "counters": sum(row.counters for row in here),
        "rows": [
            {
                "url": queue_url(row.queue),
                "name": text_of(row.queue, "name"),
                "waiting": waiting_words(row.waiting),
            }
            for row in longest
            if row.waiting
        ],
        "quiet": hour_words(quiet) if quiet is not None else "",
        "busy": hour_words(busy) if busy is not None else "",
        "down": list(dict.fromkeys(o.system_name for row in here for o in row.outages)),
        "updated": clock_words(clock.local(hall.at, site.time_zone)),
    }


def _visits_url() -> str:
    """The calendar of study visits; empty while nobody is received."""
    receives = VisitRules.objects.filter(is_active=True).exists()
    return reverse("visits:calendar") if receives else ""


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
