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
from counters.tally import COUNTED, SPREADS, Tally, add_spreads
from mpp.kit import clock


# --- counting -------------------------------------------------------------------------------
def rebuild(site: Site, day: date) -> int:
    """Count one day of a site anew; how many rows there are now. Safe to run twice at once."""
    rows: dict[tuple[int, int, str], dict[str, Any]] = {}
    queues = {queue.pk: queue for queue in Queue.objects.filter(site=site)}
    of_ticket: dict[int, tuple[int, int, str]] = {}
    for ticket in _tickets(site, day):
        key = (
            ticket.issued_in.queue_id,
            clock.local(ticket.issued_at, site.time_zone).hour,
            ticket.lane,
        )
        of_ticket[ticket.pk] = key
        _count(rows.setdefault(key, _blank()), ticket, queues[key[0]])
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
            update_fields=[*COUNTED, *SPREADS],
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


def _blank() -> dict[str, Any]:
    """A row before anybody is counted."""
    return {**dict.fromkeys(COUNTED, 0), **{name: {} for name in SPREADS}}


def _add_minutes(spread: dict[str, int], seconds: int) -> None:
    minutes = str(round(seconds / 60))
    spread[minutes] = spread.get(minutes, 0) + 1


def _count(counts: dict[str, Any], ticket: Ticket, queue: Queue) -> None:
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
    _add_minutes(counts["waits"], waited)
    counts["longest_wait"] = max(counts["longest_wait"], waited)
    counts["within_target"] += waited <= queue.target_of(ticket.lane) * 60
    if ticket.served_at is None:
        counts["no_shows"] += ended or ticket.state == TicketState.MISSED
    elif ticket.state == TicketState.DONE:
        counts["served"] += 1
        spent = max(int((ticket.ended_at - ticket.served_at).total_seconds()), 0)
        counts["service_seconds"] += spent
        _add_minutes(counts["services"], spent)


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
        rows.setdefault(key, _blank())["no_shows"] += 1


# --- reading --------------------------------------------------------------------------------
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
    agencies = [(key[0], tally) for key, tally in _grouped(rows, "queue__agency")]
    made = Report(
        total=_total(tally for _agency, tally in agencies),
        agencies=agencies,
        hours=[(key[0], tally) for key, tally in _grouped(rows, "hour")],
        lanes=[(str(lanes[key[0]]), tally) for key, tally in _grouped(rows, "lane")],
        heat=dict(_grouped(weekdays, "weekday", "hour")),
    )
    _spread(rows, made)
    jumps = out_of_order(period)
    for agency, tally in made.agencies:
        tally.out_of_order = jumps.get(agency, 0)
    made.total.out_of_order = sum(jumps.values())
    return made


def _spread(rows: Any, made: Report) -> None:
    """Add the minutes of every row to the figures it belongs to; one query."""
    agencies, hours = dict(made.agencies), dict(made.hours)
    lanes = dict(made.lanes)
    names = {str(key): str(label) for key, label in Lane.choices}
    columns = ("queue__agency", "hour", "lane", *SPREADS)
    for agency, hour, lane, *spreads in rows.filter(called__gt=0).values_list(*columns):
        for tally in (made.total, agencies[agency], hours[hour], lanes[names[lane]]):
            add_spreads(tally, spreads)


def _total(rows: Iterable[Tally]) -> Tally:
    """The figures of all rows together."""
    made = Tally()
    for row in rows:
        for name in COUNTED:
            join = max if name == "longest_wait" else sum
            setattr(made, name, join((getattr(made, name), getattr(row, name))))
    return made


def out_of_order(period: Period) -> dict[int, int]:
    """Calls before others, each with a kept reason; counted per agency (primary key)."""
    steps = TicketStep.objects.filter(
        Q(queue_day__day__gte=period.first) & Q(queue_day__day__lte=period.last), act="call_this"
    )
    if period.agencies is not None:
        steps = steps.filter(queue_day__queue__agency__in=period.agencies)
    if period.site is not None:
        steps = steps.filter(queue_day__queue__site=period.site)
    if period.lane:
        steps = steps.filter(ticket__lane=period.lane)
    counted = steps.values("queue_day__queue__agency").annotate(n=Count("pk")).order_by()
    return {row["queue_day__queue__agency"]: row["n"] for row in counted}


def by_agency_and_hour(period: Period) -> list[tuple[int, int, Tally]]:
    """(agency, hour, figures): what is published as a table of data; two queries."""
    rows = facts_in(period)
    found = dict(_grouped(rows, "queue__agency", "hour"))
    columns = ("queue__agency", "hour", *SPREADS)
    for agency, hour, *spreads in rows.filter(called__gt=0).values_list(*columns):
        add_spreads(found[agency, hour], spreads)
    return [(agency, hour, tally) for (agency, hour), tally in found.items()]


def last_days(days: int, at: datetime | None = None) -> tuple[date, date]:
    """The last so many days, today included."""
    today = clock.local(at or clock.now()).date()
    return today - timedelta(days=days - 1), today
