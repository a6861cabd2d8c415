"""At the counter: call, recall, serve, finish, no answer.

Two counters cannot call one number: the conditional UPDATE of `move` lets one of them win. One
counter cannot call two numbers, and one person cannot be called to two counters: partial UNIQUE
constraints say so on both databases.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import (
    CounterBusy,
    Refused,
    current_at,
    end_keys,
    step,
    touch,
)
from counters.actions.line_notices import tell_ticket
from counters.models import (
    AT_COUNTER,
    Call,
    Counter,
    CounterState,
    Errand,
    Ticket,
    TicketState,
)
from counters.permissions import can_serve
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

# Other counters may take the next one between our look and our call; then we look again.
LOOKS = 20
CALL_ACTS = ("call", "call_this")


def can_call(counter: Counter, actor: User) -> Verdict:
    """Whether this person may call somebody to this counter now."""
    right = can_serve(actor, counter)
    if not right:
        return right
    if counter.state != CounterState.OPEN:
        return No(_("Open the counter first."))
    if counter.staffed_by_id != actor.pk:
        return No(_("Somebody else is at this counter. Take it over first."))
    return YES


def waiting_for(counter: Counter, day: object = None) -> QuerySet[Ticket]:
    """Who waits for this counter today, in the order of the calls.

    Left out: numbers sent to another counter, and people who stand at a counter right now.
    """
    day = day or clock.today(counter.site.time_zone)
    busy = Ticket.objects.filter(
        person_key=OuterRef("person_key"), day=day, state__in=AT_COUNTER
    ).exclude(person_key="")
    return (
        Ticket.objects.filter(
            Q(wanted_counter__isnull=True) | Q(wanted_counter=counter),
            state=TicketState.WAITING,
            queue_day__day=day,
            queue_day__queue__counters=counter,
        )
        .filter(~Exists(busy))
        .order_by("due_at", "id")
    )


@act
def call_next(counter: Counter, *, actor: User, key: str = "") -> Ticket:
    """Call the next number to this counter; the same key is the same number.

    Raises Refused when nobody waits or the counter is not this person's, CounterBusy when
    somebody stands there already.
    """
    _assert_can_call(counter, actor)
    passed: list[int] = []
    for _look in range(LOOKS):
        line = waiting_for(counter).exclude(pk__in=passed)
        ticket = line.first()
        if ticket is None:
            break
        try:
            # Still the first now that the day is held: somebody may have come back meanwhile.
            return _call(
                ticket, counter, actor=actor, act="call", key=key, among=line.values("pk")[:1]
            )
        except WrongState:
            continue
        except IntegrityError:
            known = _called_before(counter, key)
            if known is not None:
                return known
            _assert_free(counter)
            passed.append(ticket.pk)
    known = _called_before(counter, key)
    if known is not None:
        return known
    _assert_free(counter)
    counter.refresh_from_db(fields=["state", "staffed_by"])
    _assert_can_call(counter, actor)
    raise Refused(_("Nobody is waiting."))


@act
def call_this(
    counter: Counter, ticket: Ticket, *, actor: User, reason: str, key: str = ""
) -> Ticket:
    """Call one number out of its order; the reason is kept, counted and published."""
    if not reason.strip():
        raise Refused(_("Say why this number is called before others."))
    _assert_can_call(counter, actor)
    if not ticket.queue_day.queue.counters.filter(pk=counter.pk).exists():
        raise Refused(_("This counter does not serve that queue. Transfer the number first."))
    try:
        return _call(ticket, counter, actor=actor, act="call_this", key=key, reason=reason)
    except (IntegrityError, WrongState) as fault:
        known = _called_before(counter, key)
        if known is not None:
            return known
        if isinstance(fault, WrongState):
            raise
        _assert_free(counter)
        raise Refused(_("This person is at another counter right now.")) from fault


def _assert_can_call(counter: Counter, actor: User) -> None:
    verdict = can_call(counter, actor)
    if not verdict:
        raise Refused(verdict.sentence)


def _assert_free(counter: Counter) -> None:
    standing = current_at(counter)
    if standing is not None:
        raise CounterBusy(standing)


def _called_before(counter: Counter, key: str) -> Ticket | None:
    """The ticket this press of the button called before."""
    if not key:
        return None
    call = Call.objects.filter(counter=counter, key=key).select_related("ticket").first()
    return None if call is None else call.ticket


def _call(
    ticket: Ticket,
    counter: Counter,
    *,
    actor: User,
    act: str,
    key: str,
    reason: str = "",
    among: QuerySet[Ticket] | None = None,
) -> Ticket:
    """Bring a waiting number to the counter, if it is `among` these; write what boards read."""
    with transaction.atomic():
        now = touch(ticket.queue_day_id)
        step(
            ticket,
            TicketState.CALLED,
            at=now,
            act=act,
            from_={"waiting"},
            actor=actor,
            key=key,
            reason=reason,
            counter=counter,
            columns={
                "counter_id": counter.pk,
                "called_at": now,
                "first_called_at": ticket.first_called_at or now,
                "call_count": 1,
                "wanted_counter_id": None,
            },
            # Asked again now that the day is held: closing, a break and taking over hold it too.
            where={
                "queue_day__queue__counters__in": Counter.objects.filter(
                    pk=counter.pk, state=CounterState.OPEN, staffed_by=actor
                ),
                **({} if among is None else {"pk__in": among}),
            },
        )
        _write_call(ticket, counter, now, key=key)
    ticket.counter = counter
    return ticket


def _write_call(
    ticket: Ticket, counter: Counter, at: datetime, *, key: str = "", is_recall: bool = False
) -> Call:
    return Call.objects.create(
        site_id=counter.site_id,
        ticket=ticket,
        counter=counter,
        day=ticket.day,
        at=at,
        is_recall=is_recall,
        key=key,
    )


def _assert_at(ticket: Ticket, actor: User) -> Counter:
    """The counter of a number that is called or served, when this person works there."""
    counter = ticket.counter
    if counter is None:
        raise WrongState(_("This number is at no counter."), ticket.state)
    right = can_serve(actor, counter)
    if not right:
        raise Refused(right.sentence)
    if counter.staffed_by_id != actor.pk:
        raise Refused(_("Somebody else is at this counter. Take it over first."))
    return counter


@act
def recall(ticket: Ticket, *, actor: User, key: str = "") -> Ticket:
    """Call the same number once more: boards show and speak it again."""
    counter = _assert_at(ticket, actor)
    if _called_before(counter, key) is not None:
        return ticket
    if ticket.call_count >= ticket.queue_day.queue.most_calls:
        raise Refused(_("Called as often as possible. Mark that nobody came."))
    now = touch(ticket.queue_day_id)
    step(
        ticket,
        TicketState.CALLED,
        at=now,
        act="recall",
        from_={"called"},
        actor=actor,
        key=key,
        counter=counter,
        columns={"call_count": ticket.call_count + 1, "called_at": now},
        where={"call_count": ticket.call_count, "counter": counter},
    )
    _write_call(ticket, counter, now, key=key, is_recall=True)
    return ticket


@act
def arrived(ticket: Ticket, *, actor: User, key: str = "") -> Ticket:
    """The person came: the service begins, with the first errand."""
    counter = _assert_at(ticket, actor)
    now = touch(ticket.queue_day_id)
    done = step(
        ticket,
        TicketState.SERVING,
        at=now,
        act="arrived",
        from_={"called"},
        actor=actor,
        key=key,
        counter=counter,
        columns={"served_at": now},
        where={"counter": counter},
    )
    if not done.is_repeat:
        begin_errand(ticket, counter, now)
    return ticket


def begin_errand(ticket: Ticket, counter: Counter, at: datetime) -> None:
    """The first errand that has not ended is under way now."""
    first = ticket.errands.filter(ended_at__isnull=True).order_by("order").values("pk")[:1]
    Errand.objects.filter(pk=Subquery(first), began_at__isnull=True).update(
        began_at=at, counter=counter
    )


@act
def no_answer(ticket: Ticket, *, actor: User, key: str = "") -> Ticket:
    """Nobody came: the number may come back once within the grace time; the counter is free.

    Raises Refused until the number was called as often as its queue wants.
    """
    counter = _assert_at(ticket, actor)
    if (
        ticket.state == TicketState.CALLED
        and ticket.call_count < ticket.queue_day.queue.least_calls
    ):
        raise Refused(_("Call once more first: nobody is passed over after a single call."))
    now = touch(ticket.queue_day_id)
    done = step(
        ticket,
        TicketState.MISSED,
        at=now,
        act="no_answer",
        from_={"called"},
        actor=actor,
        key=key,
        counter=counter,
        where={"counter": counter},
    )
    if not done.is_repeat:
        # The time to come back runs from now on: whoever is outside must know it.
        grace = timedelta(minutes=ticket.queue_day.queue.grace_minutes)
        until = None if ticket.came_back else now + grace
        tell_ticket(ticket, "missed", f"{now:%Y%m%d%H%M%S%f}", until=until)
    return ticket


@act
def finish(ticket: Ticket, *, actor: User, result: str = "served", key: str = "") -> Ticket:
    """The service is over, and the number with it.

    Raises Refused while further errands are open: `next_errand` leads on, `result="stopped"`
    ends them all.
    """
    counter = _assert_at(ticket, actor)
    open_errands = ticket.errands.filter(ended_at__isnull=True, began_at__isnull=True)
    if result != "stopped" and open_errands.exists():
        raise Refused(_("This visit has a further service. Send the person there, or end all."))
    now = touch(ticket.queue_day_id)
    done = step(
        ticket,
        TicketState.DONE,
        at=now,
        act="finish",
        from_={"serving"},
        actor=actor,
        key=key,
        counter=counter,
        columns={"ended_at": now, "result": result[:40]},
        where={"counter": counter},
    )
    if not done.is_repeat:
        ticket.errands.filter(ended_at__isnull=True).update(ended_at=now, result=result[:40])
        end_keys(ticket=ticket)
    return ticket


__all__ = [
    "arrived",
    "call_next",
    "call_this",
    "can_call",
    "finish",
    "no_answer",
    "recall",
    "waiting_for",
]
