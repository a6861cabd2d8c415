"""Slots follow hours and counters: made little by little, never below what is taken."""

from datetime import date, timedelta

import pytest
import time_machine

from counters import actions
from counters.actions.slots import conflicts
from counters.models import Booking, Counter, DayChange, Holiday, Site, Slot, WeekPlan
from tests.counters.queue.hall import MORNING, at, hall, morning
from tests.counters.queue.test_bookings import TOMORROW, booked, fill, on, slot_at

pytestmark = pytest.mark.django_db
LAST = MORNING.date() + timedelta(days=14)


@pytest.fixture
def mall():
    with morning():
        yield hall()


def starts(queue, day) -> list[str]:
    """The open slots of a day as local times."""
    rows = Slot.objects.filter(queue=queue, day=day, closed_at__isnull=True)
    return [f"{slot.starts_at + timedelta(hours=7):%H:%M}" for slot in rows]


def plan(days: dict, **columns) -> WeekPlan:
    """A week plan of the first site."""
    key = columns.pop("key", "biasa")
    return WeekPlan.objects.create(
        site=Site.objects.get(key="among-warga"), key=key, name=key, days=days, **columns
    )


def test_slots_are_made_once_with_counters_times_share(mall):
    first = actions.make_slots()
    assert first["made"]
    assert actions.make_slots() == {"made": 0, "changed": 0, "closed": 0, "opened": 0}
    assert starts(mall.queue, TOMORROW)[:2] == ["08:00", "08:30"]
    # 2 counters x 30 minutes / 10 minutes x 50 %.
    assert slot_at(mall.queue, on(TOMORROW, 9)).capacity == 3


def test_fractions_of_places_are_carried_along_the_day(mall):
    mall.queue.service_minutes = 60
    mall.queue.save()
    actions.make_slots()
    capacities = [s.capacity for s in Slot.objects.filter(queue=mall.queue, day=TOMORROW)]
    # Half a place per half hour: one an hour, 7 in 7 hours.
    assert sum(capacities) == 7
    assert set(capacities) == {1}


def test_the_last_day_opens_over_the_day_and_not_at_midnight(mall):
    actions.make_slots()
    assert starts(mall.queue, LAST) == ["08:00", "08:30", "09:00"]
    with time_machine.travel(on(TOMORROW, 0, 1)):
        actions.make_slots()
        assert len(starts(mall.queue, LAST)) == 14
        assert starts(mall.queue, LAST + timedelta(days=1)) == []
    with time_machine.travel(on(TOMORROW, 12)):
        actions.make_slots()
        assert starts(mall.queue, LAST + timedelta(days=1))[-1] == "12:00"


def test_breaks_are_gaps_and_friday_has_a_longer_one(mall):
    usual = ["08:00-12:00", "13:00-15:00"]
    plan({**dict.fromkeys("0123", usual), "4": ["08:00-11:30", "13:00-15:00"]})
    actions.make_slots()
    assert "12:00" not in starts(mall.queue, TOMORROW)
    friday = starts(mall.queue, date(2026, 11, 27))
    assert "11:00" in friday
    assert "11:30" not in friday
    assert "13:00" in friday


def test_a_counter_with_fewer_hours_counts_only_then(mall):
    plan({"2": ["08:00-10:00"]}, key="loket", counter=mall.two)
    actions.make_slots()
    places = {
        f"{s.starts_at + timedelta(hours=7):%H:%M}": s.capacity
        for s in Slot.objects.filter(queue=mall.queue, day=TOMORROW)
    }
    assert places["09:30"] == 3
    assert sorted({places["10:00"], places["10:30"]}) == [1, 2]


def test_capacity_never_falls_below_what_is_taken(mall):
    actions.make_slots()
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    fill(slot)
    mall.queue.booked_percent = 20
    mall.queue.save()
    assert actions.make_slots()["changed"]
    slot.refresh_from_db()
    assert (slot.capacity, slot.taken) == (3, 3)
    assert actions.make_slots()["changed"] == 0


def test_shorter_hours_close_slots_and_list_their_bookings(mall):
    actions.make_slots()
    booking = booked(mall.queue, on(TOMORROW, 14))
    DayChange.objects.create(
        site=mall.queue.site, day=TOMORROW, spans=["08:00-12:00"], reason="Rapat"
    )
    actions.make_slots()
    booking.refresh_from_db()
    assert booking.state == "booked"
    assert booking.slot.closed_at is not None
    assert conflicts(mall.queue.site) == [booking]
    assert conflicts(mall.queue.site, agencies=[]) == []
    DayChange.objects.all().delete()
    assert actions.make_slots()["opened"]
    assert conflicts(mall.queue.site) == []


def test_slots_of_another_length_close_but_their_bookings_stay_good(mall):
    actions.make_slots()
    booking = booked(mall.queue, on(TOMORROW, 9))
    mall.queue.slot_minutes = 20
    mall.queue.save()
    actions.make_slots()
    assert Booking.objects.get(pk=booking.pk).slot.closed_at is not None
    assert conflicts(mall.queue.site) == []


def test_no_slots_on_holidays_or_without_a_counter(mall):
    Holiday.objects.create(day=TOMORROW, name="Libur")
    actions.make_slots()
    assert starts(mall.queue, TOMORROW) == []
    mall.queue.counters.clear()
    Slot.objects.all().delete()
    actions.make_slots()
    assert not Slot.objects.filter(capacity__gt=0).exists()
    assert Counter.objects.filter(queues=mall.queue).count() == 0


def test_the_job_asks_little_when_nothing_changed(mall, django_assert_max_num_queries):
    actions.make_slots()
    with django_assert_max_num_queries(12):
        actions.make_slots()
    with time_machine.travel(at(9, 1)):
        assert actions.make_slots()["made"] == 0
