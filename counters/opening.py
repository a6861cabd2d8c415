"""Whether a site is open now, said in one sentence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from counters.calendar import calendar_of, closed_days
from counters.models import Site
from counters.words import clock_words, hours_words, text_of, weekday_words
from counters.workdays import Calendar, next_open_day
from mpp.kit import clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A site as the public reads it: where, when, and whether it is open at this moment."""

    name: str
    address: str
    weekdays: str
    hours: str
    is_open: bool
    sentence: str
    is_assumed: bool


def openings() -> list[Opening]:
    """All sites in their order, as they are now; two queries."""
    closed = closed_days()
    now = clock.now()
    return [
        opening_of(site, calendar_of(site, closed), now)
        for site in Site.objects.order_by("order", "key")
    ]


def opening_of(site: Site, calendar: Calendar, now: datetime) -> Opening:
    """How `site` with its `calendar` stands at the instant `now`."""
    today = calendar.day_of(now)
    starts, ends = calendar.opening_at(today), calendar.closing_at(today)
    is_open = calendar.is_open(today) and starts <= now < ends
    if is_open:
        sentence = _("Open until %(time)s") % {"time": clock_words(site.closes_at)}
    else:
        day = next_open_day(today if now < starts else today + _DAY, calendar)
        sentence = _("Closed, opens again %(day)s %(time)s") % {
            "day": _day_words(day, today),
            "time": clock_words(site.opens_at),
        }
    return Opening(
        name=text_of(site, "name"),
        address=site.address,
        weekdays=weekday_words(calendar.weekdays),
        hours=hours_words(site),
        is_open=is_open,
        sentence=sentence,
        is_assumed=bool({"opens_at", "closes_at", "weekdays"} & set(site.assumed)),
    )


def _day_words(day: date, today: date) -> str:
    """The day as people say it: today, a weekday, or beyond a week its date too."""
    if day == today:
        return _("today")
    name = str(WEEKDAYS[day.weekday()])
    return name if (day - today).days < 7 else f"{name} {day:%d/%m/%Y}"
