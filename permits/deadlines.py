"""The legal clock of an application: a ledger in, a due date out. Pure, no database.

The clock starts when the file is declared complete, not when it is sent (UU 30/2014 art. 53:
"received complete"). It rests while the applicant has to act; a rest costs the office nothing
and gives it nothing: as many working days as it lasted are added. The day of the start and the
day a rest begins are not counted again. Limits end at closing time, those under a day at the
next closing. Entries are read in the order they were written, and a system clock that jumped
back never makes a time run backwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from counters.workdays import Calendar, add_working_days, working_days_between

KINDS = ("start", "pause", "resume", "extend", "stop")
NOT_STARTED, RUNNING, PAUSED, STOPPED = "not_started", "running", "paused", "stopped"
_MINUTES = {"minutes": 1, "hours": 60}
_MINUTES_A_DAY = 24 * 60
_INSTANT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """One line of the ledger; `days` (working days) counts for `extend` only."""

    kind: str
    at: datetime
    cause: str = ""
    days: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown kind of clock entry: {self.kind!r}.")
        if self.at.tzinfo is None:
            raise ValueError("A clock entry needs a time with a zone.")
        if self.days < 0:
            raise ValueError("A clock entry never takes days away.")


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A limit of `n` minutes, hours or working_days."""

    n: int
    unit: str = "working_days"

    def __post_init__(self) -> None:
        if self.unit != "working_days" and self.unit not in _MINUTES:
            raise ValueError(f"Unknown unit of time: {self.unit!r}.")
        if self.n < 0:
            raise ValueError("A time limit is not negative.")

    @property
    def days(self) -> int:
        """The limit in whole working days; 0 for a limit under a day."""
        if self.unit == "working_days":
            return self.n
        return self.n * _MINUTES[self.unit] // _MINUTES_A_DAY


@dataclass(slots=True)
class _Reading:
    state: str = NOT_STARTED
    started_at: datetime | None = None
    due_at: datetime | None = None
    rest_from: datetime | None = None
    rested_days: int = 0
    last_at: datetime | None = None


def _due_after(start: datetime, days: int, cal: Calendar) -> datetime:
    if days == 0:
        return cal.next_closing(start)
    return cal.closing_at(add_working_days(cal.day_of(start), days, cal))


def _end_rest(reading: _Reading, at: datetime, cal: Calendar) -> None:
    """Count the rest that ends at `at` and move the due date by as many working days."""
    rested = working_days_between(cal.day_of(reading.rest_from), cal.day_of(at), cal)
    reading.rested_days += rested
    # A promise that was already broken when the rest began stays broken.
    if reading.due_at >= reading.rest_from:
        due = cal.closing_at(add_working_days(cal.day_of(reading.due_at), rested, cal))
        # A rest that ends on a closed day or after closing must not end in being late at once.
        reading.due_at = due if due >= at else cal.next_closing(at - _INSTANT)
    reading.rest_from = None


def _apply(reading: _Reading, entry: ClockEntry, limit: TimeLimit, cal: Calendar) -> None:
    at = max(entry.at, reading.last_at) if reading.last_at else entry.at
    reading.last_at = at
    if entry.kind == "start" and reading.state == NOT_STARTED:
        reading.started_at, reading.state = at, RUNNING
        reading.due_at = _due_after(at, limit.days, cal)
    elif entry.kind == "pause" and reading.state == RUNNING:
        reading.rest_from, reading.state = at, PAUSED
    elif entry.kind == "resume" and reading.state == PAUSED:
        _end_rest(reading, at, cal)
        reading.state = RUNNING
    elif entry.kind == "extend" and reading.state in (RUNNING, PAUSED):
        day = add_working_days(cal.day_of(reading.due_at), entry.days, cal)
        reading.due_at = cal.closing_at(day)
    elif entry.kind == "stop" and reading.state in (RUNNING, PAUSED):
        if reading.rest_from:
            _end_rest(reading, at, cal)
        reading.state = STOPPED


def _read(
    entries: Iterable[ClockEntry], limit: TimeLimit, cal: Calendar, now: datetime | None = None
) -> _Reading:
    """Walk the ledger; with `now`, a rest still open counts as ending at `now`.

    Entries that do not fit the state (a second start, a pause before the start, anything after
    the stop) change nothing. Of a stopped clock `last_at` is the time of the stop.
    """
    reading = _Reading()
    for entry in entries:
        if reading.state != STOPPED:
            _apply(reading, entry, limit, cal)
    if now and reading.state != STOPPED:
        reading.last_at = max(now, reading.last_at) if reading.last_at else now
        if reading.rest_from:
            _end_rest(reading, reading.last_at, cal)
    return reading


def due_at(
    entries: Iterable[ClockEntry], limit: TimeLimit, cal: Calendar, now: datetime | None = None
) -> datetime | None:
    """When the limit ends (UTC), or None while the clock has not started.

    While the clock rests this is the date as of the pause; give `now` for the date that would
    hold if it went on now.
    """
    return _read(entries, limit, cal, now).due_at


def intake_due(submitted_at: datetime, intake_days: int, cal: Calendar) -> datetime:
    """Until when the office must declare a sent file complete or ask for corrections.

    After it, completeness is presumed: the ledger's start then bears this very instant.
    """
    return _due_after(submitted_at, intake_days, cal)


def promise(submitted_at: datetime, intake_days: int, limit: TimeLimit, cal: Calendar) -> datetime:
    """The latest end (UTC) that is promised for a file sent now: intake, then the limit.

    A file declared complete in time is never due after it. No intake days means that files
    count as complete the moment they are sent.
    """
    if intake_days == 0:
        return _due_after(submitted_at, limit.days, cal)
    return _due_after(intake_due(submitted_at, intake_days, cal), limit.days, cal)


def state_of(entries: Iterable[ClockEntry], now: datetime | None = None) -> str:
    """`not_started`, `running`, `paused` or `stopped`; with `now`, as it was at that instant."""
    state = NOT_STARTED
    moves = {
        ("start", NOT_STARTED): RUNNING,
        ("pause", RUNNING): PAUSED,
        ("resume", PAUSED): RUNNING,
        ("stop", RUNNING): STOPPED,
        ("stop", PAUSED): STOPPED,
    }
    for entry in entries:
        if now is None or entry.at <= now:
            state = moves.get((entry.kind, state), state)
    return state


def days_used(entries: Iterable[ClockEntry], now: datetime, cal: Calendar) -> int:
    """Working days the clock has run until `now` (or its stop), rests left out."""
    reading = _read(entries, TimeLimit(0), cal, now)
    if reading.started_at is None:
        return 0
    first, last = cal.day_of(reading.started_at), cal.day_of(reading.last_at)
    return working_days_between(first, last, cal) - reading.rested_days


def days_left(
    entries: Iterable[ClockEntry], limit: TimeLimit, now: datetime, cal: Calendar
) -> int | None:
    """Working days from `now` (or the stop) to the due day, negative when late.

    None while the clock has not started.
    """
    reading = _read(entries, limit, cal, now)
    if reading.due_at is None:
        return None
    return working_days_between(cal.day_of(reading.last_at), cal.day_of(reading.due_at), cal)


def is_late(entries: Iterable[ClockEntry], limit: TimeLimit, now: datetime, cal: Calendar) -> bool:
    """Whether the limit has passed (or had, when the clock stopped). Never by resting."""
    reading = _read(entries, limit, cal, now)
    return reading.due_at is not None and reading.last_at > reading.due_at
