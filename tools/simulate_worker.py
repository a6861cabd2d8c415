"""One process of a simulated day: its share of the people and of the counters.

Started, killed and started again by `simulate_day.py`. Nothing is remembered between two lives:
what happened is read from the database, and every act of a person carries a key made of the
person, so that an act that was committed just before the kill is not done twice.
"""

import heapq
import itertools
import json
import os
import sys
import time
from collections import Counter as Tally
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, OperationalError, close_old_connections
from simulate_clock import DONE, SharedClock
from simulate_hall import SITE, day_of, moment, person_of

from accounts.models import User
from counters import actions, live, ranges
from counters.models import (
    Booking,
    Counter,
    CounterState,
    PriorityReason,
    Queue,
    Service,
    Site,
    Ticket,
)
from mpp.kit import clock, transactions
from mpp.kit.states import WrongState

LOOK, SHOW, SWEEP = 0.25, 5.0, 2.0
TOLD = (actions.Refused, WrongState)
DEFERS = {15: 20, 30: 30}


class Worker:
    """The life of one process; minutes are those of the simulated clock."""

    def __init__(self, plan: dict, number: int) -> None:
        self.plan, self.number, self.of = plan, number, plan["processes"]
        self.clock = SharedClock(Path(plan["clock"]), self.of)
        self.day = day_of(plan)
        self.people = {p.number: p for p in self.day.people}
        self.mine = {n: p for n, p in self.people.items() if n % self.of == number}
        self.site = Site.objects.get(key=SITE)
        rows = Queue.objects.select_related("site", "agency").filter(site=self.site)
        self.queues = {queue.key: queue for queue in rows}
        self.services = {s.key: s for s in Service.objects.filter(agency__queues__in=rows)}
        self.reason = PriorityReason.objects.get(key="lansia")
        self.desks = [
            Desk(self, each)
            for place, each in enumerate(self.day.counters)
            if place % self.of == number
        ]
        self.events: list[tuple] = []
        self.order = itertools.count()
        self.stats: Tally = Tally()
        self.slowest = self.lag = self.written = 0.0
        self.born = self.minute()

    # --- the clock ------------------------------------------------------------------------
    def minute(self) -> float:
        """The simulated minute after midnight, now."""
        return self.clock.now()

    def at(self, minute: float, call, *arguments) -> None:
        """Let `call(*arguments)` happen when the clock shows that minute."""
        heapq.heappush(self.events, (minute, next(self.order), call, arguments))

    def act(self, call, *arguments, **given):
        """One act at the simulated moment; None when it was refused. Faults are counted."""
        started = time.monotonic()
        # The clock goes on while the act waits for others: its step is dated when it is done.
        with clock.follow(lambda: moment(self.plan, self.minute())):
            try:
                return call(*arguments, **given)
            except TOLD as told:
                self.stats[f"told {type(told).__name__}"] += 1
            except OperationalError as fault:
                self.stats["locked" if "lock" in str(fault).lower() else "fault"] += 1
                print(fault, file=sys.stderr)
            except DatabaseError as fault:
                self.stats["fault"] += 1
                print(f"{call.__name__}: {fault!r}", file=sys.stderr)
            finally:
                self.stats["acts"] += 1
                self.slowest = max(self.slowest, time.monotonic() - started)
        return None

    # --- the day --------------------------------------------------------------------------
    def run(self) -> None:
        """Until the last minute of the plan."""
        for person in self.mine.values():
            self.at(person.arrives, self.arrive, person)
        self.at(0, self.look)
        self.at(0, self.show)
        self.at(0, self.sweep)
        while self.minute() < self.plan["last_minute"]:
            self.flush()
            self.clock.report(self.number, self.events[0][0])
            if self.events[0][0] > self.minute():
                time.sleep(0.003)
                continue
            planned, _order, call, arguments = heapq.heappop(self.events)
            if call not in (self.look, self.show, self.sweep) and planned > self.born:
                self.lag = max(self.lag, self.minute() - planned)
            call(*arguments)
        self.clock.report(self.number, DONE)
        for desk in self.desks:
            desk.close()
        self.flush(True)

    def flush(self, is_last: bool = False) -> None:
        """Tell the parent what was counted, so that a kill loses a second at most."""
        if time.monotonic() - self.written < 1 and not is_last:
            return
        self.written = time.monotonic()
        told = dict(self.stats) | {
            "retries": sum(transactions.retries.values()),
            "given up": sum(transactions.given_up.values()),
        }
        told |= {"max slowest": self.slowest, "max lag": self.lag}
        file = Path(self.plan["folder"]) / f"stats-{self.number}-{os.getpid()}.json"
        file.with_suffix(".new").write_text(json.dumps(told))
        file.with_suffix(".new").replace(file)

    # --- people ---------------------------------------------------------------------------
    def arrive(self, person) -> None:
        """At the kiosk: check in with a booking, else take a number; then what comes after."""
        ticket = self._check_in(person)
        if ticket is None:
            ticket = self._take(person)
        if ticket is None:
            self.stats["turned away"] += 1
            return
        self.stats["arrived"] += 1
        if person.leaves_after is not None:
            self.at(person.arrives + person.leaves_after, self.leave, person, ticket.pk)
        if person.defers is not None:
            self.at(person.arrives + 1, self.give_way, person, ticket.pk)

    def _check_in(self, person):
        booking = (
            Booking.objects.select_related("queue__site", "queue__agency", "slot", "owner")
            .filter(make_key=f"book-{person.number}", state__in=("booked", "checked_in", "done"))
            .first()
        )
        if booking is None:
            return None
        return self.act(actions.check_in, booking, site=self.site, key=f"in-{person.number}")

    def _take(self, person):
        is_priority = person.kind == "priority"
        then = []
        if person.second:
            queue, service, _minutes = person.second
            then = [(self.queues[queue], self.services[service])]
        prints = person.number % 3 == 0
        ticket = self.act(
            actions.issue,
            self.queues[person.queue],
            person=person_of(person),
            source="kiosk",
            key=f"take-{person.number}",
            lane="priority" if is_priority else "walk_in",
            priority=self.reason if is_priority else None,
            service=self.services[person.service],
            then=then,
            printing=prints,
        )
        if ticket is not None and prints:
            self.at(self.minute() + 0.2, self.printed, person, ticket.pk)
        return ticket

    def printed(self, person, pk: int) -> None:
        """The paper came out."""
        ticket = ticket_of(pk)
        if ticket.state == "printing":
            self.act(actions.printed, ticket, key=f"print-{person.number}")

    def leave(self, person, pk: int) -> None:
        """Goes home when still waiting."""
        ticket = ticket_of(pk)
        if ticket.state == "waiting":
            self.act(actions.cancel, ticket, key=f"leave-{person.number}")

    def give_way(self, person, pk: int) -> None:
        """Lets others go first, once."""
        ticket = ticket_of(pk)
        if ticket.state == "waiting" and not ticket.defer_count:
            minutes = DEFERS[int(person.defers)]
            self.act(actions.defer, ticket, minutes=minutes, key=f"defer-{person.number}")

    # --- what goes on by itself -----------------------------------------------------------
    def look(self) -> None:
        """Every counter does what is next; only those call for whom somebody waits."""
        rows = Ticket.objects.filter(state="waiting", queue_day__queue__site=self.site)
        crowded = set(rows.values_list("queue_day__queue__key", flat=True).distinct())
        standing = {
            ticket.counter_id: ticket
            for ticket in Ticket.objects.select_related(
                "queue_day__queue__site", "counter", "booking"
            ).filter(counter__in=[d.pk for d in self.desks], state__in=("called", "serving"))
        }
        for desk in self.desks:
            desk.step(self.minute(), standing.get(desk.pk), crowded)
        self.at(self.minute() + LOOK, self.look)

    def show(self) -> None:
        """People look at the page of their number: the range is shown, and kept."""
        rows = Ticket.objects.filter(state="waiting", queue_day__queue__site=self.site)
        for ticket in rows.select_related("queue_day__queue__site", "booking"):
            if number_of(ticket) % self.of == self.number:
                self.act(self._show, ticket)
        self.at(self.minute() + SHOW, self.show)

    def _show(self, ticket) -> None:
        at = clock.now()
        now_there = live.queue_now(ticket.queue_day.queue, ticket.day)
        if now_there.place(ticket.pk) is not None:
            ranges.keep(ticket, ranges.wait_of(now_there, ticket, at), at)
            self.stats["shown"] += 1

    def sweep(self) -> None:
        """Missed people come back; the first process also does what the portal's worker does."""
        rows = Ticket.objects.filter(state="missed", queue_day__queue__site=self.site)
        for ticket in rows.select_related("queue_day__queue__site", "booking"):
            person = self.people[number_of(ticket)]
            if person.number % self.of != self.number or person.comes_back is None:
                continue
            if moment(self.plan, self.minute() - person.comes_back) >= ticket.state_at:
                self.act(actions.come_back, ticket, key=f"back-{person.number}")
        for desk in self.desks:
            if desk.plan.number == 1:
                desk.resume()
        if self.number == 0:
            for job in (
                actions.settle_printing,
                actions.expire_missed,
                actions.expire_holds,
                actions.release_places,
                actions.mark_no_shows,
                ranges.settle,
            ):
                self.act(job)
        close_old_connections()
        self.at(self.minute() + SWEEP, self.sweep)


class Desk:
    """One counter and the officer at it."""

    def __init__(self, worker: Worker, plan) -> None:
        self.worker, self.plan = worker, plan
        self.key = f"{plan.queue}-{plan.number}"
        self.officer = User.objects.get(email=f"{self.key}@contoh.id")
        self.counter = Counter.objects.select_related("site").get(key=self.key, site=worker.site)
        self.pk = self.counter.pk

    def step(self, now: float, ticket: Ticket | None, crowded: set[str]) -> None:
        """What this counter does at this minute, with who stands there."""
        if ticket is not None:
            self.go_on(now, ticket)
            return
        self.open_or_close(now)
        if self.counter.state == CounterState.OPEN and self.plan.queue in crowded:
            self.worker.act(actions.call_next, self.counter, actor=self.officer)

    def next_one(self) -> None:
        """Free again: call at once, as officers do, unless it is time for a break."""
        if self.plan.is_open(self.worker.minute()):
            self.worker.act(actions.call_next, self.counter, actor=self.officer)

    def open_or_close(self, now: float) -> None:
        """Follow the plan: late, on a break, gone."""
        wanted = self.plan.is_open(now)
        if wanted == (self.counter.state == CounterState.OPEN):
            return
        self.counter.refresh_from_db()
        state, act = self.counter.state, self.worker.act
        if wanted and state != CounterState.OPEN:
            act(actions.open_counter, self.counter, actor=self.officer)
        elif not wanted and state == CounterState.OPEN:
            if now >= self.plan.closes:
                act(actions.close_counter, self.counter, actor=self.officer)
            else:
                act(actions.pause_counter, self.counter, actor=self.officer, reason="Istirahat")

    def resume(self) -> None:
        """Who fetched a paper comes back into the line of this agency."""
        with_paper = Ticket.objects.filter(
            state="held",
            queue_day__queue__key=self.plan.queue,
            held_until__lte=moment(self.worker.plan, self.worker.minute()),
        )
        for ticket in with_paper.select_related("queue_day__queue__site"):
            key = f"u{ticket.pk}-{ticket.state_at}"
            self.worker.act(actions.resume, ticket, actor=self.officer, key=key)

    def close(self) -> None:
        """The end of the day, for who is free."""
        self.counter.refresh_from_db()
        if self.counter.state != CounterState.CLOSED:
            self.worker.act(actions.close_counter, self.counter, actor=self.officer)

    def go_on(self, now: float, ticket) -> None:
        """Called or served: wait, recall, give up, begin, end in one of four ways."""
        person, act, who = self.worker.people[number_of(ticket)], self.worker.act, self.officer
        since = minutes_since(self.worker, now, ticket.state_at)
        if ticket.state == "called":
            called = minutes_since(self.worker, now, ticket.called_at)
            if not (person.is_absent and not ticket.came_back):
                if called >= person.walk:
                    act(actions.arrived, ticket, actor=who, key=f"a{ticket.pk}-{ticket.called_at}")
            elif ticket.call_count < 2:
                if called >= 1:
                    act(actions.recall, ticket, actor=who, key=f"r{ticket.pk}-{ticket.called_at}")
            elif called >= 1:
                act(actions.no_answer, ticket, actor=who, key=f"n{ticket.pk}-{ticket.called_at}")
                self.next_one()
            return
        self.end(ticket, person, since)

    def end(self, ticket, person, since: float) -> None:
        """Hold, hand on, lead to the next service, or finish, when its time has come."""
        act, who, key = self.worker.act, self.officer, f"{ticket.pk}-{ticket.state_at}"
        here = ticket.queue_day.queue.key
        acts_done = set(ticket.steps.values_list("act", flat=True))
        minutes = person.minutes
        if person.transfer and here == person.transfer[0] and "transfer" in acts_done:
            minutes = person.transfer[2]
        elif person.second and here == person.second[0] and "next_errand" in acts_done:
            minutes = person.second[2]
        minutes *= self.plan.speed
        if person.holds and "hold" not in acts_done:
            if since >= minutes / 2:
                until = moment(self.worker.plan, self.worker.minute() + person.holds)
                act(actions.hold, ticket, actor=who, reason="Fotokopi", until=until, key="h" + key)
                self.next_one()
        elif person.transfer and "transfer" not in acts_done:
            if since >= min(3.0, minutes):
                queue = self.worker.queues[person.transfer[0]]
                act(actions.transfer, ticket, actor=who, reason="Salah antrean", queue=queue)
                self.next_one()
        elif since >= (minutes / 2 if "hold" in acts_done else minutes):
            more = ticket.errands.filter(began_at__isnull=True, ended_at__isnull=True).exists()
            call = actions.next_errand if more else actions.finish
            act(call, ticket, actor=who, key="f" + key)
            self.next_one()


def minutes_since(worker: Worker, now: float, at) -> float:
    """Simulated minutes from an instant to the minute `now`."""
    return (moment(worker.plan, now) - at) / timedelta(minutes=1)


def ticket_of(pk: int) -> Ticket:
    """A ticket with what acts ask of it."""
    return Ticket.objects.select_related("queue_day__queue__site", "counter").get(pk=pk)


def number_of(ticket: Ticket) -> int:
    """Which person of the plan this is."""
    key = ticket.booking.make_key if ticket.booking_id else ticket.issue_key
    return int(key.rpartition("-")[2])


if __name__ == "__main__":
    Worker(json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])).run()
