"""What may happen to a number away from the counter: print, leave, move back, come back, end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import UNDO_LIMIT, Refused, end_keys, repeated, step, touch
from counters.models import Booking, Ticket, TicketState
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

PRINT_LIMIT = timedelta(minutes=2)
DEFER_MINUTES = (10, 20, 30, 60)


@act
def printed(ticket: Ticket, *, actor: User | None = None, key: str = "") -> Ticket:
    """The paper came out, or it failed and the number is shown on the screen: it waits now."""
    step(
        ticket,
        TicketState.WAITING,
        at=touch(ticket.queue_day_id),
        act="printed",
        from_={"printing"},
        actor=actor,
        key=key,
    )
    return ticket


def settle_printing() -> int:
    """Numbers whose printer said nothing for two minutes wait all the same; how many."""
    since = clock.now() - PRINT_LIMIT
    count = 0
    for ticket in Ticket.objects.filter(state=TicketState.PRINTING, state_at__lt=since):
        try:
            printed(ticket)
            count += 1
        except WrongState:
            continue
    return count


@act
def cancel(
    ticket: Ticket, *, actor: User | None = None, reason: str = "", key: str = ""
) -> Ticket:
    """The person leaves the line; the number is not given to anybody else."""
    now = touch(ticket.queue_day_id)
    done = step(
        ticket,
        TicketState.CANCELLED,
        at=now,
        act="cancel",
        from_={"waiting", "held", "missed", "printing"},
        actor=actor,
        reason=reason,
        key=key,
        columns={"ended_at": now},
    )
    if not done.is_repeat:
        end_keys(ticket=ticket)
    return ticket


def can_defer(ticket: Ticket) -> Verdict:
    """Whether this number may move back once more."""
    if ticket.state != TicketState.WAITING:
        return No(_("Only a waiting number can move back."))
    if ticket.defer_count >= ticket.queue_day.queue.most_defers:
        return No(_("This number was moved back as often as possible."))
    return YES


@act
def defer(ticket: Ticket, *, minutes: int, actor: User | None = None, key: str = "") -> Ticket:
    """Let others go first: due this many minutes later than now or than before, never earlier.

    `minutes` is one of DEFER_MINUTES. The number stays the same.
    """
    if minutes not in DEFER_MINUTES:
        raise Refused(_("Choose one of the offered times."))
    if repeated(ticket, "defer", key):
        return ticket
    verdict = can_defer(ticket)
    if not verdict:
        raise Refused(verdict.sentence)
    now = touch(ticket.queue_day_id)
    due = max(ticket.due_at, now) + timedelta(minutes=minutes)
    step(
        ticket,
        TicketState.WAITING,
        at=now,
        act="defer",
        from_={"waiting"},
        actor=actor,
        key=key,
        reason=str(minutes),
        columns={"due_at": due, "defer_count": ticket.defer_count + 1, "near_at": None},
        where={"defer_count": ticket.defer_count},
    )
    return ticket


def can_come_back(ticket: Ticket, at: datetime | None = None) -> Verdict:
    """Whether a missed number may return to the line: once, and within the grace time."""
    if ticket.state != TicketState.MISSED:
        return No(_("This number was not missed."))
    if ticket.came_back:
        return No(_("A number comes back once. Please take a new one."))
    grace = timedelta(minutes=ticket.queue_day.queue.grace_minutes)
    if (at or clock.now()) > ticket.state_at + grace:
        return No(_("The time to come back is over. Please take a new number."))
    return YES


@act
def come_back(ticket: Ticket, *, actor: User | None = None, key: str = "") -> Ticket:
    """A missed person is there after all: called again within the short target, once."""
    if repeated(ticket, "come_back", key):
        return ticket
    verdict = can_come_back(ticket)
    if not verdict:
        raise Refused(verdict.sentence)
    now = touch(ticket.queue_day_id)
    due = now + timedelta(minutes=ticket.queue_day.queue.come_back_minutes)
    step(
        ticket,
        TicketState.WAITING,
        at=now,
        act="come_back",
        from_={"missed"},
        actor=actor,
        key=key,
        columns={"due_at": due, "came_back": True, "counter_id": None, "call_count": 0},
    )
    return ticket


@act
def renew_link(ticket: Ticket, *, actor: User, key: str = "") -> Ticket:
    """A new secret link for whoever lost it or showed it around: the old one ends at once.

    For an officer with the person in front of him; the place in line stays. The link of the
    booking behind the number ends too. Raises WrongState when the number waits no more.
    """
    if repeated(ticket, "renew_link", key):
        ticket.refresh_from_db(fields=["link_version"])
        return ticket
    step(
        ticket,
        ticket.state,
        at=touch(ticket.queue_day_id),
        act="renew_link",
        from_={TicketState.WAITING, TicketState.HELD} & {ticket.state},
        actor=actor,
        key=key,
        columns={"link_version": F("link_version") + 1},
    )
    Booking.objects.filter(pk=ticket.booking_id).update(link_version=F("link_version") + 1)
    ticket.refresh_from_db(fields=["link_version"])
    return ticket


def expire_missed() -> int:
    """End missed numbers whose time to come back is over, so that the person may take anew."""
    now = clock.now()
    count = 0
    rows = Ticket.objects.filter(state=TicketState.MISSED).select_related("queue_day__queue")
    for ticket in rows:
        grace = timedelta(minutes=ticket.queue_day.queue.grace_minutes)
        # The second time nobody waits longer than an officer may take it back.
        if ticket.state_at + (UNDO_LIMIT if ticket.came_back else grace) < now:
            try:
                expire(ticket)
                count += 1
            except WrongState:
                continue
    return count


@act
def expire(ticket: Ticket, *, from_: Sequence[str] = (TicketState.MISSED,)) -> Ticket:
    """End a number nobody will call any more."""
    now = touch(ticket.queue_day_id)
    step(
        ticket,
        TicketState.EXPIRED,
        at=now,
        act="expire",
        from_=set(from_),
        actor=None,
        columns={"ended_at": now},
    )
    end_keys(ticket=ticket)
    return ticket


__all__ = [
    "DEFER_MINUTES",
    "can_come_back",
    "can_defer",
    "cancel",
    "come_back",
    "defer",
    "expire",
    "expire_missed",
    "printed",
    "renew_link",
    "settle_printing",
]
