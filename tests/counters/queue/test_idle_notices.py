"""Whoever waits for a queue without an open counter is told, once."""

from datetime import timedelta

import pytest

from accounts.models import Notice
from counters import actions, idle_notices
from counters.persons import Person
from tests.counters.queue.hall import at, hall, morning, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    idle_notices._told.clear()
    with morning() as moment:
        made = hall()
        made.moment = moment
        yield made


def told():
    """The notices of this kind, oldest first."""
    return Notice.objects.filter(kind="counters.ticket_idle").order_by("id")


def test_told_once_when_the_last_counter_closed(place):
    mine = take(place.queue, person=Person(name="Budi", email="b@contoh.id"))
    take(place.queue, person=Person(name="Tanpa kontak"))
    actions.close_counter(place.one, actor=place.ani, reason="Rapat")
    place.moment.shift(timedelta(minutes=6))
    assert idle_notices.tell_idle() == 0, "the second counter still calls"
    actions.pause_counter(place.two, actor=place.beni, reason="Salat")
    assert idle_notices.tell_idle() == 0, "it may come back at once"
    place.moment.shift(timedelta(minutes=6))
    assert idle_notices.tell_idle() == 1
    assert idle_notices.tell_idle() == 0
    idle_notices._told.clear()
    idle_notices.tell_idle()
    notice = told().get()
    assert notice.object_ref == mine.label
    assert notice.subject == f"{mine.label}: belum ada loket yang buka saat ini"


def test_told_again_the_next_time_it_stands(place):
    take(place.queue, person=Person(name="Budi", email="b@contoh.id"))
    for _round in range(2):
        actions.close_counter(place.one, actor=place.ani, reason="Rapat")
        actions.close_counter(place.two, actor=place.beni, reason="Rapat")
        place.moment.shift(timedelta(minutes=6))
        assert idle_notices.tell_idle() == 1
        actions.open_counter(place.one, actor=place.ani)
        assert idle_notices.tell_idle() == 0
        actions.open_counter(place.two, actor=place.beni)
    assert told().count() == 1 + 1


def test_not_told_after_closing(place):
    take(place.queue, person=Person(name="Budi", email="b@contoh.id"))
    actions.close_counter(place.one, actor=place.ani, reason="Rapat")
    actions.pause_counter(place.two, actor=place.beni, reason="Salat", back_at=at(10))
    place.moment.move_to(at(10, 1))
    assert idle_notices.tell_idle() == 1
    place.moment.move_to(at(20))
    idle_notices._told.clear()
    told().delete()
    assert idle_notices.tell_idle() == 0, "after closing the day itself is told"
