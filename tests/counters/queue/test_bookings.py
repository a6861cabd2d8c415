"""Bookings: a place taken once, given back once, moved under one link, turned into a number."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.models import Delivery, Notice
from counters import actions
from counters.models import Booking, BookingStep, LiveKey, QueueDay, Site, Slot
from counters.persons import Person
from mpp.kit import clock
from mpp.kit.states import WrongState
from tests.conftest import make_person
from tests.counters.queue.hall import MORNING, at, hall, make_queue, morning, take

pytestmark = pytest.mark.django_db
TOMORROW = MORNING.date() + timedelta(days=1)


def on(day, hour: int, minute: int = 0):
    """A moment of a day, local."""
    return at(hour, minute) + (day - MORNING.date())


@pytest.fixture
def mall():
    with morning():
        found = hall()
        actions.make_slots()
        yield found


def someone() -> Person:
    """Somebody new with a mobile number."""
    return Person(name="Rukmini", phone=f"+62813{uuid4().int % 10**8:08d}")


def slot_at(queue, moment) -> Slot:
    """The slot of a queue that starts then."""
    return Slot.objects.select_related("queue__site", "queue__agency").get(
        queue=queue, starts_at=moment
    )


def held(queue, moment=None, **given) -> Booking:
    """A place held at that time (default: tomorrow at nine)."""
    person = given.pop("person", None) or someone()
    key = given.pop("key", uuid4().hex)
    slot = slot_at(queue, moment or on(TOMORROW, 9))
    return actions.hold_place(slot, person=person, key=key, **given)


def booked(queue, moment=None, **given) -> Booking:
    """A confirmed booking."""
    return actions.confirm(held(queue, moment, **given))


def fill(slot: Slot) -> list[Booking]:
    """Take all places of a slot."""
    return [
        actions.confirm(actions.hold_place(slot, person=someone(), key=uuid4().hex))
        for _place in range(slot.capacity)
    ]


def taken(booking: Booking) -> int:
    """What the slot of a booking counts."""
    return Slot.objects.get(pk=booking.slot_id).taken


def test_a_held_place_is_counted_once_and_confirmed_without_counting_again(mall):
    booking = held(mall.queue)
    assert (booking.state, taken(booking)) == ("held", 1)
    actions.confirm(booking, key="c")
    actions.confirm(booking, key="c")
    assert (booking.state, taken(booking)) == ("booked", 1)
    acts = BookingStep.objects.filter(booking=booking).values_list("act", flat=True)
    assert list(acts) == ["hold", "confirm"]
    assert Notice.objects.filter(kind="counters.booking_confirmed").count() == 1
    assert Delivery.objects.get().channel == "sms"


def test_the_same_key_is_the_same_booking(mall):
    person = someone()
    first = held(mall.queue, person=person, key="tap")
    assert held(mall.queue, person=person, key="tap") == first
    with pytest.raises(actions.FormUsed):
        held(mall.queue, person=someone(), key="tap")
    assert taken(first) == 1
    other = make_queue("dpmptsp", "P")
    actions.make_slots()
    with pytest.raises(WrongState):
        held(other, key="tap")


def test_a_full_time_is_refused_and_told(mall):
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    fill(slot)
    with pytest.raises(actions.Refused, match="daftar tunggu"):
        held(mall.queue)


@pytest.mark.parametrize("what", ["past", "closed", "day", "inactive"])
def test_what_cannot_be_booked(mall, what):
    slot = slot_at(mall.queue, on(TOMORROW, 9))
    moment = MORNING
    if what == "past":
        moment = on(TOMORROW, 9, 1)
    elif what == "closed":
        Slot.objects.filter(pk=slot.pk).update(closed_at=MORNING)
    elif what == "day":
        actions.tickets.day_of(mall.queue, TOMORROW)
        QueueDay.objects.filter(day=TOMORROW).update(closed_at=MORNING, closed_reason="Listrik")
    else:
        slot.queue.takes_bookings = False
    with time_machine.travel(moment), pytest.raises(actions.Refused):
        actions.hold_place(slot, person=someone(), key="k")
    assert not Booking.objects.exists()
    assert Slot.objects.get(pk=slot.pk).taken == 0


def test_who_books_must_be_reachable(mall):
    with pytest.raises(actions.Refused, match="nomor"):
        held(mall.queue, person=Person(name="Rukmini", nik="3579024507900003"))
    assert held(mall.queue, person=Person(name="Rukmini", helped_by="staff")).state == "held"


def test_one_person_has_one_booking_or_number_per_day(mall):
    person = someone()
    first = booked(mall.queue, on(MORNING.date(), 11), person=person)
    with pytest.raises(actions.AlreadyInLine) as told:
        held(mall.queue, on(MORNING.date(), 12), person=person)
    assert told.value.found == first
    with pytest.raises(actions.AlreadyInLine):
        take(mall.queue, person=person)
    assert held(mall.queue, on(TOMORROW, 12), person=person).state == "held"


def test_a_hold_that_ran_out_is_told_and_held_again_once(mall):
    booking = held(mall.queue)
    with time_machine.travel(at(9, 15)):
        with pytest.raises(actions.HoldOver) as told:
            actions.confirm(booking)
        assert told.value.is_free
        again = actions.hold_again(booking, key="h")
        assert (again.state, taken(again)) == ("held", 1)
        actions.hold_again(booking, key="h")
    with time_machine.travel(at(9, 30)):
        actions.expire_holds()
        with pytest.raises(actions.Refused, match="dua kali"):
            actions.hold_again(again, key="i")
    assert taken(booking) == 0


def test_a_hold_that_ran_out_on_a_full_time_is_told_so(mall):
    booking = held(mall.queue)
    slot = booking.slot
    with time_machine.travel(at(9, 15)):
        assert actions.expire_holds() == 1
        fill(slot)
        with pytest.raises(actions.HoldOver) as told:
            actions.confirm(booking)
        assert not told.value.is_free
        with pytest.raises(actions.Refused):
            actions.hold_again(booking)


def test_an_old_hold_is_not_in_the_way_of_a_new_one(mall):
    person = someone()
    old = held(mall.queue, person=person)
    with time_machine.travel(at(9, 15)):
        new = held(mall.queue, on(TOMORROW, 10), person=person)
    old.refresh_from_db()
    assert (old.state, taken(old), new.state) == ("expired", 0, "held")


def test_expired_holds_are_given_back_once(mall):
    booking = held(mall.queue)
    assert actions.expire_holds() == 0
    with time_machine.travel(at(9, 11)):
        assert [actions.expire_holds() for _n in range(3)] == [1, 0, 0]
    assert taken(booking) == 0
    assert not LiveKey.objects.filter(is_live=True).exists()


def test_another_time_keeps_the_link_and_counts_both_slots_right(mall):
    booking = booked(mall.queue)
    old, link = booking.slot, (booking.pk, booking.link_version)
    new = slot_at(mall.queue, on(TOMORROW + timedelta(days=1), 10))
    actions.reschedule(booking, new, key="r")
    actions.reschedule(booking, new, key="r")
    booking.refresh_from_db()
    assert (booking.slot, booking.day, booking.state) == (new, new.day, "booked")
    assert (booking.pk, booking.link_version) == link
    assert booking.change_count == 1
    old.refresh_from_db(), new.refresh_from_db()
    assert (old.taken, new.taken) == (0, 1)
    live = LiveKey.objects.filter(is_live=True)
    assert [key.day for key in live] == [new.day]


def test_another_time_that_is_full_keeps_the_old_one(mall):
    booking = booked(mall.queue)
    full = slot_at(mall.queue, on(TOMORROW, 11))
    fill(full)
    with pytest.raises(actions.Refused):
        actions.reschedule(booking, full)
    booking.refresh_from_db()
    assert (booking.state, taken(booking)) == ("booked", 1)


def test_the_time_changes_only_so_often_and_not_after_it_began(mall):
    mall.queue.most_changes = 1
    mall.queue.save()
    booking = booked(mall.queue)
    actions.reschedule(booking, slot_at(mall.queue, on(TOMORROW, 10)))
    with pytest.raises(actions.Refused, match="batal"):
        actions.reschedule(booking, slot_at(mall.queue, on(TOMORROW, 11)))
    other = booked(mall.queue)
    with time_machine.travel(on(TOMORROW, 9, 5)), pytest.raises(actions.Refused):
        actions.reschedule(other, slot_at(mall.queue, on(TOMORROW, 11)))
    with pytest.raises(actions.Refused):
        actions.reschedule(other, other.slot)


def test_a_time_of_another_queue_is_refused(mall):
    other = make_queue("dpmptsp", "P")
    actions.make_slots()
    with pytest.raises(actions.Refused):
        actions.reschedule(booked(mall.queue), slot_at(other, on(TOMORROW, 9)))


def test_a_cancelled_place_returns_at_a_random_moment_once(mall):
    moments = set()
    for _n in range(2):
        booking = booked(mall.queue)
        actions.cancel_booking(booking, key="x")
        actions.cancel_booking(booking, key="x")
        assert (booking.state, booking.holds_place) == ("cancelled", True)
        wait = booking.release_at - clock.now()
        assert timedelta(minutes=4) < wait <= timedelta(minutes=30)
        moments.add(booking.release_at)
    assert len(moments) == 2
    assert taken(booking) == 2
    assert actions.release_places() == 0
    with time_machine.travel(at(9, 31)):
        assert [actions.release_places() for _n in range(2)] == [2, 0]
    assert taken(booking) == 0


def test_coming_in_time_is_a_number_with_the_booked_start(mall):
    booking = booked(mall.queue, on(MORNING.date(), 11))
    site = Site.objects.get(key="among-warga")
    with time_machine.travel(at(10, 40)):
        ticket = actions.check_in(booking, site=site, key="scan")
        assert actions.check_in(booking, site=site, key="again") == ticket
    assert (ticket.lane, ticket.source, ticket.start_at) == ("booked", "booking", at(11))
    assert ticket.due_at == at(11, 10)
    day = QueueDay.objects.get(queue=mall.queue, day=MORNING.date())
    assert (day.last_number, day.walk_ins) == (1, 0)
    key = LiveKey.objects.get(is_live=True)
    assert key.ticket == ticket
    assert ticket.person_key == booking.person_key


def test_a_walk_in_quota_is_not_eaten_by_bookings(mall):
    mall.queue.walk_in_quota = 1
    mall.queue.save()
    site = Site.objects.get(key="among-warga")
    with time_machine.travel(at(10, 40)):
        for _n in range(2):
            actions.check_in(booked(mall.queue, on(MORNING.date(), 11)), site=site)
        assert take(mall.queue).number == 3
        with pytest.raises(actions.Refused):
            take(mall.queue)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (on(MORNING.date(), 10, 29), "10.30"),
        (on(TOMORROW, 11), "Selasa"),
        (on(MORNING.date(), 15, 1), "Tutup"),
    ],
)
def test_check_in_at_a_wrong_time_is_told(mall, moment, words):
    booking = booked(mall.queue, on(MORNING.date(), 11))
    site = Site.objects.get(key="among-warga")
    with time_machine.travel(moment), pytest.raises(actions.Refused, match=words):
        actions.check_in(booking, site=site)
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_late_people_wait_like_everybody_from_now_on(mall):
    booking = booked(mall.queue, on(MORNING.date(), 11))
    site = Site.objects.get(key="among-warga")
    with time_machine.travel(at(11, 16)):
        ticket = actions.check_in(booking, site=site)
    assert ticket.lane == "walk_in"
    assert ticket.start_at >= at(11, 16)
    assert QueueDay.objects.get(queue=mall.queue, day=MORNING.date()).walk_ins == 0


def test_another_site_or_another_person_is_told(mall):
    booking = booked(
        mall.queue, on(MORNING.date(), 11), person=Person.of(make_person("a@b.id", "A"))
    )
    elsewhere = Site.objects.create(key="lain", name="Gedung Lain")
    site = Site.objects.get(key="among-warga")
    stranger = make_person("lain@contoh.id", "Orang Lain")
    with time_machine.travel(at(10, 45)):
        with pytest.raises(actions.Refused, match=site.name):
            actions.check_in(booking, site=elsewhere)
        with pytest.raises(actions.Refused, match="orang lain"):
            actions.check_in(booking, site=site, actor=stranger)
        ticket = actions.check_in(booking, site=site, actor=mall.ani)
        with pytest.raises(actions.Refused):
            actions.check_in(booking, site=elsewhere)
    assert ticket.booking == booking


def test_the_booking_is_done_with_its_number_and_undone_with_it(mall):
    booking = booked(mall.queue, on(MORNING.date(), 11))
    site = Site.objects.get(key="among-warga")
    with time_machine.travel(at(10, 45)):
        ticket = actions.check_in(booking, site=site)
        actions.call_next(mall.one, actor=mall.ani)
        ticket.refresh_from_db()
        actions.arrived(ticket, actor=mall.ani)
        actions.finish(ticket, actor=mall.ani)
        assert Booking.objects.get(pk=booking.pk).state == "done"
        actions.undo(ticket, actor=mall.ani)
        assert Booking.objects.get(pk=booking.pk).state == "checked_in"
        actions.finish(ticket, actor=mall.ani)
    booking.refresh_from_db()
    assert (booking.state, taken(booking)) == ("done", 1)


def test_the_list_gets_a_free_place_first_by_priority_then_by_time(mall):
    slots = Slot.objects.filter(queue=mall.queue, day=TOMORROW)
    fill(slots.first())
    with pytest.raises(actions.Refused, match="kosong"):
        actions.join_list(mall.queue, TOMORROW, person=someone(), key="j0")
    slots.exclude(pk=slots.first().pk).delete()
    who = someone()
    first = actions.join_list(mall.queue, TOMORROW, person=who, key="j1")
    assert actions.join_list(mall.queue, TOMORROW, person=who, key="j1") == first
    with pytest.raises(actions.FormUsed):
        actions.join_list(mall.queue, TOMORROW, person=someone(), key="j1")
    old = actions.join_list(
        mall.queue, TOMORROW, person=someone(), key="j2", priority=mall.priority
    )
    given_up = Booking.objects.filter(state="booked").first()
    actions.cancel_booking(given_up)
    with time_machine.travel(at(9, 31)):
        actions.release_places()
        old.refresh_from_db(), first.refresh_from_db()
        assert (old.state, first.state) == ("offered", "waiting")
        assert Notice.objects.filter(kind="counters.booking_offered").count() == 1
        with pytest.raises(actions.Refused):
            held(mall.queue, slots.first().starts_at)
        actions.decline(old)
        first.refresh_from_db()
        assert (old.state, first.state) == ("cancelled", "offered")
        actions.accept(first)
    assert (first.state, taken(first)) == ("booked", slots.first().capacity)


def test_an_offer_nobody_answers_goes_to_the_next(mall):
    slot = Slot.objects.filter(queue=mall.queue, day=TOMORROW).first()
    Slot.objects.filter(queue=mall.queue, day=TOMORROW).exclude(pk=slot.pk).delete()
    fill(slot)
    one, two = (
        actions.join_list(mall.queue, TOMORROW, person=someone(), key=f"j{n}") for n in (1, 2)
    )
    Slot.objects.filter(pk=slot.pk).update(capacity=slot.capacity + 1)
    assert [actions.make_offers() for _n in range(2)] == [1, 0]
    with time_machine.travel(at(9, 31)):
        one.refresh_from_db()
        with pytest.raises(actions.HoldOver):
            actions.accept(one)
        assert actions.expire_holds() == 1
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.state, two.state) == ("expired", "offered")
    assert taken(two) == slot.capacity + 1


def test_tomorrow_is_recalled_once_from_nine_on(mall):
    later = TOMORROW + timedelta(days=1)
    booked(mall.queue, on(later, 10))
    booked(mall.queue, on(TOMORROW, 10))
    with time_machine.travel(on(TOMORROW, 8)):
        assert actions.remind() == 0
    with time_machine.travel(on(TOMORROW, 9, 30)):
        assert [actions.remind() for _n in range(2)] == [1, 0]
    assert Notice.objects.filter(kind="counters.booking_reminder").count() == 1


def test_who_does_not_come_is_marked_after_closing(mall):
    booking = booked(mall.queue, on(MORNING.date(), 11))
    with time_machine.travel(at(14, 59)):
        assert actions.mark_no_shows() == 0
    with time_machine.travel(at(15, 1)):
        assert [actions.mark_no_shows() for _n in range(2)] == [1, 0]
    booking.refresh_from_db()
    assert (booking.state, booking.holds_place, taken(booking)) == ("no_show", False, 0)
