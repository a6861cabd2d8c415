"""A small hall for tests: a queue with two counters, its officers, a clock that can be set."""

from datetime import datetime, time
from types import SimpleNamespace
from uuid import uuid4

import time_machine

from accounts.models import User
from counters import actions
from counters.models import Agency, Counter, PriorityReason, Queue, Site, Ticket
from counters.persons import Person
from mpp.kit import clock
from tests.conftest import make_person, post

# A Tuesday without a holiday.
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=clock.zone_of())


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the test day, local."""
    return datetime.combine(MORNING.date(), time(hour, minute), tzinfo=clock.zone_of())


def make_queue(agency: str = "dukcapil", letter: str = "D", **columns) -> Queue:
    """A queue of `agency` at the first site, served by two counters of its own."""
    site = Site.objects.get(key="among-warga")
    queue = Queue.objects.create(
        key=f"antrean-{letter.lower()}",
        site=site,
        agency=Agency.objects.get(key=agency),
        letter=letter,
        name=f"Antrean {letter}",
        **columns,
    )
    for place in (1, 2):
        counter = Counter.objects.create(
            site=site,
            agency=queue.agency,
            key=f"uji-{letter.lower()}{place}",
            name=f"Loket {letter}{place}",
        )
        queue.counters.add(counter)
    return queue


def officer(agency: str, name: str, *roles: str) -> User:
    """Somebody posted to the front desk of an agency."""
    user = make_person(f"{name}@contoh.id", name.title(), is_staff=True)
    return post(user, agency, *(roles or ("front_desk",)))


def opened(counter: Counter, who: User) -> Counter:
    """The counter, open, with this officer at it."""
    return actions.open_counter(counter, actor=who)


def take(queue: Queue, **given) -> Ticket:
    """A number at the kiosk, of somebody new each time."""
    source = given.pop("source", "kiosk")
    key = given.pop("key", uuid4().hex)
    person = given.pop("person", None) or Person(phone=f"+62812{uuid4().int % 10**8:08d}")
    return actions.issue(queue, person=person, source=source, key=key, **given)


def hall(agency: str = "dukcapil") -> SimpleNamespace:
    """Queue, two open counters, two officers, a priority reason."""
    queue = make_queue(agency)
    one, two = queue.counters.order_by("key")
    ani, beni = officer(agency, "ani"), officer(agency, "beni")
    priority, _made = PriorityReason.objects.get_or_create(
        key="lansia", defaults={"name": "Lansia"}
    )
    return SimpleNamespace(
        queue=queue,
        one=opened(one, ani),
        two=opened(two, beni),
        ani=ani,
        beni=beni,
        priority=priority,
    )


def morning():
    """Nine o'clock on the test day, the clock going on from there."""
    return time_machine.travel(MORNING, tick=True)
