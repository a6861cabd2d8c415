"""How long somebody will still wait: a range from a plain picture of the queue. Pure.

No database and no clock in here. A `Snapshot` says who waits before a person, who is being
served since when and how many counters serve; `estimate` plays that on with mean lengths of
service, scaled by the pace of today, and widens the middle to a range by factors learned from
earlier days (`learn`). Why this design and not another: docs/decisions/0015-estimates.md.

All lengths are minutes.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

# Quantiles of (real wait / middle): three of four ranges must come true with some to spare.
LOW_QUANTILE, HIGH_QUANTILE = 0.12, 0.88
# Added to both sides of the quotient, so that short waits do not make wild factors.
OFFSET = 5.0
# Middles below these belong together: at once, soon, later.
BANDS = (1.0, 10.0)
# Rows a cell needs before it speaks for itself.
ENOUGH = 60
# How many usual services weigh against what was measured (means) or seen today (pace).
MEAN_WEIGHT, PACE_WEIGHT = 5, 5
# Of a service that already lasts longer than usual, this part of the usual length remains.
LEFT_AT_LEAST = 0.35
# Nobody serves and no opening is known: somebody will have to come first.
NOBODY_SERVES = 5.0
FALLBACK_LOW, FALLBACK_HIGH, FALLBACK_MORE = 0.5, 2.0, 10.0
STEP = 5
LEVELS = ("weekday_hour", "hour", "queue", "mall")
NO_HISTORY = "none"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a queue when somebody looks at one place in it.

    `ahead`: the services of those called before this person, in order of call. `serving`: the
    service and the minutes since the call of everybody at a counter. `counters`: how many serve
    now; `planned`: how many usually do, for when none does. `opens_in`: minutes until service
    begins (0 while open). `pauses`: breaks of the whole queue to come, (begins in, lasts); one
    that runs begins in 0 and lasts as long as is left. `recent`: the last services that ended
    today with their length from the call on. `hour` is the local hour of the question.
    """

    weekday: int
    hour: int
    ahead: Sequence[str] = ()
    serving: Sequence[tuple[str, float]] = ()
    counters: int = 1
    planned: int = 1
    opens_in: float = 0.0
    pauses: Sequence[tuple[float, float]] = ()
    recent: Sequence[tuple[str, float]] = ()
    default_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate: the middle, the range, and the level of history it rests on."""

    low: float
    high: float
    point: float
    basis: str

    @property
    def has_history(self) -> bool:
        """Whether earlier days stand behind it; without, it is wide and says so."""
        return self.basis != NO_HISTORY


@dataclass(frozen=True, slots=True)
class Learned:
    """What earlier days taught about one queue; `to_data` and `from_data` for a JSON column."""

    mean: float
    services: Mapping[str, float] = field(default_factory=dict)
    cells: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """Plain data."""
        cells = {key: [round(low, 4), round(high, 4)] for key, (low, high) in self.cells.items()}
        services = {key: round(minutes, 3) for key, minutes in self.services.items()}
        return {"mean": round(self.mean, 3), "services": services, "cells": cells}

    @classmethod
    def from_data(cls, data: Mapping[str, Any] | None) -> "Learned | None":
        """Back from `to_data`; None for empty data."""
        if not data:
            return None
        cells = {key: (low, high) for key, (low, high) in data.get("cells", {}).items()}
        return cls(data["mean"], dict(data.get("services", {})), cells)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One range once shown and how long the person really waited from then on."""

    queue: str
    weekday: int
    hour: int
    point: float
    wait: float


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """Somebody at a counter, from the call until it was free again; no-shows too."""

    queue: str
    service: str
    minutes: float


# --- the middle ---------------------------------------------------------------------------
def middle(snapshot: Snapshot, learned: Learned | None = None) -> float:
    """Minutes until the call if everything goes on as usual; never negative.

    Everybody ahead goes to the counter that is free first. Longer lines never give less.
    """
    usual = _Usual(snapshot, learned)
    counters = max(snapshot.counters, len(snapshot.serving))
    nobody = counters <= 0
    if nobody:
        counters = max(1, snapshot.planned)
    free_at = [usual.left(service, since) for service, since in snapshot.serving]
    free_at += [0.0] * (counters - len(free_at))
    heapq.heapify(free_at)
    for service in snapshot.ahead:
        heapq.heapreplace(free_at, free_at[0] + usual.minutes(service))
    wait = free_at[0]
    opens_in = max(0.0, snapshot.opens_in)
    if nobody and not opens_in and not any(begins <= 0 for begins, _lasts in snapshot.pauses):
        wait += NOBODY_SERVES
    return with_pauses(opens_in + wait, snapshot.pauses)


def with_pauses(wait: float, pauses: Sequence[tuple[float, float]]) -> float:
    """The wait with every break in it that begins before it would be over."""
    for begins, lasts in sorted(pauses):
        if wait > begins or begins <= 0:
            wait += max(0.0, lasts)
    return wait


class _Usual:
    """How long services of this queue take, today."""

    def __init__(self, snapshot: Snapshot, learned: Learned | None) -> None:
        self._mean = learned.mean if learned else max(0.5, snapshot.default_minutes)
        self._services = learned.services if learned else {}
        known = sum(self._plain(service) for service, _minutes in snapshot.recent)
        seen = sum(max(0.0, minutes) for _service, minutes in snapshot.recent)
        weight = PACE_WEIGHT * self._mean
        self.pace = (seen + weight) / (known + weight)

    def _plain(self, service: str) -> float:
        return self._services.get(service, self._mean)

    def minutes(self, service: str) -> float:
        """The whole length."""
        return self.pace * self._plain(service)

    def left(self, service: str, since: float) -> float:
        """What is left of one that runs."""
        whole = self.minutes(service)
        return max(LEFT_AT_LEAST * whole, whole - max(0.0, since))


# --- the range ----------------------------------------------------------------------------
def estimate(snapshot: Snapshot, learned: Learned | None = None) -> Range:
    """The range for one place; `basis` names the finest level that had enough history.

    A later place never gets an earlier low or high than one before it, and nobody is called
    before the service begins.
    """
    found = around(middle(snapshot, learned), snapshot, learned)
    return replace(found, low=max(found.low, min(snapshot.opens_in, found.high)))


def around(point: float, snapshot: Snapshot, learned: Learned | None) -> Range:
    """The range around a middle, however that was found; monotone in `point`."""
    if learned is None:
        high = FALLBACK_HIGH * point + FALLBACK_MORE
        return Range(FALLBACK_LOW * point, high, point, NO_HISTORY)
    low, high, basis = _spread(point, _band(point), snapshot, learned)
    for band, edge in enumerate(BANDS[: _band(point)]):
        below, above, _basis = _spread(edge, band, snapshot, learned)
        low, high = max(low, below), max(high, above)
    return Range(low, max(low, high), point, basis)


def _spread(
    point: float, band: int, snapshot: Snapshot, learned: Learned
) -> tuple[float, float, str]:
    for level, key in zip(LEVELS, _keys(band, snapshot.weekday, snapshot.hour), strict=True):
        if key in learned.cells:
            low, high = learned.cells[key]
            low = max(0.0, low * (point + OFFSET) - OFFSET)
            return low, max(low, high * (point + OFFSET) - OFFSET), level
    return FALLBACK_LOW * point, FALLBACK_HIGH * point + FALLBACK_MORE, NO_HISTORY


def _band(point: float) -> int:
    return sum(point >= edge for edge in BANDS)


def _keys(band: int, weekday: int, hour: int) -> tuple[str, str, str, str]:
    """The names of the cells of one question, finest first."""
    return f"{band}|{weekday}|{hour}", f"{band}|*|{hour}", f"{band}", f"mall|{band}"


# --- as times on the clock ----------------------------------------------------------------
def clock_range(now: datetime, found: Range) -> tuple[datetime, datetime]:
    """The range as two times, rounded outwards to five minutes; at least five minutes apart."""
    low, high = now + timedelta(minutes=found.low), now + timedelta(minutes=found.high)
    step = timedelta(minutes=STEP)
    low_at = low - _past(low)
    high_at = high - _past(high)
    if high_at < high:
        high_at += step
    return low_at, max(high_at, low_at + step)


def _past(at: datetime) -> timedelta:
    """How far a time lies after the last full five minutes."""
    return timedelta(minutes=at.minute % STEP, seconds=at.second, microseconds=at.microsecond)


# --- learning -----------------------------------------------------------------------------
def learn(
    waits: Iterable[WaitRow],
    services: Iterable[ServiceRow],
    default_minutes: Mapping[str, float] | None = None,
) -> dict[str, Learned]:
    """What recorded days teach, per queue that had any; run it each night over the last weeks.

    Means come from `services` (a rare service leans on its queue), factors from `waits`, for
    weekday and hour, else hour, else the queue, else the whole mall.
    """
    defaults = default_minutes or {}
    lengths: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in services:
        lengths[row.queue][row.service].append(max(0.0, row.minutes))
    factors: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    mall: dict[str, list[float]] = defaultdict(list)
    for row in waits:
        quotient = (max(0.0, row.wait) + OFFSET) / (max(0.0, row.point) + OFFSET)
        *own, shared = _keys(_band(row.point), row.weekday, row.hour)
        mall[shared].append(quotient)
        for key in own:
            factors[row.queue][key].append(quotient)
    shared_cells = _cells(mall)
    found = {}
    for queue in sorted({*lengths, *factors}):
        mean, means = _means(lengths[queue], defaults.get(queue, 10.0))
        found[queue] = Learned(mean, means, shared_cells | _cells(factors[queue]))
    return found


def _means(
    lengths: Mapping[str, Sequence[float]], default: float
) -> tuple[float, dict[str, float]]:
    every = [minutes for each in lengths.values() for minutes in each]
    mean = max(0.5, (sum(every) + MEAN_WEIGHT * default) / (len(every) + MEAN_WEIGHT))
    return mean, {
        service: (sum(each) + MEAN_WEIGHT * mean) / (len(each) + MEAN_WEIGHT)
        for service, each in lengths.items()
    }


def _cells(factors: Mapping[str, list[float]]) -> dict[str, tuple[float, float]]:
    found = {}
    for key, each in factors.items():
        if len(each) >= ENOUGH:
            each.sort()
            found[key] = (quantile(each, LOW_QUANTILE), quantile(each, HIGH_QUANTILE))
    return found


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie, between two by straight line."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


# --- how good it was ----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Outcome:
    """One range as it was shown, and the wait that followed; minutes from the moment shown."""

    low: float
    high: float
    wait: float


@dataclass(frozen=True, slots=True)
class Score:
    """How many shown ranges came true, how wide they were, and whether that is good enough."""

    count: int
    hit_rate: float
    upper_rate: float
    median_width: float
    narrow_share: float

    @property
    def is_narrow(self) -> bool:
        """Whether the usual range is at most 20 minutes or half the wait wide."""
        return self.narrow_share >= 0.5


def score(outcomes: Iterable[Outcome]) -> Score:
    """Figures of shown ranges; all zero without any.

    `upper_rate`: called no later than the end of the range. `narrow_share`: ranges at most
    20 minutes or half the real wait wide, whichever is more.
    """
    rows = list(outcomes)
    if not rows:
        return Score(0, 0.0, 0.0, 0.0, 0.0)
    widths = sorted(row.high - row.low for row in rows)
    return Score(
        len(rows),
        sum(row.low <= row.wait <= row.high for row in rows) / len(rows),
        sum(row.wait <= row.high for row in rows) / len(rows),
        quantile(widths, 0.5),
        sum(row.high - row.low <= max(20.0, row.wait / 2) for row in rows) / len(rows),
    )
