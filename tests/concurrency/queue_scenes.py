"""Scenes of a crowded hall: who does what at the same moment, and what must be true afterwards.

A scene takes the mall and how many come; it prepares its own queue and returns what each process
does and the check of what became of it. The checks hold with the guards and fail without them.
"""

from collections import Counter as Tally
from datetime import timedelta
from itertools import count, pairwise

from counters import actions
from counters.models import (
    Booking,
    Call,
    Counter,
    Queue,
    QueueDay,
    Slot,
    Ticket,
)
from counters.persons import Person
from mpp.kit import clock
from tests.counters.queue.hall import MORNING, make_queue, officer

SIZE, ROUNDS, THREADS = 8, 5, 4
LATER = (MORNING + timedelta(minutes=30)).isoformat()


class Mall:
    """Queues, counters and officers made one after the other, each with names of its own."""

    def __init__(self) -> None:
        self.letters = (f"{a}{b}" for a in "QWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self.names = count()
        self.phones = count(100)
        self.days = count(1)
        self.head = officer("dukcapil", "kepala", "supervisor")

    def queue(self, counters: int = 2, **columns) -> Queue:
        """A queue with `counters` open counters; `queue.desks` are (counter, officer)."""
        queue = make_queue("dukcapil", next(self.letters), scope="queue", **columns)
        rows = list(queue.counters.order_by("key"))
        for number in range(3, counters + 1):
            key = f"uji-{queue.letter.lower()}{number}"
            rows.append(
                Counter.objects.create(
                    site=queue.site, agency=queue.agency, key=key, name=f"Loket {key}"
                )
            )
            queue.counters.add(rows[-1])
        queue.desks = [(row, self.officer()) for row in rows[:counters]]
        with clock.replay(MORNING):
            for row, who in queue.desks:
                actions.open_counter(row, actor=who)
        return queue

    def officer(self):
        return officer("dukcapil", f"petugas{next(self.names)}")

    def phone(self) -> str:
        """The beginning of a number nobody has; a task adds two digits."""
        return f"+62812{next(self.phones):06d}"

    def take(self, queue: Queue, how_many: int = 1) -> list[Ticket]:
        with clock.replay(MORNING):
            return [
                actions.issue(
                    queue, person=Person(phone=self.phone()), source="kiosk", key=self.phone()
                )
                for _n in range(how_many)
            ]

    def slot(self, queue: Queue, capacity: int, hour: int = 2) -> Slot:
        return Slot.objects.create(
            queue=queue,
            day=MORNING.date(),
            starts_at=MORNING + timedelta(hours=hour),
            minutes=30,
            capacity=capacity,
        )

    def hold(self, slot: Slot) -> Booking:
        with clock.replay(MORNING):
            slot = Slot.objects.select_related("queue__site", "queue__agency").get(pk=slot.pk)
            return actions.hold_place(slot, person=Person(phone=self.phone()), key=self.phone())


def oks(outcomes) -> list:
    return [each["ok"] for each in outcomes if "ok" in each]


def errors(outcomes) -> Tally:
    return Tally(each["error"] for each in outcomes if "error" in each)


def number_of(queue: Queue) -> int:
    """The last number given in a queue on the test day."""
    return QueueDay.objects.get(queue=queue, day=MORNING.date()).last_number


def numbers(mall, size):
    """Everybody takes two numbers: none twice, none missing."""
    queue = mall.queue()
    rounds = [
        {"do": "issue", "queue": queue.pk, "count": 2, "key": f"n{queue.pk}-{n}"}
        | {"phone": mall.phone()}
        for n in range(size)
    ]

    def check(outcomes):
        found = sorted(number for each in oks(outcomes) for number in each)
        assert found == list(range(1, 2 * size + 1)), outcomes

    return rounds, check


def presses(mall, size):
    """One counter pressed eight times: one call, seven are told who stands there."""
    queue = mall.queue()
    mall.take(queue, 10)
    counter, who = queue.desks[0]
    rounds = [
        {"do": "next", "counter": counter.pk, "actor": who.pk, "key": f"p{n}"} for n in range(size)
    ]

    def check(outcomes):
        assert len(oks(outcomes)) == 1, outcomes
        assert errors(outcomes) == {"CounterBusy": size - 1}, outcomes
        assert Call.objects.filter(counter=counter).count() == 1

    return rounds, check


def one_press(mall, size):
    """The same press sent eight times: everybody hears of the same number."""
    queue = mall.queue()
    mall.take(queue, 10)
    counter, who = queue.desks[0]
    rounds = [
        {"do": "next", "counter": counter.pk, "actor": who.pk, "key": "same"} for n in range(size)
    ]

    def check(outcomes):
        assert len(oks(outcomes)) == size, outcomes
        assert len(set(oks(outcomes))) == 1, outcomes
        assert Call.objects.filter(counter=counter).count() == 1

    return rounds, check


def eight_counters(mall, size):
    """Eight counters call at once: eight numbers, the first eight."""
    queue = mall.queue(counters=size)
    tickets = mall.take(queue, 10)
    rounds = [{"do": "next", "counter": c.pk, "actor": who.pk} for c, who in queue.desks]

    def check(outcomes):
        assert sorted(oks(outcomes)) == [t.pk for t in tickets[:size]], outcomes

    return rounds, check


def taps(mall, size):
    """Eight taps with one key: one number."""
    queue = mall.queue()
    rounds = [{"do": "tap", "queue": queue.pk, "key": f"tap-{queue.pk}"} for _n in range(size)]

    def check(outcomes):
        assert len(oks(outcomes)) == size, outcomes
        assert len(set(oks(outcomes))) == 1, outcomes
        assert number_of(queue) == 1

    return rounds, check


def one_person(mall, size):
    """One person at eight kiosks: one live number, seven are told of it."""
    queue = mall.queue()
    phone = mall.phone()
    rounds = [
        {"do": "tap", "queue": queue.pk, "key": f"o{queue.pk}-{n}", "phone": phone}
        for n in range(size)
    ]

    def check(outcomes):
        assert len(oks(outcomes)) == 1, outcomes
        assert errors(outcomes) == {"AlreadyInLine": size - 1}, outcomes
        assert number_of(queue) == 1

    return rounds, check


def transfer_while_calling(mall, size):
    """Four send a number away while four counters call: one history, no number lost."""
    queue, other = mall.queue(counters=size // 2), mall.queue()
    tickets = mall.take(queue, 1)
    _counter, who = queue.desks[0]
    rounds = [{"do": "next", "counter": c.pk, "actor": w.pk} for c, w in queue.desks]
    rounds += [
        {"do": "on_ticket", "act": "transfer", "ticket": tickets[0].pk, "actor": who.pk}
        | {"to": other.pk}
        for _n in range(size // 2)
    ]

    def check(outcomes):
        assert set(errors(outcomes)) <= {"Refused", "WrongState"}, outcomes
        ticket = Ticket.objects.get(pk=tickets[0].pk)
        assert ticket.state in ("waiting", "called"), outcomes
        steps = list(ticket.steps.order_by("id").values_list("from_state", "to_state"))
        for (_from, to), (then, _to) in pairwise(steps):
            assert to == then, steps

    return rounds, check


def undo_while_calling(mall, size):
    """A finish is taken back while the next one is called: one person stands there."""
    queue = mall.queue()
    first, _second = mall.take(queue, 2)
    counter, who = queue.desks[0]
    with clock.replay(MORNING):
        actions.call_next(Counter.objects.get(pk=counter.pk), actor=who)
        for name in ("arrived", "finish"):
            ticket = Ticket.objects.select_related("queue_day__queue", "counter").get(pk=first.pk)
            getattr(actions, name)(ticket, actor=who)
    call = {"do": "next", "counter": counter.pk, "actor": who.pk}
    undo = {"do": "on_ticket", "act": "undo", "ticket": first.pk, "actor": who.pk}
    rounds = [call, undo] * (size // 2)

    def check(outcomes):
        standing = Ticket.objects.filter(counter=counter, state__in=("called", "serving"))
        assert standing.count() == 1, outcomes
        assert set(errors(outcomes)) <= {"Refused", "CounterBusy", "WrongState"}, outcomes

    return rounds, check


def two_consoles(mall, size):
    """Two officers sit down at one counter: one sits, the others are told who."""
    queue = mall.queue()
    counter, who = queue.desks[0]
    with clock.replay(MORNING):
        actions.close_counter(Counter.objects.get(pk=counter.pk), actor=who)
    people = [mall.officer() for _n in range(size)]
    rounds = [{"do": "sit_down", "counter": counter.pk, "actor": p.pk} for p in people]

    def check(outcomes):
        assert len(oks(outcomes)) == 1, outcomes
        assert sum(errors(outcomes).values()) == size - 1, outcomes
        assert Counter.objects.get(pk=counter.pk).staffed_by_id == oks(outcomes)[0]

    return rounds, check


# --- bookings -----------------------------------------------------------------------------
def last_place(mall, size):
    """The last place of a slot wanted by 32 at once: one has it, 31 are told."""
    slot = mall.slot(mall.queue(), 1)
    rounds = [
        {"do": "place", "slot": slot.pk, "key": f"l{slot.pk}-{n}", "phone": mall.phone()}
        | {"threads": THREADS}
        for n in range(size)
    ]

    def check(outcomes):
        found = [each for one in oks(outcomes) for each in one]
        assert len(found) == size * THREADS, outcomes
        assert len([each for each in found if isinstance(each, int)]) == 1, found
        assert not [each for each in found if "Error" in str(each)], found
        slot.refresh_from_db()
        assert slot.taken == 1

    return rounds, check


def one_person_books(mall, size):
    """One person books eight times at once: one booking."""
    queue, phone = mall.queue(), mall.phone()
    slots = [mall.slot(queue, 5, hour) for hour in (1, 2)]
    rounds = [
        {"do": "place", "slot": slots[n % 2].pk, "key": f"b{queue.pk}-{n}", "phone": phone}
        for n in range(size)
    ]

    def check(outcomes):
        found = [each for one in oks(outcomes) for each in one]
        assert len([each for each in found if isinstance(each, int)]) == 1, found
        assert sum(Slot.objects.filter(queue=queue).values_list("taken", flat=True)) == 1

    return rounds, check


def eight_workers(mall, size):
    """Eight workers end one hold: its place returns once."""
    slot = mall.slot(mall.queue(), 5)
    booking = mall.hold(slot)
    mall.hold(slot)
    one = {"do": "on_booking", "act": "expire_booking", "booking": booking.pk, "at": LATER}

    def check(outcomes):
        assert len(oks(outcomes)) == 1, outcomes
        assert errors(outcomes) == {"WrongState": size - 1}, outcomes
        slot.refresh_from_db()
        assert slot.taken == 1

    return [one] * size, check


def confirm_while_expiring(mall, size):
    """A hold ends while it is confirmed: booked with its place, or ended without."""
    slot = mall.slot(mall.queue(), 5)
    booking = mall.hold(slot)
    # The confirming phone is a second early, the worker on time: both believe to be right.
    early = (MORNING + timedelta(minutes=9, seconds=59)).isoformat()
    at_end = (MORNING + timedelta(minutes=10)).isoformat()
    both = [
        {"do": "on_booking", "act": "confirm", "booking": booking.pk, "at": early},
        {"do": "on_booking", "act": "expire_booking", "booking": booking.pk, "at": at_end},
    ]

    def check(outcomes):
        booking.refresh_from_db()
        slot.refresh_from_db()
        assert booking.state in ("booked", "expired")
        assert set(errors(outcomes)) <= {"HoldOver", "WrongState"}, outcomes
        assert slot.taken == booking.holds_place == (booking.state == "booked"), outcomes
        # Ended first: nobody may believe to have booked.
        if booking.state == "expired":
            assert "booked" not in oks(outcomes), outcomes
        else:
            assert "expired" not in oks(outcomes), outcomes

    return both * (size // 2), check


def check_in_twice(mall, size):
    """The same code scanned eight times: one number."""
    slot = mall.slot(mall.queue(), 5)
    booking = mall.hold(slot)
    with clock.replay(MORNING):
        actions.confirm(booking)
    arrive = (MORNING + timedelta(minutes=110)).isoformat()
    one = {"do": "on_booking", "act": "check_in", "booking": booking.pk, "at": arrive}

    def check(outcomes):
        assert len(oks(outcomes)) == size, outcomes
        assert len(set(oks(outcomes))) == 1, outcomes
        assert Ticket.objects.filter(booking=booking).count() == 1

    return [one] * size, check


def close_while_booking(mall, size):
    """A day is closed while seven book on it: nobody keeps a place there."""
    queue = mall.queue()
    day = MORNING.date() + timedelta(days=next(mall.days))
    slot = Slot.objects.create(
        queue=queue,
        day=day,
        starts_at=MORNING + timedelta(days=(day - MORNING.date()).days, hours=1),
        minutes=30,
        capacity=50,
    )
    rounds = [
        {"do": "place", "slot": slot.pk, "key": f"c{slot.pk}-{n}", "phone": mall.phone()}
        for n in range(size - 1)
    ]
    rounds.append({"do": "close_day", "queue": queue.pk, "actor": mall.head.pk})
    rounds[-1]["day"] = day.isoformat()

    def check(outcomes):
        assert not errors(outcomes), outcomes
        kept = Booking.objects.filter(slot=slot, state__in=("held", "booked"))
        assert kept.count() == 0, outcomes
        slot.refresh_from_db()
        assert slot.taken == Booking.objects.filter(slot=slot, holds_place=True).count()

    return rounds, check


# --- the crowd, and the same crowd without a guard ------------------------------------------
SCENES = (
    presses,
    one_press,
    eight_counters,
    taps,
    one_person,
    transfer_while_calling,
    undo_while_calling,
    two_consoles,
    last_place,
    one_person_books,
    eight_workers,
    confirm_while_expiring,
    check_in_twice,
    close_while_booking,
)
# Scene, the guard that is dropped, and how many of its processes come.
CONTROLS = (
    (numbers, "number", 4),
    (presses, "index", 4),
    (eight_counters, "door", 4),
    (taps, "key", 4),
    (one_person, "live", 4),
    (transfer_while_calling, "door", 4),
    (undo_while_calling, "index", 2),
    (two_consoles, "door", 4),
    (last_place, "place", 2),
    (one_person_books, "live", 4),
    (eight_workers, "winner", 4),
    (confirm_while_expiring, "door", 2),
    (check_in_twice, "door", 4),
    (close_while_booking, "second look", 4),
)
