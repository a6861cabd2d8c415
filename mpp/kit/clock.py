"""The one clock of the portal. Nothing else asks the system for the time.

Times are kept in UTC; a day is always a day *somewhere*, so "today" needs a zone. Between 00.00
and 07.00 in Jakarta the date in UTC is still yesterday: never take a day from UTC.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(name: str | None = None) -> ZoneInfo:
    """The zone called `name`; without a name the one of the installation (TIME_ZONE)."""
    return _zone(name or settings.TIME_ZONE)


_other: ContextVar[Callable[[], datetime] | None] = ContextVar("other", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    other = _other.get()
    return other() if other else datetime.now(tz=UTC)


@contextmanager
def follow(other: Callable[[], datetime]) -> Iterator[None]:
    """Let everything inside live by another clock, which goes on meanwhile: for simulations."""
    token = _other.set(lambda: other().astimezone(UTC))
    try:
        yield
    finally:
        _other.reset(token)


@contextmanager
def replay(at: datetime) -> Iterator[None]:
    """Let acts inside happen at `at`: for demo data and imports of old files, never in views."""
    with follow(lambda: at):
        yield


def local(at: datetime, zone: str | None = None) -> datetime:
    """The instant `at` as the wall clock of `zone` shows it; refuses a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("A time without a zone has no place on our clock.")
    return at.astimezone(zone_of(zone))


def today(zone: str | None = None) -> date:
    """The current day in `zone` (default: the installation's)."""
    return local(now(), zone).date()


def instant(day: date, at: time, zone: str | None = None) -> datetime:
    """The instant (UTC) when the wall clock of `zone` shows `at` on `day`."""
    return datetime.combine(day, at, tzinfo=zone_of(zone)).astimezone(UTC)
