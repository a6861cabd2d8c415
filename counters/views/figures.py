"""The queue's figures for everybody: waiting per agency and hour, ranges that came true."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from counters import figures, figures_tables
from counters.models import Agency
from counters.tally import FEWEST
from counters.words import text_of

DAYS = 30
KEPT_SECONDS = 300


def _period() -> figures.Period:
    first, last = figures.last_days(DAYS)
    return figures.Period(first=first, last=last)


@login_not_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The last thirty days as plain tables; groups under five people are left out."""
    cache = caches["local"]
    key = f"queue-figures:{get_language()}"
    context = cache.get(key)
    if context is None:
        context = _context()
        cache.set(key, context, KEPT_SECONDS)
    return render(request, "counters/queue_figures.html", context)


def _context() -> dict:
    made = figures.report(_period())
    agencies = {agency.pk: agency for agency in Agency.objects.filter(is_active=True)}
    return {
        "days": DAYS,
        "fewest": FEWEST,
        "total": figures_tables.row_of(made.total, is_public=True),
        "agencies": [
            {
                "name": agencies[pk].abbr or text_of(agencies[pk], "name"),
                **figures_tables.row_of(tally, is_public=True),
            }
            for pk, tally in made.agencies
            if pk in agencies
        ],
        "heat": figures_tables.heat_rows(made, is_public=True),
        "heat_hours": [figures_tables.hour_words(hour) for hour in made.shown_hours],
    }


@login_not_required
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The same per agency and hour as CSV, for anybody to count with."""
    agencies = {agency.pk: agency for agency in Agency.objects.filter(is_active=True)}
    found = figures.by_agency_and_hour(_period())
    body = figures_tables.csv_bytes(
        figures_tables.PUBLIC_HEADS, figures_tables.public_rows(found, agencies)
    )
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="angka-antrean.csv"'
    return response
