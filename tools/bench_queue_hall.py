"""The hall that `bench_queue.py` measures: people in line, calls, and the count of queries.

Run as a process of its own with the environment of the temporary database: `prepare`, `call` (a
call every two seconds until it is ended, each told as one line of JSON) or `queries`.
"""

import json
import sys
import time
from pathlib import Path

import simulate_hall
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from counters import actions
from counters.models import Call, Counter, Queue, Ticket
from counters.persons import Person
from mpp.kit.keys import link_token

PEOPLE = 300
PAUSE = 2.0


def prepare(plan: dict) -> None:
    """300 people in line, all counters open; the addresses of board and ticket pages."""
    simulate_hall.prepare(plan)
    queues = list(Queue.objects.select_related("site").order_by("order", "key"))
    for counter in Counter.objects.select_related("site"):
        actions.open_counter(counter, actor=officer_of(counter))
    for number in range(PEOPLE):
        # Two fifths in one line, as on a busy day.
        queue = queues[0] if number % 5 < 2 else queues[number % len(queues)]
        phone = f"+62811{number:07d}"
        actions.issue(queue, person=Person(phone=phone), source="kiosk", key=f"bench-{number}")
    tickets = [live_address(ticket) for ticket in Ticket.objects.order_by("pk")]
    board = reverse("counters:board-data", args=[simulate_hall.SITE])
    print(json.dumps({"board": board, "tickets": tickets}))


def officer_of(counter: Counter) -> User:
    """Who sits at a counter."""
    return User.objects.get(email=f"{counter.key}@contoh.id")


def live_address(ticket: Ticket) -> str:
    """Where the page of a ticket asks."""
    return reverse("counters:ticket-live", args=[secret(ticket)])


def secret(ticket: Ticket) -> str:
    """The secret link of a ticket."""
    return link_token("ticket", ticket.pk, ticket.link_version)


def call(_plan: dict) -> None:
    """Counter after counter finishes and calls the next one."""
    while True:
        for counter in Counter.objects.select_related("site").order_by("name", "key"):
            officer = officer_of(counter)
            standing = (
                Ticket.objects.select_related("queue_day__queue", "counter")
                .filter(counter=counter, state__in=("called", "serving"))
                .first()
            )
            if standing is not None:
                if standing.state == "called":
                    actions.arrived(standing, actor=officer)
                actions.finish(standing, actor=officer)
            try:
                ticket = actions.call_next(counter, actor=officer)
            except actions.Refused:
                continue
            made = Call.objects.filter(ticket=ticket).latest("id")
            print(json.dumps({"call": made.pk, "at": time.time()}), flush=True)
            time.sleep(PAUSE)


def queries(_plan: dict) -> None:
    """Statements of the hot paths right after a change in the line, BEGIN and the like apart.

    A process that just started asks more once: hours, catalogue and what the mall is called are
    remembered by every process, and told beside it.
    """
    waiting = Ticket.objects.filter(state="waiting").order_by("pk")
    board = reverse("counters:board-data", args=[simulate_hall.SITE])
    client = Client(HTTP_HOST="127.0.0.1")
    pages = {
        "board": board,
        "ticket page": reverse("counters:ticket", args=[secret(waiting.last())]),
        "ticket fragment": live_address(waiting.last()),
    }
    found = {}
    for name, address in pages.items():
        client.get(address)
        actions.cancel(waiting.first())
        found[name] = asked(lambda url=address: client.get(url))
        caches["local"].clear()
        found[f"{name}, process just started"] = asked(lambda url=address: client.get(url))
    for counter in Counter.objects.select_related("site"):
        line = waiting.filter(queue_day__queue__counters=counter)
        busy = Ticket.objects.filter(counter=counter, state__in=("called", "serving"))
        if line.exists() and not busy.exists():
            officer = officer_of(counter)
            found["call next"] = asked(lambda c=counter, o=officer: actions.call_next(c, actor=o))
            break
    print(json.dumps(found))


def asked(act) -> int:
    """Statements of one act or page."""
    with CaptureQueriesContext(connection) as seen:
        act()
    ours = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    return sum(row["sql"].lstrip().upper().startswith(ours) for row in seen.captured_queries)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[2]).read_text())
    {"prepare": prepare, "call": call, "queries": queries}[sys.argv[1]](given)
