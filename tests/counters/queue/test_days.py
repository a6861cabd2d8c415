"""Days: closing with the consequence listed and drawn, reopening, and the end of a day."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import Notice
from counters import actions
from counters.actions.days import consequences
from counters.models import (
    Booking,
    Counter,
    DayChange,
    LiveKey,
    QueueDay,
    Slot,
    Ticket,
)
from counters.persons import Person
from mpp.kit import clock
from tests.conftest import make_person, post
from tests.counters.queue.hall import MORNING, at, hall, make_queue, morning, take
from tests.counters.queue.test_bookings import TOMORROW, booked, held, on, slot_at, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(make_person("bos@contoh.id", "Bos"), "dpmptsp", "supervisor")
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        found.other = make_queue("dpmptsp", "P")
        actions.make_slots()
        yield found


def close(mall, day=TOMORROW, **given):
    """Close a day of the building (or what is said) as the operator's supervisor."""
    given = {"reason": "Listrik padam", "actor": mall.boss, **given}
    return actions.change_day(mall.queue.site, day, **given)


def test_the_consequence_is_listed_before_and_changes_nothing(mall):
    booking, other = booked(mall.queue), booked(mall.other)
    found = consequences(mall.queue.site, TOMORROW)
    assert set(found.bookings) == {booking, other}
    assert len(found.closed) == 2
    assert found.slots == 28
    agency = consequences(mall.queue.site, TOMORROW, agency=mall.queue.agency)
    assert agency.bookings == [booking]
    half = consequences(
        mall.queue.site, TOMORROW, spans=((time(8), time(9)),), agency=mall.queue.agency
    )
    assert (half.bookings, half.closed) == ([booking], [])
    assert not DayChange.objects.exists()
    assert Booking.objects.filter(state="booked").count() == 2


def test_closing_a_day_displaces_tells_once_and_deletes_nothing(mall):
    citizen = make_person("siti@contoh.id", "Siti")
    one = booked(mall.queue, person=Person.of(citizen))
    two = booked(mall.queue, person=Person(name="Budi", phone="+628120001", email="budi@x.id"))
    close(mall, reason_en="Power cut")
    close(mall)
    for booking in (one, two):
        booking.refresh_from_db()
        assert (booking.state, booking.holds_place) == ("displaced", False)
        assert booking.slot.taken == 0
        assert booking.slot.closed_at is not None
    told = Notice.objects.filter(kind="counters.booking_displaced")
    assert told.count() == 2
    assert "Listrik padam" in told.first().body
    assert "/antrean/" in told.first().path
    addresses = {d.address for n in told for d in n.deliveries.all()}
    assert addresses == {"siti@contoh.id", "budi@x.id"}
    day = QueueDay.objects.get(queue=mall.queue, day=TOMORROW)
    assert day.closed_reason == "Listrik padam"
    assert not LiveKey.objects.filter(is_live=True).exists()


def test_a_displaced_person_chooses_another_time_under_the_same_link(mall):
    booking = booked(mall.queue)
    close(mall)
    later = slot_at(mall.queue, on(TOMORROW + timedelta(days=1), 9))
    booking.refresh_from_db()
    actions.reschedule(booking, later, key="r")
    booking.refresh_from_db()
    assert (booking.state, booking.change_count) == ("booked", 0)
    assert Slot.objects.get(pk=later.pk).taken == 1
    assert LiveKey.objects.get(is_live=True).day == later.day


def test_nothing_is_booked_on_a_closed_day(mall):
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    close(mall)
    with pytest.raises(actions.Refused, match="Listrik padam"):
        actions.hold_place(slot, person=someone(), key="k")
    actions.make_slots()
    assert not Slot.objects.filter(day=TOMORROW, closed_at__isnull=True).exists()


def test_reopening_opens_the_times_again(mall):
    booking = booked(mall.queue)
    close(mall)
    actions.reopen_day(DayChange.objects.get(), actor=mall.boss)
    assert QueueDay.objects.get(queue=mall.queue, day=TOMORROW).closed_at is None
    assert held(mall.queue).state == "held"
    booking.refresh_from_db()
    assert booking.state == "displaced"
    actions.reschedule(booking, booking.slot)
    assert booking.state == "booked"


def test_closing_now_keeps_the_numbers_in_line_and_gives_no_new_ones(mall):
    ticket = take(mall.queue)
    found = close(mall, MORNING.date())
    assert found.waiting == [ticket]
    with pytest.raises(actions.Refused, match="Listrik padam"):
        take(mall.queue)
    assert actions.call_next(mall.one, actor=mall.ani) == ticket


def test_one_counter_less_keeps_the_bookings_and_the_last_one_displaces(mall):
    booking = booked(mall.queue)
    one, two = mall.queue.counters.order_by("key")
    found = close(mall, counter=one, actor=mall.chief)
    assert (found.closed, found.bookings) == ([], [])
    found = close(mall, counter=two, actor=mall.chief)
    assert (found.closed, found.bookings) == ([mall.queue], [booking])


def test_who_may_close_what(mall):
    with pytest.raises(actions.Refused):
        close(mall, actor=mall.ani)
    with pytest.raises(actions.Refused):
        close(mall, actor=mall.chief)
    with pytest.raises(actions.Refused):
        close(mall, actor=mall.chief, agency=mall.other.agency)
    assert close(mall, actor=mall.chief, agency=mall.queue.agency).closed == [mall.queue]


def test_a_reason_is_needed_and_the_day_must_be_to_come(mall):
    with pytest.raises(actions.Refused, match="alasan"):
        close(mall, reason="  ")
    with pytest.raises(actions.Refused):
        close(mall, MORNING.date() - timedelta(days=1))
    assert not DayChange.objects.exists()


def test_the_end_of_a_day_ends_everything_once(mall):
    waiting, here = take(mall.queue), take(mall.queue)
    actions.call_this(mall.one, here, actor=mall.ani, reason="Uji")
    absent = booked(mall.queue, on(MORNING.date(), 11))
    keeps = held(mall.queue, on(MORNING.date(), 12))
    with pytest.raises(actions.Refused):
        actions.end_of_day(mall.queue.site, MORNING.date())
    with time_machine.travel(on(TOMORROW, 0, 1)):
        assert [actions.end_past_days() for _n in range(2)] == [1, 0]
    for row, state in ((waiting, "expired"), (here, "expired")):
        assert Ticket.objects.get(pk=row.pk).state == state
    absent.refresh_from_db(), keeps.refresh_from_db()
    assert (absent.state, keeps.state) == ("no_show", "expired")
    assert not Slot.objects.filter(day=MORNING.date(), taken__gt=0).exists()
    assert not LiveKey.objects.filter(is_live=True).exists()
    assert set(Counter.objects.filter(queues=mall.queue).values_list("state", flat=True)) == {
        "closed"
    }


def test_the_supervisor_ends_today_and_no_number_is_given_any_more(mall):
    ticket = take(mall.queue)
    with pytest.raises(actions.Refused):
        actions.end_of_day(mall.queue.site, MORNING.date(), actor=mall.ani)
    assert actions.end_of_day(mall.queue.site, MORNING.date(), actor=mall.boss) == 1
    assert Ticket.objects.get(pk=ticket.pk).state == "expired"
    with pytest.raises(actions.Refused):
        take(mall.queue)
    with pytest.raises(actions.Refused):
        actions.end_of_day(mall.queue.site, TOMORROW, actor=mall.boss)


@pytest.mark.parametrize(
    ("zone", "utc"),
    [("Asia/Jakarta", 17), ("Asia/Makassar", 16), ("Asia/Jayapura", 15)],
)
def test_a_day_ends_at_midnight_of_its_own_zone(mall, zone, utc):
    site = mall.queue.site
    site.time_zone = zone
    site.save()
    QueueDay.objects.create(queue=mall.queue, day=MORNING.date())
    midnight = datetime(2026, 11, 24, utc, tzinfo=clock.zone_of("UTC"))
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        assert actions.end_past_days() == 0
    with time_machine.travel(midnight, tick=False):
        assert actions.end_past_days() >= 1


def test_days_missed_while_the_server_was_off_are_ended(mall):
    take(mall.queue)
    with time_machine.travel(on(date(2026, 11, 27), 9)):
        assert actions.end_past_days() >= 1
        assert take(mall.queue).number == 1


def test_the_quota_of_a_day_is_never_below_what_was_given(mall):
    take(mall.queue), take(mall.queue)
    day = MORNING.date()
    with pytest.raises(actions.Refused):
        actions.set_quota(mall.queue, day, quota=1, actor=mall.chief)
    with pytest.raises(actions.Refused):
        actions.set_quota(mall.queue, day, quota=5, actor=mall.ani)
    actions.set_quota(mall.queue, day, quota=2, actor=mall.chief)
    with pytest.raises(actions.Refused):
        take(mall.queue)
    assert actions.set_quota(mall.queue, day, quota=None, actor=mall.chief).walk_in_quota is None


def test_a_displaced_booking_ends_after_a_month(mall):
    booking = booked(mall.queue)
    close(mall)
    with time_machine.travel(at(9) + timedelta(days=29)):
        assert actions.lapse_displaced() == 0
    with time_machine.travel(at(9) + timedelta(days=31)):
        assert actions.lapse_displaced() == 1
    booking.refresh_from_db()
    assert booking.state == "expired"
