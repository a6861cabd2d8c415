"""The audit: silent over a day of real acts, and a sentence for every way it can be broken."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from counters import actions, invariants, overtaking
from counters.models import Call, Counter, LiveKey, Queue, QueueDay, Slot, Ticket, TicketStep
from tests.counters.queue.hall import MORNING, at, hall, morning, take

pytestmark = pytest.mark.django_db
SINCE = MORNING.date()


@pytest.fixture
def mall():
    """A morning with something of everything in it."""
    with morning():
        found = hall()
        people = [take(found.queue) for _n in range(8)]
        found.people = people
        actions.call_next(found.one, actor=found.ani, key="a")
        actions.recall(fresh(people[0]), actor=found.ani)
        actions.arrived(fresh(people[0]), actor=found.ani)
        actions.call_next(found.two, actor=found.beni, key="b")
        actions.no_answer(fresh(people[1]), actor=found.beni)
        actions.come_back(fresh(people[1]))
        actions.defer(fresh(people[2]), minutes=30)
        actions.hold(fresh(people[3]), actor=found.ani, reason="Fotokopi")
        actions.cancel(fresh(people[4]))
        actions.finish(fresh(people[0]), actor=found.ani)
        actions.call_this(found.two, fresh(people[7]), actor=found.beni, reason="Sakit")
        yield found


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("queue_day__queue", "counter").get(pk=ticket.pk)


def test_a_morning_of_acts_is_in_order(mall):
    assert invariants.problems(SINCE) == []
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert out.getvalue().strip() == "0"


def unconstrained(sql: str, *values) -> None:
    """What a hand in the database might do, with the constraints out of the way."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def lose_a_number(mall):
    QueueDay.objects.update(last_number=F("last_number") + 1)


def forget_the_keys(mall):
    LiveKey.objects.update(is_live=False)


def keep_the_keys(mall):
    LiveKey.objects.filter(ticket=mall.people[4]).update(is_live=True)


def lose_a_call(mall):
    Call.objects.filter(ticket=mall.people[7]).delete()


def change_the_state(mall):
    Ticket.objects.filter(pk=mall.people[5].pk).update(state="held")


def tear_the_history(mall):
    TicketStep.objects.filter(ticket=mall.people[0], act="arrived").delete()


def shift_the_end(mall):
    Ticket.objects.filter(pk=mall.people[0].pk).update(ended_at=MORNING + timedelta(hours=3))


def close_under_people(mall):
    Counter.objects.filter(pk=mall.two.pk).update(state="closed")


def end_the_day(mall):
    QueueDay.objects.update(ended_at=MORNING)


def overfill(mall):
    Slot.objects.create(
        queue=mall.queue, day=SINCE, starts_at=MORNING, minutes=30, capacity=3, taken=2
    )


BROKEN = {
    lose_a_number: "T1 ",
    forget_the_keys: "T3 ",
    keep_the_keys: "T3 ",
    lose_a_call: "T4 ",
    change_the_state: "T5 T6 ",
    tear_the_history: "T5 T6 ",
    shift_the_end: "T5 T6 ",
    close_under_people: "T8 ",
    end_the_day: "T8 ",
    overfill: "S1 S2 ",
}


@pytest.mark.parametrize("harm", BROKEN, ids=lambda harm: harm.__name__)
def test_every_harm_is_named(mall, harm):
    harm(mall)
    found = invariants.problems(SINCE)
    assert found
    assert all(line.startswith(BROKEN[harm]) for line in found), found
    with pytest.raises(CommandError):
        call_command("check_invariants", since=SINCE, stdout=StringIO())


def test_an_overtaking_beyond_the_bound_is_named(mall):
    early = mall.people[5]
    with time_machine.travel(at(10, 0), tick=True):
        late = take(mall.queue)
        Ticket.objects.filter(pk=late.pk).update(due_at=MORNING)
        mall.one.refresh_from_db()
        assert actions.call_next(mall.one, actor=mall.ani).pk == late.pk
    found = invariants.problems(SINCE)
    assert f"T7 ticket {late.pk}: called before ticket {early.pk}, which began 60 min earlier" in (
        found
    )


def test_an_overtaking_with_a_reason_is_excused(mall):
    with time_machine.travel(at(10, 0), tick=True):
        late = take(mall.queue)
        mall.one.refresh_from_db()
        actions.call_this(mall.one, fresh(late), actor=mall.ani, reason="Sakit")
    measured = overtaking.measure(SINCE)
    assert measured.wrong == []
    assert measured.excused >= 2
    assert measured.calls == 4


def test_within_the_bound_priority_goes_first(mall):
    late = take(mall.queue, lane="priority", priority=mall.priority)
    Ticket.objects.filter(pk=mall.people[1].pk).update(state="waiting")
    mall.one.refresh_from_db()
    first = actions.call_next(mall.one, actor=mall.ani)
    measured = overtaking.measure(SINCE)
    assert first.pk in (late.pk, mall.people[1].pk)
    assert measured.wrong == []
    assert measured.longest <= Queue.objects.get(pk=mall.queue.pk).overtaking_minutes
