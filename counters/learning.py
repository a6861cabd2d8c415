"""What past days teach about waiting: read from shown ranges and histories, kept per queue.

Run each night. The mathematics is in `counters.estimates`; here is only the reading.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from django.db.models import OuterRef, Subquery

from counters import estimates
from counters.estimates import ServiceRow, WaitRow
from counters.models import AT_COUNTER, LearnedWait, Queue, ShownRange, TicketStep
from mpp.kit import clock

# Long enough for several of each weekday, short enough to follow a new counter.
WEEKS = 8
# A counter left with a number on it over lunch is no length of a service.
LONGEST = 180.0
FIRST = ("call", "call_this")


def learn() -> int:
    """Learn from the last eight weeks, today not counted; how many queues know more now."""
    today = clock.today()
    since = today - timedelta(weeks=WEEKS)
    queues = {queue.pk: queue for queue in Queue.objects.select_related("site")}
    defaults = {str(pk): float(queue.service_minutes) for pk, queue in queues.items()}
    days: dict[str, set] = {}
    lengths = list(_lengths(since, today, days))
    learned = estimates.learn(_waits(queues, since, today), lengths, defaults)
    now = clock.now()
    for key, found in learned.items():
        LearnedWait.objects.update_or_create(
            queue_id=int(key),
            defaults={
                "data": found.to_data(),
                "learned_at": now,
                "day_count": len(days.get(key, ())),
            },
        )
    return len(learned)


def _waits(queues: dict[int, Queue], since, today) -> Iterator[WaitRow]:
    """Ranges that were shown and judged, with the queue of the call that ended the wait."""
    step = TicketStep.objects.filter(
        ticket=OuterRef("ticket"), act__in=FIRST, at__gte=OuterRef("called_at")
    ).order_by("id")
    rows = (
        ShownRange.objects.filter(called_at__isnull=False, ticket__day__range=(since, today))
        .exclude(ticket__day=today)
        .annotate(queue_pk=Subquery(step.values("queue_day__queue")[:1]))
        .values_list("queue_pk", "shown_at", "called_at", "point_minutes")
    )
    for pk, shown, called, point in rows.iterator():
        if pk in queues:
            local = clock.local(shown, queues[pk].site.time_zone)
            wait = (called - shown) / timedelta(minutes=1)
            yield WaitRow(str(pk), local.weekday(), local.hour, point, wait)


def _lengths(since, today, days: dict[str, set]) -> Iterator[ServiceRow]:
    """Every stay at a counter, from the call until it was free; fills `days` per queue."""
    steps = (
        TicketStep.objects.filter(ticket__day__range=(since, today))
        .exclude(ticket__day=today)
        .order_by("ticket_id", "id")
        .values_list("ticket_id", "act", "to_state", "at", "queue_day__queue", "ticket__day")
    )
    services = _services(since, today)
    for ticket, rows in groupby(steps.iterator(), key=lambda row: row[0]):
        called = queue = None
        stays = 0
        for _ticket, act, to, at, where, day in rows:
            if act in FIRST:
                called, queue = at, where
            elif called is not None and to not in AT_COUNTER:
                minutes = (at - called) / timedelta(minutes=1)
                known = services.get(ticket, [""])
                service = known[min(stays, len(known) - 1)]
                if queue is not None and minutes <= LONGEST:
                    days.setdefault(str(queue), set()).add(day)
                    yield ServiceRow(str(queue), service, minutes)
                stays += act == "next_errand"
                called = None


def _services(since, today) -> dict[int, list[str]]:
    """The services of each ticket, in the order of its errands."""
    found: dict[int, list[str]] = {}
    rows = (
        TicketStep.objects.filter(act="issue", ticket__day__range=(since, today))
        .exclude(ticket__day=today)
        .order_by("ticket_id", "ticket__errands__order")
        .values_list("ticket_id", "ticket__errands__service__key")
    )
    for ticket, service in rows.iterator():
        found.setdefault(ticket, []).append(service or "")
    return found
