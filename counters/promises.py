"""The date a service promises to whoever applies now. Pure: no database, no clock of its own.

Promise = the day of applying + the working days to check completeness + the time limit. It is the
same sum that an application later stores (`permits.deadlines.promise`); a test compares both.
"""

from dataclasses import dataclass
from datetime import date, datetime

from counters.models import ServiceStandard, TimeUnit
from counters.workdays import Calendar, add_working_days, working_days_between
from mpp.kit.promise_bar import PromiseBar, promise_bar

_MINUTES = {TimeUnit.MINUTES: 1, TimeUnit.HOURS: 60}
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Promise:
    """The promised day and the working days up to it (0 = the very day)."""

    day: date
    working_days: int

    @property
    def bar(self) -> PromiseBar:
        """The promise bar of a promise that has not begun."""
        return promise_bar(self.working_days)


def limit_days(standard: ServiceStandard) -> int:
    """The time limit in whole working days; 0 for a limit under a day."""
    count = standard.limit_count or 0
    if standard.limit_unit == TimeUnit.WORKING_DAYS:
        return count
    return count * _MINUTES.get(standard.limit_unit, 0) // _MINUTES_A_DAY


def promise_if_sent(standard: ServiceStandard, at: datetime, calendar: Calendar) -> Promise | None:
    """What the standard promises for a file sent at `at`; None without a time limit."""
    if standard.limit_count is None:
        return None
    end = at
    if standard.intake_days:
        end = _end_after(end, standard.intake_days, calendar)
    end = _end_after(end, limit_days(standard), calendar)
    sent_on, day = calendar.day_of(at), calendar.day_of(end)
    return Promise(day, working_days_between(sent_on, day, calendar))


def _end_after(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Closing time `days` working days after `start`; 0 days end at the next closing."""
    if days == 0:
        return calendar.next_closing(start)
    return calendar.closing_at(add_working_days(calendar.day_of(start), days, calendar))
