"""Whether a site is open now, and its hours, from the same rows by which numbers are given."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from counters.hours import BadSpan, DayHours, SiteHours, read_spans, site_hours
from counters.known_sites import AHEAD, coming_hours, known_sites
from counters.models import Site, WeekPlan
from counters.words import clock_words, hours_words, text_of, weekday_words
from mpp.kit import clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A site as the public reads it: where, when, and whether it is open at this moment.

    `lines` are the usual hours of the week, `today` those of this day, `note` what is different
    today: the reason of a closed day, or the name of the plan that runs now (Ramadan).
    """

    name: str
    address: str
    lines: tuple[str, ...]
    today: str
    is_open: bool
    sentence: str
    note: str
    is_assumed: bool


def openings() -> list[Opening]:
    """All sites in their order, as they are now; no query while sites and hours are kept."""
    now = clock.now()
    return [
        opening_of(site, now, coming_hours(site, clock.local(now, site.time_zone).date()))
        for site in known_sites()
    ]


def opening_of(site: Site, now: datetime, hours: SiteHours | None = None) -> Opening:
    """How `site` stands at the instant `now`; three queries where its hours are not given."""
    today = clock.local(now, site.time_zone).date()
    hours = hours or site_hours(site, today, today + AHEAD * _DAY)
    plan = hours.plan_on(today)
    assumed = plan.assumed if plan is not None else site.assumed
    return Opening(
        name=text_of(site, "name"),
        address=site.address,
        lines=week_lines(site, plan),
        today=today_words(hours.on(today), site.time_zone),
        is_open=hours.on(today).is_open_at(now),
        sentence=_sentence(hours, today, now),
        note=_note(hours.on(today), plan),
        is_assumed=bool({"opens_at", "closes_at", "weekdays", "days"} & set(assumed)),
    )


def _sentence(hours: SiteHours, today: date, now: datetime) -> str:
    zone, here = hours.site.time_zone, hours.on(today)
    for start, end in here.spans:
        if start <= now < end:
            until = clock_words(clock.local(end, zone))
            return _("Open until %(time)s") % {"time": until}
    back = here.break_at(now)
    if back is not None:
        return _("Break, open again at %(time)s") % {"time": clock_words(clock.local(back, zone))}
    for ahead in range(AHEAD + 1):
        day = hours.on(today + ahead * _DAY)
        if day.is_open and day.opens_at > now:
            opens = clock_words(clock.local(day.opens_at, zone))
            words = {"day": _day_words(day.day, today), "time": opens}
            return _("Closed, opens again %(day)s %(time)s") % words
    return _("Closed")


def _note(today: DayHours, plan: WeekPlan | None) -> str:
    if not today.is_open and today.reason:
        return _("Closed today: %(reason)s") % {"reason": text_of(today, "reason")}
    if plan is not None and plan.starts_on is not None:
        return text_of(plan, "name")
    return ""


def today_words(hours: DayHours, zone: str) -> str:
    """Today's hours of a site, agency or counter with their break, or that it is closed."""
    if hours.is_open:
        return _("Today %(hours)s") % {"hours": spans_words(hours, zone)}
    if hours.reason:
        return _("Closed today: %(reason)s") % {"reason": text_of(hours, "reason")}
    return _("Closed today")


def spans_words(hours: DayHours, zone: str) -> str:
    """The open spans of a day, "08.00–12.00, 13.00–15.00"."""
    local = [(clock.local(start, zone), clock.local(end, zone)) for start, end in hours.spans]
    return ", ".join(f"{clock_words(start)}–{clock_words(end)}" for start, end in local)


def week_lines(site: Site, plan: WeekPlan | None) -> tuple[str, ...]:
    """The usual week in as few lines as it has different days."""
    if plan is None:
        return (f"{weekday_words(site.weekdays or [])}, {hours_words(site)}",)
    groups: dict[str, list[int]] = {}
    for day in range(7):
        try:
            spans = read_spans(plan.days.get(str(day), []))
        except BadSpan:
            spans = ()
        if spans:
            words = ", ".join(f"{clock_words(a)}–{clock_words(b)}" for a, b in spans)
            groups.setdefault(words, []).append(day)
    return tuple(f"{weekday_words(days)}, {words}" for words, days in groups.items())


def _day_words(day: date, today: date) -> str:
    """The day as people say it: today, a weekday, or beyond a week its date too."""
    if day == today:
        return _("today")
    name = str(WEEKDAYS[day.weekday()])
    return name if (day - today).days < 7 else f"{name} {day:%d/%m/%Y}"
