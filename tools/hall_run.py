"""Play a planned day of the hall in memory and note what every waiting person could be told.

The rules of calling are those of the portal (order by due time, targets per class, one grace
after a missed call), so that the rows are what a portal would have recorded on such a day. A row
is written when a ticket is issued and every quarter of an hour while it waits.
"""

import heapq
import itertools
from dataclasses import dataclass, field

from hall import BOOKED, CLOSES, OPENS, WALK_IN, CounterPlan, Day, Person

TARGETS = {"walk_in": 30, "booked": 10, "priority": 5}
GRACE_LATE = 15
NO_ANSWER = 2.0
AGAIN = 15.0
RECENT = 20


@dataclass
class Row:
    """What was known at one moment of one waiting ticket, and how long it really waited then."""

    queue: str
    weekday: int
    at: float
    kind: str
    service: str
    ahead: tuple[str, ...] = ()
    serving: tuple[tuple[str, float], ...] = ()
    counters: int = 1
    opens_in: float = 0.0
    last_wait: float = 0.0
    first_wait: float = 0.0
    is_new: bool = False
    recent: tuple[tuple[str, float], ...] = ()
    wait: float = -1.0


@dataclass
class Served:
    """Somebody at a counter: from the call until it is free again, in minutes."""

    queue: str
    service: str
    weekday: int
    at: float
    minutes: float


@dataclass
class Ticket:
    """One ticket of the day in memory."""

    person: Person
    queue: str
    service: str
    kind: str
    start: float
    issued: float
    due: float
    left: float
    number: int = 0
    state: str = "waiting"
    entered: float = 0.0
    is_second: bool = False
    had_hold: bool = False
    was_missed: bool = False
    rows: list[Row] = field(default_factory=list)


@dataclass
class Window:
    """One counter while the day runs."""

    plan: CounterPlan
    ticket: Ticket | None = None
    since: float = 0.0


class HallRun:
    """The day as a heap of events; `run` returns it with `rows` and `served` filled."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.rows: list[Row] = []
        self.served: list[Served] = []
        self.events: list[tuple] = []
        self.order = itertools.count()
        self.numbers: dict[str, itertools.count] = {}
        self.waiting: dict[str, list[Ticket]] = {}
        self.windows: dict[str, list[Window]] = {}
        self.last_wait: dict[str, float] = {}
        self.recent: dict[str, list[tuple[str, float]]] = {}
        for plan in day.counters:
            self.windows.setdefault(plan.queue, []).append(Window(plan))
            for at in (plan.opens, *(start + length for start, length in plan.pauses)):
                self.at(at, self.fill, plan.queue)
        for person in day.people:
            if person.kind != BOOKED or person.comes_back is not None or not person.is_absent:
                self.at(person.arrives, self.arrive, person)

    def at(self, when: float, call, *arguments) -> None:
        """Let `call(when, *arguments)` happen at that minute."""
        heapq.heappush(self.events, (when, next(self.order), call, arguments))

    def run(self) -> "HallRun":
        """All events in order of time."""
        while self.events:
            when, _order, call, arguments = heapq.heappop(self.events)
            call(when, *arguments)
        return self

    # --- tickets --------------------------------------------------------------------------
    def arrive(self, now: float, person: Person) -> None:
        """A ticket at the door; a booked person who is late beyond the grace is a walk-in."""
        kind, start = person.kind, now
        if person.booked is not None:
            is_late = now > person.booked + GRACE_LATE
            kind = WALK_IN if is_late else BOOKED
            start = now if is_late else max(person.booked, now)
        ticket = Ticket(
            person,
            person.queue,
            person.service,
            kind,
            start,
            now,
            start + TARGETS[kind],
            person.minutes,
        )
        self.join(now, ticket)
        if person.leaves_after is not None:
            self.at(now + person.leaves_after, self.leave, ticket)
        if person.defers is not None:
            ticket.due += person.defers
            self.forget(ticket)

    def join(self, now: float, ticket: Ticket) -> None:
        """Into the line of its queue, with the first row and the next free counter."""
        ticket.state, ticket.entered = "waiting", now
        ticket.number = next(self.numbers.setdefault(ticket.queue, itertools.count(1)))
        self.waiting.setdefault(ticket.queue, []).append(ticket)
        self.note(now, ticket, True)
        self.fill(now, ticket.queue)

    def leave(self, _now: float, ticket: Ticket) -> None:
        """Went home while waiting: nothing is known of the wait."""
        if ticket.state == "waiting":
            self.waiting[ticket.queue].remove(ticket)
            ticket.state = "cancelled"
            self.forget(ticket)

    def forget(self, ticket: Ticket) -> None:
        """The rows of a ticket whose wait is not the queue's doing."""
        ticket.rows.clear()

    def note(self, now: float, ticket: Ticket, is_new: bool = False) -> None:
        """Write down what is known now, and look again in a quarter of an hour."""
        if ticket.state != "waiting" or (ticket.rows and is_new):
            return
        if not is_new and not ticket.rows:
            return
        line = self.waiting[ticket.queue]
        mine = (ticket.due, ticket.number)
        ahead = sorted((t.due, t.number, t.service) for t in line if (t.due, t.number) < mine)
        busy = [w for w in self.windows[ticket.queue] if w.ticket]
        open_now = [w for w in self.windows[ticket.queue] if w.ticket or w.plan.is_open(now)]
        others = [t for t in line if t is not ticket]
        first = min(others, key=lambda t: (t.due, t.number)) if others else None
        row = Row(
            ticket.queue,
            self.day.weekday,
            now,
            ticket.kind,
            ticket.service,
            tuple(service for *_key, service in ahead),
            tuple((w.ticket.service, now - w.since) for w in busy),
            len(open_now),
            max(0.0, OPENS - now),
            self.last_wait.get(ticket.queue, 0.0),
            now - first.entered if first else 0.0,
            is_new,
            tuple(self.recent.get(ticket.queue, ())[-RECENT:]),
        )
        ticket.rows.append(row)
        if now < CLOSES:
            self.at(now + AGAIN, self.note, ticket)

    # --- counters -------------------------------------------------------------------------
    def fill(self, now: float, queue: str) -> None:
        """Every free open counter calls the first of the line."""
        for window in self.windows.get(queue, ()):
            line = self.waiting.get(queue)
            if not line:
                return
            if window.ticket is None and window.plan.is_open(now):
                self.call(now, window, min(line, key=lambda t: (t.due, t.number)))

    def call(self, now: float, window: Window, ticket: Ticket) -> None:
        """Call; the wait of its rows ends here."""
        self.waiting[ticket.queue].remove(ticket)
        ticket.state, window.ticket, window.since = "called", ticket, now
        if not (ticket.had_hold or ticket.was_missed):
            self.last_wait[ticket.queue] = now - ticket.entered
        for row in ticket.rows:
            row.wait = now - row.at
        self.rows += ticket.rows
        ticket.rows = []
        person = ticket.person
        if person.is_absent and not ticket.was_missed and not ticket.is_second:
            self.at(now + NO_ANSWER, self.missed, window)
            return
        self.at(now + person.walk, self.begin, window)

    def missed(self, now: float, window: Window) -> None:
        """Nobody came: free the counter; perhaps the person comes back within the grace."""
        ticket = self.free(now, window)
        ticket.state, ticket.was_missed = "missed", True
        if ticket.person.comes_back is not None:
            ticket.due = now + ticket.person.comes_back + TARGETS["priority"]
            self.at(now + ticket.person.comes_back, self.again, ticket)
        self.fill(now, ticket.queue)

    def again(self, now: float, ticket: Ticket) -> None:
        """Back in the line after a missed call or a hold."""
        ticket.state, ticket.entered = "waiting", now
        self.waiting[ticket.queue].append(ticket)
        self.fill(now, ticket.queue)

    def begin(self, now: float, window: Window) -> None:
        """Arrived at the counter: plan how this service ends."""
        ticket = window.ticket
        ticket.state = "serving"
        person, length = ticket.person, ticket.left * window.plan.speed
        if person.transfer and not ticket.is_second:
            self.at(now + min(3.0, length), self.handed_on, window)
        elif person.holds and not ticket.had_hold:
            self.at(now + length / 2, self.hold, window)
        else:
            self.at(now + length, self.finish, window)

    def free(self, now: float, window: Window) -> Ticket:
        """The counter is free again; notes the service time."""
        ticket, window.ticket = window.ticket, None
        served = Served(
            ticket.queue, ticket.service, self.day.weekday, window.since, now - window.since
        )
        self.served.append(served)
        self.recent.setdefault(ticket.queue, []).append((served.service, served.minutes))
        return ticket

    def hold(self, now: float, window: Window) -> None:
        """Away for a paper: the counter goes on, the person comes first later."""
        ticket = self.free(now, window)
        ticket.state, ticket.had_hold, ticket.left = "held", True, ticket.left / 2
        self.at(now + ticket.person.holds, self.again, ticket)
        self.fill(now, ticket.queue)

    def handed_on(self, now: float, window: Window) -> None:
        """The wrong queue: the same person goes on in the right one, with the old start."""
        ticket = self.free(now, window)
        ticket.state = "moved"
        self.onward(now, ticket, ticket.person.transfer, ticket.start)
        self.fill(now, ticket.queue)

    def finish(self, now: float, window: Window) -> None:
        """Done here; a second errand starts with the end of the first."""
        ticket = self.free(now, window)
        ticket.state = "done"
        if ticket.person.second and not ticket.is_second:
            self.onward(now, ticket, ticket.person.second, now)
        self.fill(now, ticket.queue)

    def onward(self, now: float, ticket: Ticket, errand: tuple, start: float) -> None:
        """The next queue of the same person."""
        queue, service, minutes = errand
        follower = Ticket(
            ticket.person,
            queue,
            service,
            ticket.kind,
            start,
            now,
            start + TARGETS[ticket.kind],
            minutes,
            is_second=True,
        )
        self.join(now, follower)
