"""What officers of the visit desk do at once; `broken` drops one guard and its transaction.

On SQLite the write lock of an IMMEDIATE transaction is part of each guard, so the controls run
without the transaction around the act.
"""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from accounts import notices as outgoing
from accounts.models import User
from mpp.kit import sequences
from visits import actions, capacity, hosting
from visits.actions import base
from visits.models import HostDuty, Participant, Visit, VisitSession

# How long one waits for the others between the look and the write; then it goes on alone.
PATIENCE = 20
meeting: tuple[str, int] = ("", 0)


def _meet(name: str) -> None:
    """Wait until everybody of the round has looked: on a busy machine a pause is no meeting."""
    folder, count = meeting
    place = Path(folder) / name
    place.mkdir(parents=True, exist_ok=True)
    (place / str(os.getpid())).touch()
    until = time.monotonic() + PATIENCE
    while len(list(place.iterdir())) < count and time.monotonic() < until:
        time.sleep(0.005)


def _without_transaction() -> None:
    """Let every statement of an act stand alone, as if there were no transaction around it."""
    pretending = SimpleNamespace(
        **{
            **vars(transaction),
            "get_connection": lambda *_using: SimpleNamespace(in_atomic_block=True),
        }
    )
    base.hold = lambda visit: visit.refresh_from_db()
    sequences.transaction = outgoing.transaction = pretending


def _grab_by_reading(rows, groups: int, people: int) -> bool:
    """What taking a place would be without the condition in the statement: read, then write."""
    row = rows.get()
    if row.groups + groups > row.groups_max or row.people + people > row.people_max:
        return False
    _meet(rows.model.__name__)
    rows.update(groups=row.groups + groups, people=row.people + people)
    return True


def _assign_by_reading(host: User, slot) -> HostDuty:
    """What a duty would be without the host's day: look for another, then write."""
    other = HostDuty.objects.filter(
        host=host, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at
    )
    if other.exclude(slot=slot).exists():
        raise base.Refused("busy")
    _meet("duty")
    return HostDuty.objects.get_or_create(
        host=host, slot=slot, defaults={"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    )[0]


def approve_visit(argument: dict[str, Any]) -> Callable[[], Any]:
    """Approve one visit for a session on a day; returns its state."""
    visit = Visit.objects.get(pk=argument["visit"])
    actor = User.objects.get(pk=argument["actor"])
    host = User.objects.get(pk=argument["host"])
    session = VisitSession.objects.select_related("site").get(pk=argument["session"])
    call = actions.approve
    global meeting
    meeting = tuple(argument.get("meet", ("", 0)))
    if argument.get("broken"):
        _without_transaction()
        call = call.__wrapped__
    if argument.get("broken") == "place":
        capacity._grab = _grab_by_reading
    if argument.get("broken") == "host":
        hosting.assign = _assign_by_reading
    day = date.fromisoformat(argument["date"])
    return lambda: (
        call(visit, actor=actor, host=host, session=session, date=day, key=argument["key"]).state
    )


def check_in(argument: dict[str, Any]) -> Callable[[], Any]:
    """Let one participant in; returns his number."""
    person = Participant.objects.select_related("visit").get(pk=argument["person"])
    actor = User.objects.get(pk=argument["actor"])
    return lambda: actions.check_in(person, actor=actor).pk
