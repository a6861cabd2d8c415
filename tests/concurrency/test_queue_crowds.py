"""Kiosks, counters and people at home at once, each guard with its control without it.

Many scenes share one crowd of eight processes: starting them costs more than the scenes. A scene
prepares its own queue, says what each process does in its round, and looks at the rows afterwards.
"""

from collections import Counter as Tally
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from counters import invariants
from counters.models import (
    Call,
    PriorityReason,
    Ticket,
)
from tests.concurrency import crowd
from tests.concurrency.queue_scenes import CONTROLS, ROUNDS, SCENES, SIZE, Mall, oks
from tests.counters.queue.hall import MORNING

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
NINE = MORNING.isoformat()


@pytest.fixture(autouse=True)
def _on_a_file():
    """Other processes cannot see a database in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and (":memory:" in name or "mode=memory" in name):
        pytest.skip("needs TEST_SQLITE_FILE=1 or PostgreSQL (make test does both)")


@pytest.fixture
def mall():
    PriorityReason.objects.get_or_create(key="lansia", defaults={"name": "Lansia"})
    return Mall()


def run(rounds: list[list[dict]], folder) -> list[list]:
    """The rounds by as many processes as the largest needs; who has nothing to do rests."""
    most = max(map(len, rounds))
    padded = [
        [{"at": NINE, **each} for each in [*one, *[{}] * (most - len(one))]] for one in rounds
    ]
    results = crowd.run("queue", padded, folder)
    results = [outcomes[: len(one)] for one, outcomes in zip(rounds, results, strict=True)]
    locked = [o for one in results for o in one if "locked" in str(o).lower()]
    assert not locked, locked
    return results


def audit() -> list[str]:
    """What the product's own audit says of everything in the database."""
    return invariants.problems(date(2026, 1, 1))


# --- numbers and calls --------------------------------------------------------------------
def test_two_hundred_numbers_are_issued_and_called_once(mall, tmp_path):
    queue = mall.queue(counters=SIZE)
    issue = [
        {"do": "issue", "queue": queue.pk, "count": 25, "key": f"k{n}", "phone": mall.phone()}
        for n in range(SIZE)
    ]
    serve = [{"do": "serve", "counter": c.pk, "actor": who.pk} for c, who in queue.desks]
    issued, called = run([issue, serve], tmp_path)
    numbers = sorted(number for each in oks(issued) for number in each)
    assert numbers == list(range(1, 201)), issued
    tickets = [pk for each in oks(called) for pk in each]
    assert sorted(tickets) == sorted(Ticket.objects.values_list("pk", flat=True)), called
    assert Ticket.objects.filter(state="done").count() == 200
    assert Call.objects.count() == 200
    assert audit() == []


def test_the_queue_holds_against_a_crowd(mall, tmp_path):
    scenes = [scene(mall, SIZE) for scene in SCENES]
    results = run([rounds for rounds, _check in scenes], tmp_path)
    for (_rounds, check), outcomes in zip(scenes, results, strict=True):
        check(outcomes)
    assert audit() == []


def test_without_its_guard_every_scene_does_harm_each_time(mall, tmp_path):
    with without_index("ticket_one_per_counter"):
        scenes = [
            (scene.__name__, guard, *scene(mall, size))
            for scene, guard, size in CONTROLS
            for _round in range(ROUNDS)
        ]
        rounds = [
            # Who closes the day comes a moment later, when the others have looked at it.
            [
                {**each, **({"after": 0.5} if each["do"] == "close_day" else {"broken": guard})}
                for each in one
            ]
            for _name, guard, one, _check in scenes
        ]
        results = run(rounds, tmp_path)
        harm = Tally()
        for (name, _guard, _rounds, check), outcomes in zip(scenes, results, strict=True):
            harm[name] += does_harm(check, outcomes)
    print(harm)
    assert harm == {scene.__name__: ROUNDS for scene, _guard, _size in CONTROLS}


def does_harm(check, outcomes) -> bool:
    try:
        check(outcomes)
    except AssertionError:
        return True
    return False


@contextmanager
def without_index(name: str):
    """The database without one unique index for a while; other processes see it too."""
    with connection.cursor() as cursor:
        table = "sqlite_master" if connection.vendor == "sqlite" else "pg_indexes"
        columns = ("sql", "name") if connection.vendor == "sqlite" else ("indexdef", "indexname")
        cursor.execute(f"SELECT {columns[0]} FROM {table} WHERE {columns[1]} = %s", [name])
        [made] = cursor.fetchone()
        cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        clear_counters()
        with connection.cursor() as cursor:
            cursor.execute(made)


def clear_counters() -> None:
    """Nobody at a counter any more, so that the index can be made again."""
    rows = Ticket.objects.filter(state__in=("called", "serving"))
    rows.update(state="expired", ended_at=MORNING)
