"""Compare designs of the estimate on played days: `python tools/compare_estimates.py`.

Each design is fitted on forty days and tested on twenty others; a range counts as shown, that is
rounded outwards to five minutes. The figures stand in docs/decisions/0015-estimates.md.
"""

import argparse
import bisect
import heapq
import random
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hall import HALL  # noqa: E402
from hall_run import Row  # noqa: E402
from record_days import RecordedDay, pauses_at, record  # noqa: E402

from counters import estimates  # noqa: E402
from counters.estimates import Learned, Outcome, Range, Snapshot, WaitRow  # noqa: E402

PLANNED = {queue.key: queue.counters for queue in HALL}
MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
DRAWS = 40
Middle = Callable[[Snapshot, Row, Learned | None], float]


def snapshot_of(row: Row) -> Snapshot:
    """What the portal would know at the moment of this row."""
    return Snapshot(
        row.weekday,
        int(row.at // 60),
        row.ahead,
        row.serving,
        row.counters,
        PLANNED[row.queue],
        row.opens_in,
        pauses_at(row.weekday, row.at),
        row.recent,
    )


def service_rows(days: list[RecordedDay]) -> list[estimates.ServiceRow]:
    """Everybody at a counter on these days."""
    return [
        estimates.ServiceRow(each.queue, each.service, each.minutes)
        for day in days
        for each in day.served
    ]


def fit(days: list[RecordedDay], middle: Middle, rounds: int = 2) -> dict[str, Learned]:
    """Learn means first, then the factors of a middle that uses them, as night after night."""
    services = service_rows(days)
    learned = estimates.learn([], services)
    for _round in range(rounds - 1):
        waits = []
        for day in days:
            for row in day.rows:
                snapshot = snapshot_of(row)
                point = middle(snapshot, row, learned.get(row.queue))
                waits.append(WaitRow(row.queue, row.weekday, snapshot.hour, point, row.wait))
        learned = estimates.learn(waits, services)
    return learned


def shown(row: Row, found: Range) -> Outcome:
    """The outcome of a range as the clock times people see."""
    at = MIDNIGHT + timedelta(minutes=row.at)
    low_at, high_at = estimates.clock_range(at, found)
    low, high = ((each - at) / timedelta(minutes=1) for each in (low_at, high_at))
    return Outcome(low, high, row.wait)


def outcomes(
    days: list[RecordedDay], learned: dict[str, Learned], middle: Middle
) -> list[Outcome]:
    """Every range of these days, as shown."""
    found = []
    for day in days:
        for row in day.rows:
            snapshot, own = snapshot_of(row), learned.get(row.queue)
            point = middle(snapshot, row, own)
            found.append(shown(row, estimates.around(point, snapshot, own)))
    return found


# --- the designs --------------------------------------------------------------------------
def played_on(snapshot: Snapshot, _row: Row, learned: Learned | None) -> float:
    """The design of the portal."""
    return estimates.middle(snapshot, learned)


def without_pace(snapshot: Snapshot, row: Row, learned: Learned | None) -> float:
    """The same without looking at how today goes."""
    return estimates.middle(Snapshot(**{**_fields(snapshot), "recent": ()}), learned)


def _fields(snapshot: Snapshot) -> dict:
    return {name: getattr(snapshot, name) for name in Snapshot.__slots__}


def by_position(snapshot: Snapshot, _row: Row, learned: Learned | None) -> float:
    """People ahead times the mean, divided by the counters."""
    mean = learned.mean if learned else snapshot.default_minutes
    counters = snapshot.counters or snapshot.planned
    return snapshot.opens_in + len(snapshot.ahead) * mean / counters


def last_to_enter(snapshot: Snapshot, row: Row, _learned: Learned | None) -> float:
    """As long as the one who was called last had waited."""
    return snapshot.opens_in + row.last_wait


def head_of_line(snapshot: Snapshot, row: Row, _learned: Learned | None) -> float:
    """As long as the first in line has waited so far."""
    return snapshot.opens_in + row.first_wait


def conditional_simulation(
    test: list[RecordedDay], fitted: list[RecordedDay], every: int
) -> list[Outcome]:
    """Draw lengths of service from those recorded, play the line many times, take quantiles.

    Only each `every`-th row, because it is slow; no factors are learned.
    """
    lengths: dict[str, list[float]] = {}
    for row in service_rows(fitted):
        lengths.setdefault(row.service, []).append(row.minutes)
    for each in lengths.values():
        each.sort()
    rng = random.Random("draws")
    rows = [row for day in test for row in day.rows][::every]
    found = []
    for row in rows:
        snapshot = snapshot_of(row)
        waits = sorted(_one_draw(rng, snapshot, lengths) for _draw in range(DRAWS))
        low, high = (estimates.quantile(waits, share) for share in (0.12, 0.88))
        found.append(shown(row, Range(low, high, waits[DRAWS // 2], "queue")))
    return found


def _one_draw(rng: random.Random, snapshot: Snapshot, lengths: dict[str, list[float]]) -> float:
    free = []
    for service, since in snapshot.serving:
        known = lengths[service]
        place = bisect.bisect_right(known, since)
        free.append(known[rng.randrange(place, len(known))] - since if place < len(known) else 1.0)
    counters = max(snapshot.counters or snapshot.planned, len(free))
    free += [0.0] * (counters - len(free))
    heapq.heapify(free)
    for service in snapshot.ahead:
        heapq.heapreplace(free, free[0] + rng.choice(lengths[service]))
    wait = snapshot.opens_in + free[0]
    return estimates.with_pauses(wait, snapshot.pauses)


def line(name: str, found: list[Outcome]) -> str:
    """One line of the table: all, and those who waited more than 10 and 30 minutes."""
    parts = [f"| {name} "]
    for least in (-1, 10, 30):
        score = estimates.score(each for each in found if each.wait > least)
        parts.append(
            f"| {score.hit_rate:.0%} | {score.median_width:.0f} | {score.narrow_share:.0%} "
        )
    return "".join(parts) + "|"


def main() -> None:
    """Fit, test and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit-days", type=int, default=40)
    parser.add_argument("--test-days", type=int, default=20)
    options = parser.parse_args()
    fitted = record("compare fit", options.fit_days)
    test = record("compare test", options.test_days)
    count = sum(len(day.rows) for day in test)
    waits = [row.wait for day in test for row in day.rows]
    print(f"{count} ranges, wait: mean {statistics.mean(waits):.1f}, longest {max(waits):.0f} min")
    heads = ("all", "> 10 min", "> 30 min")
    print("| design", *(f"| {head}: hit | width | narrow" for head in heads), "|")
    print("|--|--|--|--|--|--|--|--|--|--|")
    designs = (
        ("played on, pace of today, factors (the portal's)", played_on),
        ("the same without the pace of today", without_pace),
        ("position x mean / counters, factors", by_position),
        ("last to enter service, factors", last_to_enter),
        ("head of line, factors", head_of_line),
    )
    for name, middle in designs:
        print(line(name, outcomes(test, fit(fitted, middle), middle)), flush=True)
    print(line("conditional simulation, own quantiles", conditional_simulation(test, fitted, 10)))
    print(line("no history (first day)", outcomes(test, {}, played_on)))


if __name__ == "__main__":
    main()
