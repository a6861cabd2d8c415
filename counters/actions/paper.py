"""Days without network or power: numbers set aside on paper, and keyed in afterwards.

A block is reserved through the same counted row as every number, so a paper number is never
given twice. Keying in writes what happened at the time it happened; the same UNIQUE constraints
refuse a number that was keyed in before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import Refused, day_of, local_day, step, touch
from counters.actions.tickets import insert_ticket
from counters.hours import site_hours
from counters.models import (
    Counter,
    Lane,
    PaperBlock,
    PriorityReason,
    Queue,
    QueueDay,
    Source,
    Ticket,
    TicketState,
)
from counters.permissions import FRONT_DESK, SUPERVISOR, has_role, is_supervisor
from counters.persons import Person
from mpp.kit import clock
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

MOST_NUMBERS = 200
SERVED, LEFT, WAITS = "served", "left", "waits"


def can_use_paper(user: User, queue: Queue) -> Verdict:
    """Whether this person may set numbers aside for a queue and key them in."""
    if has_role(user, queue.agency_id, FRONT_DESK, SUPERVISOR) or is_supervisor(user):
        return YES
    return No(_("You are not posted to the front desk of this agency."))


def _assert_may(user: User, queue: Queue) -> None:
    right = can_use_paper(user, queue)
    if not right:
        raise Refused(right.sentence)


@act
def reserve_block(queue: Queue, *, count: int, actor: User, key: str) -> PaperBlock:
    """Set the next `count` numbers of today aside; the same key is the same block.

    Raises Refused for a wrong count, another's queue, or a day that has ended.
    """
    _assert_may(actor, queue)
    known = PaperBlock.objects.filter(key=key).select_related("queue_day__queue").first()
    if known is not None:
        if known.queue_day.queue_id != queue.pk:
            raise Refused(_("This form was sent before for something else. Open the page again."))
        return known
    if not 1 <= count <= MOST_NUMBERS:
        raise Refused(_("Between 1 and %(most)s numbers.") % {"most": MOST_NUMBERS})
    day = day_of(queue, local_day(queue))
    rows = QueueDay.objects.filter(pk=day.pk, ended_at__isnull=True)
    if not rows.update(last_number=F("last_number") + count, version=F("version") + 1):
        raise Refused(_("The day of this queue has ended."))
    last = QueueDay.objects.values_list("last_number", flat=True).get(pk=day.pk)
    return PaperBlock.objects.create(
        queue_day=day,
        first=last - count + 1,
        last=last,
        made_at=clock.now(),
        made_by=actor,
        key=key,
    )


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """What stands on one used paper: when it was taken and what became of it."""

    number: int
    taken_at: datetime
    outcome: str = SERVED
    priority: PriorityReason | None = None
    counter: Counter | None = None
    served_at: datetime | None = None
    ended_at: datetime | None = None


@act
def key_in(block: PaperBlock, entry: PaperEntry, *, actor: User, key: str) -> Ticket:
    """Write a paper number as it happened: served, left, or still waiting in line.

    The same key is the same ticket. Raises Refused with the reason: outside the block, keyed in
    before, times that cannot be.
    """
    day = block.queue_day
    _assert_may(actor, day.queue)
    touch(day.pk)
    issue_key = f"paper:{block.pk}:{entry.number}:{key}"[:80]
    known = Ticket.objects.filter(issued_in=day, number=entry.number).first()
    if known is not None:
        if known.issue_key == issue_key:
            return known
        raise Refused(_keyed(known.label))
    _assert_possible(block, entry)
    try:
        with transaction.atomic():
            ticket = _insert(day, entry, actor, issue_key)
    except IntegrityError as taken:
        raise Refused(_keyed(f"{day.queue.letter} {entry.number:03d}")) from taken
    if entry.outcome != WAITS:
        _end(ticket, entry, actor)
    return ticket


def _keyed(label: str) -> str:
    return _("%(number)s was keyed in before.") % {"number": label}


def _assert_possible(block: PaperBlock, entry: PaperEntry) -> None:
    day, now = block.queue_day, clock.now()
    zone = day.queue.site.time_zone
    if not block.first <= entry.number <= block.last:
        span = {"first": f"{block.first:03d}", "last": f"{block.last:03d}"}
        raise Refused(_("This block holds the numbers %(first)s to %(last)s.") % span)
    if clock.local(entry.taken_at, zone).date() != day.day or entry.taken_at > now:
        raise Refused(_("The number was taken on the day of the block, and not in the future."))
    if entry.outcome == WAITS:
        if day.ended_at is not None or day.day != local_day(day.queue):
            raise Refused(_("That day is over: nobody waits any more. Say what became of it."))
        return
    if entry.ended_at is None or not entry.taken_at <= entry.ended_at <= now:
        raise Refused(_("The end comes after the number was taken, and not in the future."))
    if entry.outcome == SERVED:
        if entry.counter is None or entry.served_at is None:
            raise Refused(_("Say at which counter and from when it was served."))
        if not entry.taken_at <= entry.served_at <= entry.ended_at:
            raise Refused(_("Service begins after the number was taken and before the end."))


def _insert(day: QueueDay, entry: PaperEntry, actor: User, issue_key: str) -> Ticket:
    queue, person = day.queue, Person()
    QueueDay.objects.filter(pk=day.pk, walk_ins=F("walk_in_quota")).update(
        walk_in_quota=F("walk_in_quota") + 1
    )
    QueueDay.objects.filter(pk=day.pk).update(walk_ins=F("walk_ins") + 1, unkeyed=F("unkeyed") + 1)
    hours = site_hours(queue.site, day.day).on(day.day, agency_id=queue.agency_id)
    # It happened then, not now: history and figures read these times.
    with clock.replay(entry.taken_at):
        return insert_ticket(
            day,
            entry.number,
            person=person,
            source=Source.PAPER,
            key=issue_key,
            actor=actor,
            lane=Lane.PRIORITY if entry.priority is not None else Lane.WALK_IN,
            priority=entry.priority,
            errands=[(queue, None)],
            state=TicketState.WAITING,
            start=max(entry.taken_at, hours.opens_at or entry.taken_at),
        )


def _end(ticket: Ticket, entry: PaperEntry, actor: User) -> None:
    served = entry.outcome == SERVED
    columns: dict[str, Any] = {"ended_at": entry.ended_at}
    if served:
        columns |= {
            "result": "served",
            "counter_id": entry.counter.pk,
            "served_at": entry.served_at,
            "called_at": entry.served_at,
            "first_called_at": entry.served_at,
            "call_count": 1,
        }
    step(
        ticket,
        TicketState.DONE if served else TicketState.CANCELLED,
        at=entry.ended_at,
        act="key_in",
        from_={"waiting"},
        actor=actor,
        counter=entry.counter if served else None,
        columns=columns,
    )
    ticket.errands.update(
        ended_at=entry.ended_at,
        result="served" if served else "",
        **({"began_at": entry.served_at, "counter": entry.counter} if served else {}),
    )


__all__ = [
    "LEFT",
    "MOST_NUMBERS",
    "SERVED",
    "WAITS",
    "PaperEntry",
    "can_use_paper",
    "key_in",
    "reserve_block",
]
