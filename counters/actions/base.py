"""What every act of the queue shares: refusals, the day's row, the step with its memory.

Lock order, always: queue day, slot, ticket or booking, counter. Each act first raises the
version of the days it touches: that holds their rows until it commits and tells the live pages.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from counters.models import (
    ENDED,
    Booking,
    BookingState,
    BookingStep,
    Counter,
    LiveKey,
    Queue,
    QueueDay,
    SiteLive,
    Ticket,
    TicketStep,
)
from mpp.kit import clock
from mpp.kit.states import move

# An act can be taken back this long, by the same person.
UNDO_LIMIT = timedelta(minutes=5)


class Refused(ValueError):
    """The act is not possible; the message is the sentence people read."""

    @property
    def sentence(self) -> str:
        """The sentence people read."""
        return str(self)


class AlreadyInLine(Refused):
    """This person has a live number or booking in the scope already; it stands here."""

    def __init__(self, sentence: str, found: Ticket | Booking | None = None) -> None:
        super().__init__(sentence)
        self.found = found


class FormUsed(Refused):
    """This very form was sent for somebody else before; shown again, it needs a new key."""

    def __init__(self) -> None:
        super().__init__(
            _("This form was sent for somebody else before, and that stays. Send it once more.")
        )


class CounterBusy(Refused):
    """Somebody stands at this counter already."""

    def __init__(self, ticket: Ticket) -> None:
        sentence = _("%(number)s is at this counter. Finish it first.")
        super().__init__(sentence % {"number": ticket.label})
        self.ticket = ticket


# What an undo brings back, beside the state.
REMEMBERED = (
    "counter_id",
    "queue_day_id",
    "due_at",
    "start_at",
    "served_at",
    "ended_at",
    "held_until",
    "result",
    "wanted_counter_id",
)


def local_day(queue: Queue, at: datetime | None = None) -> date:
    """The local day of the queue's site: midnight there, not in UTC."""
    return clock.local(at or clock.now(), queue.site.time_zone).date()


def day_of(queue: Queue, day: date) -> QueueDay:
    """The counted row of a queue and a day, made at the first question."""
    row, _made = QueueDay.objects.get_or_create(
        queue=queue, day=day, defaults={"walk_in_quota": queue.walk_in_quota}
    )
    row.queue = queue
    return row


def touch(*days: int | None) -> datetime:
    """Raise the versions of these days (primary keys): pages notice, their rows are held.

    Returns the instant of the act, read now that nobody else can act on these days: so what
    happened later never carries an earlier time.
    """
    for pk in sorted({pk for pk in days if pk is not None}):
        QueueDay.objects.filter(pk=pk).update(version=F("version") + 1)
    return clock.now()


def touch_site(site_id: int) -> None:
    """Tell the boards of a site that something beside the queues changed."""
    rows = SiteLive.objects.filter(site=site_id)
    if not rows.update(version=F("version") + 1):
        SiteLive.objects.bulk_create([SiteLive(site_id=site_id)], ignore_conflicts=True)
        rows.update(version=F("version") + 1)


def step(
    ticket: Ticket,
    to: str,
    *,
    at: datetime,
    act: str,
    from_: Collection[str],
    actor: User | None,
    key: str = "",
    reason: str = "",
    counter: Counter | None = None,
    columns: dict[str, Any] | None = None,
    where: dict[str, Any] | None = None,
    undoes: TicketStep | None = None,
) -> TicketStep:
    """Move a ticket through the one door; the step remembers what an undo needs.

    `at` is what `touch` answered: one act has one instant, in the step and in every column.

    Raises WrongState when the ticket is elsewhere, IntegrityError when the counter or the
    person is taken already.
    """
    before = {name: _plain(getattr(ticket, name)) for name in REMEMBERED}
    done = move(
        ticket,
        to,
        from_=from_,
        actor=actor,
        step_model=TicketStep,
        reason=reason,
        key=key,
        at=at,
        extra={"state_at": at, **(columns or {})},
        where=where,
        step_fields={
            "act": act,
            "counter": counter,
            "queue_day_id": (columns or {}).get("queue_day_id", ticket.queue_day_id),
            "before": before,
            "undoes": undoes,
        },
    )
    if ticket.booking_id is not None and not done.is_repeat:
        _booking_follows(ticket, done.from_state, actor, at)
    return done


def _booking_follows(ticket: Ticket, was: str, actor: User | None, at: datetime) -> None:
    """A booking is done when its number has ended, and goes on when that is taken back."""
    if (was in ENDED) == (ticket.state in ENDED):
        return
    ended = ticket.state in ENDED
    book_step(
        ticket.booking,
        BookingState.DONE if ended else BookingState.CHECKED_IN,
        at=at,
        act="done" if ended else "undo",
        from_={BookingState.CHECKED_IN if ended else BookingState.DONE},
        actor=actor,
    )


def book_step(
    booking: Booking,
    to: str,
    *,
    at: datetime | None = None,
    act: str,
    from_: Collection[str],
    actor: User | None,
    key: str = "",
    reason: str = "",
    columns: dict[str, Any] | None = None,
    where: dict[str, Any] | None = None,
) -> BookingStep:
    """Move a booking through the one door; the step names the slot it stands in afterwards.

    `at` is the instant of the act, where more than this booking changes at once.
    """
    at = at or clock.now()
    return move(
        booking,
        to,
        from_=from_,
        actor=actor,
        step_model=BookingStep,
        reason=reason,
        key=key,
        at=at,
        extra={"state_at": at, **(columns or {})},
        where=where,
        step_fields={"act": act, "slot_id": (columns or {}).get("slot_id", booking.slot_id)},
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def repeated(ticket: Ticket, act: str, key: str) -> bool:
    """Whether this very form did this act before (a double click, a retry).

    Asked only where the act cannot lean on `move` to notice it.
    """
    return bool(key) and TicketStep.objects.filter(ticket=ticket, key=key, act=act).exists()


def end_keys(*, ticket: Ticket | None = None, booking: Booking | None = None) -> None:
    """The person may take a new number from now on."""
    rows = LiveKey.objects.filter(is_live=True)
    rows = rows.filter(ticket=ticket) if ticket is not None else rows.filter(booking=booking)
    rows.update(is_live=False)


def current_at(counter: Counter) -> Ticket | None:
    """Who is called to or served at this counter."""
    return Ticket.objects.filter(counter=counter, state__in=("called", "serving")).first()


def held_by(hashes: Iterable[str]) -> Ticket | Booking | None:
    """The live number or booking behind one of these hashes."""
    row = (
        LiveKey.objects.filter(hash__in=list(hashes), is_live=True)
        .select_related("ticket", "booking")
        .first()
    )
    return None if row is None else row.ticket or row.booking
