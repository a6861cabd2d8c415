"""A stop of new numbers loses nobody who has a place; a break is said to whoever waits for it."""

from datetime import timedelta

import pytest

from accounts.models import Notice
from counters import actions, idle_notices
from counters.actions import Refused
from counters.invariants import CHECKS
from counters.models import Slot, Ticket
from counters.persons import Person
from counters.views.secrets import address_of
from mpp.kit import clock
from tests.conftest import post
from tests.counters.queue.hall import at, hall, make_queue, morning, officer, take
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    idle_notices._told.clear()
    with morning() as moment:
        made = hall()
        made.moment = moment
        made.chief = officer("dpmptsp", "kepala", "supervisor")
        made.budi = Person(name="Budi", email="b@contoh.id", phone="+6281299990000")
        yield made


def page_of(ticket) -> str:
    return Reader().open(address_of(ticket)).text


def booked(mall):
    """A booking of this morning, to be checked in now."""
    slot = Slot.objects.create(
        queue=mall.queue, day=at(9).date(), starts_at=at(9, 20), minutes=20, capacity=3
    )
    held = actions.hold_place(slot, person=mall.budi, key="b", actor=None)
    return actions.confirm(held)


def test_who_booked_comes_in_after_the_stop_and_nobody_new(mall):
    booking = booked(mall)
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Terlalu ramai")
    with pytest.raises(Refused, match="Terlalu ramai"):
        take(mall.queue)
    with pytest.raises(Refused, match="Terlalu ramai"):
        actions.hold_place(booking.slot, person=Person(phone="+62813"), key="c", actor=None)
    assert not list(CHECKS["S5"](clock.today()))
    ticket = actions.check_in(booking, site=mall.queue.site, key="m")
    assert ticket.state == "waiting"


def test_a_further_service_and_a_transfer_go_on_after_the_stop(mall):
    other = make_queue("dinkes", "K")
    plan = take(mall.queue, then=[(other, None)])
    sent = take(mall.queue)
    actions.stop_numbers(other, actor=mall.chief, reason="Terlalu ramai")
    actions.call_next(mall.one, actor=mall.ani)
    plan.refresh_from_db()
    actions.arrived(plan, actor=mall.ani)
    assert actions.next_errand(plan, actor=mall.ani).queue_day.queue == other
    actions.transfer(sent, queue=other, actor=mall.ani, reason="Salah antrean")
    assert Ticket.objects.filter(queue_day__queue=other, state="waiting").count() == 1 + 1


def test_a_number_sent_to_a_counter_on_a_break_reads_why_and_until_when(mall):
    ticket = take(mall.queue, person=mall.budi)
    actions.transfer(ticket, counter=mall.two, actor=mall.ani, reason="Berkas ada di sana")
    actions.pause_counter(mall.two, actor=mall.beni, reason="Makan siang", back_at=at(9, 40))
    text = page_of(ticket)
    assert "Loket D2 sedang tidak memanggil: Makan siang. Buka lagi pukul 09.40" in text
    assert "dipanggil 09.00" not in text
    mall.moment.shift(timedelta(minutes=11))
    assert idle_notices.tell_idle() == 1
    ticket.refresh_from_db()
    assert ticket.wanted_counter_id is None
    assert "Loket D1" in page_of(ticket)
    assert Notice.objects.filter(kind="counters.ticket_freed").count() == 1
    assert idle_notices.tell_idle() == 0


def test_all_counters_on_a_break_say_why_and_until_when(mall):
    ticket = take(mall.queue, person=mall.budi)
    for counter, who in ((mall.one, mall.ani), (mall.two, mall.beni)):
        actions.pause_counter(counter, actor=who, reason="Salat Zuhur", back_at=at(10))
    text = page_of(ticket)
    assert "Belum ada loket yang buka: Salat Zuhur. Buka lagi pukul 10.00" in text
    assert "dipanggil 10." in text, "the range begins when they are back"
    mall.moment.shift(timedelta(minutes=6))
    assert idle_notices.tell_idle() == 1
    assert "10.00" in Notice.objects.get(kind="counters.ticket_idle").body


def test_a_counter_given_other_queues_leaves_nobody_behind(mall, people):
    ticket = take(mall.queue, person=mall.budi)
    other = make_queue("dinkes", "K")
    actions.transfer(ticket, counter=mall.two, actor=mall.ani, reason="Berkas ada di sana")
    assert not list(CHECKS["T8"](clock.today()))
    mall.two.queues.set([other])
    assert list(CHECKS["T8"](clock.today())), "the audit sees a number nobody can call"
    mall.two.queues.set([mall.queue])
    post(people.superuser, "dpmptsp", "supervisor")
    actions.assign_queues(mall.two, [other], actor=people.superuser)
    ticket.refresh_from_db()
    assert ticket.wanted_counter_id is None
    assert Notice.objects.filter(kind="counters.ticket_freed").count() == 1
    assert actions.call_next(mall.one, actor=mall.ani) == ticket
