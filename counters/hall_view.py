"""The hall as its supervisor sees it: counters, lines, alarms. Only reading, no person's data.

A fixed number of queries however many counters, queues and people there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counters.console import minutes_since, minutes_words
from counters.models import (
    AT_COUNTER,
    Announcement,
    Call,
    Counter,
    CounterState,
    Device,
    Disruption,
    LiveKey,
    Queue,
    QueueDay,
    Site,
    SiteLive,
    Ticket,
    TicketState,
    TicketStep,
)
from counters.words import clock_words, text_of
from mpp.kit import clock

# When something becomes an alarm.
WAIT_FACTOR = 2
IDLE_MINUTES = 20
SILENT_MINUTES = 5
STUCK_MINUTES = 3
SHOWN_REPEATS = 20


@dataclass(slots=True)
class CounterRow:
    """One counter now."""

    counter: Counter
    letters: str
    ticket: Ticket | None = None
    last_call_at: datetime | None = None

    @property
    def since_words(self) -> str:
        """How long the number in front is there, or the state holds."""
        at = self.ticket.state_at if self.ticket is not None else self.counter.state_at
        return minutes_words(minutes_since(at)) if at else ""


@dataclass(slots=True)
class QueueRow:
    """One queue today."""

    queue: Queue
    day: QueueDay | None = None
    waiting: int = 0
    late: int = 0
    longest: int = 0
    open_counters: int = 0
    out_of_order: int = 0
    helpers: int = 0

    @property
    def longest_words(self) -> str:
        """The longest waiting time of somebody in the line."""
        return minutes_words(self.longest) if self.waiting else ""

    @property
    def is_closed(self) -> bool:
        """Whether no numbers are given any more today."""
        return self.day is not None and self.day.gives_none


@dataclass(slots=True)
class Alarm:
    """Something that needs the supervisor now."""

    icon: str
    text: str


@dataclass(slots=True)
class Hall:
    """Everything on the supervisor's page."""

    site: Site
    counters: list[CounterRow] = field(default_factory=list)
    queues: list[QueueRow] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    disruptions: list[Disruption] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many people wait in all shown queues."""
        return sum(row.waiting for row in self.queues)

    @property
    def open_count(self) -> int:
        """How many counters serve now."""
        return sum(row.counter.state == CounterState.OPEN for row in self.counters)


def version_of(site: Site) -> str:
    """Changes with every queue of the site, with its boards, and each half minute."""
    day = clock.today(site.time_zone)
    days = QueueDay.objects.filter(queue__site=site, day=day).aggregate(n=Sum("version"))
    live = SiteLive.objects.filter(site=site).values_list("version", flat=True).first()
    beat = int(clock.now().timestamp() // 30)
    return f"{site.pk}-{days['n'] or 0}-{live or 0}-{beat}"


def hall(site: Site, agencies: frozenset[int] | None) -> Hall:
    """The hall of a site, cut to these agencies (None: all)."""
    made = Hall(site=site)
    scope = {} if agencies is None else {"agency__in": agencies}
    day = clock.today(site.time_zone)
    made.counters = _counters(site, scope, day)
    made.queues = _queues(site, scope, day, made.counters)
    found = Disruption.objects.filter(site=site, ended_at__isnull=True).select_related("agency")
    if agencies is not None:
        found = found.filter(Q(agency__in=agencies) | Q(agency__isnull=True))
    made.disruptions = list(found)
    now = clock.now()
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    made.announcements = list(Announcement.objects.filter(running, site=site, is_active=True))
    made.repeats = _repeats(made.queues)
    made.alarms = [
        *_wait_alarms(made.queues),
        *_idle_alarms(made.counters, made.queues),
        *_standing_alarms(made.queues, site.time_zone),
        *(_device_alarms(site) if agencies is None else ()),
    ]
    return made


def _counters(site: Site, scope: dict, day) -> list[CounterRow]:
    rows = list(
        Counter.objects.filter(site=site, **scope)
        .select_related("agency", "staffed_by")
        .prefetch_related("queues")
        .order_by("order", "key")
    )
    standing = {
        ticket.counter_id: ticket
        for ticket in Ticket.objects.filter(counter__in=rows, state__in=AT_COUNTER)
    }
    called = dict(
        Call.objects.filter(site=site, day=day)
        .values("counter")
        .annotate(at=Max("at"))
        .values_list("counter", "at")
    )
    rows.sort(key=lambda row: row.state == CounterState.CLOSED)
    return [
        CounterRow(
            counter=row,
            letters=", ".join(queue.letter for queue in row.queues.all()),
            ticket=standing.get(row.pk),
            last_call_at=called.get(row.pk),
        )
        for row in rows
    ]


def _queues(site: Site, scope: dict, day, counters: Sequence[CounterRow]) -> list[QueueRow]:
    queues = list(
        Queue.objects.filter(site=site, is_active=True, **scope)
        .select_related("agency")
        .order_by("order", "key")
    )
    rows = {queue.pk: QueueRow(queue) for queue in queues}
    for queue_day in QueueDay.objects.filter(queue__in=queues, day=day):
        rows[queue_day.queue_id].day = queue_day
    now = clock.now()
    today = Ticket.objects.filter(queue_day__queue__in=queues, queue_day__day=day)
    counted = today.values("queue_day__queue").annotate(
        waiting=Count("pk", filter=Q(state=TicketState.WAITING)),
        late=Count("pk", filter=Q(state=TicketState.WAITING, due_at__lt=now)),
        oldest=Min("start_at", filter=Q(state=TicketState.WAITING)),
        helpers=Count("pk", filter=~Q(helped_by="")),
    )
    for found in counted:
        row = rows[found["queue_day__queue"]]
        row.waiting, row.late, row.helpers = found["waiting"], found["late"], found["helpers"]
        row.longest = minutes_since(found["oldest"])
    steps = TicketStep.objects.filter(
        act="call_this", ticket__day=day, queue_day__queue__in=queues
    )
    for pk, count in (
        steps.values("queue_day__queue")
        .annotate(n=Count("pk"))
        .values_list("queue_day__queue", "n")
    ):
        rows[pk].out_of_order = count
    for counter in counters:
        if counter.counter.state == CounterState.OPEN:
            for queue in counter.counter.queues.all():
                if queue.pk in rows:
                    rows[queue.pk].open_counters += 1
    # Where people wait stands on top; the usual order below.
    return sorted(rows.values(), key=lambda row: -row.waiting)


def _repeats(rows: Sequence[QueueRow]) -> list[str]:
    """Numbers that were taken with one and the same phone or NIK today; never which one."""
    days = [row.day.pk for row in rows if row.day is not None]
    if not days:
        return []
    keys = LiveKey.objects.filter(ticket__issued_in__in=days)
    repeated = (
        keys.values("hash").annotate(n=Count("ticket")).filter(n__gt=1).order_by("-n", "hash")
    )[:SHOWN_REPEATS]
    wanted = [row["hash"] for row in repeated]
    found: dict[str, list[str]] = {digest: [] for digest in wanted}
    for key in keys.filter(hash__in=wanted).select_related("ticket").order_by("ticket_id"):
        found[key.hash].append(key.ticket.label)
    # One person is known by two hashes (NIK and phone): the same numbers are told once.
    return list(dict.fromkeys(", ".join(labels) for labels in found.values() if labels))


def _wait_alarms(rows: Sequence[QueueRow]) -> list[Alarm]:
    found = []
    for row in rows:
        limit = row.queue.target_walk_in * WAIT_FACTOR
        words = {"queue": text_of(row.queue, "name"), "minutes": row.longest}
        if row.waiting and row.longest > limit:
            text = _("%(queue)s: somebody has waited for %(minutes)s minutes.")
            found.append(Alarm("clock-fill", text % words))
        if row.waiting and not row.open_counters:
            text = ngettext(
                "%(queue)s: %(count)s person waits and no counter is open.",
                "%(queue)s: %(count)s people wait and no counter is open.",
                row.waiting,
            )
            found.append(
                Alarm("exclamation-triangle-fill", text % {**words, "count": row.waiting})
            )
    return found


def _idle_alarms(counters: Sequence[CounterRow], queues: Sequence[QueueRow]) -> list[Alarm]:
    """Open counters without anybody in front that called nobody while people wait."""
    waits = {row.queue.pk for row in queues if row.waiting}
    since = clock.now() - timedelta(minutes=IDLE_MINUTES)
    found = []
    for row in counters:
        if row.counter.state != CounterState.OPEN or row.ticket is not None:
            continue
        last = max(filter(None, (row.last_call_at, row.counter.state_at)), default=None)
        if last is None or last > since:
            continue
        if waits & {queue.pk for queue in row.counter.queues.all()}:
            words = {"counter": row.counter.name, "minutes": minutes_since(last)}
            text = _("%(counter)s is open and has called nobody for %(minutes)s minutes.")
            found.append(Alarm("hourglass-split", text % words))
    return found


def _standing_alarms(rows: Sequence[QueueRow], zone: str) -> list[Alarm]:
    """Numbers nobody moves on: at the printer, or set aside past their time; one query."""
    days, now = [row.day.pk for row in rows if row.day is not None], clock.now()
    since = now - timedelta(minutes=STUCK_MINUTES)
    late = Q(state=TicketState.HELD, held_until__lt=now)
    stuck = Q(state=TicketState.PRINTING, state_at__lt=since)
    found = list(Ticket.objects.filter(late | stuck, queue_day__in=days).order_by("id"))
    held = [row for row in found if row.state == TicketState.HELD]
    return [*_stuck_alarms(len(found) - len(held)), *_held_alarms(held, zone)]


def _stuck_alarms(count: int) -> list[Alarm]:
    if not count:
        return []
    words = ngettext(
        "%(count)s number is stuck at the printer. Look after the kiosk.",
        "%(count)s numbers are stuck at the printer. Look after the kiosk.",
        count,
    )
    return [Alarm("printer", words % {"count": count})]


def _held_alarms(held: Sequence[Ticket], zone: str) -> list[Alarm]:
    """Numbers set aside until a time that has passed: their page promised that time."""
    if not held:
        return []
    words = [f"{row.label} ({clock_words(clock.local(row.held_until, zone))})" for row in held]
    text = _("On hold past their time: %(numbers)s. Take them up again.")
    return [Alarm("pause-circle-fill", text % {"numbers": ", ".join(words)})]


def _device_alarms(site: Site) -> list[Alarm]:
    """Kiosks and boards that said nothing for a while; those that never spoke are not yet on."""
    since = clock.now() - timedelta(minutes=SILENT_MINUTES)
    rows = Device.objects.filter(site=site, revoked_at__isnull=True, last_seen_at__lt=since)
    return [
        Alarm(
            "wifi-off",
            _("%(device)s has been silent for %(minutes)s minutes.")
            % {"device": row.name, "minutes": minutes_since(row.last_seen_at)},
        )
        for row in rows
    ]


def waiting_after_stop(queue: Queue) -> int:
    """How many are still served when no more numbers are given."""
    day = clock.today(queue.site.time_zone)
    return Ticket.objects.filter(
        queue_day__queue=queue, queue_day__day=day, state__in=("waiting", "held", "missed")
    ).count()
