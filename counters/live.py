"""What a queue looks like right now: one picture per version, shared by everybody who watches.

`QueueDay.version` rises with every act in the queue, `SiteLive.version` with what happens beside
it (a counter opens, a system is down). A page asks for these two numbers with its own row; the
picture is read once per pair and kept in this process, so a hundred watchers cost one reading.
Nothing in a picture names a person: numbers, times, classes, counters.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import caches
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from counters import estimates
from counters.hours import DayHours, site_hours
from counters.models import (
    AT_COUNTER,
    Counter,
    CounterState,
    Disruption,
    Errand,
    LearnedWait,
    Queue,
    QueueDay,
    SiteLive,
    Ticket,
    TicketState,
)
from mpp.kit import clock

# Numbers at shared counters and paused systems change without this queue's version.
SECONDS = 20
HOURS_SECONDS = 60
LEARNED_SECONDS = 600
RECENT = 8
# So many people before you or fewer: come in, the page asks every two seconds.
NEAR = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One number in the line or at a counter, and why it stands where it stands."""

    pk: int
    letter: str
    number: int
    state: str
    lane: str
    source: str
    start_at: datetime
    due_at: datetime
    issued_at: datetime
    called_at: datetime | None
    booked_at: datetime | None
    counter_id: int | None
    wanted_counter_id: int | None
    came_back: bool
    defer_count: int
    queue_id: int
    service: str

    @property
    def turn(self) -> tuple[datetime, int]:
        """The order of the calls."""
        return self.due_at, self.pk

    @property
    def label(self) -> str:
        """The number as it is called: `D 007`."""
        return f"{self.letter} {self.number:03d}"

    @property
    def masked(self) -> str:
        """The number as strangers read it: only its last digit."""
        return f"{self.letter} ••{self.number % 10}"


@dataclass(frozen=True, slots=True)
class Desk:
    """One counter that serves the queue."""

    pk: int
    name: str
    zone: str
    state: str
    reason: str
    back_at: datetime | None
    queues: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether it calls people now."""
        return self.state == CounterState.OPEN


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The picture of one queue on one day.

    `beside` waits in other queues of the same counters, in the order of the calls.
    """

    queue: Queue
    day: date
    line: tuple[Place, ...]
    beside: tuple[Place, ...]
    at_counters: tuple[Place, ...]
    desks: tuple[Desk, ...]
    recent: tuple[tuple[str, float], ...]
    hours: DayHours
    learned: estimates.Learned | None
    closed_reason: str = ""

    @property
    def open_desks(self) -> tuple[Desk, ...]:
        """The counters that call people now."""
        return tuple(desk for desk in self.desks if desk.is_open)

    def desk(self, pk: int | None) -> Desk | None:
        """One counter by its key."""
        return next((desk for desk in self.desks if desk.pk == pk), None)

    def place(self, pk: int) -> Place | None:
        """One waiting number by the key of its ticket."""
        return next((place for place in self.line if place.pk == pk), None)

    def ahead_of(self, pk: int) -> tuple[Place, ...]:
        """Who would be called before this waiting number, in that order.

        A number sent to one counter does not wait behind numbers sent to another one. Numbers of
        other queues count where every counter that could call this one takes them first.
        """
        own = self.place(pk)
        if own is None:
            return self.line
        mine = own.wanted_counter_id
        before = [
            place
            for place in self.line
            if place.turn < own.turn and (not mine or place.wanted_counter_id in (None, mine))
        ]
        before += [
            place
            for place in self.beside
            if place.turn < own.turn and self._goes_first(place, mine)
        ]
        return tuple(sorted(before, key=lambda place: place.turn))

    def order_for(self, pk: int | None) -> tuple[Place, ...]:
        """The public order, with the numbers of other queues that are called before this one."""
        if pk is None or self.place(pk) is None:
            return self.line
        known = {place.pk for place in self.line}
        others = [place for place in self.ahead_of(pk) if place.pk not in known]
        return tuple(sorted((*self.line, *others), key=lambda place: place.turn))

    def _goes_first(self, other: Place, mine: int | None) -> bool:
        """Whether a number of another queue, due earlier, is taken first wherever I may go."""
        desks = [self.desk(mine)] if mine else (self.open_desks or self.desks)
        return bool(desks) and all(
            desk is not None
            and other.queue_id in desk.queues
            and other.wanted_counter_id in (None, desk.pk)
            for desk in desks
        )

    def wait_at(
        self, ahead: Sequence[Place], now: datetime, wanted_counter: int | None = None
    ) -> estimates.Range:
        """How long somebody behind `ahead` will still wait, in minutes."""
        return estimates.estimate(self._snapshot(ahead, now, wanted_counter), self.learned)

    def _snapshot(
        self, ahead: Sequence[Place], now: datetime, wanted: int | None
    ) -> estimates.Snapshot:
        local = clock.local(now, self.queue.site.time_zone)
        standing = [p for p in self.at_counters if not wanted or p.counter_id == wanted]
        open_count = len(self.open_desks)
        return estimates.Snapshot(
            weekday=local.weekday(),
            hour=local.hour,
            ahead=tuple(place.service for place in ahead),
            serving=tuple((p.service, _minutes(now - (p.called_at or now))) for p in standing),
            counters=min(1, open_count) if wanted else open_count,
            planned=max(1, 1 if wanted else len(self.desks)),
            opens_in=self._opens_in(now, self.desk(wanted)),
            pauses=self._pauses(now),
            recent=self.recent,
            default_minutes=float(self.queue.service_minutes),
        )

    def back_at(self, wanted: Desk | None, now: datetime) -> datetime | None:
        """When the first counter said to be back; None when one is open or none said it."""
        desks = [wanted] if wanted else self.desks
        if any(desk.is_open for desk in desks):
            return None
        return min((d.back_at for d in desks if d.back_at and d.back_at > now), default=None)

    def _opens_in(self, now: datetime, wanted: Desk | None) -> float:
        """Minutes until the service begins: with the hours, or when a counter is back."""
        begins = [at for at in (self.hours.opens_at, self.back_at(wanted, now)) if at]
        return max(0.0, *(_minutes(at - now) for at in begins)) if begins else 0.0

    def _pauses(self, now: datetime) -> tuple[tuple[float, float], ...]:
        spans = self.hours.spans
        gaps = [(end, start) for (_a, end), (start, _b) in zip(spans, spans[1:], strict=False)]
        return tuple(
            (max(0.0, _minutes(begins - now)), _minutes(ends - max(begins, now)))
            for begins, ends in gaps
            if ends > now
        )


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


# --- reading the picture ------------------------------------------------------------------
def with_versions(rows: QuerySet[QueueDay], site: str = "queue__site_id") -> QuerySet[QueueDay]:
    """Days (or tickets, with the way to their site) with `site_version` in the same query."""
    version = SiteLive.objects.filter(site=OuterRef(site)).values("version")[:1]
    return rows.annotate(site_version=Subquery(version))


def queue_now(queue: Queue, day: date) -> QueueNow:
    """The picture of a queue on a local day; one query when it is kept."""
    rows = QueueDay.objects.filter(queue=queue, day=day)
    found = with_versions(rows).first() or QueueDay(queue=queue, day=day, version=0)
    return picture(queue, found, getattr(found, "site_version", None))


def picture(queue: Queue, day: QueueDay, site_version: int | None) -> QueueNow:
    """The picture of a queue (with site) at the versions just read; no query when it is kept."""
    key = f"queue-now:{queue.pk}:{day.day}:{day.version}:{site_version}"
    cache = caches["local"]
    kept = cache.get(key)
    if kept is None:
        kept = _read(queue, day)
        cache.set(key, kept, SECONDS)
    return kept


def fresh_picture(day: QueueDay) -> QueueNow:
    """The picture of a queue day (with queue and site) read now: for telling, not for looking."""
    return _read(day.queue, day)


def _read(queue: Queue, day: QueueDay) -> QueueNow:
    """Five queries at most, fewer where hours and learned data are kept."""
    desks = _desks(queue)
    places = _places(day, desks)
    waiting = [place for place in places if place.state == TicketState.WAITING]
    return QueueNow(
        queue=queue,
        day=day.day,
        line=tuple(place for place in waiting if place.queue_id == queue.pk),
        beside=tuple(place for place in waiting if place.queue_id != queue.pk),
        at_counters=tuple(p for p in places if p.state in AT_COUNTER),
        desks=desks,
        recent=_recent(day),
        hours=day_hours(queue, day.day),
        learned=_learned(queue),
        closed_reason=day.closed_reason if day.gives_none else "",
    )


def _desks(queue: Queue) -> tuple[Desk, ...]:
    """The counters that serve the queue, each with all queues it serves; one query."""
    here = Counter.objects.filter(queues=queue).values("pk")
    columns = ("pk", "name", "zone", "state", "state_reason", "back_at", "queues")
    rows = Counter.objects.filter(pk__in=here).order_by("order", "key").values_list(*columns)
    found: dict[int, tuple] = {}
    served: dict[int, set[int]] = defaultdict(set)
    for *facts, other in rows:
        found[facts[0]] = tuple(facts)
        served[facts[0]].add(other)
    return tuple(Desk(*facts, frozenset(served[pk])) for pk, facts in found.items())


def _places(day: QueueDay, desks: Sequence[Desk]) -> list[Place]:
    """Everybody waiting here, or waiting for or standing at one of these counters, in order."""
    if day.pk is None:
        return []
    counters = [desk.pk for desk in desks]
    others = {pk for desk in desks for pk in desk.queues} - {day.queue_id}
    beside = Q(pk__in=[])
    if others:
        beside = Q(queue_day__queue__in=others, queue_day__day=day.day, state=TicketState.WAITING)
    service = (
        Errand.objects.filter(ticket=OuterRef("pk"), ended_at__isnull=True)
        .order_by("order")
        .values("service__key")[:1]
    )
    rows = (
        Ticket.objects.filter(
            Q(queue_day=day, state__in=(TicketState.WAITING, *AT_COUNTER))
            | Q(day=day.day, counter__in=counters, state__in=AT_COUNTER)
            | beside
        )
        .order_by("due_at", "id")
        .values_list(
            "pk",
            "letter",
            "number",
            "state",
            "lane",
            "source",
            "start_at",
            "due_at",
            "issued_at",
            "called_at",
            "booking__slot__starts_at",
            "counter_id",
            "wanted_counter_id",
            "came_back",
            "defer_count",
            "queue_day__queue_id",
            Subquery(service),
        )
    )
    return [Place(*row[:-1], row[-1] or "") for row in rows]


def _recent(day: QueueDay) -> tuple[tuple[str, float], ...]:
    """The last services of today: which, and minutes from the call until the counter was free."""
    if day.pk is None:
        return ()
    service = Errand.objects.filter(ticket=OuterRef("pk")).order_by("order")
    rows = (
        Ticket.objects.filter(
            queue_day=day,
            state__in=(TicketState.DONE, TicketState.MISSED),
            called_at__isnull=False,
        )
        .order_by("-state_at")
        .values_list(Subquery(service.values("service__key")[:1]), F("called_at"), F("state_at"))
    )
    return tuple((key or "", max(0.0, _minutes(end - start))) for key, start, end in rows[:RECENT])


def day_hours(queue: Queue, day: date) -> DayHours:
    """The hours of a queue's agency on a day, kept for a minute."""
    key = f"queue-hours:{queue.site_id}:{queue.agency_id}:{day}"
    cache = caches["local"]
    kept = cache.get(key)
    if kept is None:
        kept = site_hours(queue.site, day).on(day, agency_id=queue.agency_id)
        cache.set(key, kept, HOURS_SECONDS)
    return kept


def _learned(queue: Queue) -> estimates.Learned | None:
    key = f"queue-learned:{queue.pk}"
    cache = caches["local"]
    kept = cache.get(key)
    if kept is None:
        data = LearnedWait.objects.filter(queue=queue).values_list("data", flat=True).first()
        kept = (estimates.Learned.from_data(data),)
        cache.set(key, kept, LEARNED_SECONDS)
    return kept[0]


# --- what is out of order in the building ---------------------------------------------------
@dataclass(frozen=True, slots=True)
class Outage:
    """A system that is down: for one agency, or for the whole site (no agency)."""

    agency_id: int | None
    system_name: str
    note: str
    note_en: str
    began_at: datetime


def outages(site_id: int, site_version: int | None) -> tuple[Outage, ...]:
    """What is down at a site; no query when it is kept."""
    key = f"outages:{site_id}:{site_version}"
    cache = caches["local"]
    kept = cache.get(key)
    if kept is None:
        rows = Disruption.objects.filter(site=site_id, ended_at__isnull=True).order_by("id")
        kept = tuple(
            Outage(r.agency_id, r.system_name, r.note, r.note_en, r.began_at) for r in rows
        )
        cache.set(key, kept, SECONDS)
    return kept


def outages_of(queue: Queue, site_version: int | None) -> tuple[Outage, ...]:
    """What is down for one queue."""
    rows = outages(queue.site_id, site_version)
    return tuple(row for row in rows if row.agency_id in (None, queue.agency_id))
