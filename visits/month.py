"""One month of a site's visits as a table of weeks: what the public calendar shows."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counters.models import Site
from mpp.kit.wording import date_id
from visits.availability import Day, Frame, days

MONDAY_TO_FRIDAY = range(5)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the table: its number, state, the word under it, the whole sentence, a link."""

    number: int
    state: str
    word: str
    sentence: str
    reason: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Month:
    """What the page draws: weeks of cells (None where a week has no such day) and the links."""

    first: date
    weekdays: tuple[int, ...]
    weeks: list[list[Cell | None]]
    before: date | None
    after: date | None
    has_free: bool
    next_free: date | None
    chosen: Day | None


def month_start(text: str, frame: Frame) -> date:
    """The first day of the month asked for ("2026-12"), never outside what can be booked."""
    first, last = frame.today.replace(day=1), frame.last.replace(day=1)
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        wanted = frame.first.replace(day=1)
    return max(first, min(wanted, last))


def _last_of(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _next(first: date) -> date:
    return _last_of(first) + timedelta(days=1)


def build(frame: Frame, first: date, chosen: str = "") -> Month:
    """The month that begins on `first`; five queries more than the frame, ten when it is full."""
    last = _last_of(first)
    found = days(frame.site, first, last, frame)
    weekdays = _weekdays(frame)
    has_free = any(day.state in ("free", "few") for day in found)
    after = _next(first) if _next(first) <= frame.last else None
    weeks, week = [], dict.fromkeys(weekdays)
    for day in found:
        if day.date.weekday() == 0 and any(week.values()):
            weeks.append(list(week.values()))
            week = dict.fromkeys(weekdays)
        if day.date.weekday() in week:
            week[day.date.weekday()] = _cell(frame, day, chosen)
    if any(week.values()):
        weeks.append(list(week.values()))
    return Month(
        first=first,
        weekdays=weekdays,
        weeks=weeks,
        before=(first - timedelta(days=1)).replace(day=1) if first > frame.today else None,
        after=after,
        has_free=has_free,
        next_free=None if has_free or after is None else _next_free(frame, after),
        chosen=next((day for day in found if day.date.isoformat() == chosen), None),
    )


def _weekdays(frame: Frame) -> tuple[int, ...]:
    """Monday to Friday, and the days of a weekend on which a session takes place."""
    used = {day for session in frame.sessions for day in session.weekdays}
    return tuple(sorted({*MONDAY_TO_FRIDAY, *used}))


def _next_free(frame: Frame, start: date) -> date | None:
    """The first day from `start` on that has a place."""
    coming = days(frame.site, start, frame.last, frame)
    return next((day.date for day in coming if day.state in ("free", "few")), None)


def _cell(frame: Frame, day: Day, chosen: str) -> Cell:
    is_open = day.state in ("free", "few")
    word = _word(frame, day)
    sentence = f"{date_id(day.date)}: {word}."
    if day.reason:
        sentence += f" {day.reason}"
    if day.pending:
        sentence += f" {pending_words(day.pending)}"
    query = {"lokasi": frame.site.key, "bulan": f"{day.date:%Y-%m}", "hari": day.date.isoformat()}
    url = f"?{urlencode(query)}#sesi" if is_open or day.state == "full" else ""
    is_chosen = day.date.isoformat() == chosen and bool(url)
    return Cell(day.date.day, day.state, word, sentence, day.reason, url, is_chosen)


def _word(frame: Frame, day: Day) -> str:
    if day.state == "closed":
        if day.date < frame.today:
            return _("over")
        soon = day.date < frame.first and frame.calendar.is_open(day.date) and day.openings
        return _("too soon") if soon else _("closed")
    if day.state == "full":
        return _("full")
    open_count = sum(opening.is_open for opening in day.openings)
    if open_count == 1 and len(day.openings) > 1:
        return _("1 session")
    return _("few places") if day.state == "few" else _("free")


def pending_words(count: int) -> str:
    """How many requests wait for an answer; they take no place."""
    words = ngettext("%(count)s request waits.", "%(count)s requests wait.", count)
    return words % {"count": count}


def open_sessions(site: Site, frame: Frame) -> list:
    """Every session that can still be asked for, by day: what the wishes are chosen from."""
    coming = days(site, frame.first, frame.last, frame)
    return [opening for day in coming for opening in day.openings if opening.is_open]
