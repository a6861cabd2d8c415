"""What is refused to bookings, days and their tools: told in a sentence, nothing counted twice."""

import pytest
import time_machine

from accounts.models import Notice
from counters import actions
from counters.actions import booking_base, holds, waiting_list
from counters.actions.slots import conflicts
from counters.models import Booking, DayChange, Device, PaperBlock, QueueDay, Slot
from counters.persons import Person
from mpp.kit.states import WrongState
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, morning, officer
from tests.counters.queue.test_bookings import (
    TOMORROW,
    booked,
    fill,
    held,
    on,
    slot_at,
    someone,
    taken,
)
from tests.counters.queue.test_refused_in_line import once
from tests.factories.counters import StandardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(make_person("bos@contoh.id", "Bos"), "dpmptsp", "supervisor")
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        actions.make_slots()
        yield found


@pytest.fixture
def full_day(mall):
    """A day with one time, and that is full."""
    slot = Slot.objects.filter(queue=mall.queue, day=TOMORROW).first()
    Slot.objects.filter(queue=mall.queue, day=TOMORROW).exclude(pk=slot.pk).delete()
    fill(slot)
    return slot


# --- holding ------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_form_without_a_usable_key_holds_nothing(mall, key):
    with pytest.raises((ValueError, WrongState)):
        held(mall.queue, key=key)
    assert not Booking.objects.exists()
    assert not Slot.objects.filter(taken__gt=0).exists()


def test_the_last_place_goes_to_one_of_two(mall):
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    Slot.objects.filter(pk=slot.pk).update(capacity=1)
    booking = held(mall.queue)
    # Somebody who looked before that.
    with pytest.raises(actions.Refused, match="daftar tunggu"):
        booking_base.take_place(slot)
    assert taken(booking) == 1


def test_one_tap_that_arrives_twice_holds_one_place(mall, monkeypatch):
    given = {"person": someone(), "key": "tap"}
    once(monkeypatch, holds, "assert_reachable", lambda: held(mall.queue, **given), before=True)
    booking = held(mall.queue, **given)
    assert Booking.objects.get() == booking
    assert taken(booking) == 1


def test_who_left_no_address_is_booked_and_told_at_the_desk_only(mall):
    booking = booked(mall.queue, person=Person(name="Rukmini", helped_by="staff"))
    assert booking.state == "booked"
    assert not Notice.objects.exists()


# --- the waiting list ---------------------------------------------------------------------
def test_no_list_on_a_closed_day_or_one_without_times(mall, full_day):
    day = actions.tickets.day_of(mall.queue, TOMORROW)
    QueueDay.objects.filter(pk=day.pk).update(closed_at=at(9))
    with pytest.raises(actions.Refused, match="Hari itu tutup"):
        actions.join_list(mall.queue, TOMORROW, person=someone(), key="j")
    QueueDay.objects.filter(pk=day.pk).update(closed_at=None)
    Slot.objects.filter(pk=full_day.pk).update(closed_at=at(9))
    with pytest.raises(actions.Refused, match="Tidak ada jam"):
        actions.join_list(mall.queue, TOMORROW, person=someone(), key="j")
    assert not Booking.objects.filter(state="waiting").exists()


def test_one_tap_that_arrives_twice_is_one_entry_of_the_list(mall, full_day, monkeypatch):
    person = someone()

    def join():
        return actions.join_list(mall.queue, TOMORROW, person=person, key="tap")

    once(monkeypatch, waiting_list, "assert_reachable", join, before=True)
    booking = join()
    assert booking == Booking.objects.get(state="waiting")
    with pytest.raises(actions.AlreadyInLine, match="Satu orang satu nomor") as told:
        actions.join_list(mall.queue, TOMORROW, person=person, key="lain")
    assert told.value.found == booking


def test_saying_no_twice_gives_the_place_to_one_other(mall, full_day):
    one, two, three = (
        actions.join_list(mall.queue, TOMORROW, person=someone(), key=f"j{n}") for n in range(3)
    )
    Slot.objects.filter(pk=full_day.pk).update(capacity=full_day.capacity + 1)
    actions.make_offers()
    one.refresh_from_db()
    for _tap in range(2):
        actions.decline(one, key="no")
    two.refresh_from_db(), three.refresh_from_db()
    assert (one.state, two.state, three.state) == ("cancelled", "offered", "waiting")
    assert taken(two) == full_day.capacity + 1


def test_a_hold_confirmed_at_the_last_moment_is_not_expired(mall):
    booking = held(mall.queue)
    seen = [Booking.objects.select_related("queue__site", "slot").get(pk=booking.pk)]
    actions.confirm(booking)
    with time_machine.travel(at(9, 11)):
        assert waiting_list._each(seen, actions.expire_booking) == 0
    booking.refresh_from_db()
    assert (booking.state, taken(booking)) == ("booked", 1)


def test_two_workers_remind_once(mall):
    booking = booked(mall.queue, on(TOMORROW, 10))
    Booking.objects.filter(pk=booking.pk).update(reminded_at=None)
    stale = Booking.objects.select_related("queue__site", "queue__agency", "slot").get()
    assert waiting_list._remind(stale)
    assert not waiting_list._remind(stale)
    assert Notice.objects.filter(kind="counters.booking_reminder").count() == 1


# --- days ---------------------------------------------------------------------------------
def test_only_who_may_close_a_day_may_open_it_again(mall):
    actions.change_day(mall.queue.site, TOMORROW, reason="Listrik", actor=mall.boss)
    with pytest.raises(actions.Refused, match="tidak dapat mengubah"):
        actions.reopen_day(DayChange.objects.get(), actor=mall.chief)
    with pytest.raises(actions.Refused):
        held(mall.queue)


def test_a_booking_of_another_length_stays_when_its_time_is_still_open(mall):
    booking = booked(mall.queue, on(TOMORROW, 9))
    Slot.objects.filter(pk=booking.slot_id).update(minutes=20, starts_at=on(TOMORROW, 9, 5))
    found = actions.change_day(
        mall.queue.site,
        TOMORROW,
        spans=((at(8).time(), at(12).time()),),
        reason="Pelatihan",
        actor=mall.boss,
    )
    assert found.bookings == []
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_a_day_that_was_ended_meanwhile_is_ended_once(mall):
    row = actions.tickets.day_of(mall.queue, at(9).date())
    assert [actions.day_ends._end_queue_day(row) for _worker in range(2)] == [True, False]


def test_who_waits_on_the_list_when_the_day_ends_is_let_go(mall, full_day):
    waiting = actions.join_list(mall.queue, TOMORROW, person=someone(), key="j")
    with time_machine.travel(on(TOMORROW, 23, 0)):
        actions.end_of_day(mall.queue.site, TOMORROW, actor=mall.boss)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.holds_place) == ("expired", False)


# --- slots, paper, devices, standards -----------------------------------------------------
def test_a_queue_that_stops_taking_bookings_keeps_those_it_has(mall):
    booking = booked(mall.queue)
    mall.queue.takes_bookings = False
    mall.queue.save()
    assert actions.make_slots()["closed"] > 0
    with pytest.raises(actions.Refused):
        held(mall.queue)
    booking.refresh_from_db()
    assert booking.state == "booked"
    assert conflicts(mall.queue.site) == []


def test_fewer_places_than_are_taken_leaves_exactly_the_taken(mall):
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    fill(slot)
    wanted = slot.capacity
    Slot.objects.filter(pk=slot.pk).update(capacity=wanted + 5, taken=wanted + 3)
    actions.make_slots()
    slot.refresh_from_db()
    assert (slot.capacity, slot.taken) == (wanted + 3, wanted + 3)


def test_a_paper_block_of_another_queue_or_an_ended_day_is_refused(mall):
    actions.reserve_block(mall.queue, count=3, actor=mall.ani, key="blok")
    lala, other = officer("dpmptsp", "lala"), make_queue("dpmptsp", "P")
    with pytest.raises(actions.Refused, match="Buka halamannya lagi|dikirim"):
        actions.reserve_block(other, count=3, actor=lala, key="blok")
    QueueDay.objects.update(ended_at=at(9))
    with pytest.raises(actions.Refused, match="sudah berakhir"):
        actions.reserve_block(mall.queue, count=3, actor=mall.ani, key="lagi")
    assert PaperBlock.objects.count() == 1


def test_only_the_operator_looks_after_devices_and_revoking_twice_keeps_the_moment(mall):
    given = {"kind": "kiosk", "key": "kios-1", "name": "Kios 1"}
    with pytest.raises(actions.Refused, match="pengelola mal"):
        actions.register_device(mall.queue.site, actor=mall.chief, **given)
    with pytest.raises(actions.Refused, match="Pilih"):
        actions.register_device(mall.queue.site, actor=mall.boss, **{**given, "kind": "radio"})
    device, _secret = actions.register_device(mall.queue.site, actor=mall.boss, **given)
    ended = actions.revoke_device(device, actor=mall.boss).revoked_at
    actions.revoke_device(device, actor=mall.boss)
    assert Device.objects.get().revoked_at == ended


def test_a_standard_without_requirements_or_in_force_already_is_not_put_in_force(mall):
    current = StandardFactory()
    with pytest.raises(actions.Refused, match="Hanya draf"):
        actions.put_in_force(current)
    bare = StandardFactory(state="draft")
    with pytest.raises(actions.Refused, match="persyaratan"):
        actions.put_in_force(bare)
    bare.refresh_from_db()
    assert bare.state == "draft"
