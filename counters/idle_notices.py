"""Telling people in line that no counter of their queue is open; the worker asks each minute.

The last counter may close, pause or break down one after another while people wait at home. The
page of their number says so at once; whoever does not look at it is told after a few minutes,
once per time the counters stand empty: the key of the notice names since when.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from counters.actions.counter_states import free_of_break
from counters.actions.line_notices import tell_line
from counters.live import fresh_picture
from counters.models import Counter, CounterState, QueueDay, Ticket, TicketState
from counters.turn_notices import local_days
from mpp.kit import clock

# A counter that opens again at once (two officers change places) is no news.
PATIENCE = timedelta(minutes=5)
# Who was sent to one counter waits no longer than this for its officer's return.
LONG_BREAK = timedelta(minutes=10)
# Queue days this process has told about, and since when they stood.
_told: set[tuple[int, datetime]] = set()


def tell_idle() -> int:
    """Tell the lines that stand without an open counter; how many people were told."""
    now = clock.now()
    told, found = 0, set()
    for queue_day in _without_counter(local_days(now)):
        since = _stands_since(queue_day, now)
        if since is None or now - since < PATIENCE:
            continue
        found.add((queue_day.pk, since))
        if (queue_day.pk, since) not in _told:
            back = fresh_picture(queue_day).back_at(None, now)
            with transaction.atomic():
                told += tell_line(queue_day.queue, queue_day.day, "idle", at=since, until=back)
    for counter in _on_long_breaks(now):
        told += free_of_break(counter)
    # Only now: after a fault it is looked at again.
    _told.clear()
    _told.update(found)
    return told


def _without_counter(days: set[date]) -> list[QueueDay]:
    """Queue days in which somebody waits and no counter of the queue is open; one query."""
    counters = Counter.objects.filter(queues=OuterRef("queue_id"))
    waiting = Ticket.objects.filter(queue_day=OuterRef("pk"), state=TicketState.WAITING)
    rows = QueueDay.objects.filter(
        Exists(waiting), ~Q(Exists(counters.filter(state=CounterState.OPEN))), day__in=days
    )
    return list(rows.select_related("queue__site", "queue__agency").order_by("pk"))


def _on_long_breaks(now: datetime) -> list[Counter]:
    """Counters on a break that numbers wait for while another one could call them; one query."""
    others = Counter.objects.filter(queues=OuterRef("queue_day__queue"), state=CounterState.OPEN)
    sent = Ticket.objects.filter(Exists(others), state=TicketState.WAITING)
    rows = Counter.objects.filter(
        pk__in=sent.filter(wanted_counter__isnull=False).values("wanted_counter"),
        state=CounterState.PAUSED,
        state_at__lte=now - LONG_BREAK,
    )
    return list(rows.select_related("site"))


def _stands_since(queue_day: QueueDay, now: datetime) -> datetime | None:
    """Since when nobody calls; None outside the hours and in a break of the queue."""
    there = fresh_picture(queue_day)
    begun = next((a for a, b in there.hours.spans if a <= now < b), None)
    if begun is None or there.open_desks:
        return None
    left = Counter.objects.filter(queues=queue_day.queue_id, state_at__isnull=False)
    last = left.order_by("-state_at").values_list("state_at", flat=True).first()
    return max(begun, last or begun)
