"""The range of waiting as people read it, kept to be checked afterwards against the real call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from counters import estimates
from counters.live import Place, QueueNow
from counters.models import ShownRange, Ticket, TicketStep
from mpp.kit import clock

# A ticket keeps one range for this long, however often its page is opened.
KEEP_EVERY = timedelta(minutes=5)
# Ranges older than this are never judged any more (their ticket ended without a call).
JUDGE_WITHIN = timedelta(days=2)
# After these the person or the desk changed the place on purpose: no miss of the estimate.
MOVED = ("defer", "transfer", "hold", "call_this")


@dataclass(frozen=True, slots=True)
class Wait:
    """What is said about a waiting number: who is before it, and from when to when the call."""

    ahead: tuple[Place, ...]
    found: estimates.Range
    low_at: datetime
    high_at: datetime

    @property
    def count(self) -> int:
        """People before."""
        return len(self.ahead)


def wait_of(now_there: QueueNow, ticket: Ticket, at: datetime) -> Wait:
    """People before a waiting number and its range, rounded to five minutes; no query."""
    ahead = now_there.ahead_of(ticket.pk)
    found = now_there.wait_at(ahead, at, ticket.wanted_counter_id)
    low_at, high_at = estimates.clock_range(at, found)
    return Wait(ahead, found, low_at, high_at)


def keep(ticket: Ticket, wait: Wait, at: datetime) -> ShownRange | None:
    """Keep the range that is being shown: when it changed, and once in five minutes at most."""
    last = ShownRange.objects.filter(ticket=ticket).order_by("-id").first()
    if last is not None:
        is_same = (last.low_at, last.high_at) == (wait.low_at, wait.high_at)
        if is_same or at - last.shown_at < KEEP_EVERY:
            return None
    return ShownRange.objects.create(
        ticket=ticket,
        shown_at=at,
        ahead=min(wait.count, 32_000),
        point_minutes=wait.found.point,
        low_at=wait.low_at,
        high_at=wait.high_at,
    )


def settle() -> int:
    """Say of shown ranges whether the call came within them; how many were judged.

    Where the place was changed on purpose between, the range is left open: it says nothing
    about the estimate.
    """
    since = clock.now() - JUDGE_WITHIN
    rows = list(
        ShownRange.objects.filter(
            is_hit__isnull=True, shown_at__gte=since, ticket__first_called_at__isnull=False
        )
        .select_related("ticket")
        .defer("ticket__contact_name", "ticket__phone", "ticket__email")[:500]
    )
    moves = _moves({row.ticket_id for row in rows})
    judged = []
    for row in rows:
        called = _call_after(row)
        if called is None or any(row.shown_at <= at <= called for at in moves[row.ticket_id]):
            continue
        row.called_at, row.is_hit = called, row.low_at <= called <= row.high_at
        judged.append(row)
    ShownRange.objects.bulk_update(judged, ["called_at", "is_hit"])
    return len(judged)


def _call_after(row: ShownRange) -> datetime | None:
    ticket = row.ticket
    calls = [at for at in (ticket.first_called_at, ticket.called_at) if at and at >= row.shown_at]
    return min(calls, default=None)


def _moves(tickets: set[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {pk: [] for pk in tickets}
    steps = TicketStep.objects.filter(ticket__in=tickets, act__in=MOVED)
    for ticket, at in steps.values_list("ticket_id", "at"):
        found[ticket].append(at)
    return found
