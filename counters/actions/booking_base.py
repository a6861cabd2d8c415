"""What the acts on bookings share: the rows held first, places taken and given back, the telling.

A place is taken by one conditional UPDATE of its slot. It is given back by whoever turns
`holds_place` off by a conditional UPDATE, so eight workers give it back once.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, When
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notices import notify
from counters.actions.base import Refused, book_step, day_of, touch
from counters.models import (
    Booking,
    BookingState,
    LiveKey,
    Queue,
    QueueDay,
    Slot,
)
from counters.persons import Person
from counters.words import clock_words
from mpp.kit import clock
from mpp.kit.keys import link_token
from mpp.kit.states import WrongState
from mpp.kit.verdicts import YES, No, Verdict

# Priority first, then who came first.
FIRST_IN_LIST = (Case(When(priority__isnull=True, then=1), default=0), "created_at", "id")


class HoldOver(Refused):
    """The time to confirm is over; `is_free` says whether the same time can be held again."""

    def __init__(self, sentence: str, booking: Booking, *, is_free: bool) -> None:
        super().__init__(sentence)
        self.booking = booking
        self.is_free = is_free


def lock(booking: Booking, *days: QueueDay) -> None:
    """Hold the row of its day (and of `days`), then read the booking as it is now."""
    own = day_of(booking.queue, booking.day)
    touch(own.pk, *(day.pk for day in days))
    queue = booking.queue
    booking.refresh_from_db()
    booking.queue = queue


def person_of(booking: Booking) -> Person:
    """The person who booked, as far as a booking keeps him."""
    owner = booking.owner
    return Person(
        name=booking.contact_name,
        nik=owner.nik if owner is not None and owner.nik_verified_at else "",
        phone=booking.phone,
        email=booking.email,
        owner=owner,
        language=booking.language,
        helped_by=booking.helped_by,
    )


def can_book(queue: Queue, slot: Slot, day: QueueDay, at: datetime) -> Verdict:
    """Whether a place of this slot may be taken at the instant `at`, with the reason if not."""
    if not (queue.is_active and queue.takes_bookings):
        return No(_("This queue takes no bookings. Take a number on the day itself."))
    if slot.starts_at <= at:
        return No(_("This time has passed. Choose another one."))
    if day.gives_none:
        reason = day.closed_reason or _("the day has ended")
        return No(_("Closed on that day: %(reason)s. Choose another day.") % {"reason": reason})
    if slot.closed_at is not None:
        return No(_("This time is not offered any more. Choose another one."))
    if slot.taken >= slot.capacity:
        return No(full())
    return YES


def full() -> str:
    """The sentence of a slot without a place."""
    return _("All places of this time are taken. Choose another time, or join the waiting list.")


def take_place(slot: Slot) -> None:
    """Take one place of an open slot: one statement that looks and writes. Raises Refused."""
    rows = Slot.objects.filter(pk=slot.pk, closed_at__isnull=True, taken__lt=F("capacity"))
    if not rows.update(taken=F("taken") + 1):
        raise Refused(full())


def lower_taken(slot_id: int) -> None:
    """One place less is taken; only after one's own conditional UPDATE turned it off."""
    Slot.objects.filter(pk=slot_id).update(taken=F("taken") - 1)


def end_with_place(
    booking: Booking,
    to: str,
    *,
    act: str,
    from_: Iterable[str],
    actor: User | None = None,
    key: str = "",
    reason: str = "",
    where: dict[str, Any] | None = None,
) -> bool:
    """Move a booking to a state without a place and give the place back; False on a repeat."""
    slot_id = booking.slot_id
    done = book_step(
        booking,
        to,
        act=act,
        from_=set(from_),
        actor=actor,
        key=key,
        reason=reason,
        columns={"holds_place": False, "expires_at": None},
        where={"holds_place": True, "slot_id": slot_id, **(where or {})},
    )
    if done.is_repeat:
        return False
    lower_taken(slot_id)
    return True


def offer_free(queue: Queue, day: date) -> int:
    """Offer the free places of a day to the waiting list, first come first; how many.

    Inside the act that freed them, so nobody else can take such a place in between.
    """
    now = clock.now()
    waiting = Booking.objects.filter(queue=queue, day=day, state=BookingState.WAITING)
    if not waiting.exists():
        return 0
    # Who is offered a place needs the time to answer before it begins.
    soonest = now + timedelta(minutes=queue.offer_minutes)
    places = Slot.objects.filter(
        queue=queue,
        day=day,
        closed_at__isnull=True,
        starts_at__gt=soonest,
        taken__lt=F("capacity"),
    ).order_by("starts_at")
    count = 0
    for booking in waiting.select_related("owner").order_by(*FIRST_IN_LIST):
        slot = places.first()
        if slot is None:
            break
        booking.queue = queue
        try:
            with transaction.atomic():
                _offer(booking, slot, now)
        except (Refused, WrongState):
            continue
        count += 1
    return count


def _offer(booking: Booking, slot: Slot, now: datetime) -> None:
    take_place(slot)
    until = now + timedelta(minutes=booking.queue.offer_minutes)
    book_step(
        booking,
        BookingState.OFFERED,
        act="offer",
        from_={BookingState.WAITING},
        actor=None,
        columns={"slot_id": slot.pk, "holds_place": True, "expires_at": until},
    )
    booking.slot = slot
    tell(booking, "offered", key=f"{slot.pk}", until=until)


def move_keys(booking: Booking, hashes: Sequence[str], person_key: str) -> None:
    """The booking stands on another day now: end the keys of the old one."""
    LiveKey.objects.filter(booking=booking, is_live=True).exclude(hash__in=hashes).update(
        is_live=False
    )
    Booking.objects.filter(pk=booking.pk).update(person_key=person_key)
    booking.person_key = person_key


# --- telling ------------------------------------------------------------------------------
def path_of(booking: Booking) -> str:
    """The address of the page of this booking: whoever has it may change it."""
    secret = link_token("booking", booking.pk, booking.link_version)
    return reverse("counters:ticket", args=[secret])


def when_words(booking: Booking) -> str:
    """ "Thursday, 26 November 2026, 09.00" in the language that is active."""
    zone = booking.queue.site.time_zone
    if booking.slot is None:
        return date_format(booking.day, "l, j F Y")
    start = clock.local(booking.slot.starts_at, zone)
    return f"{date_format(start.date(), 'l, j F Y')}, {clock_words(start)}"


def tell(booking: Booking, what: str, *, key: str, until: datetime | None = None, **more) -> None:
    """Write a notice to who booked: his inbox, else his e-mail, else a short message.

    `what` names the texts `emails/counters/booking_<what>_*.txt`; `key` makes it one notice.
    """
    address = "" if booking.owner_id else booking.email or booking.phone
    if not (booking.owner_id or address):
        return
    queue, site = booking.queue, booking.queue.site
    language = booking.owner.language if booking.owner_id else booking.language
    with translation.override(language or "id"):
        when = when_words(booking)
        clock_until = clock_words(clock.local(until, site.time_zone)) if until else ""
        english = language == "en"
        more = {name: str(value) for name, value in more.items()}
        notify(
            kind=f"counters.booking_{what}",
            key=f"booking:{booking.pk}:{what}:{key}",
            recipient=booking.owner if booking.owner_id else None,
            address=address,
            language=language,
            object_kind="booking",
            object_ref=str(booking.pk),
            path=path_of(booking),
            context={
                "name": booking.contact_name or (str(booking.owner) if booking.owner_id else ""),
                "queue": (queue.name_en if english else "") or queue.name,
                "agency": queue.agency.abbr or queue.agency.name,
                "site": (site.name_en if english else "") or site.name,
                "address": site.address,
                "when": when,
                "until": clock_until,
                **more,
            },
        )
