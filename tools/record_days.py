"""Make the recorded days that the tests of the estimate read: `python tools/record_days.py`.

Days of the hall of `hall.py`, from fixed seeds: three of four are average days with a small
crew, each fourth is a crowded one with every counter. The first days are for fitting, the last
for testing. The same seeds give the same file.
"""

import csv
import gzip
import io
import random
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hall import FRIDAY, FRIDAY_BREAK, HALL, OPENS, plan_day
from hall_run import RECENT, HallRun, Row, Served

FILE = Path(__file__).resolve().parent.parent / "tests" / "counters" / "recorded_days.csv.gz"
DAYS, FIT_DAYS = 28, 20
AVERAGE, CROWDED = ((280, 460), 22), ((700, 1000), 40)
COLUMNS = (
    "day",
    "weekday",
    "queue",
    "at",
    "what",
    "service",
    "ahead",
    "counters",
    "minutes",
)


@dataclass
class RecordedDay:
    """One day: its rows of waiting and its services."""

    number: int
    weekday: int
    rows: list[Row]
    served: list[Served]


def record(name: str, count: int) -> list[RecordedDay]:
    """`count` days played from seeds that start with `name`."""
    rng = random.Random(f"record {name}")
    found = []
    for number in range(count):
        people, counters = CROWDED if number % 4 == 3 else AVERAGE
        day = plan_day(
            f"{name} {number}", people=rng.randint(*people), counters=counters, weekday=number % 5
        )
        run = HallRun(day).run()
        found.append(RecordedDay(number, day.weekday, run.rows, run.served))
    return found


def record_crowded(name: str, count: int, people: int, counters: int) -> list[RecordedDay]:
    """`count` days of a hall with so many counters, about so many people, all weekdays."""
    rng = random.Random(f"record {name}")
    found = []
    for number in range(count):
        some = round(people * rng.uniform(0.75, 1.1))
        day = plan_day(f"{name} {number}", people=some, counters=counters, weekday=number % 5)
        run = HallRun(day).run()
        found.append(RecordedDay(number, day.weekday, run.rows, run.served))
    return found


def pauses_at(weekday: int, at: float) -> tuple[tuple[float, float], ...]:
    """The breaks of the whole hall still to come, as a snapshot wants them."""
    begins, ends = FRIDAY_BREAK
    if weekday != FRIDAY or at >= ends:
        return ()
    return ((max(0.0, begins - at), min(ends - begins, ends - at)),)


def write(days: list[RecordedDay], file: Path) -> None:
    """One line per row of waiting and per service; tenths of minutes."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(COLUMNS)
    for day in days:
        start = (day.number, day.weekday)
        for row in (each for each in day.rows if each.is_new):
            ahead = _packed(row.ahead)
            values = (row.queue, f"{row.at:.1f}", row.kind[0], _short(row.service), ahead)
            sheet.writerow((*start, *values, row.counters, f"{row.wait:.1f}"))
        for each in day.served:
            values = (each.queue, f"{each.at:.1f}", "s", _short(each.service))
            sheet.writerow((*start, *values, "", "", f"{each.minutes:.1f}"))
    with file.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


PLACES = {each.key: str(place) for queue in HALL for place, each in enumerate(queue.services)}


def _short(service: str) -> str:
    """A service by its place in its queue: one digit."""
    return PLACES[service]


def _packed(ahead: tuple[str, ...]) -> str:
    """How many wait for each service; their order among each other is dropped."""
    return " ".join(
        f"{place}{count}" for place, count in sorted(Counter(map(_short, ahead)).items())
    )


def _spread_out(ahead: str) -> tuple[str, ...]:
    """The services of a line of which only the counts are known, mixed evenly."""
    counts = [(each[0], int(each[1:])) for each in ahead.split()]
    places = [((n + 0.5) / count, service) for service, count in counts for n in range(count)]
    return tuple(service for _place, service in sorted(places))


def read(file: Path = FILE) -> list[RecordedDay]:
    """The days of a file of `write`, with who was at a counter put together again."""
    days: dict[int, RecordedDay] = {}
    with gzip.open(file, "rt", encoding="utf-8") as text:
        for line in csv.DictReader(text):
            number, weekday = int(line["day"]), int(line["weekday"])
            day = days.setdefault(number, RecordedDay(number, weekday, [], []))
            queue, service = line["queue"], line["service"]
            at, minutes = float(line["at"]), float(line["minutes"])
            if line["what"] == "s":
                day.served.append(Served(queue, service, weekday, at, minutes))
                continue
            row = Row(queue, weekday, at, line["what"], service, is_new=True, wait=minutes)
            row.ahead = _spread_out(line["ahead"])
            row.counters, row.opens_in = int(line["counters"]), max(0.0, OPENS - at)
            day.rows.append(row)
    for day in days.values():
        for row in day.rows:
            _look_around(day, row)
    return list(days.values())


def _look_around(day: RecordedDay, row: Row) -> None:
    """Fill in who was at a counter at that moment and which services had ended."""
    own = [each for each in day.served if each.queue == row.queue and each.at < row.at]
    ended = sorted((e for e in own if e.at + e.minutes <= row.at), key=lambda e: e.at + e.minutes)
    row.recent = tuple((each.service, each.minutes) for each in ended[-RECENT:])
    running = (each for each in own if each.at + each.minutes > row.at)
    row.serving = tuple((each.service, row.at - each.at) for each in running)


def fit_and_test(days: list[RecordedDay]) -> tuple[list[RecordedDay], list[RecordedDay]]:
    """(days to fit on, days to test on): never the same day."""
    return days[:FIT_DAYS], days[FIT_DAYS:]


if __name__ == "__main__":
    write(record("recorded", DAYS), FILE)
    print(f"{FILE}: {FILE.stat().st_size / 1024:.0f} KB", file=sys.stderr)
