"""Working days as pure functions: no database, no clock of its own.

Time limits of the administration run in working days: five after the file is received complete
(UU 30/2014 art. 53 as changed by UU 11/2020 art. 175 and kept by UU 6/2023). National holidays
and joint leave (cuti bersama) come from a yearly joint decree, so they are rows that staff edit;
the `holidays` package only suggests them. Normal week: Perpres 21/2023, Monday to Friday.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

_DAY = timedelta(days=1)
# Nobody closes for longer than a year: then the calendar is wrong, not the search.
_LONGEST_CLOSURE = 400
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one place works: closed days, open weekdays (0 is Monday), hours and zone."""

    closed: frozenset[date] = frozenset()
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closing: time = time(15, 30)
    opening: time = time(8, 0)
    zone: str = "Asia/Jakarta"
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("A calendar needs open weekdays, from 0 (Monday) to 6.")
        if self.opening >= self.closing:
            raise ValueError("A calendar must open before it closes.")
        object.__setattr__(self, "_tz", ZoneInfo(self.zone))

    def is_open(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() in self.weekdays and day not in self.closed

    def day_of(self, at: datetime) -> date:
        """The local day of an instant; refuses a time without a zone."""
        if at.tzinfo is None:
            raise ValueError("A time without a zone belongs to no day.")
        return at.astimezone(self._tz).date()

    def opening_at(self, day: date) -> datetime:
        """The instant (UTC) at which `day` opens."""
        return datetime.combine(day, self.opening, tzinfo=self._tz).astimezone(UTC)

    def closing_at(self, day: date) -> datetime:
        """The instant (UTC) at which `day` closes."""
        return datetime.combine(day, self.closing, tzinfo=self._tz).astimezone(UTC)

    def next_closing(self, at: datetime) -> datetime:
        """The first closing of a working day after `at`, never at the same instant."""
        day = next_open_day(self.day_of(at), self)
        if self.closing_at(day) <= at:
            day = add_working_days(day, 1, self)
        return self.closing_at(day)


def next_open_day(day: date, cal: Calendar) -> date:
    """`day` itself when it is a working day, else the first one after it."""
    for _ in range(_LONGEST_CLOSURE):
        if cal.is_open(day):
            return day
        day += _DAY
    raise ValueError("The calendar is closed for more than a year.")


def add_working_days(start: date, n: int, cal: Calendar) -> date:
    """The n-th working day after `start`; the day of `start` itself is never counted.

    For 0 it is `start`, or the next working day when `start` is none.
    """
    if n < 0:
        raise ValueError("Working days are counted forwards.")
    if n == 0:
        return next_open_day(start, cal)
    day = start
    for _ in range(n):
        day = next_open_day(day + _DAY, cal)
    return day


def working_days_between(a: date, b: date, cal: Calendar) -> int:
    """How many working days lie after `a` up to and with `b`; negative when `b` is before `a`."""
    if b < a:
        return -working_days_between(b, a, cal)
    return sum(cal.is_open(a + _DAY * step) for step in range(1, (b - a).days + 1))


@dataclass(frozen=True, slots=True)
class Segment:
    """One working day of the promise bar; state is `passed`, `today`, `ahead` or `late`."""

    day: date
    state: str


def segments(start: date, end: date, today: date, cal: Calendar) -> list[Segment]:
    """The promise bar: one segment per working day after `start` up to `end`.

    When `today` is past `end`, the working days since then follow as `late`.
    """
    span = (max(end, today) - start).days
    days = (start + _DAY * step for step in range(1, span + 1))
    return [Segment(day, _state(day, end, today)) for day in days if cal.is_open(day)]


def _state(day: date, end: date, today: date) -> str:
    if day > end:
        return "late"
    if day == today:
        return "today"
    return "passed" if day < today else "ahead"


def seed_holidays(year: int) -> list[tuple[date, str, str]]:
    """Suggested closed days of a year as (day, Indonesian name, kind), in order.

    Kind is `public` (national holiday) or `government` (joint leave). For years without a
    decree yet the package guesses the Islamic days and knows no joint leave: staff must check.
    """
    found: dict[date, tuple[date, str, str]] = {}
    # Public last: a day of both kinds is a national holiday.
    for kind in ("government", "public"):
        days = holidays.Indonesia(years=year, categories=(kind,), language="id")
        found |= {day: (day, name, kind) for day, name in days.items()}
    return [found[day] for day in sorted(found)]
