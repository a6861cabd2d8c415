"""Who was called before whom, read from the history: the bound on overtaking, T7.

Nobody whose turn began more than (largest - smallest target) minutes after yours is called before
you, unless a step says why: called out of order with a reason, moved back by the person itself,
come back after a missed call, sent to another queue, held. This reads starts of waiting and calls
only, not the due times the calls were ordered by, so it proves the order from outside.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from counters.models import Queue, Source, TicketStep

# After one of these the place of a number is no longer that of its class.
EXCUSES = ("call_this", "defer", "come_back", "transfer", "hold", "resume", "undo")
FIRST = ("call", "call_this")


@dataclass(frozen=True, slots=True)
class Wait:
    """One stretch of waiting of a ticket: until when, since when it counts, whether excused."""

    ticket: int
    person: str
    begins: datetime
    ends: datetime | None
    start: datetime
    is_excused: bool
    is_called: bool


@dataclass
class Overtaking:
    """What a day says about overtaking; times in minutes."""

    calls: int = 0
    overtakes: int = 0
    excused: int = 0
    longest: float = 0.0
    wrong: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, other: "Overtaking") -> None:
        """Together with another queue's."""
        self.calls += other.calls
        self.overtakes += other.overtakes
        self.excused += other.excused
        self.longest = max(self.longest, other.longest)
        self.wrong += other.wrong


def problems(since: date) -> Iterator[str]:
    """A sentence for each call beyond the bound, on days from `since` on."""
    for late, early, minutes in measure(since).wrong:
        yield f"ticket {late}: called before ticket {early}, which began {minutes:.0f} min earlier"


def measure(since: date) -> Overtaking:
    """All calls from a day on against everybody who waited in the same queue at that moment."""
    total = Overtaking()
    bounds: dict[int, float] = {}
    for (queue, _day), waits in _waits(since).items():
        if queue not in bounds:
            bounds[queue] = Queue.objects.get(pk=queue).overtaking_minutes
        total.add(_of_queue(waits, bounds[queue]))
    return total


def _of_queue(waits: list[Wait], bound: float) -> Overtaking:
    found = Overtaking()
    waits = sorted(waits, key=lambda wait: wait.begins)
    at_counter = _people(waits)
    for late in (wait for wait in waits if wait.is_called):
        found.calls += 1
        for early in waits:
            if early.begins >= late.ends:
                break
            gap = (late.start - early.start) / timedelta(minutes=1)
            is_waiting = early.ends is None or early.ends > late.ends
            if not is_waiting or gap <= 0 or early.ticket == late.ticket:
                continue
            found.overtakes += 1
            if early.is_excused or late.is_excused or _is_away(early, late.ends, at_counter):
                found.excused += 1
                continue
            found.longest = max(found.longest, gap)
            if gap > bound + 0.001:
                found.wrong.append((late.ticket, early.ticket, gap))
    return found


def _people(waits: list[Wait]) -> dict[str, list[Wait]]:
    found = defaultdict(list)
    for wait in waits:
        if wait.person:
            found[wait.person].append(wait)
    return found


def _is_away(early: Wait, at: datetime, people: dict[str, list[Wait]]) -> bool:
    """Whether the same person stood at a counter with another number at that moment."""
    return any(
        other.ticket != early.ticket and other.is_called and other.ends <= at
        for other in people.get(early.person, ())
    )


def _waits(since: date) -> dict[tuple[int, date], list[Wait]]:
    """Stretches of waiting per queue and day."""
    rows = (
        TicketStep.objects.filter(ticket__day__gte=since)
        .order_by("ticket_id", "id")
        .select_related("queue_day", "ticket")
        .defer("ticket__contact_name", "ticket__phone", "ticket__email")
    )
    found: dict[tuple[int, date], list[Wait]] = defaultdict(list)
    for _ticket, steps in groupby(rows, key=lambda row: row.ticket_id):
        _read(list(steps), found)
    return found


def _read(steps: list[TicketStep], found: dict[tuple[int, date], list[Wait]]) -> None:
    """The stretches of one ticket; an excuse holds from its step on."""
    # A number from a block of paper was called by hand; its times were keyed in afterwards.
    is_excused, begins, where = steps[0].ticket.source == Source.PAPER, None, None
    for step in steps:
        if begins is not None and (step.to_state != "waiting" or step.act in EXCUSES):
            start = step.before.get("start_at") or step.ticket.start_at.isoformat()
            wait = Wait(
                step.ticket_id,
                step.ticket.person_key,
                begins,
                step.at,
                datetime.fromisoformat(start),
                is_excused or step.act == "call_this",
                step.act in FIRST,
            )
            found[where].append(wait)
            begins = None
        is_excused = is_excused or step.act in EXCUSES
        if step.to_state == "waiting" and begins is None and step.queue_day is not None:
            begins, where = step.at, (step.queue_day.queue_id, step.queue_day.day)
    if begins is not None:
        last = steps[-1].ticket
        wait = Wait(last.pk, last.person_key, begins, None, last.start_at, is_excused, False)
        found[where].append(wait)
