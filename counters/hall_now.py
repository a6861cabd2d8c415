"""All queues of the mall at a glance: who waits now, until when, how busy each hour usually is.

Read at most every ten seconds per process; the same for everybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.cache import caches
from django.db.models import Count, Sum

from counters.hours import DayHours
from counters.known_sites import coming_hours, known_sites
from counters.live import Outage
from counters.models import (
    Counter,
    CounterState,
    Disruption,
    Queue,
    QueueDay,
    QueueFact,
    Ticket,
    TicketState,
)
from mpp.kit import clock

SECONDS = 10
# How far back the usual waiting and the load of an hour look, and how many days they need.
LOOK_BACK = timedelta(days=28)
ENOUGH_DAYS = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """What past days say about a queue: mean wait in minutes, people per hour of the day."""

    wait: int | None = None
    load: Mapping[int, float] = field(default_factory=dict)

    def quietest(self, hours: Iterable[int]) -> int | None:
        """The hour with the fewest people among these; None when none of them has history."""
        known = [hour for hour in hours if hour in self.load]
        return min(known, key=lambda hour: (self.load[hour], hour), default=None)

    def busiest(self, hours: Iterable[int]) -> int | None:
        """The hour with the most people among these; None when none of them has history."""
        known = [hour for hour in hours if hour in self.load]
        return max(known, key=lambda hour: (self.load[hour], -hour), default=None)


@dataclass(frozen=True, slots=True)
class QueueGlance:
    """One queue today."""

    queue: Queue
    services: tuple[str, ...]
    hours: DayHours
    waiting: int
    open_counters: int
    counters: int
    closed_reason: str
    is_full: bool
    usual: Usual
    outages: tuple[Outage, ...]

    def open_hours(self) -> list[int]:
        """The local hours of the day in which it is open."""
        zone = self.queue.site.time_zone
        found: set[int] = set()
        for start, end in self.hours.spans:
            first, last = clock.local(start, zone), clock.local(end - timedelta(seconds=1), zone)
            found.update(range(first.hour, last.hour + 1))
        return sorted(found)


@dataclass(frozen=True, slots=True)
class HallNow:
    """The whole mall today, as read at `at`."""

    at: datetime
    queues: tuple[QueueGlance, ...]
    # With the time zone of their site.
    outages: tuple[tuple[Outage, str], ...] = ()

    def outages_for(self, agency: int) -> tuple[tuple[Outage, str], ...]:
        """What is down for an agency (primary key), each system once, with its time zone."""
        found = {
            row.system_name: (row, zone)
            for row, zone in reversed(self.outages)
            if row.agency_id in (None, agency)
        }
        return tuple(reversed(found.values()))

    def of(self, queue: Queue) -> QueueGlance | None:
        """One queue."""
        return next((row for row in self.queues if row.queue.pk == queue.pk), None)

    def serving(self, service_key: str) -> list[QueueGlance]:
        """The queues in which people wait for a service."""
        return [row for row in self.queues if service_key in row.services]

    @property
    def waiting(self) -> int:
        """People waiting in all queues."""
        return sum(row.waiting for row in self.queues)


def mall_usual(rows: Iterable[QueueGlance]) -> tuple[int | None, int | None, int | None]:
    """Over some queues: mean usual wait in minutes, the quietest and the busiest hour."""
    waits, load, hours = [], defaultdict(float), set()
    for row in rows:
        hours.update(row.open_hours())
        if row.usual.wait is not None:
            waits.append(row.usual.wait)
        for hour, people in row.usual.load.items():
            load[hour] += people
    every = Usual(load=load)
    wait = round(sum(waits) / len(waits)) if waits else None
    return wait, every.quietest(hours), every.busiest(hours)


def hall_now() -> HallNow:
    """The mall as it is now; at most eleven queries with one site, none when it is kept.

    A mall without queues costs the question for its sites alone.
    """
    cache = caches["local"]
    kept = cache.get("hall-now")
    if kept is None:
        kept = _read()
        cache.set("hall-now", kept, SECONDS)
    return kept


def forget() -> None:
    """Read it anew at the next question of this process."""
    caches["local"].delete("hall-now")


def _read() -> HallNow:
    now = clock.now()
    if not any(site.has_queues for site in known_sites()):
        return HallNow(now, ())
    queues = list(
        Queue.objects.filter(is_active=True, agency__is_active=True)
        .select_related("site", "agency")
        .prefetch_related("services")
        .order_by("site__order", "agency__order", "order", "key")
    )
    sites = {queue.site_id: queue.site for queue in queues}
    today = {pk: clock.local(now, site.time_zone).date() for pk, site in sites.items()}
    days = {
        (row.queue_id, row.day): row
        for row in QueueDay.objects.filter(day__in=set(today.values()))
    }
    waiting = _waiting(set(today.values()))
    desks = _desks(queues)
    usual = _usual(now.date())
    hours = {
        site.pk: coming_hours(site, today[site.pk]) for site in known_sites() if site.pk in sites
    }
    down = _outages()
    return HallNow(
        now,
        tuple(
            _glance(
                queue,
                days.get((queue.pk, today[queue.site_id])),
                hours[queue.site_id].on(today[queue.site_id], agency_id=queue.agency_id),
                waiting,
                desks,
                usual.get(queue.pk, Usual()),
                down,
            )
            for queue in queues
        ),
        tuple(
            (row, sites[pk].time_zone) for pk, rows in down.items() for row in rows if pk in sites
        ),
    )


def _glance(
    queue: Queue,
    day: QueueDay | None,
    hours: DayHours,
    waiting: Mapping[int, int],
    desks: Mapping[int, tuple[int, int]],
    usual: Usual,
    down: Mapping[int, list[Outage]],
) -> QueueGlance:
    open_counters, counters = desks.get(queue.pk, (0, 0))
    is_full = bool(day and day.walk_in_quota is not None and day.walk_ins >= day.walk_in_quota)
    return QueueGlance(
        queue=queue,
        services=tuple(service.key for service in queue.services.all()),
        hours=hours,
        waiting=waiting.get(day.pk, 0) if day else 0,
        open_counters=open_counters,
        counters=counters,
        closed_reason=day.closed_reason if day and day.gives_none else "",
        is_full=is_full,
        usual=usual,
        outages=tuple(
            row for row in down.get(queue.site_id, []) if row.agency_id in (None, queue.agency_id)
        ),
    )


def _waiting(days: set[date]) -> dict[int, int]:
    rows = Ticket.objects.filter(state=TicketState.WAITING, queue_day__day__in=days)
    counted = rows.values("queue_day").annotate(count=Count("pk")).order_by()
    return {row["queue_day"]: row["count"] for row in counted}


def _desks(queues: Iterable[Queue]) -> dict[int, tuple[int, int]]:
    """Open and all counters per queue."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    rows = Counter.objects.filter(queues__in=[queue.pk for queue in queues])
    for queue, state in rows.values_list("queues", "state"):
        found[queue][0] += state == CounterState.OPEN
        found[queue][1] += 1
    return {queue: (opened, every) for queue, (opened, every) in found.items()}


def _outages() -> dict[int, list[Outage]]:
    found: dict[int, list[Outage]] = defaultdict(list)
    for row in Disruption.objects.filter(ended_at__isnull=True).order_by("id"):
        found[row.site_id].append(
            Outage(row.agency_id, row.system_name, row.note, row.note_en, row.began_at)
        )
    return found


def _usual(today: date) -> dict[int, Usual]:
    """Mean wait and people per hour over the last weeks, per queue with days enough."""
    rows = (
        QueueFact.objects.filter(day__gte=today - LOOK_BACK, day__lt=today)
        .values("queue", "hour")
        .annotate(
            issued=Sum("issued"),
            called=Sum("called"),
            waited=Sum("wait_seconds"),
            days=Count("day", distinct=True),
        )
        .order_by()
    )
    by_queue: dict[int, list[dict]] = defaultdict(list)
    for row in rows:
        by_queue[row["queue"]].append(row)
    return {queue: _usual_of(each) for queue, each in by_queue.items()}


def _usual_of(rows: list[dict]) -> Usual:
    days = max(row["days"] for row in rows)
    if days < ENOUGH_DAYS:
        return Usual()
    called = sum(row["called"] for row in rows)
    waited = sum(row["waited"] for row in rows)
    return Usual(
        wait=round(waited / called / 60) if called else None,
        load={row["hour"]: row["issued"] / days for row in rows},
    )
