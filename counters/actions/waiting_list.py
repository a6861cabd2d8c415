"""The waiting list of a day, and what the worker does with bookings nobody answers.

Every sweep asks for rows and lets the conditional UPDATE of each act decide, so that any number
of workers gives back a place, offers it and tells people once.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import Refused, book_step, day_of, end_keys, touch
from counters.actions.booking_base import (
    FIRST_IN_LIST,
    end_with_place,
    lock,
    lower_taken,
    offer_free,
    tell,
)
from counters.actions.holds import assert_reachable, insert_booking, made_before
from counters.actions.slots import bookable
from counters.hours import DayHours, site_hours
from counters.models import (
    Booking,
    BookingState,
    PriorityReason,
    Queue,
    Service,
    Site,
)
from counters.persons import Person
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act

S = BookingState
AT_A_TIME = 500
# A displaced person has a month to choose another time; then the link says that it is over.
DISPLACED_DAYS = 30
REMIND_FROM_HOUR = 9


@act
def join_list(
    queue: Queue,
    day: date,
    *,
    person: Person,
    key: str,
    actor: User | None = None,
    service: Service | None = None,
    priority: PriorityReason | None = None,
) -> Booking:
    """Wait for a place on a full day; the same `key` is the same entry.

    Raises Refused when the day has free places, is closed or has no times, AlreadyInLine when
    this person has a live number or booking in the scope on that day.
    """
    known = made_before(queue, key, person)
    if known is not None:
        return known
    assert_reachable(person)
    try:
        with transaction.atomic():
            counted = day_of(queue, day)
            touch(counted.pk)
            counted.refresh_from_db()
            if counted.gives_none:
                raise Refused(_("Closed on that day. Choose another day."))
            slots = bookable(queue).filter(day=day)
            if not slots.exists():
                raise Refused(_("No times are offered on this day. Choose another day."))
            if slots.filter(taken__lt=F("capacity")).exists():
                raise Refused(_("There are free places on this day: choose a time."))
            return insert_booking(
                queue,
                state=S.WAITING,
                person=person,
                key=key,
                actor=actor,
                day=day,
                service=service,
                priority=priority,
            )
    except (IntegrityError, Refused):
        known = made_before(queue, key, person)
        if known is not None:
            return known
        raise


@act
def decline(booking: Booking, *, actor: User | None = None, key: str = "") -> Booking:
    """Say no to an offered place: the next on the list is offered it at once."""
    lock(booking)
    ended = end_with_place(
        booking, S.CANCELLED, act="decline", from_={S.OFFERED}, actor=actor, key=key
    )
    if ended:
        end_keys(booking=booking)
        offer_free(booking.queue, booking.day)
    return booking


@act
def expire_booking(booking: Booking) -> Booking:
    """End a hold or offer whose time is over and hand its place on. Raises WrongState else."""
    lock(booking)
    was = booking.state
    end_with_place(
        booking,
        S.EXPIRED,
        act="expire",
        from_={S.HELD, S.OFFERED},
        where={"expires_at__lte": clock.now()},
    )
    end_keys(booking=booking)
    if was == S.OFFERED:
        tell(booking, "offer_over", key=str(booking.slot_id))
    offer_free(booking.queue, booking.day)
    return booking


@act
def release(booking: Booking) -> Booking:
    """Give the place of a cancelled booking back to everybody, when its moment has come."""
    lock(booking)
    rows = Booking.objects.filter(
        pk=booking.pk, state=S.CANCELLED, holds_place=True, release_at__lte=clock.now()
    )
    if rows.update(holds_place=False):
        booking.holds_place = False
        lower_taken(booking.slot_id)
        offer_free(booking.queue, booking.day)
    return booking


@act
def no_show(booking: Booking) -> Booking:
    """Nobody came on the day: the booking ends."""
    lock(booking)
    end_with_place(booking, S.NO_SHOW, act="no_show", from_={S.BOOKED})
    end_keys(booking=booking)
    return booking


@act
def lapse(booking: Booking) -> Booking:
    """End a displaced booking nobody needs any more, or an entry of a list without a free place.

    Who waited on the list is told that no place became free.
    """
    lock(booking)
    was = booking.state
    book_step(booking, S.EXPIRED, act="expire", from_={S.WAITING, S.DISPLACED}, actor=None)
    end_keys(booking=booking)
    if was == S.WAITING:
        tell(booking, "list_over", key=str(booking.day))
    return booking


# --- sweeps of the worker -----------------------------------------------------------------
def _each(rows: Iterable[Booking], call: Callable[[Booking], object]) -> int:
    """Run an act over rows; who was moved meanwhile is passed over. How many."""
    count = 0
    for booking in rows:
        try:
            call(booking)
            count += 1
        except WrongState:
            continue
    return count


def _with_queue() -> QuerySet[Booking]:
    return Booking.objects.select_related("queue__site", "queue__agency", "slot", "owner")


def expire_holds() -> int:
    """End holds and offers whose time is over; how many."""
    rows = _with_queue().filter(state__in=(S.HELD, S.OFFERED), expires_at__lte=clock.now())
    return _each(rows.order_by("expires_at", "id")[:AT_A_TIME], expire_booking)


def release_places() -> int:
    """Give back the places of cancelled bookings whose moment has come; how many."""
    rows = _with_queue().filter(state=S.CANCELLED, holds_place=True, release_at__lte=clock.now())
    return _each(rows.order_by("release_at", "id")[:AT_A_TIME], release)


def make_offers() -> int:
    """Offer free places to the waiting lists (new slots, more counters); how many."""
    days = (
        Booking.objects.filter(state=S.WAITING)
        .order_by("queue_id", "day")
        .values_list("queue_id", "day")
        .distinct()
    )
    queues = Queue.objects.select_related("site", "agency").in_bulk({pk for pk, _day in days})
    return sum(_offer_day(queues[pk], day) for pk, day in days)


@act
def _offer_day(queue: Queue, day: date) -> int:
    touch(day_of(queue, day).pk)
    return offer_free(queue, day)


def mark_no_shows() -> int:
    """End bookings of days that are over at their agency; how many."""
    now, count = clock.now(), 0
    for site in Site.objects.all():
        today = clock.local(now, site.time_zone).date()
        rows = _with_queue().filter(state=S.BOOKED, queue__site=site, day__lte=today)
        rows = list(rows.order_by("id")[:AT_A_TIME])
        hours = site_hours(site, today) if rows else None
        over = [
            row
            for row in rows
            if row.day < today or _is_closed(hours.on(today, agency_id=row.queue.agency_id), now)
        ]
        count += _each(over, no_show)
    return count


def _is_closed(hours: DayHours, now: datetime) -> bool:
    return hours.is_open and now >= hours.closes_at


def end_lists() -> int:
    """End the waiting lists of today for which no place can be offered any more; how many.

    While people are awake, not in the night that ends the day.
    """
    now, count = clock.now(), 0
    for site in Site.objects.all():
        today = clock.local(now, site.time_zone).date()
        rows = _with_queue().filter(state=S.WAITING, queue__site=site, day__lte=today)
        for booking in rows.order_by("id")[:AT_A_TIME]:
            soonest = now + timedelta(minutes=booking.queue.offer_minutes)
            times = bookable(booking.queue).filter(day=booking.day, starts_at__gt=soonest)
            if not times.exists():
                count += _each([booking], lapse)
    return count


def lapse_displaced() -> int:
    """End displaced bookings for which nobody chose another time in a month; how many."""
    since = clock.now() - timedelta(days=DISPLACED_DAYS)
    rows = _with_queue().filter(state=S.DISPLACED, state_at__lt=since)
    return _each(rows.order_by("id")[:AT_A_TIME], lapse)


def remind() -> int:
    """Remind of tomorrow's bookings, once each, from nine in the morning on; how many."""
    now, count = clock.now(), 0
    for site in Site.objects.all():
        here = clock.local(now, site.time_zone)
        if here.hour < REMIND_FROM_HOUR:
            continue
        rows = _with_queue().filter(
            state=S.BOOKED,
            queue__site=site,
            day=here.date() + timedelta(days=1),
            reminded_at__isnull=True,
        )
        count += sum(_remind(row) for row in rows.order_by("id")[:AT_A_TIME])
    return count


@act
def _remind(booking: Booking) -> bool:
    rows = Booking.objects.filter(pk=booking.pk, state=S.BOOKED, reminded_at__isnull=True)
    if not rows.update(reminded_at=clock.now()):
        return False
    tell(booking, "reminder", key=str(booking.slot_id))
    return True


def place_in_list(booking: Booking) -> int:
    """How many are before this one on the waiting list of the day."""
    before = Booking.objects.filter(queue=booking.queue_id, day=booking.day, state=S.WAITING)
    first = list(before.order_by(*FIRST_IN_LIST).values_list("pk", flat=True))
    return first.index(booking.pk) if booking.pk in first else 0


__all__ = [
    "decline",
    "end_lists",
    "expire_booking",
    "expire_holds",
    "join_list",
    "lapse",
    "lapse_displaced",
    "make_offers",
    "mark_no_shows",
    "no_show",
    "place_in_list",
    "release",
    "release_places",
    "remind",
]
