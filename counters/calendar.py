"""The working calendar of a site: its hours and weekdays with the closed days from the table.

Built calendars are remembered for a minute per process, because every promise asks for one.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.core.cache import caches

from counters import known_sites
from counters.models import DayChange, Holiday, Site
from counters.workdays import MONDAY_TO_FRIDAY, Calendar

SECONDS = 60
_HOME = "calendar:home"


def home_calendar() -> Calendar:
    """The calendar of the first site, by which the mall promises; two queries a minute."""
    cache = caches["local"]
    calendar = cache.get(_HOME)
    if calendar is None:
        site = next(iter(known_sites.known_sites()), None)
        calendar = calendar_of(site, closed_days(site))
        cache.set(_HOME, calendar, SECONDS)
    return calendar


def forget() -> None:
    """Build the calendar anew at the next question, after hours or holidays were changed."""
    caches["local"].delete(_HOME)
    known_sites.forget()


def closed_days(site: Site | None = None) -> frozenset[date]:
    """All days the table closes, and those on which the building of `site` is closed.

    One query. A day opened in spite of a holiday stays a holiday here:
    serving people does not make it a working day of the administration.
    """
    closed = Holiday.objects.filter(is_closed=True).order_by().values_list("day", flat=True)
    if site is not None:
        whole = DayChange.objects.filter(
            site=site, agency__isnull=True, counter__isnull=True, spans=[]
        )
        closed = closed.union(whole.order_by().values_list("day", flat=True))
    return frozenset(closed)


def calendar_of(site: Site | None, closed: Iterable[date]) -> Calendar:
    """The calendar of `site`; without a site the usual week in the installation's zone."""
    if site is None:
        return Calendar(closed=frozenset(closed), zone=settings.TIME_ZONE)
    return Calendar(
        closed=frozenset(closed),
        weekdays=_weekdays(site.weekdays),
        opening=site.opens_at,
        closing=site.closes_at,
        zone=site.time_zone,
    )


def _weekdays(stored: object) -> frozenset[int]:
    """The stored weekdays; the usual week when a row holds nothing usable.

    The desk refuses such a row, but an import of long ago must not take every page down.
    """
    listed = stored if isinstance(stored, list) else []
    usable = frozenset(day for day in listed if isinstance(day, int) and 0 <= day <= 6)
    return usable or MONDAY_TO_FRIDAY
