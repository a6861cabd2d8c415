"""What a person does with a booking: choose another time, leave, come.

State table: docs/queue.md. Lock order: queue day, slot, booking.
"""

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import Refused, book_step, day_of, end_keys, local_day
from counters.actions.booking_base import (
    can_book,
    lock,
    lower_taken,
    move_keys,
    offer_free,
    person_of,
    take_place,
    tell,
    when_words,
)
from counters.actions.holds import assert_in_time
from counters.actions.tickets import claim_keys, insert_ticket, next_number
from counters.hours import site_hours
from counters.models import (
    Booking,
    BookingState,
    BookingStep,
    Lane,
    Site,
    Slot,
    Source,
    Ticket,
    TicketState,
)
from counters.persons import person_key
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

S = BookingState


def can_reschedule(booking: Booking, at: datetime | None = None) -> Verdict:
    """Whether another time may be chosen for this booking."""
    if booking.state not in (S.HELD, S.BOOKED, S.DISPLACED):
        return No(_("The time of this booking cannot be changed any more."))
    if booking.state == S.DISPLACED:
        return YES
    if booking.slot.starts_at <= (at or clock.now()):
        return No(_("Your time has begun: come now, or cancel and book anew."))
    if booking.change_count >= booking.queue.most_changes:
        return No(_("The time was changed as often as possible. Keep it, or cancel."))
    return YES


@act
def reschedule(
    booking: Booking, slot: Slot, *, actor: User | None = None, key: str = ""
) -> Booking:
    """Move a booking to another time of the same queue: the new place first, then the old one.

    The link stays the same. A booking that the host displaced is booked again by it, and that
    does not count as a change. Raises Refused when the new time cannot be had; then the old one
    is kept.
    """
    if slot.queue_id != booking.queue_id:
        raise Refused(_("Choose a time of the same queue."))
    target = day_of(booking.queue, slot.day)
    lock(booking, target)
    if key and BookingStep.objects.filter(booking=booking, key=key, act="reschedule").exists():
        return booking
    verdict = can_reschedule(booking)
    if not verdict:
        if booking.state in (S.HELD, S.BOOKED):
            raise Refused(verdict.sentence)
        raise WrongState(verdict.sentence, booking.state)
    if booking.state == S.HELD:
        assert_in_time(booking, clock.now())
    if booking.slot_id == slot.pk and booking.holds_place:
        raise Refused(_("This is your time already. Choose another one."))
    target.refresh_from_db()
    slot.refresh_from_db()
    verdict = can_book(booking.queue, slot, target, clock.now())
    if not verdict:
        raise Refused(verdict.sentence)
    return _to_slot(booking, slot, actor, key)


def _to_slot(booking: Booking, slot: Slot, actor: User | None, key: str) -> Booking:
    """Take the new place, move the booking, give the old place back; one transaction."""
    old_slot, old_day, held = booking.slot_id, booking.day, booking.holds_place
    was = booking.state
    take_place(slot)
    done = book_step(
        booking,
        S.HELD if was == S.HELD else S.BOOKED,
        act="reschedule",
        from_={was},
        actor=actor,
        key=key,
        columns={
            "slot_id": slot.pk,
            "day": slot.day,
            "holds_place": True,
            "release_at": None,
            "reminded_at": None,
            "change_count": booking.change_count + (was == S.BOOKED),
        },
        where={"slot_id": old_slot, "holds_place": held},
    )
    booking.slot = slot
    person = person_of(booking)
    if old_day != slot.day or was == S.DISPLACED:
        move_keys(booking, (), person_key(person, slot.day))
        claim_keys(person, day_of(booking.queue, slot.day), booking=booking)
    if held:
        lower_taken(old_slot)
        offer_free(booking.queue, old_day)
    if was != S.HELD:
        tell(booking, "changed", key=str(done.pk))
    return booking


@act
def cancel_booking(
    booking: Booking, *, actor: User | None = None, reason: str = "", key: str = ""
) -> Booking:
    """The person does not come. The place returns to everybody at a random later moment.

    So a place cannot be handed to somebody who knows the moment. Raises WrongState for a
    booking that has ended or whose number is in the line already.
    """
    lock(booking)
    queue, holds = booking.queue, booking.holds_place
    columns: dict = {"expires_at": None}
    if holds:
        span = queue.release_to_minutes - queue.release_from_minutes
        seconds = queue.release_from_minutes * 60 + secrets.randbelow(span * 60 + 1)
        columns["release_at"] = clock.now() + timedelta(seconds=seconds)
    done = book_step(
        booking,
        S.CANCELLED,
        act="cancel",
        from_={S.WAITING, S.OFFERED, S.HELD, S.BOOKED, S.DISPLACED},
        actor=actor,
        reason=reason,
        key=key,
        columns=columns,
        where={"holds_place": holds},
    )
    if not done.is_repeat:
        end_keys(booking=booking)
    return booking


# --- coming -------------------------------------------------------------------------------
def _not_booked(booking: Booking) -> str:
    """Why a booking in this state cannot check in."""
    return {
        S.HELD: _("This booking is not confirmed yet. Confirm it first."),
        S.OFFERED: _("This place is offered only. Accept it first."),
        S.WAITING: _("You are on the waiting list and have no time yet."),
        S.CANCELLED: _("This booking was cancelled. Please take a number."),
        S.EXPIRED: _("This booking was not confirmed in time. Please take a number."),
        S.NO_SHOW: _("The day of this booking is over."),
        S.DISPLACED: _("Your time was closed. Choose another one on the page of your booking."),
    }.get(booking.state, _("This booking has ended."))


def can_check_in(booking: Booking, site: Site, at: datetime | None = None) -> Verdict:
    """Whether the person may check in at this site now, with the sentence if not."""
    at = at or clock.now()
    queue = booking.queue
    if queue.site_id != site.pk:
        return No(_("This booking is for %(site)s.") % {"site": text_of(queue.site, "name")})
    if booking.state != S.BOOKED:
        return No(_not_booked(booking))
    if booking.day != local_day(queue, at):
        return No(_("Your booking is for %(when)s.") % {"when": when_words(booking)})
    opens = booking.slot.starts_at - timedelta(minutes=queue.early_minutes)
    if at < opens:
        words = clock_words(clock.local(opens, queue.site.time_zone))
        return No(_("You are early. Check-in opens at %(time)s.") % {"time": words})
    hours = site_hours(queue.site, booking.day).on(booking.day, agency_id=queue.agency_id)
    if not hours.is_open or at >= hours.closes_at:
        reason = text_of(hours, "reason") or _("the service hours are over")
        return No(_("Closed: %(reason)s. Choose another time.") % {"reason": reason})
    return YES


def is_late(booking: Booking, at: datetime) -> bool:
    """Whether the time of the booking is lost: then one waits like everybody from now on."""
    return at > booking.slot.starts_at + timedelta(minutes=booking.queue.late_minutes)


@act
def check_in(booking: Booking, *, site: Site, actor: User | None = None, key: str = "") -> Ticket:
    """The person is here: the booking becomes a number; a second scan gives the same number.

    In time the wait counts from the booked time, with the target of booked people; later than
    the grace it begins now like a walk-in's. Neither counts against the numbers of walk-ins.
    Raises Refused with the reason: wrong site or day, too early, not booked, another's.
    """
    if actor is not None and not actor.is_staff and booking.owner_id not in (None, actor.pk):
        raise Refused(_("This booking belongs to somebody else."))
    day = day_of(booking.queue, booking.day)
    lock(booking)
    ticket = Ticket.objects.filter(booking=booking).first()
    if ticket is not None and booking.queue.site_id == site.pk:
        return ticket
    now = clock.now()
    verdict = can_check_in(booking, site, now)
    if not verdict:
        raise Refused(verdict.sentence)
    late = is_late(booking, now)
    lane = Lane.PRIORITY if booking.priority_id else Lane.WALK_IN if late else Lane.BOOKED
    book_step(booking, S.CHECKED_IN, act="check_in", from_={S.BOOKED}, actor=actor, key=key)
    person = person_of(booking)
    return insert_ticket(
        day,
        next_number(day, person=person, counts=False, by_staff=False),
        person=person,
        source=Source.BOOKING,
        key=f"booking:{booking.pk}",
        actor=actor,
        lane=lane,
        priority=booking.priority,
        errands=[(booking.queue, booking.service)],
        state=TicketState.WAITING,
        start=now if late else max(booking.slot.starts_at, now),
        booking=booking,
    )


__all__ = [
    "can_check_in",
    "can_reschedule",
    "cancel_booking",
    "check_in",
    "is_late",
    "reschedule",
]
