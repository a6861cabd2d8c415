"""Which hours a site, an agency in it or one counter is open on a day.

Three levels, the building, the agency, the counter: each may have a week plan and changed days,
and the hours of a day are what all of them have in common. On each level a changed day goes
before a plan with dates (Ramadan), and that before the plan without. A holiday closes the
building unless somebody gave that very day hours of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from counters.models import LAST_TICKET_MINUTES, DayChange, Holiday, Site, WeekPlan
from mpp.kit import clock

Span = tuple[time, time]
WHOLE_DAY: tuple[Span, ...] = ((time(0, 0), time(23, 59)),)


class BadSpan(ValueError):
    """A text that is no span of hours such as 08:00-12:00."""


def read_spans(texts: Iterable[str]) -> tuple[Span, ...]:
    """Spans of one day in order, from texts such as "08:00-12:00" or "08.00 - 12.00".

    Raises `BadSpan` for anything else, for an end before its start, and for spans that overlap.
    """
    spans = sorted(_read_span(str(text)) for text in texts)
    for (_start, end), (start, _end) in zip(spans, spans[1:], strict=False):
        if start < end:
            raise BadSpan("overlap")
    return tuple(spans)


def _read_span(text: str) -> Span:
    start, dash, end = text.replace(" ", "").replace("–", "-").partition("-")
    if not dash:
        raise BadSpan(text)
    opens, closes = _read_time(start), _read_time(end)
    if opens >= closes:
        raise BadSpan(text)
    return opens, closes


def _read_time(text: str) -> time:
    hour, _mark, minute = text.replace(".", ":").partition(":")
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2):
        raise BadSpan(text)
    if not (minute.isascii() and minute.isdigit() and len(minute) == 2):
        raise BadSpan(text)
    try:
        return time(int(hour), int(minute))
    except ValueError as wrong:
        raise BadSpan(text) from wrong


def write_spans(spans: Iterable[Span]) -> list[str]:
    """Spans as they are stored: `["08:00-12:00", "13:00-15:00"]`."""
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in spans]


def cut(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """What two days of spans have in common, in order."""
    common = [(max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d)]
    return tuple(sorted(common))


@dataclass(frozen=True, slots=True)
class DayHours:
    """The open spans (UTC instants) of one local day, and why it is closed when it is."""

    day: date
    spans: tuple[tuple[datetime, datetime], ...] = ()
    last_ticket_at: datetime | None = None
    reason: str = ""
    reason_en: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it opens at all on this day."""
        return bool(self.spans)

    @property
    def opens_at(self) -> datetime | None:
        """The first opening."""
        return self.spans[0][0] if self.spans else None

    @property
    def closes_at(self) -> datetime | None:
        """The last closing."""
        return self.spans[-1][1] if self.spans else None

    def is_open_at(self, at: datetime) -> bool:
        """Whether it is open at this instant (a break is not)."""
        return any(start <= at < end for start, end in self.spans)

    def break_at(self, at: datetime) -> datetime | None:
        """When a break that runs at this instant ends; None outside a break."""
        for (_a, end), (start, _b) in zip(self.spans, self.spans[1:], strict=False):
            if end <= at < start:
                return start
        return None

    def minutes_left(self, at: datetime) -> int:
        """Open minutes from this instant until closing, breaks not counted."""
        left = sum(
            (max(end - max(start, at), timedelta()) for start, end in self.spans), timedelta()
        )
        return int(left.total_seconds() // 60)


@dataclass(frozen=True)
class SiteHours:
    """All plans and changes of a site for some days, loaded once and asked often."""

    site: Site
    plans: tuple[WeekPlan, ...] = ()
    changes: tuple[DayChange, ...] = ()
    holidays: dict[date, str] = field(default_factory=dict)

    def on(
        self, day: date, *, agency_id: int | None = None, counter_id: int | None = None
    ) -> DayHours:
        """The hours of the building, of an agency in it, or of a counter (give both then)."""
        spans, reason, minutes = self._building(day)
        for name, row in (("agency_id", agency_id), ("counter_id", counter_id)):
            if row is None or reason:
                continue
            change, plan = self._change(day, name, row), self._plan(day, name, row)
            if change is not None:
                spans = cut(spans, _stored(change.spans))
                reason = _reason(change) if change.is_closed else None
            elif plan is not None:
                spans = cut(spans, _stored(plan.days.get(str(day.weekday()), [])))
            minutes = plan.last_ticket_minutes if plan is not None else minutes
        return self._made(day, spans, reason, minutes)

    def plan_on(self, day: date) -> WeekPlan | None:
        """The week plan of the building that counts on this day, if there is one."""
        return self._plan(day, None, None)

    def _building(self, day: date) -> tuple[tuple[Span, ...], tuple[str, str] | None, int]:
        change, plan = self._change(day, None, None), self._plan(day, None, None)
        minutes = plan.last_ticket_minutes if plan is not None else LAST_TICKET_MINUTES
        if change is not None:
            reason = _reason(change) if change.is_closed else None
            return _stored(change.spans), reason, minutes
        if day in self.holidays:
            return (), (self.holidays[day], ""), minutes
        if plan is not None:
            return _stored(plan.days.get(str(day.weekday()), [])), None, minutes
        if day.weekday() in (self.site.weekdays or []):
            return ((self.site.opens_at, self.site.closes_at),), None, minutes
        return (), None, minutes

    def _change(self, day: date, name: str | None, row: int | None) -> DayChange | None:
        return next((c for c in self.changes if c.day == day and _is_of(c, name, row)), None)

    def _plan(self, day: date, name: str | None, row: int | None) -> WeekPlan | None:
        fitting = [p for p in self.plans if _is_of(p, name, row) and _runs_on(p, day)]
        return max(fitting, key=_dated_first, default=None)

    def _made(
        self,
        day: date,
        spans: tuple[Span, ...],
        reason: tuple[str, str] | None,
        minutes: int,
    ) -> DayHours:
        zone = self.site.time_zone
        instants = tuple(
            (clock.instant(day, start, zone), clock.instant(day, end, zone))
            for start, end in spans
        )
        why, why_en = reason or ("", "")
        if not instants:
            return DayHours(day, reason=why, reason_en=why_en)
        last = max(instants[-1][1] - timedelta(minutes=minutes), instants[0][0])
        return DayHours(day, instants, last)


def _is_of(row: WeekPlan | DayChange, name: str | None, wanted: int | None) -> bool:
    if name is None:
        return row.agency_id is None and row.counter_id is None
    return getattr(row, name) == wanted


def _runs_on(plan: WeekPlan, day: date) -> bool:
    after = plan.starts_on is None or plan.starts_on <= day
    return after and (plan.ends_on is None or day <= plan.ends_on)


def _dated_first(plan: WeekPlan) -> tuple[bool, date]:
    return plan.starts_on is not None, plan.starts_on or date.min


def _reason(change: DayChange) -> tuple[str, str]:
    return change.reason, change.reason_en


def _stored(texts: object) -> tuple[Span, ...]:
    """Spans of a row; the desk refuses a bad one, an old import must not take pages down."""
    try:
        return read_spans(texts if isinstance(texts, list) else [])
    except BadSpan:
        return ()


def site_hours(site: Site, first: date, last: date | None = None) -> SiteHours:
    """The hours of `site` from `first` to `last` (default: that day alone); three queries."""
    last = last or first
    plans = WeekPlan.objects.filter(site=site).filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=last, ends_on__gte=first)
    )
    changes = DayChange.objects.filter(site=site, day__range=(first, last))
    closed = Holiday.objects.filter(day__range=(first, last), is_closed=True)
    return SiteHours(site, tuple(plans), tuple(changes), dict(closed.values_list("day", "name")))
