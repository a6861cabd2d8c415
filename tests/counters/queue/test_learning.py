"""What the night learns from the days before: lengths of stays, and factors of shown ranges."""

from datetime import timedelta

import pytest
import time_machine

from counters import actions, estimates, learning
from counters.models import LearnedWait, Service, ShownRange, Ticket
from mpp.kit import clock
from tests.counters.queue.hall import at, hall, morning, take

pytestmark = pytest.mark.django_db


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("queue_day__queue", "counter").get(pk=ticket.pk)


@pytest.fixture
def yesterday():
    """Two people at one counter: nine to ten past nine, then a call at a quarter past."""
    with morning():
        found = hall()
        service = Service.objects.filter(agency=found.queue.agency).first()
        found.service = service
        found.first, found.second = (take(found.queue, service=service) for _n in range(2))
        actions.call_next(found.one, actor=found.ani)
        actions.arrived(fresh(found.first), actor=found.ani)
    with time_machine.travel(at(9, 10), tick=True):
        actions.finish(fresh(found.first), actor=found.ani)
    with time_machine.travel(at(9, 15), tick=True):
        found.one.refresh_from_db()
        actions.call_next(found.one, actor=found.ani)
    called = Ticket.objects.get(pk=found.second.pk).first_called_at
    ShownRange.objects.create(
        ticket=found.second,
        shown_at=at(9, 5),
        ahead=1,
        point_minutes=15.0,
        low_at=at(9, 10),
        high_at=at(9, 20),
        called_at=called,
        is_hit=True,
    )
    return found


def test_the_night_learns_lengths_and_factors(yesterday, monkeypatch):
    monkeypatch.setattr(estimates, "ENOUGH", 1)
    with time_machine.travel(at(2) + timedelta(days=1)):
        assert learning.learn() == 1
    row = LearnedWait.objects.get(queue=yesterday.queue)
    learned = estimates.Learned.from_data(row.data)
    # One stay of ten minutes against five usual ones of the queue.
    usual = yesterday.queue.service_minutes
    assert learned.mean == pytest.approx((10 + 5 * usual) / 6, abs=0.1)
    assert set(learned.services) == {yesterday.service.key}
    assert row.day_count == 1
    # Shown at five past nine: fifteen minutes, really ten.
    local = clock.local(at(9, 5))
    low, high = learned.cells[f"2|{local.weekday()}|9"]
    assert low == high == pytest.approx((10 + 5) / (15 + 5), abs=0.01)


def test_today_is_not_learned_from(yesterday):
    with time_machine.travel(at(16)):
        assert learning.learn() == 0


def test_learning_again_changes_nothing(yesterday):
    for _night in range(2):
        with time_machine.travel(at(2) + timedelta(days=1)):
            learning.learn()
    assert LearnedWait.objects.count() == 1


def test_a_long_stay_over_lunch_is_no_length(yesterday, monkeypatch):
    monkeypatch.setattr(learning, "LONGEST", 5.0)
    with time_machine.travel(at(2) + timedelta(days=1)):
        learning.learn()
    assert not LearnedWait.objects.exclude(day_count=0).exists()
