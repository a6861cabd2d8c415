"""Holding a time and making it a booking: one place, counted once, whatever is pressed twice.

State table: docs/queue.md. Lock order: queue day, slot, booking.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import (
    FormUsed,
    Refused,
    book_step,
    day_of,
    end_keys,
    held_by,
    local_day,
    touch,
)
from counters.actions.booking_base import (
    HoldOver,
    can_book,
    end_with_place,
    full,
    lock,
    offer_free,
    person_of,
    take_place,
    tell,
)
from counters.actions.tickets import claim_keys
from counters.models import (
    Booking,
    BookingState,
    BookingStep,
    PriorityReason,
    Queue,
    Service,
    Slot,
)
from counters.persons import Person, is_of, live_hashes, person_key
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act

S = BookingState


def made_before(queue: Queue, key: str, person: Person) -> Booking | None:
    """The booking this form made before.

    Raises WrongState when it served something else, FormUsed when it served somebody else.
    """
    if not key:
        raise ValueError("A booking needs an idempotency key.")
    if len(key) > 80:
        raise WrongState(_("This form is not valid any more. Open the page again."))
    known = Booking.objects.select_related("slot").filter(make_key=key).first()
    if known is not None and known.queue_id != queue.pk:
        raise WrongState(_("This form was sent before for something else. Open the page again."))
    if known is not None and not is_of(known, person):
        raise FormUsed
    return known


def assert_reachable(person: Person) -> None:
    """Who books must be told when the counter closes; staff may book for somebody without."""
    if not (person.owner or person.phone or person.helped_by == "staff"):
        raise Refused(_("Give a mobile number, so that we can reach you when something changes."))


def insert_booking(
    queue: Queue,
    *,
    state: str,
    person: Person,
    key: str,
    actor: User | None,
    service: Service | None,
    priority: PriorityReason | None,
    **columns,
) -> Booking:
    """Write a booking with its first step and its live keys; inside an act."""
    now = clock.now()
    booking = Booking.objects.create(
        queue=queue,
        state=state,
        state_at=now,
        created_at=now,
        make_key=key,
        service=service,
        priority=priority,
        owner=person.owner,
        contact_name=person.name,
        phone=person.phone,
        email=person.email,
        person_key=person_key(person, columns["day"]),
        helped_by=person.helped_by,
        language=person.language,
        **columns,
    )
    BookingStep.objects.create(
        booking=booking,
        act="hold" if state == S.HELD else "join",
        from_state="",
        to_state=state,
        actor=actor,
        actor_name=str(actor)[:200] if actor else "",
        slot_id=booking.slot_id,
        at=now,
    )
    claim_keys(person, day_of(queue, booking.day), booking=booking)
    return booking


@act
def hold(
    slot: Slot,
    *,
    person: Person,
    key: str,
    actor: User | None = None,
    service: Service | None = None,
    priority: PriorityReason | None = None,
) -> Booking:
    """Keep a place for this person for some minutes; the same `key` is the same booking.

    Raises Refused when the time is full, past or closed, AlreadyInLine with the live number or
    booking of this person when there is one in the scope on that day.
    """
    queue = slot.queue
    known = made_before(queue, key, person)
    if known is not None:
        return known
    assert_reachable(person)
    try:
        with transaction.atomic():
            return _hold(slot, person, key, actor, service=service, priority=priority)
    except (IntegrityError, Refused):
        # The other tap of the same finger was first.
        known = made_before(queue, key, person)
        if known is not None:
            return known
        raise


def _hold(slot: Slot, person: Person, key: str, actor: User | None, **given: object) -> Booking:
    queue, now = slot.queue, clock.now()
    day = day_of(queue, slot.day)
    touch(day.pk)
    day.refresh_from_db(fields=["closed_at", "closed_reason", "ended_at"])
    slot.refresh_from_db(fields=["taken", "capacity", "closed_at"])
    verdict = can_book(queue, slot, day, now)
    if not verdict:
        raise Refused(verdict.sentence)
    _let_go_of_old_hold(person, queue, slot, now)
    take_place(slot)
    return insert_booking(
        queue,
        state=S.HELD,
        person=person,
        key=key,
        actor=actor,
        slot=slot,
        day=slot.day,
        holds_place=True,
        expires_at=now + timedelta(minutes=queue.hold_minutes),
        **given,
    )


def _let_go_of_old_hold(person: Person, queue: Queue, slot: Slot, now: datetime) -> None:
    """A hold of the same person whose time is over does not stand in his way any more."""
    found = held_by(live_hashes(person, queue, slot.day))
    if isinstance(found, Booking) and found.state == S.HELD and found.expires_at <= now:
        end_with_place(found, S.EXPIRED, act="expire", from_={S.HELD})
        end_keys(booking=found)


def assert_in_time(booking: Booking, now: datetime) -> None:
    """A hold or offer that is still running; else HoldOver, saying whether it is free again."""
    if booking.expires_at is not None and now < booking.expires_at:
        return
    slot = booking.slot
    slot.refresh_from_db(fields=["taken", "capacity", "closed_at"])
    # Not yet swept: the place is still counted for this booking.
    own = 1 if booking.holds_place else 0
    is_free = slot.starts_at > now and slot.closed_at is None and slot.taken - own < slot.capacity
    sentence = _("The time to confirm is over.")
    sentence += " " + (_("The place is still free: hold it again.") if is_free else full())
    raise HoldOver(sentence, booking, is_free=is_free)


@act
def confirm(booking: Booking, *, actor: User | None = None, key: str = "") -> Booking:
    """Make a held place a booking; who books is told. No place is counted twice.

    Raises HoldOver when the time to confirm is over, WrongState when it is no hold.
    """
    return _confirm(booking, S.HELD, "confirm", actor, key)


@act
def accept(booking: Booking, *, actor: User | None = None, key: str = "") -> Booking:
    """Take the place that was offered from the waiting list; like `confirm`."""
    return _confirm(booking, S.OFFERED, "accept", actor, key)


def _confirm(booking: Booking, from_: str, verb: str, actor: User | None, key: str) -> Booking:
    lock(booking)
    now = clock.now()
    if booking.state == from_ or (booking.state == S.EXPIRED and booking.slot_id):
        assert_in_time(booking, now)
    columns: dict = {"expires_at": None}
    if booking.slot_id and booking.day <= local_day(booking.queue, now) + timedelta(days=1):
        # Who books for tomorrow needs no reminder today.
        columns["reminded_at"] = now
    done = book_step(
        booking, S.BOOKED, act=verb, from_={from_}, actor=actor, key=key, columns=columns
    )
    if not done.is_repeat:
        tell(booking, "confirmed", key=str(done.pk))
    return booking


@act
def hold_again(booking: Booking, *, actor: User | None = None, key: str = "") -> Booking:
    """Hold the same time once more after the hold ran out, when it is free; once.

    Raises Refused when it is not free, or was held again before.
    """
    day = day_of(booking.queue, booking.day)
    lock(booking)
    if key and BookingStep.objects.filter(booking=booking, key=key, act="hold_again").exists():
        return booking
    now = clock.now()
    if booking.state == S.HELD and booking.expires_at > now:
        return booking
    if booking.steps.filter(act="hold_again").exists():
        raise Refused(_("This time was held twice for you. Choose a time anew."))
    if booking.state == S.HELD:
        end_with_place(booking, S.EXPIRED, act="expire", from_={S.HELD})
        end_keys(booking=booking)
        offer_free(booking.queue, booking.day)
    if booking.slot is None:
        raise WrongState(_("This booking has no time."), booking.state)
    booking.slot.refresh_from_db()
    day.refresh_from_db()
    verdict = can_book(booking.queue, booking.slot, day, now)
    if not verdict:
        raise Refused(verdict.sentence)
    take_place(booking.slot)
    book_step(
        booking,
        S.HELD,
        act="hold_again",
        from_={S.EXPIRED},
        actor=actor,
        key=key,
        columns={
            "holds_place": True,
            "expires_at": now + timedelta(minutes=booking.queue.hold_minutes),
        },
    )
    claim_keys(person_of(booking), day, booking=booking)
    return booking


__all__ = [
    "accept",
    "assert_in_time",
    "assert_reachable",
    "confirm",
    "hold",
    "hold_again",
    "insert_booking",
    "made_before",
]
