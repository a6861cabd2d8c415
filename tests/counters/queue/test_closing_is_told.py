"""Nobody waits without knowing: what is told when a queue, a counter or a day closes or opens."""

from datetime import time

import pytest
import time_machine

from accounts.models import Delivery, Notice
from counters import actions
from counters.models import DayChange, QueueDay, Ticket
from counters.persons import Person
from counters.views.secrets import address_of
from tests.conftest import make_person, post
from tests.counters.queue.hall import MORNING, at, hall, make_queue, morning, take
from tests.counters.queue.test_bookings import booked, on
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
SARI = Person(name="Sari", phone="+6281299990001")


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(make_person("bos@contoh.id", "Bos"), "dpmptsp", "supervisor")
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        found.siti = make_person("siti@contoh.id", "Siti", language="en")
        yield found


@pytest.fixture
def line(mall):
    """Siti (account, English), Budi (e-mail), Rukmini (phone), and somebody without an address."""
    people = (
        Person.of(mall.siti),
        Person(name="Budi", email="budi@x.id"),
        Person(name="Rukmini", phone="+6281299990000"),
        Person(name="Tanpa Alamat"),
    )
    return [take(mall.queue, person=person) for person in people]


def told(what: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=f"counters.ticket_{what}").order_by("id"))


def page_of(ticket) -> str:
    return Reader().open(address_of(ticket)).text


# --- a queue gives no more numbers --------------------------------------------------------
def test_a_stop_is_told_once_to_everybody_in_line_in_his_language(mall, line):
    served = actions.call_next(mall.one, actor=mall.ani)
    assert served == line[0]
    actions.no_answer(served, actor=mall.ani)
    for _press in range(2):
        actions.stop_numbers(mall.queue, actor=mall.chief, reason="Blangko habis")
    siti, budi, rukmini = told("stopped")
    assert siti.recipient == mall.siti
    assert siti.subject == "D 001 stays valid: no new numbers today"
    assert budi.subject == "D 002 tetap berlaku: nomor baru dihentikan hari ini"
    assert "Blangko habis" in budi.body
    assert "tempatnya tidak berubah" in budi.body
    assert budi.path == address_of(line[1])
    ways = {
        (row.channel, row.address) for row in Delivery.objects.filter(notice__in=[budi, rukmini])
    }
    assert ways == {("email", "budi@x.id"), ("sms", "+6281299990000")}


def test_the_page_of_a_number_says_the_same(mall, line):
    assert "Nomor Anda tetap berlaku" not in page_of(line[1])
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Blangko habis")
    text = page_of(line[1])
    assert "Hari ini nomor baru dihentikan: Blangko habis." in text
    assert "Nomor Anda tetap berlaku dan tempatnya tidak berubah." in text
    actions.give_numbers_again(mall.queue, actor=mall.chief)
    assert "Blangko habis" not in page_of(line[1])


def test_whoever_stands_at_a_counter_is_told_there(mall, line):
    actions.call_next(mall.one, actor=mall.ani)
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Blangko habis")
    assert [notice.object_ref for notice in told("stopped")] == ["D 002", "D 003"]


def test_numbers_again_are_told_once_and_a_second_stop_is_news(mall, line):
    actions.give_numbers_again(mall.queue, actor=mall.chief)
    assert not told("again")
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Blangko habis")
    for _press in range(2):
        actions.give_numbers_again(mall.queue, actor=mall.chief)
    assert [notice.object_ref for notice in told("again")] == ["D 001", "D 002", "D 003"]
    assert "tidak perlu mengambil nomor baru" in told("again")[1].body
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Listrik padam")
    assert len(told("stopped")) == 6


def test_numbers_are_not_given_again_on_a_day_that_is_closed(mall, line):
    actions.change_day(mall.queue.site, TODAY, reason="Banjir", actor=mall.boss)
    with pytest.raises(actions.Refused, match="Seluruh hari ini tutup"):
        actions.give_numbers_again(mall.queue, actor=mall.chief)
    assert QueueDay.objects.get(queue=mall.queue).closed_reason == "Banjir"
    assert not told("again")


# --- the day of the building changes ------------------------------------------------------
def test_a_day_closed_early_and_opened_again_is_told_once_each(mall, line):
    for reason in ("Banjir", "Banjir", "Banjir besar"):
        actions.change_day(
            mall.queue.site, TODAY, reason=reason, reason_en="Flood", actor=mall.boss
        )
    assert len(told("stopped")) == 3
    assert "Flood" in told("stopped")[0].body
    assert "Banjir besar" in page_of(line[1])
    actions.reopen_day(DayChange.objects.get(), actor=mall.boss)
    assert len(told("again")) == 3
    assert actions.call_next(mall.one, actor=mall.ani) == line[0]


def test_an_earlier_closing_time_is_told_with_the_hour(mall, line):
    spans = ((time(8), time(12)),)
    for _press in range(2):
        actions.change_day(mall.queue.site, TODAY, spans=spans, reason="Rapat", actor=mall.boss)
    first, *others = told("hours")
    assert (first.subject, len(others)) == ("D 001: today open until 12:00", 2)
    assert "buka sampai 12.00" in others[0].subject
    assert not told("stopped")
    text = page_of(line[1])
    assert "Buka sampai" in text
    assert "12.00" in text


def test_another_day_or_a_neighbour_that_closes_is_no_news(mall, line):
    make_queue("dpmptsp", "P")
    other = mall.boss.postings.get().agency
    actions.change_day(
        mall.queue.site, on(TODAY, 9).date().replace(day=25), reason="Libur", actor=mall.boss
    )
    actions.change_day(mall.queue.site, TODAY, reason="Rapat", agency=other, actor=mall.boss)
    assert not Notice.objects.exists()


def test_new_hours_do_not_lift_the_stop_of_a_supervisor(mall, line):
    actions.stop_numbers(mall.queue, actor=mall.chief, reason="Blangko habis")
    spans = ((time(8), time(16)),)
    actions.change_day(mall.queue.site, TODAY, spans=spans, reason="Lembur", actor=mall.boss)
    assert QueueDay.objects.get(queue=mall.queue).closed_reason == "Blangko habis"
    with pytest.raises(actions.Refused, match="Blangko habis"):
        take(mall.queue)


# --- the end of the day -------------------------------------------------------------------
def test_a_day_that_is_ended_early_is_told_and_later_bookings_choose_anew(mall, line):
    actions.make_slots()
    booking = booked(mall.queue, on(TODAY, 14), person=SARI)
    actions.end_of_day(mall.queue.site, TODAY, actor=mall.boss)
    assert [notice.object_ref for notice in told("ended")] == ["D 001", "D 002", "D 003"]
    assert "tidak dipanggil lagi" in told("ended")[1].subject
    booking.refresh_from_db()
    assert booking.state == "displaced"
    displaced = Notice.objects.get(kind="counters.booking_displaced")
    assert "diakhiri lebih awal" in displaced.body
    text = page_of(line[1])
    assert "Layanan hari itu selesai pukul 09.0" in text
    assert actions.end_of_day(mall.queue.site, TODAY, actor=mall.boss) == 0
    assert len(told("ended")) == 3


def test_the_night_wakes_nobody(mall, line):
    with time_machine.travel(at(9).replace(day=25, hour=0, minute=5)):
        assert actions.end_past_days() == 1
    assert Ticket.objects.filter(state="expired").count() == 4
    assert not Notice.objects.exists()


# --- a counter ----------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["close", "disrupt"])
def test_who_was_sent_to_a_counter_that_closes_is_told_that_another_calls(mall, line, how):
    sent, other = line[1], line[2]
    actions.transfer(sent, actor=mall.ani, counter=mall.two, reason="Diminta")
    if how == "close":
        actions.close_counter(mall.two, actor=mall.beni)
    else:
        actions.disrupt_counter(mall.two, actor=mall.beni, reason="Jaringan mati")
    notice = Notice.objects.get()
    assert notice.object_ref == sent.label
    assert notice.subject == "D 002: Anda dipanggil loket lain"
    assert "Loket D2" in notice.body
    calls = [actions.call_next(mall.one, actor=mall.ani, key="1")]
    actions.no_answer(calls[0], actor=mall.ani)
    calls.append(actions.call_next(mall.one, actor=mall.ani, key="2"))
    assert calls == [line[0], sent]
    assert other.state == "waiting"
