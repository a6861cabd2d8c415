"""Figures of the queue: counted facts per queue, day, hour and class, and what is read from them.

`rebuild` counts a day anew from its numbers, bookings and shown ranges, as often as wanted:
the same rows come out. A number belongs to the queue that gave it and to the hour it was taken,
so each is counted once; its wait is until the first call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import ExtractIsoWeekDay

from counters.models import (
    Booking,
    BookingState,
    Lane,
    Queue,
    QueueFact,
    ShownRange,
    Site,
    Ticket,
    TicketState,
    TicketStep,
)
from mpp.kit import clock

COUNTED = (
    "issued",
    "called",
    "served",
    "within_target",
    "abandoned",
    "no_shows",
    "wait_seconds",
    "longest_wait",
    "service_seconds",
    "ranges",
    "range_hits",
)
# Fewer people than this are not published: one could be recognised (UU 27/2022).
FEWEST = 5
# Upper ends of mean waiting (minutes) of the shades of the heat map.
SHADES = (5, 10, 20, 30)


# --- counting -------------------------------------------------------------------------------
def rebuild(site: Site, day: date) -> int:
    """Count one day of a site anew; how many rows there are now. Safe to run twice at once."""
    rows: dict[tuple[int, int, str], dict[str, int]] = {}
    queues = {queue.pk: queue for queue in Queue.objects.filter(site=site)}
    of_ticket: dict[int, tuple[int, int, str]] = {}
    for ticket in _tickets(site, day):
        key = (
            ticket.issued_in.queue_id,
            clock.local(ticket.issued_at, site.time_zone).hour,
            ticket.lane,
        )
        of_ticket[ticket.pk] = key
        _count(rows.setdefault(key, dict.fromkeys(COUNTED, 0)), ticket, queues[key[0]])
    _count_ranges(rows, of_ticket, site, day)
    _count_bookings(rows, site, day)
    facts = [
        QueueFact(queue_id=queue, day=day, hour=hour, lane=lane, **counts)
        for (queue, hour, lane), counts in sorted(rows.items())
    ]
    with transaction.atomic():
        known = QueueFact.objects.filter(queue__site=site, day=day)
        kept = {(row.queue_id, row.hour, row.lane) for row in facts}
        stale = [row.pk for row in known if (row.queue_id, row.hour, row.lane) not in kept]
        QueueFact.objects.filter(pk__in=stale).delete()
        QueueFact.objects.bulk_create(
            facts,
            update_conflicts=True,
            unique_fields=["queue", "day", "hour", "lane"],
            update_fields=list(COUNTED),
        )
    return len(facts)


def rebuild_recent(days: int = 2) -> int:
    """Today and the days before it, at every site: the worker's round."""
    count = 0
    for site in Site.objects.all():
        today = clock.today(site.time_zone)
        count += sum(rebuild(site, today - timedelta(days=back)) for back in range(days))
    return count


def _tickets(site: Site, day: date) -> Iterable[Ticket]:
    return (
        Ticket.objects.filter(day=day, issued_in__queue__site=site)
        .select_related("issued_in")
        .only(
            "lane", "state", "issued_at", "start_at", "first_called_at", "served_at", "ended_at",
            "issued_in__queue_id",
        )
        .iterator(chunk_size=2_000)
    )  # fmt: skip


def _count(counts: dict[str, int], ticket: Ticket, queue: Queue) -> None:
    """Add one number to its row."""
    counts["issued"] += 1
    called = ticket.first_called_at
    ended = ticket.state in (TicketState.CANCELLED, TicketState.EXPIRED)
    if called is None:
        counts["abandoned"] += ended
        return
    waited = max(int((called - ticket.start_at).total_seconds()), 0)
    counts["called"] += 1
    counts["wait_seconds"] += waited
    counts["longest_wait"] = max(counts["longest_wait"], waited)
    counts["within_target"] += waited <= queue.target_of(ticket.lane) * 60
    if ticket.served_at is None:
        counts["no_shows"] += ended or ticket.state == TicketState.MISSED
    elif ticket.state == TicketState.DONE:
        counts["served"] += 1
        spent = int((ticket.ended_at - ticket.served_at).total_seconds())
        counts["service_seconds"] += max(spent, 0)


def _count_ranges(rows: dict, of_ticket: dict, site: Site, day: date) -> None:
    """Ranges that were shown and whose end is known."""
    shown = ShownRange.objects.filter(
        ticket__day=day, ticket__issued_in__queue__site=site, is_hit__isnull=False
    ).values_list("ticket_id", "is_hit")
    for ticket, is_hit in shown:
        key = of_ticket.get(ticket)
        if key is not None:
            rows[key]["ranges"] += 1
            rows[key]["range_hits"] += bool(is_hit)


def _count_bookings(rows: dict, site: Site, day: date) -> None:
    """People who booked and never came; the hour is that of their time."""
    missed = Booking.objects.filter(
        queue__site=site, day=day, state=BookingState.NO_SHOW, slot__isnull=False
    ).values_list("queue_id", "slot__starts_at")
    for queue, starts_at in missed:
        hour = clock.local(starts_at, site.time_zone).hour
        key = (queue, hour, str(Lane.BOOKED))
        rows.setdefault(key, dict.fromkeys(COUNTED, 0))["no_shows"] += 1


# --- reading --------------------------------------------------------------------------------
@dataclass(slots=True)
class Tally:
    """Sums of facts, and the figures that follow from them; None where nothing was counted."""

    issued: int = 0
    called: int = 0
    served: int = 0
    within_target: int = 0
    abandoned: int = 0
    no_shows: int = 0
    wait_seconds: int = 0
    longest_wait: int = 0
    service_seconds: int = 0
    ranges: int = 0
    range_hits: int = 0
    out_of_order: int = 0

    @property
    def wait_minutes(self) -> float | None:
        """Mean minutes from the start of waiting until the first call."""
        return round(self.wait_seconds / self.called / 60, 1) if self.called else None

    @property
    def longest_minutes(self) -> int | None:
        """The longest wait in minutes."""
        return self.longest_wait // 60 if self.called else None

    @property
    def service_minutes(self) -> float | None:
        """Mean minutes of a service."""
        return round(self.service_seconds / self.served / 60, 1) if self.served else None

    @property
    def on_time_percent(self) -> int | None:
        """How many of the called were called within their target."""
        return round(100 * self.within_target / self.called) if self.called else None

    @property
    def abandoned_percent(self) -> int | None:
        """How many left before they were called."""
        return round(100 * self.abandoned / self.issued) if self.issued else None

    @property
    def hit_percent(self) -> int | None:
        """How many of the shown ranges came true."""
        return round(100 * self.range_hits / self.ranges) if self.ranges else None

    @property
    def shade(self) -> int:
        """0 for nothing counted, 1 (short wait) to 5."""
        if self.wait_minutes is None:
            return 0
        return 1 + sum(self.wait_minutes > end for end in SHADES)

    @property
    def is_small(self) -> bool:
        """Whether so few people stand behind it that it is not published."""
        return self.called < FEWEST


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked: days, and if wanted agencies (None: all), one class, one site."""

    first: date
    last: date
    agencies: frozenset[int] | None = None
    lane: str = ""
    site: Site | None = None


@dataclass(slots=True)
class Report:
    """The figures of a period."""

    total: Tally
    agencies: list[tuple[Any, Tally]] = field(default_factory=list)
    hours: list[tuple[int, Tally]] = field(default_factory=list)
    lanes: list[tuple[str, Tally]] = field(default_factory=list)
    heat: dict[tuple[int, int], Tally] = field(default_factory=dict)

    @property
    def shown_hours(self) -> list[int]:
        """The hours in which anything happened."""
        return [hour for hour, _tally in self.hours]


_SUMS = {
    name: Max(name) if name == "longest_wait" else Sum(name)
    for name in COUNTED
}  # fmt: skip


def facts_in(period: Period) -> Any:
    """The counted rows of a period."""
    rows = QueueFact.objects.filter(day__range=(period.first, period.last))
    if period.agencies is not None:
        rows = rows.filter(queue__agency__in=period.agencies)
    if period.lane:
        rows = rows.filter(lane=period.lane)
    if period.site is not None:
        rows = rows.filter(queue__site=period.site)
    return rows.order_by()


def _grouped(rows: Any, *names: str) -> list[tuple[tuple, Tally]]:
    found = rows.values(*names).annotate(**{f"sum_{k}": v for k, v in _SUMS.items()})
    return [
        (
            tuple(row[name] for name in names),
            Tally(**{name: row[f"sum_{name}"] or 0 for name in COUNTED}),
        )
        for row in found.order_by(*names)
    ]


def report(period: Period) -> Report:
    """Everything the page of figures shows; six queries."""
    rows = facts_in(period)
    weekdays = rows.annotate(weekday=ExtractIsoWeekDay("day"))
    lanes = dict(Lane.choices)
    made = Report(
        total=_total(rows),
        agencies=[(key[0], tally) for key, tally in _grouped(rows, "queue__agency")],
        hours=[(key[0], tally) for key, tally in _grouped(rows, "hour")],
        lanes=[(str(lanes[key[0]]), tally) for key, tally in _grouped(rows, "lane")],
        heat=dict(_grouped(weekdays, "weekday", "hour")),
    )
    jumps = out_of_order(period)
    for agency, tally in made.agencies:
        tally.out_of_order = jumps.get(agency, 0)
    made.total.out_of_order = sum(jumps.values())
    return made


def _total(rows: Any) -> Tally:
    found = rows.aggregate(**{f"sum_{k}": v for k, v in _SUMS.items()})
    return Tally(**{name: found[f"sum_{name}"] or 0 for name in COUNTED})


def out_of_order(period: Period) -> dict[int, int]:
    """Calls before others, each with a kept reason; counted per agency (primary key)."""
    steps = TicketStep.objects.filter(
        Q(queue_day__day__gte=period.first) & Q(queue_day__day__lte=period.last), act="call_this"
    )
    if period.agencies is not None:
        steps = steps.filter(queue_day__queue__agency__in=period.agencies)
    if period.site is not None:
        steps = steps.filter(queue_day__queue__site=period.site)
    counted = steps.values("queue_day__queue__agency").annotate(n=Count("pk")).order_by()
    return {row["queue_day__queue__agency"]: row["n"] for row in counted}


def by_agency_and_hour(period: Period) -> list[tuple[int, int, Tally]]:
    """(agency, hour, figures): what is published as a table of data; one query."""
    return [
        (key[0], key[1], tally)
        for key, tally in _grouped(facts_in(period), "queue__agency", "hour")
    ]


def last_days(days: int, at: datetime | None = None) -> tuple[date, date]:
    """The last so many days, today included."""
    today = clock.local(at or clock.now()).date()
    return today - timedelta(days=days - 1), today
