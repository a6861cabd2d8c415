"""What must be true of numbers and bookings at any moment, asked of the database (docs/queue.md).

Each check returns sentences with ids, none when all is well. Constraints and acts keep these
true; the audit finds what neither saw: a hand in the database, a restored backup, a fault of ours.
Nothing is locked, so an act that commits while the checks run may be reported once; a second run
tells. T7 lives in `counters.overtaking`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from counters import overtaking
from counters.models import (
    AT_COUNTER,
    ENDED,
    LIVE,
    LIVE_BOOKING,
    Booking,
    BookingState,
    Call,
    CounterState,
    DayChange,
    Holiday,
    LiveKey,
    PaperBlock,
    QueueDay,
    Slot,
    Ticket,
    TicketStep,
)
from counters.models import Counter as Window
from mpp.kit import clock

# Steps and overtaking are read line by line: only of days as young as this, unless told more.
DAYS = 7
# An act asks the clock more than once.
SAME_MOMENT = timedelta(seconds=2)
CALL_ACTS = ("call", "call_this")
Check = Callable[[date], Iterator[str]]


def t1_numbers(_since: date) -> Iterator[str]:
    """A number once per queue and day, and no gap below the last one given."""
    yield from _twice(Ticket.objects.all(), "issued_in", "number", what="number given twice")
    days = QueueDay.objects.annotate(issued_count=Count("issued")).filter(last_number__gt=0)
    for row in days.exclude(issued_count=F("last_number")):
        given = set(row.issued.values_list("number", flat=True))
        blocks = PaperBlock.objects.filter(queue_day=row).values_list("first", "last")
        aside = {number for first, last in blocks for number in range(first, last + 1)}
        for number in sorted(set(range(1, row.last_number + 1)) - given - aside):
            yield f"queue day {row.pk}: number {number} is missing"
        for number in sorted(each for each in given if each > row.last_number):
            yield f"queue day {row.pk}: number {number} is beyond the last one"


def t2_counters(_since: date) -> Iterator[str]:
    """At most one called or served number per counter."""
    rows = Ticket.objects.filter(state__in=AT_COUNTER)
    yield from _twice(rows, "counter", what="several numbers at one counter")
    for pk in rows.filter(counter__isnull=True).values_list("pk", flat=True):
        yield f"ticket {pk}: called or served at no counter"


def t3_persons(_since: date) -> Iterator[str]:
    """One live number or booking per person and scope; the keys of ended ones are free."""
    yield from _twice(LiveKey.objects.filter(is_live=True), "hash", what="live key twice")
    keys = LiveKey.objects.filter(is_live=True)
    own = keys.filter(Q(ticket=OuterRef("pk")) | Q(booking__ticket=OuterRef("pk")))
    live = Ticket.objects.filter(state__in=LIVE, is_unkeyed=False).filter(~Exists(own))
    for pk in live.values_list("pk", flat=True):
        yield f"ticket {pk}: live without a live key"
    for pk in keys.filter(ticket__state__in=ENDED).values_list("pk", flat=True):
        yield f"live key {pk}: its number has ended"


def t4_one_call(since: date) -> Iterator[str]:
    """As many calls on the boards as calls in the history, each to the counter of the step."""
    for acts, is_recall in ((CALL_ACTS, False), (("recall",), True)):
        steps = TicketStep.objects.filter(ticket__day__gte=since, act__in=acts)
        calls = Call.objects.filter(day__gte=since, is_recall=is_recall)
        told, shown = (
            Counter(rows.values_list("ticket_id", "counter_id")) for rows in (steps, calls)
        )
        for ticket, counter in sorted((told - shown) + (shown - told)):
            yield f"ticket {ticket}: history and boards differ about calls to counter {counter}"


def t5_t6_history(since: date) -> Iterator[str]:
    """State = last step; each step goes on from the one before, from issue to end, in time."""
    columns = ("ticket_id", "from_state", "to_state", "at", "act")
    steps = TicketStep.objects.filter(ticket__day__gte=since).order_by("ticket_id", "id")
    lines = {
        pk: list(rows) for pk, rows in groupby(steps.values_list(*columns), key=itemgetter(0))
    }
    tickets = Ticket.objects.filter(day__gte=since)
    for pk, state, issued, ended in tickets.values_list("pk", "state", "issued_at", "ended_at"):
        rows = lines.get(pk)
        if not rows:
            yield f"ticket {pk}: no history"
            continue
        if rows[-1][2] != state:
            yield f"ticket {pk}: is {state}, its history says {rows[-1][2]}"
        for one, two in zip(rows, rows[1:], strict=False):
            (_pk, _from, to, before, act), (_pk, from_, _to, after, next_act) = one, two
            if to != from_:
                yield f"ticket {pk}: history jumps from {to} to {from_}"
            if after < before:
                yield (
                    f"ticket {pk}: history goes back in time, "
                    f"{act} at {before.isoformat()}, {next_act} at {after.isoformat()}"
                )
        spans = sum((b[3] - a[3] for a, b in zip(rows, rows[1:], strict=False)), start=timedelta())
        off = abs(rows[0][3] - issued)
        if ended:
            off = max(off, abs(spans - (ended - issued)))
        if off > SAME_MOMENT:
            yield f"ticket {pk}: its spans do not add up from issue to end"


def t8_closing(_since: date) -> Iterator[str]:
    """No number waits for a closed counter, stands at one, or lives on after its day."""
    closed = Window.objects.filter(state=CounterState.CLOSED)
    for pk in Ticket.objects.filter(
        Q(state__in=LIVE, wanted_counter__in=closed) | Q(state__in=AT_COUNTER, counter__in=closed)
    ).values_list("pk", flat=True):
        yield f"ticket {pk}: bound to a closed counter"
    away = Ticket.objects.filter(state__in=LIVE, wanted_counter__isnull=False).exclude(
        wanted_counter__queues=F("queue_day__queue")
    )
    for pk in away.values_list("pk", flat=True):
        yield f"ticket {pk}: bound to a counter that does not serve its queue"
    after = Ticket.objects.filter(state__in=LIVE, queue_day__ended_at__isnull=False)
    for pk in after.values_list("pk", flat=True):
        yield f"ticket {pk}: live although its day has ended"


def t9_keys(_since: date) -> Iterator[str]:
    """One idempotency key, one number, one booking, one call."""
    yield from _twice(Ticket.objects.all(), "issue_key", what="one key, several numbers")
    yield from _twice(Booking.objects.all(), "make_key", what="one key, several bookings")
    calls = Call.objects.exclude(key="")
    yield from _twice(calls, "counter", "key", what="one key, several calls")


def t10_two_counters(_since: date) -> Iterator[str]:
    """Nobody is called to two counters."""
    rows = Ticket.objects.filter(state__in=AT_COUNTER).exclude(person_key="")
    yield from _twice(rows, "day", "person_key", what="one person at several counters")


def s1_s2_slots(_since: date) -> Iterator[str]:
    """`taken` = bookings that hold a place, never more than `capacity`."""
    held = Count("bookings", filter=Q(bookings__holds_place=True))
    for slot in Slot.objects.annotate(held=held).exclude(held=F("taken")):
        yield f"slot {slot.pk}: {slot.taken} taken, {slot.held} bookings hold a place"
    for pk in Slot.objects.filter(taken__gt=F("capacity")).values_list("pk", flat=True):
        yield f"slot {pk}: overbooked"


def s3_bookings(_since: date) -> Iterator[str]:
    """One live booking per person, queue and day."""
    rows = Booking.objects.filter(state__in=LIVE_BOOKING).exclude(person_key="")
    rows = rows.exclude(state=BookingState.DISPLACED)
    yield from _twice(rows, "queue", "day", "person_key", what="one person, several bookings")


def s4_tickets(_since: date) -> Iterator[str]:
    """A booking has one ticket at most, and one when the person is here."""
    rows = Ticket.objects.filter(booking__isnull=False)
    yield from _twice(rows, "booking", what="one booking, several numbers")
    for pk in Booking.objects.filter(
        state=BookingState.CHECKED_IN, ticket__isnull=True
    ).values_list("pk", flat=True):
        yield f"booking {pk}: here without a number"


def s5_closed_days(_since: date) -> Iterator[str]:
    """No place is kept on a closed day: those people were told and asked for another time."""
    kept = (BookingState.HELD, BookingState.OFFERED, BookingState.BOOKED)
    rows = Booking.objects.filter(state__in=kept)
    closed = QueueDay.objects.filter(
        queue=OuterRef("queue"), day=OuterRef("day"), closed_at__isnull=False
    )
    wrong = set(rows.filter(Exists(closed)).values_list("pk", flat=True))
    for change in DayChange.objects.filter(counter__isnull=True):
        if change.is_closed:
            there = rows.filter(day=change.day, queue__site=change.site_id)
            if change.agency_id:
                there = there.filter(queue__agency=change.agency_id)
            wrong |= set(there.values_list("pk", flat=True))
    # A day of the building with hours of its own is open in spite of the holiday.
    own_hours = DayChange.objects.filter(
        site=OuterRef("queue__site"), day=OuterRef("day"), agency=None, counter=None
    )
    holidays = Holiday.objects.filter(is_closed=True).values("day")
    on_holidays = rows.filter(~Exists(own_hours), day__in=holidays)
    wrong |= set(on_holidays.values_list("pk", flat=True))
    for pk in sorted(wrong):
        yield f"booking {pk}: a place on a closed day"


def _twice(rows: QuerySet, *columns: str, what: str) -> Iterator[str]:
    """The groups of equal rows with more than one row, with the ids in them."""
    groups = rows.order_by().values(*columns).annotate(row_count=Count("pk"))
    for group in groups.filter(row_count__gt=1):
        group.pop("row_count")
        pks = ", ".join(map(str, rows.filter(**group).order_by("pk").values_list("pk", flat=True)))
        yield f"{what}: {pks}"


CHECKS: dict[str, Check] = {
    "T1": t1_numbers,
    "T2": t2_counters,
    "T3": t3_persons,
    "T4": t4_one_call,
    "T5 T6": t5_t6_history,
    "T7": overtaking.problems,
    "T8": t8_closing,
    "T9": t9_keys,
    "T10": t10_two_counters,
    "S1 S2": s1_s2_slots,
    "S3": s3_bookings,
    "S4": s4_tickets,
    "S5": s5_closed_days,
}


def problems(since: date | None = None) -> list[str]:
    """Everything that is wrong, as "T5 T6 ticket 12: ..."; histories from `since` on.

    Default for `since`: a week ago.
    """
    since = since or clock.today() - timedelta(days=DAYS)
    return [f"{name} {line}" for name, check in CHECKS.items() for line in check(since)]
