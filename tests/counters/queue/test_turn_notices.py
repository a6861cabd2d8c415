"""Who is told that his turn is near or that he is called: once, and by the way he gave."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Delivery, Notice
from counters import actions, ranges, turn_notices
from counters.models import ShownRange
from counters.persons import Person
from counters.views.secrets import address_of
from tests.counters.queue.hall import hall, morning, take
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    turn_notices._seen.clear()
    with morning():
        yield hall()


def test_told_once_when_three_are_before(place):
    ahead = [take(place.queue) for _number in range(4)]
    mine = take(place.queue, person=Person(name="Budi", phone="+6281299990000"))
    turn_notices.tell_turns()
    notices = Notice.objects.filter(object_ref=mine.label)
    assert not notices.exists()
    actions.call_next(place.one, actor=place.ani)
    turn_notices.tell_turns()
    turn_notices.tell_turns()
    turn_notices._seen.clear()
    turn_notices.tell_turns()
    assert notices.count() == 1
    notice = notices.get()
    assert notice.subject == f"{mine.label}: 3 orang sebelum Anda"
    delivery = Delivery.objects.get(notice=notice)
    assert (delivery.channel, delivery.address) == ("sms", "+6281299990000")
    assert notice.path == address_of(mine)
    assert len(ahead) == 4


def test_called_person_is_told_by_e_mail_or_inbox(place, people):
    post = take(place.queue, person=Person(name="Budi", email="b@contoh.id", phone="+6281299"))
    own = take(place.queue, person=Person.of(people.citizen))
    actions.call_next(place.one, actor=place.ani)
    actions.call_next(place.two, actor=place.beni)
    turn_notices.tell_turns()
    turn_notices._seen.clear()
    turn_notices.tell_turns()
    calls = Notice.objects.filter(kind="counters.ticket_called").order_by("id")
    assert [notice.object_ref for notice in calls] == [post.label, own.label]
    assert Delivery.objects.get(notice=calls[0]).address == "b@contoh.id"
    assert calls[1].recipient == people.citizen
    assert "Loket D2" in calls[1].subject


def test_idle_hall_costs_two_queries(place):
    take(place.queue)
    turn_notices.tell_turns()
    with CaptureQueriesContext(connection) as asked:
        assert turn_notices.tell_turns() == 0
    assert len(asked) == 2


def test_shown_range_is_judged_after_the_call(place):
    ticket = take(place.queue)
    Reader().open(address_of(ticket))
    assert ranges.settle() == 0
    actions.call_next(place.one, actor=place.ani)
    assert ranges.settle() == 1
    row = ShownRange.objects.get()
    assert row.is_hit is True
    assert row.called_at is not None


def test_range_of_a_number_that_moved_back_is_not_judged(place):
    ticket = take(place.queue)
    Reader().open(address_of(ticket))
    actions.defer(ticket, minutes=10)
    actions.call_next(place.one, actor=place.ani)
    assert ranges.settle() == 0


def test_a_missed_number_is_told_at_once_until_when_one_may_come_back(place):
    mine = take(place.queue, person=Person(name="Budi", phone="+6281299990000"))
    nobody = take(place.queue, person=Person(name="Tanpa Alamat"))
    for ticket, key in ((mine, "1"), (nobody, "2")):
        assert actions.call_next(place.one, actor=place.ani, key=key) == ticket
        ticket.refresh_from_db()
        for _press in range(2):
            actions.no_answer(ticket, actor=place.ani, key=f"n{key}")
    missed = Notice.objects.filter(kind="counters.ticket_missed")
    notice = missed.get()
    assert notice.object_ref == mine.label
    assert notice.subject == f"{mine.label} terlewat: kembali sampai 09.30"
    assert notice.path == address_of(mine)
    assert Delivery.objects.get(notice=notice).channel == "sms"
    # The second time there is no coming back, and no time is promised.
    mine.refresh_from_db()
    actions.come_back(mine)
    assert actions.call_next(place.one, actor=place.ani, key="3") == mine
    mine.refresh_from_db()
    actions.no_answer(mine, actor=place.ani, key="n3")
    assert missed.count() == 2
    assert missed.order_by("-id")[0].subject == f"{mine.label} terlewat"
