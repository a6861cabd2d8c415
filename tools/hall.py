"""A day in the hall, made by dice: who comes when and for what, and how the counters work.

Everything here is plain data from one seed; nothing knows the portal or a database. The figures
follow what is known of such malls: two fifths of all people at the civil registry, the crowd
between eight and eleven, a long break on Friday, 300 to 350 people on an average day and 1,000 on
the busiest. `hall_run.py` plays such a day in memory; `simulate_day.py` plays it on the portal.

Times are minutes after midnight, on the wall clock of the site.
"""

import math
import random
from dataclasses import dataclass, field

WALK_IN, BOOKED, PRIORITY = "walk_in", "booked", "priority"
OPENS, CLOSES, LAST_TICKET = 8 * 60, 15 * 60, 14 * 60 + 30
FRIDAY, FRIDAY_BREAK = 4, (11 * 60 + 30, 13 * 60)
PEAK_PEOPLE = 1000

# Share of arrivals from one time to the next; a few stand at the door before it opens.
ARRIVALS = (
    (7 * 60 + 40, 480, 0.06),
    (480, 540, 0.24),
    (540, 600, 0.22),
    (600, 660, 0.17),
    (660, 720, 0.10),
    (720, 780, 0.06),
    (780, 840, 0.10),
    (840, LAST_TICKET - 5, 0.05),
)


@dataclass(frozen=True)
class ServiceKind:
    """One service: its mean length in minutes, how much it varies (sd / mean), its share."""

    key: str
    minutes: float
    spread: float
    share: float


@dataclass(frozen=True)
class QueueKind:
    """One queue of an agency: share of all people, counters, services, and its letter."""

    key: str
    letter: str
    share: float
    counters: int
    services: tuple[ServiceKind, ...]


def _queue(key: str, letter: str, share: float, counters: int, *services: tuple) -> QueueKind:
    kinds = tuple(ServiceKind(f"{key}-{name}", *numbers) for name, *numbers in services)
    return QueueKind(key, letter, share, counters, kinds)


HALL: tuple[QueueKind, ...] = (
    _queue(
        "dukcapil", "A", 0.41, 9, ("ktp", 5, 0.5, 0.5), ("kk", 8, 0.5, 0.3), ("akta", 11, 0.6, 0.2)
    ),
    _queue("dinkes", "B", 0.25, 7, ("surat", 7, 0.5, 0.6), ("sip", 12, 0.6, 0.4)),
    _queue("bapenda", "C", 0.06, 3, ("bayar", 6, 0.4, 0.7), ("pbb", 14, 0.6, 0.3)),
    _queue("bank", "D", 0.06, 2, ("setor", 6, 0.5, 1.0)),
    _queue("dpmptsp", "E", 0.05, 3, ("konsultasi", 16, 0.6, 0.6), ("ambil", 4, 0.4, 0.4)),
    _queue("polres", "F", 0.04, 2, ("skck", 9, 0.4, 1.0)),
    _queue("imigrasi", "G", 0.03, 2, ("paspor", 14, 0.4, 1.0)),
    _queue("bpjs", "H", 0.03, 2, ("peserta", 11, 0.6, 1.0)),
    _queue("atrbpn", "J", 0.02, 2, ("tanah", 18, 0.6, 1.0)),
    _queue("pajak", "K", 0.02, 2, ("npwp", 13, 0.5, 1.0)),
    _queue("disnaker", "L", 0.01, 2, ("ak1", 10, 0.5, 1.0)),
    _queue("samsat", "M", 0.01, 2, ("pkb", 8, 0.4, 1.0)),
    _queue("kemenag", "N", 0.01, 2, ("halal", 15, 0.6, 1.0)),
)


@dataclass
class Person:
    """One person of the day and what will happen to the ticket; minutes after midnight."""

    number: int
    queue: str
    service: str
    kind: str
    arrives: float
    booked: float | None = None
    minutes: float = 0.0
    walk: float = 1.0
    second: tuple[str, str, float] | None = None  # queue, service, minutes of a second errand
    is_absent: bool = False
    comes_back: float | None = None  # minutes after being missed
    leaves_after: float | None = None
    defers: float | None = None  # gives way by so many minutes soon after arriving
    holds: float | None = None  # must fetch a paper: away for so many minutes, then goes on
    transfer: tuple[str, str, float] | None = None  # it was the wrong queue


@dataclass
class CounterPlan:
    """One counter: when it opens and closes, its pauses (start, minutes) and its speed."""

    queue: str
    number: int
    opens: float
    closes: float
    speed: float = 1.0
    pauses: list[tuple[float, float]] = field(default_factory=list)

    def is_open(self, at: float) -> bool:
        """Whether somebody may be called here now."""
        if not self.opens <= at < self.closes:
            return False
        return not any(start <= at < start + length for start, length in self.pauses)


@dataclass
class Day:
    """A whole day: weekday (Monday 0), people in order of arrival, counters, queue-wide breaks."""

    weekday: int
    people: list[Person]
    counters: list[CounterPlan]
    breaks: tuple[tuple[float, float], ...] = ()


def length_of(rng: random.Random, minutes: float, spread: float) -> float:
    """A length of service: log-normal with this mean, at least half a minute."""
    sigma = math.sqrt(math.log(1 + spread * spread))
    return max(0.5, rng.lognormvariate(math.log(minutes) - sigma * sigma / 2, sigma))


def _arrival(rng: random.Random, is_friday: bool) -> float:
    start, end, _share = rng.choices(ARRIVALS, [share for *_times, share in ARRIVALS])[0]
    at = rng.uniform(start, end)
    if is_friday and FRIDAY_BREAK[0] - 20 <= at < FRIDAY_BREAK[1]:
        # Most know the break: they come before it or after it.
        return (
            rng.uniform(510, FRIDAY_BREAK[0] - 20) if rng.random() < 0.7 else rng.uniform(780, 840)
        )
    return at


def _service(rng: random.Random, queue: QueueKind) -> ServiceKind:
    return rng.choices(queue.services, [each.share for each in queue.services])[0]


def _errand(rng: random.Random, other_than: str, slow: float) -> tuple[str, str, float]:
    queue = rng.choice([each for each in HALL if each.key != other_than])
    service = _service(rng, queue)
    return queue.key, service.key, slow * length_of(rng, service.minutes, service.spread)


def _person(rng: random.Random, number: int, is_friday: bool, slow: float) -> Person:
    queue = rng.choices(HALL, [each.share for each in HALL])[0]
    service = _service(rng, queue)
    arrives = _arrival(rng, is_friday)
    kind = rng.choices((WALK_IN, BOOKED, PRIORITY), (0.75, 0.18, 0.07))[0]
    person = Person(number, queue.key, service.key, kind, arrives)
    if kind == BOOKED and not 495 <= arrives < LAST_TICKET - 45:
        person.kind = WALK_IN
    if person.kind == BOOKED:
        person.booked = 15 * round(arrives / 15)
        # Early by eight minutes on average, some late, one in ten not at all.
        person.arrives = max(OPENS + 1, person.booked + rng.gauss(-8, 9))
        person.is_absent = rng.random() < 0.10
    person.minutes = slow * length_of(rng, service.minutes, service.spread)
    person.walk = rng.uniform(0.3, 1.5)
    if person.is_absent:
        return person
    luck = rng.random()
    if luck < 0.05:
        person.is_absent = True
        person.comes_back = rng.uniform(2, 9) if rng.random() < 0.5 else None
    elif luck < 0.09:
        person.leaves_after = rng.uniform(15, 70)
    elif luck < 0.11:
        person.defers = rng.choice((15, 30))
    elif luck < 0.14:
        person.holds = rng.uniform(5, 20)
    elif luck < 0.17:
        person.transfer = _errand(rng, queue.key, slow)
    elif luck < 0.23:
        person.second = _errand(rng, queue.key, slow)
    return person


def _counter(rng: random.Random, queue: QueueKind, number: int, is_friday: bool) -> CounterPlan:
    plan = CounterPlan(queue.key, number, OPENS, CLOSES + 60, rng.uniform(0.85, 1.2))
    if rng.random() < 0.15:
        plan.opens = OPENS + rng.uniform(5, 30)
    if is_friday:
        plan.pauses.append((FRIDAY_BREAK[0], FRIDAY_BREAK[1] - FRIDAY_BREAK[0]))
    elif queue.counters > 1:
        # Lunch in turns, so that the queue goes on with half its counters.
        plan.pauses.append((720 + 30 * (number % 2), 30))
    for _each in range(rng.choice((0, 1, 1, 2))):
        plan.pauses.append(
            (rng.choice((rng.uniform(570, 690), rng.uniform(800, 880))), rng.uniform(5, 15))
        )
    if number > 1 and rng.random() < 0.08:
        plan.closes = rng.uniform(13 * 60 + 30, CLOSES)
    return plan


def counters_of(total: int) -> dict[str, int]:
    """How many counters each queue has when the hall has `total` (at least one each)."""
    usual = sum(queue.counters for queue in HALL)
    found = {queue.key: max(1, round(queue.counters * total / usual)) for queue in HALL}
    busiest = HALL[0].key
    found[busiest] = max(1, found[busiest] + total - sum(found.values()))
    return found


def plan_day(seed: object, *, people: int = 350, counters: int = 40, weekday: int = 0) -> Day:
    """One day from one seed: the same seed gives the same day, on every machine."""
    rng = random.Random(f"day {seed}")
    is_friday = weekday == FRIDAY
    # Some days everything takes longer: a slow national system, a new form.
    slow = rng.lognormvariate(0, 0.08)
    crowd = [_person(rng, number, is_friday, slow) for number in range(people)]
    crowd.sort(key=lambda each: each.arrives)
    for number, person in enumerate(crowd, 1):
        person.number = number
    windows = counters_of(counters)
    plans = [
        _counter(rng, queue, number, is_friday)
        for queue in HALL
        for number in range(1, windows[queue.key] + 1)
    ]
    return Day(weekday, crowd, plans, (FRIDAY_BREAK,) if is_friday else ())
