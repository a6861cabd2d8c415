"""What stands on the screen of one counter: who is here, who waits and why there, what is next.

Only reading. A fixed number of queries, however many wait; names in the list are masked, the
name of the person in front is shown for the check, NIK and phone never.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.identity import mask_name
from accounts.models import User
from counters.actions.base import UNDO_LIMIT
from counters.actions.calling import waiting_for
from counters.actions.undo import can_undo
from counters.models import (
    Counter,
    CounterState,
    Disruption,
    Errand,
    Lane,
    Queue,
    QueueDay,
    SiteLive,
    StandardRequirement,
    StandardState,
    Ticket,
    TicketState,
    TicketStep,
)
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.verdicts import YES, No, Verdict

# So many stand in the list; the rest is a count.
SHOWN = 30
LANE_ICONS = {Lane.WALK_IN: "person", Lane.BOOKED: "calendar-check", Lane.PRIORITY: "star"}


def minutes_since(at: datetime | None) -> int:
    """Whole minutes from `at` until now; 0 for the future."""
    return 0 if at is None else max(int((clock.now() - at).total_seconds() // 60), 0)


def minutes_words(count: int) -> str:
    """`8 min` in the page's language."""
    return ngettext("%(count)s min", "%(count)s min", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class Line:
    """One number in a list, in words."""

    pk: int
    label: str
    position: int
    name: str
    services: str
    lane_icon: str
    reason: str
    note: str
    waited: int
    is_late: bool
    since: str

    @property
    def waited_words(self) -> str:
        """How long this person has waited."""
        return minutes_words(self.waited)


@dataclass(slots=True)
class Screen:
    """Everything the page of a counter shows."""

    counter: Counter
    user: User
    queues: list[Queue]
    version: str
    is_mine: bool
    current: Ticket | None = None
    errands: list[Errand] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    waiting_count: int = 0
    aside: list[Ticket] = field(default_factory=list)
    disruptions: list[Disruption] = field(default_factory=list)
    served: int = 0
    missed: int = 0
    mean_minutes: int | None = None
    undoable: TicketStep | None = None

    @property
    def next_line(self) -> Line | None:
        """Who is called next."""
        return self.waiting[0] if self.waiting else None

    @property
    def following(self) -> Errand | None:
        """The next errand of the person in front."""
        rows = [e for e in self.errands if e.ended_at is None and e.began_at is None]
        return rows[0] if rows and self.is_serving else None

    @property
    def is_serving(self) -> bool:
        """Whether somebody is served here."""
        return self.current is not None and self.current.state == TicketState.SERVING

    @property
    def is_open(self) -> bool:
        """Whether this person may call here now."""
        return self.is_mine and self.counter.state == CounterState.OPEN


def today_of(counter: Counter) -> date:
    """The local day of the counter's site."""
    return clock.today(counter.site.time_zone)


def version_of(counter: Counter, day: date) -> str:
    """Changes whenever something on the counter's screen may have changed; two queries.

    The minute is part of it: waiting times and the five minutes for taking back move on.
    """
    days = QueueDay.objects.filter(queue__counters=counter, day=day).aggregate(n=Sum("version"))
    live = SiteLive.objects.filter(site=counter.site_id).values_list("version", flat=True).first()
    minute = int(clock.now().timestamp() // 60)
    return f"{counter.pk}-{days['n'] or 0}-{live or 0}-{minute}"


def screen(counter: Counter, user: User, version: str = "") -> Screen:
    """The screen of a counter (with its site) for this person."""
    day = today_of(counter)
    made = Screen(
        counter=counter,
        user=user,
        queues=list(counter.queues.filter(is_active=True).select_related("agency")),
        version=version or version_of(counter, day),
        is_mine=counter.staffed_by_id == user.pk,
    )
    made.current = _current(counter)
    if made.current is not None:
        made.errands = list(
            made.current.errands.select_related("queue", "service").order_by("order")
        )
    made.waiting_count = waiting_for(counter, day).count()
    rows = waiting_for(counter, day).select_related(
        "priority", "queue_day__queue", "booking__slot", "issued_in__queue"
    )
    made.waiting = lines(list(rows[:SHOWN]), counter.site.time_zone)
    made.aside = list(_aside(counter, day))
    made.disruptions = list(running_disruptions(counter))
    _count_today(made, day)
    made.undoable = _undoable(counter, user)
    return made


def _current(counter: Counter) -> Ticket | None:
    return (
        Ticket.objects.filter(counter=counter, state__in=("called", "serving"))
        .select_related("queue_day__queue__site", "priority", "owner", "booking__slot")
        .first()
    )


def _aside(counter: Counter, day: date) -> QuerySet[Ticket]:
    """Numbers on hold, and missed ones that may still come back."""
    return (
        Ticket.objects.filter(
            Q(state=TicketState.HELD) | Q(state=TicketState.MISSED, came_back=False),
            queue_day__day=day,
            queue_day__queue__counters=counter,
        )
        .select_related("queue_day__queue", "priority")
        .order_by("state_at", "id")[:SHOWN]
    )


def running_disruptions(counter: Counter) -> QuerySet[Disruption]:
    """Notices in force for this counter's agency or for the whole site."""
    return Disruption.objects.filter(
        Q(agency=counter.agency_id) | Q(agency__isnull=True),
        site=counter.site_id,
        ended_at__isnull=True,
    ).select_related("agency")


def _count_today(made: Screen, day: date) -> None:
    """Served and missed at this counter today, and how long a service took on average."""
    steps = TicketStep.objects.filter(counter=made.counter, ticket__day=day, undone_by=None)
    found = steps.aggregate(
        served=Count("pk", filter=Q(act="finish")), missed=Count("pk", filter=Q(act="no_answer"))
    )
    made.served, made.missed = found["served"], found["missed"]
    spans = Ticket.objects.filter(
        counter=made.counter, day=day, state=TicketState.DONE, served_at__isnull=False
    ).values_list("served_at", "ended_at")
    seconds = [(end - start).total_seconds() for start, end in spans]
    if seconds:
        made.mean_minutes = max(round(sum(seconds) / len(seconds) / 60), 1)


def _undoable(counter: Counter, user: User) -> TicketStep | None:
    """The last act of this person here that can still be taken back.

    A finish or no answer of this counter, or a number of its queues that was ended.
    """
    here = Q(counter=counter, act__in=("finish", "no_answer"))
    line = Q(act="cancel", ticket__queue_day__queue__in=counter.queues.values("pk"))
    step = (
        TicketStep.objects.filter(here | line, actor=user, at__gte=clock.now() - UNDO_LIMIT)
        .select_related("ticket__queue_day", "counter")
        .order_by("-id")
        .first()
    )
    return step if step is not None and can_undo(step.ticket, user) else None


def lines(tickets: Sequence[Ticket], zone: str) -> list[Line]:
    """Rows of the waiting list; one query for the services of all of them."""
    wanted = services_of(tickets)
    return [
        _line(ticket, place, wanted.get(ticket.pk, ""), zone)
        for place, ticket in enumerate(tickets, start=1)
    ]


def services_of(tickets: Iterable[Ticket]) -> dict[int, str]:
    """The services each of these people still came for, in words; one query."""
    found: dict[int, list[str]] = {}
    rows = (
        Errand.objects.filter(ticket__in=[t.pk for t in tickets], ended_at__isnull=True)
        .select_related("service", "queue")
        .order_by("ticket_id", "order")
    )
    for row in rows:
        found.setdefault(row.ticket_id, []).append(errand_words(row))
    return {pk: ", ".join(dict.fromkeys(names)) for pk, names in found.items()}


def errand_words(errand: Errand) -> str:
    """What an errand is: the service, else the queue."""
    return text_of(errand.service or errand.queue, "name")


def _line(ticket: Ticket, place: int, services: str, zone: str) -> Line:
    waited = minutes_since(ticket.start_at)
    return Line(
        pk=ticket.pk,
        label=ticket.label,
        position=place,
        name=mask_name(ticket.contact_name),
        services=services,
        lane_icon=LANE_ICONS[Lane(ticket.lane)],
        reason=place_reason(ticket, zone),
        note=moved_words(ticket),
        waited=waited,
        is_late=clock.now() > ticket.due_at,
        since=ticket.start_at.isoformat(),
    )


def place_reason(ticket: Ticket, zone: str) -> str:
    """Why this number stands where it stands, in a few words."""
    if ticket.came_back:
        return _("back after being missed")
    if ticket.lane == Lane.PRIORITY and ticket.priority is not None:
        return _("priority: %(reason)s") % {"reason": text_of(ticket.priority, "name")}
    if ticket.lane == Lane.BOOKED and ticket.booking is not None and ticket.booking.slot:
        at = clock_words(clock.local(ticket.booking.slot.starts_at, zone))
        return _("booked %(time)s") % {"time": at}
    at = clock_words(clock.local(ticket.start_at, zone))
    if ticket.queue_day_id != ticket.issued_in_id:
        return _("came from another queue, waiting since %(time)s") % {"time": at}
    return _("walk-in, came %(time)s") % {"time": at}


def moved_words(ticket: Ticket) -> str:
    """What happened to the place of a number; empty for most."""
    if ticket.defer_count:
        times = ticket.defer_count
        words = ngettext("moved back once", "moved back %(count)s times", times)
        return words % {"count": times}
    if ticket.wanted_counter_id:
        return _("sent to this counter")
    return ""


def can_mark_absent(ticket: Ticket) -> Verdict:
    """Whether nobody may be marked as absent yet: the queue says how often one is called."""
    left = ticket.queue_day.queue.least_calls - ticket.call_count
    if left > 0:
        words = ngettext("Call once more first.", "Call %(count)s more times first.", left)
        return No(words % {"count": left})
    return YES


def to_bring(errands: Iterable[Errand]) -> list[str]:
    """What the person should have with him for the errand that is open; one query."""
    service = next((e.service_id for e in errands if e.service_id and e.ended_at is None), None)
    if service is None:
        return []
    rows = StandardRequirement.objects.filter(
        standard__service=service, standard__state=StandardState.CURRENT
    ).order_by("order", "pk")
    return [text_of(row, "title") for row in rows[:12]]


def helper_words(ticket: Ticket) -> str:
    """Who took the number for somebody else; empty when he came himself."""
    words = {
        "family": _("A family member took this number."),
        "mandate": _("Somebody with a mandate took this number."),
        "staff": _("Staff took this number for the person."),
    }
    return words.get(ticket.helped_by, "")


def undo_minutes_left(step: TicketStep) -> int:
    """Whole minutes (rounded up) in which an act can be taken back."""
    left = step.at + UNDO_LIMIT - clock.now()
    return max(-(-int(left / timedelta(seconds=1)) // 60), 1)
