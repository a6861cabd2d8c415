"""Bookings whose time a holiday or new week hours took away: told once, kept, never silent."""

from datetime import date, time

import pytest
import time_machine

from accounts.models import Notice
from counters import actions, invariants
from counters.actions.booking_base import path_of
from counters.models import DayChange, Holiday, Site, Slot, WeekPlan
from counters.persons import Person
from tests.conftest import make_person, post
from tests.counters.queue.hall import MORNING, at, hall, make_queue, morning
from tests.counters.queue.test_bookings import TOMORROW, booked, held, on

pytestmark = pytest.mark.django_db
RUKMINI = Person(name="Rukmini Sari", phone="+628120001")
TODAY = MORNING.date()
ADD_HOLIDAY = "/admin/counters/holiday/add/"
WEEK = {str(day): ["08:00-15:00"] for day in range(5)}


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(make_person("bos@contoh.id", "Bos", is_staff=True), "dpmptsp")
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        found.root = make_person("akar@contoh.id", "Akar", is_staff=True, is_superuser=True)
        found.other = make_queue("dpmptsp", "P")
        actions.make_slots()
        yield found


def told() -> list[Notice]:
    """The notices of lost times."""
    return list(Notice.objects.filter(kind="counters.booking_displaced"))


def state_of(booking) -> str:
    booking.refresh_from_db()
    return booking.state


def s5() -> list[str]:
    """What the audit says about closed days."""
    return list(invariants.s5_closed_days(date.min))


def test_the_worker_displaces_the_bookings_of_a_new_holiday_once(mall):
    booking, day_after = booked(mall.queue, person=RUKMINI), on(TOMORROW, 9)
    other = booked(mall.other, day_after.replace(day=day_after.day + 1))
    Holiday.objects.create(day=TOMORROW, name="Libur daerah")
    assert s5() == [f"booking {booking.pk}: a place on a closed day"]
    assert actions.follow_calendar() == [booking]
    assert (state_of(booking), state_of(other)) == ("displaced", "booked")
    assert s5() == []
    assert actions.follow_calendar() == []
    (notice,) = told()
    assert "Libur daerah" in notice.body
    booking.slot.refresh_from_db()
    assert booking.slot.taken == 0
    assert booking.slot.closed_at is not None


def test_a_day_that_is_open_in_spite_of_the_holiday_keeps_its_bookings(mall):
    booking = booked(mall.queue)
    Holiday.objects.create(day=TOMORROW, name="Libur daerah")
    DayChange.objects.create(
        site=mall.queue.site, day=TOMORROW, spans=["08:00-15:00"], reason="Tetap buka"
    )
    assert actions.follow_calendar() == []
    assert state_of(booking) == "booked"
    assert s5() == []


def test_hours_of_a_week_plan_that_are_gone_displace_only_what_lay_in_them(mall):
    early, late = booked(mall.queue, on(TOMORROW, 9)), booked(mall.queue, on(TOMORROW, 14))
    WeekPlan.objects.create(
        site=Site.objects.get(key="among-warga"),
        key="pagi",
        name="Pagi",
        days={**WEEK, str(TOMORROW.weekday()): ["08:00-12:00"]},
    )
    assert actions.follow_calendar() == [late]
    assert (state_of(early), state_of(late)) == ("booked", "displaced")


def test_the_reason_of_new_hours_is_said_in_the_language_of_the_person(mall):
    person = Person(name="Ann", phone="+628120002", language="en")
    booked(mall.queue, on(TOMORROW, 14), person=person)
    Site.objects.filter(pk=mall.queue.site_id).update(closes_at=time(12))
    assert len(actions.follow_calendar()) == 1
    assert "the opening hours have changed" in told()[0].body


def test_a_waiting_list_of_a_day_that_closes_is_told_too(mall):
    entry = waiting_entry(mall)
    Holiday.objects.create(day=TOMORROW, name="Libur daerah")
    actions.follow_calendar()
    assert state_of(entry) == "displaced"
    assert "Libur daerah" in next(row.body for row in told() if row.object_ref == str(entry.pk))


def waiting_entry(mall, day=TOMORROW):
    """Somebody on the waiting list of a full day."""
    rows = Slot.objects.filter(queue=mall.queue, day=day)
    rows.exclude(starts_at=on(day, 14)).update(capacity=0)
    rows.update(capacity=1)
    for number, slot in enumerate(rows.order_by("starts_at")):
        booked(mall.queue, slot.starts_at, person=Person(phone=f"+62813000{number:04d}"))
    return actions.join_list(mall.queue, day, person=RUKMINI, key="daftar-1")


def test_the_desk_draws_the_consequence_of_a_holiday_and_lists_it(client, mall):
    booking = booked(mall.queue, person=RUKMINI)
    client.force_login(mall.root)
    data = {"day": TOMORROW.isoformat(), "name": "Libur daerah", "kind": "public"}
    client.post(ADD_HOLIDAY, data)
    assert state_of(booking) == "booked"
    row = Holiday.objects.get(day=TOMORROW)
    address = f"/admin/counters/holiday/{row.pk}/change/"
    page = client.post(address, {**data, "is_closed": "on"}, follow=True).content.decode()
    assert state_of(booking) == "displaced"
    assert len(told()) == 1
    assert "1 pesanan kehilangan waktunya" in page
    assert "09.00 D" in page
    assert "Rukmini" not in page


def test_the_desk_draws_the_consequence_of_a_week_plan(client, mall):
    booking = booked(mall.queue, on(TOMORROW, 14))
    client.force_login(mall.root)
    data = {
        "site": mall.queue.site_id,
        "key": "pagi",
        "name": "Pagi",
        "last_ticket_minutes": 30,
        **{f"day_{day}": "08.00-12.00" for day in range(5)},
    }
    answer = client.post("/admin/counters/weekplan/add/", data, follow=True)
    assert "1 pesanan kehilangan waktunya" in answer.content.decode()
    assert state_of(booking) == "displaced"


def test_a_time_that_began_today_stays_when_the_hours_shrink(mall):
    booking = booked(mall.queue, at(14))
    with time_machine.travel(at(14, 5)):
        Site.objects.filter(pk=mall.queue.site_id).update(closes_at=time(12))
        assert actions.follow_calendar() == []
        assert state_of(booking) == "booked"


# --- waiting lists ------------------------------------------------------------------------
def page_of(client, booking) -> str:
    """What the page of a booking says."""
    return client.get(path_of(booking)).content.decode()


def test_a_waiting_list_of_a_day_that_ends_early_is_displaced_and_told(client, mall):
    entry = waiting_entry(mall, TODAY)
    assert actions.end_of_day(mall.queue.site, TODAY, actor=mall.chief)
    assert state_of(entry) == "displaced"
    notice = Notice.objects.get(object_ref=str(entry.pk))
    assert notice.kind == "counters.booking_displaced"
    assert "diakhiri lebih awal" in notice.body
    assert "tepat waktu" not in page_of(client, entry)


def test_a_list_without_a_free_place_ends_in_the_afternoon_with_a_word(client, mall):
    entry = waiting_entry(mall, TODAY)
    assert actions.end_lists() == 0
    with time_machine.travel(at(14, 31)):
        assert actions.end_lists() == 1
        assert actions.end_lists() == 0
        page = page_of(client, entry)
    assert state_of(entry) == "expired"
    notice = Notice.objects.get(object_ref=str(entry.pk))
    assert notice.kind == "counters.booking_list_over"
    assert "Tidak ada tempat yang kosong" in notice.subject
    assert "Tidak ada tempat yang kosong pada hari ini" in page
    assert "tepat waktu" not in page


def test_an_offer_or_a_hold_that_ran_out_keeps_its_own_sentence(client, mall):
    booking = held(mall.queue)
    with time_machine.travel(at(9, 30)):
        actions.expire_holds()
        assert "Tidak dipastikan tepat waktu" in page_of(client, booking)
