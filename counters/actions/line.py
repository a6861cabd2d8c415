"""Moving a number within the line: hold, resume, transfer, the next service of a visit."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import (
    CounterBusy,
    Refused,
    current_at,
    day_of,
    repeated,
    step,
    touch,
)
from counters.actions.calling import begin_errand
from counters.models import (
    AT_COUNTER,
    Counter,
    CounterState,
    Errand,
    Lane,
    Queue,
    QueueDay,
    Ticket,
    TicketState,
)
from counters.permissions import can_serve, can_supervise
from mpp.kit.states import WrongState
from mpp.kit.transactions import act

USABLE = (CounterState.OPEN, CounterState.PAUSED)


def _assert_desk(ticket: Ticket, actor: User) -> None:
    """Staff of the agency where the number waits, or of the counter where it stands."""
    agency = ticket.queue_day.queue.agency_id
    if can_supervise(actor, agency):
        return
    counter = ticket.counter or ticket.queue_day.queue.counters.first()
    right = can_serve(actor, counter) if counter is not None else None
    if not right:
        raise Refused(_("You are not posted to the front desk of this agency."))
    if ticket.state in AT_COUNTER and counter.staffed_by_id != actor.pk:
        raise Refused(_("Somebody else is at this counter. Take it over first."))


@act
def hold(
    ticket: Ticket, *, actor: User, reason: str, until: datetime | None = None, key: str = ""
) -> Ticket:
    """Set a number aside (a copy is missing, say): the counter is free, the place is kept."""
    if not reason.strip():
        raise Refused(_("Say why the number is put on hold."))
    _assert_desk(ticket, actor)
    step(
        ticket,
        TicketState.HELD,
        at=touch(ticket.queue_day_id),
        act="hold",
        from_={"waiting", "called", "serving"},
        actor=actor,
        reason=reason,
        key=key,
        counter=ticket.counter,
        columns={"held_until": until, "counter_id": None},
    )
    ticket.counter = None
    return ticket


@act
def resume(
    ticket: Ticket, *, actor: User, counter: Counter | None = None, key: str = ""
) -> Ticket:
    """Take a held number up again: back into the line with its old place, or at `counter`.

    Raises CounterBusy when somebody stands at that counter, Refused when it is not open.
    """
    _assert_desk(ticket, actor)
    now = touch(ticket.queue_day_id)
    if counter is None:
        step(
            ticket,
            TicketState.WAITING,
            at=now,
            act="resume",
            from_={"held"},
            actor=actor,
            key=key,
            columns={"held_until": None},
        )
        return ticket
    here = Counter.objects.filter(pk=counter.pk, state=CounterState.OPEN, staffed_by=actor)
    if not here.exists():
        raise Refused(_("Open the counter first."))
    try:
        with transaction.atomic():
            step(
                ticket,
                TicketState.SERVING,
                at=now,
                act="resume",
                from_={"held"},
                actor=actor,
                key=key,
                counter=counter,
                columns={
                    "counter_id": counter.pk,
                    "held_until": None,
                    "served_at": ticket.served_at or now,
                },
            )
    except IntegrityError as taken:
        standing = current_at(counter)
        if standing is not None:
            raise CounterBusy(standing) from taken
        raise Refused(_("This person is at another counter right now.")) from taken
    begin_errand(ticket, counter, now)
    ticket.counter = counter
    return ticket


@act
def transfer(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    queue: Queue | None = None,
    counter: Counter | None = None,
    key: str = "",
) -> Ticket:
    """Send the number to another queue, or to one counter of it; its waiting keeps its start.

    Raises Refused for a counter that is closed, a queue that is closed today, or one that the
    counter does not serve.
    """
    if not reason.strip():
        raise Refused(_("Say why the number is transferred."))
    _assert_desk(ticket, actor)
    target = _target(ticket, queue, counter)
    now = touch(ticket.queue_day_id, target.pk)
    _assert_takes_numbers(target, counter)
    lane = ticket.lane
    done = step(
        ticket,
        TicketState.WAITING,
        at=now,
        act="transfer",
        from_={"called", "serving", "waiting"},
        actor=actor,
        reason=reason,
        key=key,
        counter=ticket.counter,
        columns={
            "queue_day_id": target.pk,
            "counter_id": None,
            "wanted_counter_id": counter.pk if counter else None,
            "due_at": ticket.start_at + timedelta(minutes=target.queue.target_of(lane)),
            "call_count": 0,
        },
    )
    ticket.queue_day, ticket.counter = target, None
    if not done.is_repeat:
        # The errand goes along; its service begins anew when the number is called there.
        now_open = ticket.errands.filter(ended_at__isnull=True).order_by("order")[:1]
        Errand.objects.filter(pk__in=[e.pk for e in now_open]).update(
            queue=target.queue, began_at=None, counter=None
        )
    return ticket


def _target(ticket: Ticket, queue: Queue | None, counter: Counter | None) -> QueueDay:
    """The day row the number goes to."""
    if counter is not None:
        served = list(counter.queues.select_related("site").order_by("order", "key"))
        if queue is None:
            here = [each for each in served if each.pk == ticket.queue_day.queue_id]
            queue = (here or served or [None])[0]
        if queue is None or queue.pk not in {each.pk for each in served}:
            raise Refused(_("%(counter)s does not serve that queue.") % {"counter": counter.name})
    if queue is None:
        raise Refused(_("Choose a queue or a counter."))
    if not queue.is_active or queue.site_id != ticket.queue_day.queue.site_id:
        raise Refused(_("Choose a queue of this site."))
    return day_of(queue, ticket.day)


def _assert_takes_numbers(target: QueueDay, counter: Counter | None = None) -> None:
    """Asked when the day is held, for closing holds it too: nobody is sent where it is closed."""
    open_days = QueueDay.objects.filter(closed_at__isnull=True, ended_at__isnull=True)
    if not open_days.filter(pk=target.pk).exists():
        raise Refused(_("That queue is closed today."))
    if counter and not Counter.objects.filter(pk=counter.pk, state__in=USABLE).exists():
        raise Refused(_("%(counter)s is closed.") % {"counter": counter.name})


@act
def next_errand(ticket: Ticket, *, actor: User, key: str = "") -> Ticket:
    """End the present errand and go on to the next of the visit, under the same number.

    Where this counter serves the next one too, the service just goes on. Else the number waits
    in the other queue from now on with the short target of a booking: the person has waited
    once already and is never in two lines.
    """
    if repeated(ticket, "next_errand", key):
        return ticket
    counter = ticket.counter
    if counter is None or ticket.state != TicketState.SERVING:
        raise WrongState(_("This number is not being served."), ticket.state)
    right = can_serve(actor, counter)
    if not right or counter.staffed_by_id != actor.pk:
        raise Refused(_("Somebody else is at this counter. Take it over first."))
    rows = list(ticket.errands.filter(ended_at__isnull=True).order_by("order"))
    under_way = [row for row in rows if row.began_at is not None]
    following = [row for row in rows if row.began_at is None]
    if not following:
        raise Refused(_("There is no further service. Finish the number."))
    queue = following[0].queue
    target = day_of(queue, ticket.day)
    stays = queue.counters.filter(pk=counter.pk).exists()
    now = touch(ticket.queue_day_id, target.pk)
    _assert_takes_numbers(target)
    columns = {"queue_day_id": target.pk}
    if not stays:
        columns |= {
            "counter_id": None,
            "start_at": now,
            "due_at": now + timedelta(minutes=queue.target_of(Lane.BOOKED)),
            "call_count": 0,
        }
    done = step(
        ticket,
        TicketState.SERVING if stays else TicketState.WAITING,
        at=now,
        act="next_errand",
        from_={"serving"},
        actor=actor,
        key=key,
        counter=counter,
        columns=columns,
        where={"counter": counter},
    )
    if done.is_repeat:
        return ticket
    Errand.objects.filter(pk__in=[row.pk for row in under_way]).update(
        ended_at=now, result="served"
    )
    ticket.queue_day = target
    if stays:
        begin_errand(ticket, counter, now)
    else:
        ticket.counter = None
    return ticket


__all__ = ["hold", "next_errand", "resume", "transfer"]
