"""Two queues at the same counters: whoever is called before me stands before me."""

import pytest

from accounts.models import Notice
from counters import actions, live, turn_notices
from counters.actions.base import local_day
from counters.persons import Person
from counters.views.secrets import address_of
from tests.counters.queue.hall import at, hall, make_queue, morning, take
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    """Queue D at two counters; queue P, of the same people, at the first of them only."""
    turn_notices._seen.clear()
    with morning():
        found = hall()
        found.other = make_queue("dpmptsp", "P")
        found.other.counters.set([found.one])
        yield found


def ahead(ticket) -> list[str]:
    """Who is said to be before a number."""
    queue = ticket.queue_day.queue
    ticket.queue_day.refresh_from_db()
    now = live.fresh_picture(ticket.queue_day)
    assert now.queue == queue
    return [place.label for place in now.ahead_of(ticket.pk)]


def only_one_counter(mall):
    """The second counter is closed: all of D goes through the shared one."""
    actions.close_counter(mall.two, actor=mall.beni)


def test_numbers_that_the_caller_takes_first_are_before_me(mall):
    first, mine, later = take(mall.other), take(mall.queue), take(mall.other)
    only_one_counter(mall)
    assert ahead(mine) == [first.label]
    assert ahead(later) == [first.label, mine.label]
    calls = []
    for _turn in range(3):
        calls.append(actions.call_next(mall.one, actor=mall.ani))
        actions.no_answer(calls[-1], actor=mall.ani)
    assert calls == [first, mine, later]


def test_where_another_counter_may_call_me_earlier_they_are_not(mall):
    take(mall.other)
    mine = take(mall.queue)
    assert ahead(mine) == []
    assert actions.call_next(mall.two, actor=mall.beni) == mine


def test_a_number_sent_to_the_shared_counter_waits_behind_both_queues(mall):
    first, mine = take(mall.other), take(mall.queue)
    actions.transfer(mine, actor=mall.ani, counter=mall.one, reason="Diminta")
    assert ahead(mine) == [first.label]
    actions.transfer(mine, actor=mall.ani, counter=mall.two, reason="Diminta")
    assert ahead(mine) == []


def test_priority_of_the_other_queue_counts_and_a_later_turn_does_not(mall):
    only_one_counter(mall)
    mine = take(mall.queue)
    quick = take(mall.other, lane="priority", priority=mall.priority)
    take(mall.other)
    assert ahead(mine) == [quick.label]


def test_the_page_counts_them_masks_them_and_says_why(mall):
    first, mine = take(mall.other), take(mall.queue)
    only_one_counter(mall)
    text = Reader().open(address_of(mine)).text
    assert "1 orang sebelum Anda" in text
    assert "antrean lain di loket yang sama" in text
    assert "P ••1" in text
    assert first.label not in text
    alone = live.queue_now(mall.queue, local_day(mall.queue))
    assert alone.order_for(None) == alone.line


def test_the_range_is_longer_with_them(mall):
    only_one_counter(mall)
    mine = take(mall.queue)
    before = live.fresh_picture(mine.queue_day)
    short = before.wait_at(before.ahead_of(mine.pk), at(9, 1))
    for _number in range(6):
        take(mall.other, lane="priority", priority=mall.priority)
    after = live.fresh_picture(mine.queue_day)
    long = after.wait_at(after.ahead_of(mine.pk), at(9, 1))
    assert len(after.ahead_of(mine.pk)) == 6
    assert long.point > short.point


def test_the_near_notice_comes_when_the_other_queue_moves_on(mall):
    only_one_counter(mall)
    for _number in range(4):
        take(mall.other)
    mine = take(mall.queue, person=Person(name="Budi", phone="+6281299990000"))
    mine_told = Notice.objects.filter(object_ref=mine.label)
    turn_notices.tell_turns()
    assert not mine_told.exists()
    # Only the other queue changes.
    actions.call_next(mall.one, actor=mall.ani)
    for _round in range(2):
        turn_notices.tell_turns()
    assert mine_told.get().subject == f"{mine.label}: 3 orang sebelum Anda"
