"""Telling people that their turn is near, and that they are called; the worker asks each round.

It looks only into queue days whose version rose since it looked last, so an idle hall costs one
query. What was told stands in the rows (`near_at`, the key of the notice): a worker that was
killed or runs twice tells nobody twice.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from counters.actions.line_notices import tell_ticket
from counters.live import NEAR, fresh_picture
from counters.models import Call, QueueDay, Site, Ticket, TicketState
from mpp.kit import clock

# A call older than this is no news any more: the number was missed or is being served.
CALL_IS_NEWS = timedelta(minutes=3)
# Versions this process has looked at; empty after a start, then everything is looked at once.
_seen: dict[int, int] = {}


def local_days(now: datetime) -> set[date]:
    """The days it is now at the sites; around midnight more than one."""
    return {clock.local(now, site.time_zone).date() for site in Site.objects.only("time_zone")}


def tell_turns() -> int:
    """Tell whom it concerns in every queue that changed; how many notices were due."""
    now = clock.now()
    told = 0
    rows = list(QueueDay.objects.filter(day__in=local_days(now)).values_list("pk", "version"))
    changed = {pk: version for pk, version in rows if _seen.get(pk) != version}
    # Who is called elsewhere at a shared counter moves the neighbours' lines too.
    for pk in _neighbours(changed):
        told += _tell_near(pk, now)
    for pk, version in changed.items():
        told += _tell_near(pk, now) + _tell_called(pk, now)
        # Only now: after a fault it is looked at again.
        _seen[pk] = version
    for pk in set(_seen) - {pk for pk, _version in rows}:
        del _seen[pk]
    return told


def _neighbours(changed: Iterable[int]) -> set[int]:
    """Other queue days of the same day whose queues share a counter with these; one query."""
    if not changed:
        return set()
    shared = QueueDay.objects.filter(
        queue__counters__queues__days__in=list(changed),
        day=F("queue__counters__queues__days__day"),
    )
    return set(shared.values_list("pk", flat=True)) - set(changed)


def _tell_near(queue_day: int, now: datetime) -> int:
    """Whoever has three people before him or fewer, once per number."""
    first = list(
        Ticket.objects.filter(queue_day=queue_day, state=TicketState.WAITING)
        .select_related("queue_day__queue__site", "queue_day__queue__agency", "owner")
        .order_by("due_at", "id")[: NEAR + 1]
    )
    if all(ticket.near_at is not None for ticket in first):
        return 0
    there = fresh_picture(first[0].queue_day)
    told = 0
    for ticket in first:
        ahead = len(there.ahead_of(ticket.pk))
        if ticket.near_at is None and ahead <= NEAR:
            told += _near(ticket, ahead, now)
    return told


def _near(ticket: Ticket, ahead: int, now: datetime) -> int:
    with transaction.atomic():
        rows = Ticket.objects.filter(pk=ticket.pk, state=TicketState.WAITING, near_at__isnull=True)
        if not rows.update(near_at=now):
            return 0
        # After moving back it is news again: the key names how often.
        return tell_ticket(ticket, "near", f"{ticket.defer_count}", ahead=ahead)


def _tell_called(queue_day: int, now: datetime) -> int:
    calls = (
        Call.objects.filter(ticket__queue_day=queue_day, at__gte=now - CALL_IS_NEWS)
        .filter(ticket__state=TicketState.CALLED, is_recall=False)
        .select_related(
            "counter",
            "ticket__queue_day__queue__site",
            "ticket__queue_day__queue__agency",
            "ticket__owner",
        )
        .order_by("id")
    )
    told = 0
    for call in calls:
        with transaction.atomic():
            told += tell_ticket(call.ticket, "called", f"{call.pk}", counter=call.counter.name)
    return told
