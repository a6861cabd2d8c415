"""What kiosks, counters and people at home do at once; see `tests.concurrency.tasks`.

One task, `queue`, does one of the deeds below at a fixed moment of the test day. `broken` names
the guard that is dropped, in this process and for this deed only.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.db import connection, transaction

from accounts.models import User
from counters import actions
from counters.actions import base, booking_base, bookings, holds, tickets, waiting_list
from counters.models import Booking, BookingStep, Counter, Queue, QueueDay, Slot, Ticket
from counters.persons import Person
from mpp.kit import clock, states
from mpp.kit.states import WrongState

PAUSE = 0.2
WITHOUT_TRANSACTION = ("door", "winner", "place", "second look")
THREADS = 4


def queue(argument: dict[str, Any]) -> Callable[[], Any]:
    """The deed `do` at the moment `at`, perhaps without the guard `broken`; none: rest."""
    if not argument.get("do"):
        return lambda: None
    deed = DEEDS[argument["do"]](argument)

    def act() -> Any:
        with ExitStack() as stack:
            stack.enter_context(clock.replay(datetime.fromisoformat(argument["at"])))
            if argument.get("broken"):
                stack.enter_context(BROKEN[argument["broken"]]())
            return deed()

    return act


# --- deeds --------------------------------------------------------------------------------
def _person(argument: dict, number: int = 0) -> Person:
    phone = argument.get("phone") or ""
    return Person(name="Uji", phone=f"{phone}{number:02d}" if phone else "")


def _issue(argument: dict) -> Callable[[], Any]:
    """`count` numbers, each of somebody else; their numbers."""
    line = Queue.objects.select_related("site").get(pk=argument["queue"])

    def deed() -> list[int]:
        return [
            actions.issue(
                line,
                person=_person(argument, number),
                source="kiosk",
                key=f"{argument['key']}-{number}",
            ).number
            for number in range(argument["count"])
        ]

    return deed


def _tap(argument: dict) -> Callable[[], Any]:
    """One press of the button of a kiosk; the ticket."""
    line = Queue.objects.select_related("site").get(pk=argument["queue"])
    person = _person(argument)
    return lambda: actions.issue(line, person=person, source="kiosk", key=argument["key"]).pk


def _serve(argument: dict) -> Callable[[], Any]:
    """Call, serve and finish at one counter until nobody waits; the tickets."""
    officer, number = User.objects.get(pk=argument["actor"]), argument["counter"]

    def deed() -> list[int]:
        called = []
        while True:
            try:
                ticket = actions.call_next(_counter(number), actor=officer)
            except actions.Refused:
                return called
            called.append(ticket.pk)
            ticket = _ticket(ticket.pk)
            actions.arrived(ticket, actor=officer)
            actions.finish(ticket, actor=officer)

    return deed


def _counter(pk: int) -> Counter:
    return Counter.objects.select_related("site").get(pk=pk)


def _ticket(pk: int) -> Ticket:
    return Ticket.objects.select_related("queue_day__queue__site", "counter").get(pk=pk)


def _next(argument: dict) -> Callable[[], Any]:
    """One press of "next"; the ticket."""
    officer, counter = User.objects.get(pk=argument["actor"]), _counter(argument["counter"])
    call = _unwrapped(actions.call_next, argument)
    return lambda: call(counter, actor=officer, key=argument.get("key", "")).pk


def _on_ticket(argument: dict) -> Callable[[], Any]:
    """An act of an officer on one ticket: undo, or transfer to another queue; its state."""
    officer, ticket = User.objects.get(pk=argument["actor"]), _ticket(argument["ticket"])
    more = {}
    if argument["act"] == "transfer":
        more = {"queue": Queue.objects.get(pk=argument["to"]), "reason": "Salah antrean"}
    call = _unwrapped(getattr(actions, argument["act"]), argument)
    return lambda: call(ticket, actor=officer, **more).state


def _sit_down(argument: dict) -> Callable[[], Any]:
    """Open a counter; who sits there."""
    officer, counter = User.objects.get(pk=argument["actor"]), _counter(argument["counter"])
    call = _unwrapped(actions.open_counter, argument)
    return lambda: call(counter, actor=officer).staffed_by_id


def _place(argument: dict) -> Callable[[], Any]:
    """Hold a place in a slot, `threads` people at once; their bookings and refusals."""
    slot = Slot.objects.select_related("queue__site", "queue__agency").get(pk=argument["slot"])
    call = _unwrapped(actions.hold_place, argument)
    at = datetime.fromisoformat(argument["at"])
    found: list = []

    def one(number: int) -> None:
        key = f"{argument['key']}-{number}"
        try:
            with clock.replay(at):
                found.append(call(slot, person=_person(argument, number), key=key).pk)
        except actions.Refused as told:
            found.append(str(told))
        except Exception as fault:
            found.append(f"{type(fault).__name__}: {fault}")

    def thread(number: int) -> None:
        one(number)
        connection.close()

    def deed() -> list:
        if argument.get("threads", 1) == 1:
            one(0)
            return found
        crowd = [threading.Thread(target=thread, args=(n,)) for n in range(argument["threads"])]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
        return found

    return deed


def _booking(pk: int) -> Booking:
    return Booking.objects.select_related("queue__site", "queue__agency", "slot", "owner").get(
        pk=pk
    )


def _on_booking(argument: dict) -> Callable[[], Any]:
    """Confirm, expire or check in one booking; its state, or the ticket of a check-in."""
    booking, name = _booking(argument["booking"]), argument["act"]
    if name == "check_in":
        call = _unwrapped(actions.check_in, argument)
        return lambda: call(booking, site=booking.queue.site).pk
    call = _unwrapped(getattr(actions, name), argument)
    return lambda: call(booking).state


def _unwrapped(call: Callable, argument: dict) -> Callable:
    """The act, without its transaction where that is part of the guard that is dropped."""
    return call.__wrapped__ if argument.get("broken") in WITHOUT_TRANSACTION else call


def _close_day(argument: dict) -> Callable[[], Any]:
    """Close the agency of a queue on a day; how many bookings were displaced."""
    line = Queue.objects.select_related("site", "agency").get(pk=argument["queue"])
    head, day = User.objects.get(pk=argument["actor"]), datetime.fromisoformat(argument["day"])

    def deed() -> int:
        time.sleep(argument.get("after", 0))
        reason = "Listrik padam"
        done = actions.change_day(
            line.site, day.date(), reason=reason, actor=head, agency=line.agency
        )
        return len(done.bookings)

    return deed


DEEDS = {
    "issue": _issue,
    "tap": _tap,
    "serve": _serve,
    "next": _next,
    "on_ticket": _on_ticket,
    "sit_down": _sit_down,
    "place": _place,
    "on_booking": _on_booking,
    "close_day": _close_day,
}


# What an act is without its transaction: on SQLite the write lock is part of the guard.
NO_TRANSACTION = SimpleNamespace(atomic=nullcontext)


# --- without a guard ----------------------------------------------------------------------
def _looked_before(obj, state_field, from_, changes, _where, _at) -> str:
    """The state as it was when the object was loaded, then an UPDATE without a condition."""
    current = getattr(obj, state_field)
    if current not in from_:
        raise WrongState("ended", current)
    time.sleep(PAUSE)
    type(obj)._base_manager.filter(pk=obj.pk).update(**changes)
    return current


@contextmanager
def _without_the_door() -> Iterator[None]:
    """`move` without its condition, acts without their transaction."""
    outside = SimpleNamespace(
        **{
            **vars(transaction),
            "get_connection": lambda *_using: SimpleNamespace(in_atomic_block=True),
        }
    )
    with (
        mock.patch.object(states, "_update", _looked_before),
        mock.patch.object(states, "transaction", outside),
        mock.patch.object(booking_base, "lock", _only_read),
        mock.patch.object(holds, "lock", _only_read),
        mock.patch.object(bookings, "lock", _only_read),
        mock.patch.object(holds, "tell", return_value=None),
        mock.patch.object(waiting_list, "lock", _only_read),
    ):
        yield


def _only_read(booking: Booking, *_days: QueueDay) -> None:
    """Look at the booking without holding the row of its day."""
    line = booking.queue
    booking.refresh_from_db()
    booking.queue = line


@contextmanager
def _without_the_counted_update() -> Iterator[None]:
    """Numbers as the last one read plus one."""

    def number(day: QueueDay, **_given) -> int:
        last = QueueDay.objects.values_list("last_number", flat=True).get(pk=day.pk)
        time.sleep(PAUSE)
        QueueDay.objects.filter(pk=day.pk).update(last_number=last + 1)
        return last + 1

    with (
        mock.patch.object(tickets, "next_number", number),
        mock.patch.object(tickets, "transaction", NO_TRANSACTION),
        mock.patch.object(actions, "issue", actions.issue.__wrapped__),
    ):
        yield


@contextmanager
def _without_the_key() -> Iterator[None]:
    """Every press is a new one."""
    fresh = iter(range(1000))
    issue = actions.issue

    def anew(line, *, key: str, **given):
        return issue(line, key=f"{key}-{time.monotonic_ns()}-{next(fresh)}", **given)

    with mock.patch.object(actions, "issue", anew):
        yield


@contextmanager
def _without_live_keys() -> Iterator[None]:
    """Nobody remembers who is in line."""
    with (
        mock.patch.object(tickets, "claim_keys", return_value=None),
        mock.patch.object(holds, "claim_keys", return_value=None),
    ):
        yield


@contextmanager
def _without_the_counted_place() -> Iterator[None]:
    """A place as read, then written."""

    def take(slot: Slot) -> None:
        row = Slot.objects.get(pk=slot.pk)
        if row.taken >= row.capacity:
            raise base.Refused("full")
        time.sleep(PAUSE)
        Slot.objects.filter(pk=slot.pk).update(taken=row.taken + 1)

    with (
        mock.patch.object(holds, "take_place", take),
        mock.patch.object(holds, "transaction", NO_TRANSACTION),
        mock.patch.object(holds, "touch", return_value=None),
    ):
        yield


@contextmanager
def _without_the_winner() -> Iterator[None]:
    """An end of a hold that looks first and lowers the count whatever happened meanwhile."""

    def end(booking: Booking, to: str, **_given) -> bool:
        row = Booking.objects.get(pk=booking.pk)
        if row.state not in ("held", "offered"):
            raise WrongState("ended")
        time.sleep(PAUSE)
        Booking.objects.filter(pk=booking.pk).update(state=to, holds_place=False, expires_at=None)
        Slot.objects.filter(pk=row.slot_id, taken__gt=0).update(taken=row.slot.taken - 1)
        BookingStep.objects.create(
            booking=booking, act="expire", from_state="held", to_state=to, at=clock.now()
        )
        return True

    with (
        mock.patch.object(waiting_list, "end_with_place", end),
        mock.patch.object(waiting_list, "lock", _only_read),
    ):
        yield


@contextmanager
def _without_a_second_look() -> Iterator[None]:
    """The day is looked at first and not held while the place is taken."""
    can_book = holds.can_book

    def seen(line: Queue, slot: Slot, day: QueueDay, at: datetime):
        verdict = can_book(line, slot, day, at)
        until = time.monotonic() + 5
        closed = QueueDay.objects.filter(pk=day.pk, closed_at__isnull=False)
        while time.monotonic() < until and not closed.exists():
            time.sleep(0.02)
        return verdict

    with (
        mock.patch.object(holds, "can_book", seen),
        mock.patch.object(holds, "touch", return_value=None),
        mock.patch.object(holds, "transaction", NO_TRANSACTION),
        mock.patch.object(holds, "take_place", _take_even_when_closed),
    ):
        yield


def _take_even_when_closed(slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(taken=slot.taken + 1)


BROKEN = {
    "door": _without_the_door,
    "number": _without_the_counted_update,
    "key": _without_the_key,
    "live": _without_live_keys,
    "place": _without_the_counted_place,
    "winner": _without_the_winner,
    "second look": _without_a_second_look,
    "index": nullcontext,
}
