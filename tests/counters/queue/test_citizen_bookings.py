"""Booking a time on the citizen's pages: hold, confirm, move, cancel, waiting list, calendar."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from counters import actions
from counters.models import Booking, Slot
from counters.views.secrets import address_of
from tests.counters.queue.hall import MORNING, hall, morning, officer
from tests.web import Person

pytestmark = pytest.mark.django_db
TOMORROW = MORNING.date() + timedelta(days=1)
QUEUE = "/antrean/ambil/antrean-d/"
BUDI = {"for_whom": "self", "name": "Budi Santoso", "phone": "0812 3456 7890"}


@pytest.fixture
def place():
    with morning():
        found = hall()
        actions.make_slots()
        yield found


def first_slot(queue) -> Slot:
    return Slot.objects.filter(queue=queue, day=TOMORROW).order_by("starts_at").first()


def url_of(slot: Slot) -> str:
    return f"{QUEUE}pesan/{slot.pk}/"


def held(queue, **change) -> Person:
    page = Person().open(url_of(first_slot(queue)))
    return page.send({**BUDI, **change}, with_field="phone")


def booked(queue, **change) -> Person:
    return held(queue, **change).send(to="/pasti/")


def fill(slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(capacity=0)


def test_budi_books_half_past_eight(place):
    page = Person().open(QUEUE).open(f"{QUEUE}?hari={TOMORROW}")
    assert "08.00" in page.text
    page.follow("08.00")
    page.send(BUDI, with_field="phone")
    assert page.status == 200
    assert "Ditahan, belum dipastikan" in page.text
    assert Booking.objects.get().state == "held"
    page.send(to="/pasti/")
    assert "Dipesan" in page.text
    assert "Datang antara 07.30 dan 08.15" in page.text
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.response.headers["Cache-Control"]
    # Pressed again, or the page reloaded after going back: the same booking.
    assert Booking.objects.get().state == "booked"


def test_full_slot_refuses_and_keeps_what_was_typed(place):
    slot = first_slot(place.queue)
    page = Person().open(url_of(slot))
    fill(slot)
    page.send(BUDI, with_field="phone")
    assert page.status == 409
    assert "Semua tempat" in page.text
    assert page.form(with_field="phone").values["name"] == ["Budi Santoso"]
    assert not Booking.objects.exists()


def test_closed_day_and_past_time_refuse_in_words(place):
    slot = first_slot(place.queue)
    page = Person().open(url_of(slot))
    with time_machine.travel(MORNING + timedelta(days=1, hours=1), tick=True):
        page.send(BUDI, with_field="phone")
    assert page.status == 409
    assert "sudah lewat" in page.text


def test_double_click_holds_one_place(place):
    slot = first_slot(place.queue)
    page = Person().open(url_of(slot))
    key = page.form(with_field="phone").values["key"][0]
    for _press in range(2):
        page.client.post(url_of(slot), {**BUDI, "key": key})
    assert Booking.objects.count() == 1
    slot.refresh_from_db()
    assert slot.taken == 1


def test_one_person_one_booking_a_day(place):
    booked(place.queue)
    page = held(place.queue)
    assert page.status == 409
    assert address_of(Booking.objects.get()) not in page.html
    assert page.form(with_field="phone").values["name"] == ["Budi Santoso"]


def test_hold_that_ran_out_says_so_and_can_be_held_again(place):
    page = held(place.queue)
    with time_machine.travel(MORNING + timedelta(minutes=15), tick=True):
        page.send(to="/pasti/")
        assert page.status == 409
        assert "Waktu untuk memastikan sudah habis" in page.text
        actions.expire_holds()
        page.open(address_of(Booking.objects.get())).send(to="/pasti/")
        assert "Ditahan, belum dipastikan" in page.text


def test_another_time_under_the_same_link(place):
    page = booked(place.queue)
    link = address_of(Booking.objects.get())
    page.follow("Pilih waktu lain")
    page.open(f"{link}ubah/?hari={TOMORROW}")
    other = Slot.objects.filter(queue=place.queue, day=TOMORROW).order_by("starts_at")[3]
    page.send({"slot": str(other.pk)}, to="")
    assert page.address == link
    assert "Jam baru sudah dipesan" in page.text
    assert Booking.objects.get().slot_id == other.pk


@pytest.mark.parametrize("slot", ["", "0", "-1", "x", "9" * 30])
def test_moving_to_nonsense_keeps_the_time(place, slot):
    page = booked(place.queue)
    before = Booking.objects.get()
    response = page.client.post(f"{address_of(before)}ubah/", {"slot": slot})
    assert response.status_code == 422
    assert Booking.objects.get().slot_id == before.slot_id


def test_cancelling_asks_first(place):
    page = booked(place.queue)
    page.follow("Batalkan pemesanan")
    assert Booking.objects.get().state == "booked"
    page.send(to="")
    assert "Dibatalkan" in page.text
    assert Booking.objects.get().state == "cancelled"
    assert page.open(f"{address_of(Booking.objects.get())}batal/").status == 409


def test_waiting_list_of_a_full_day(place):
    Slot.objects.filter(queue=place.queue, day=TOMORROW).update(capacity=0)
    page = Person().open(f"{QUEUE}?hari={TOMORROW}").follow("daftar tunggu")
    page.send(BUDI, with_field="phone")
    assert "Di daftar tunggu" in page.text
    assert Booking.objects.get().state == "waiting"


@pytest.mark.parametrize("takes", [True, False])
def test_offered_place_is_taken_or_left(place, takes):
    Slot.objects.filter(queue=place.queue, day=TOMORROW).update(capacity=0)
    page = Person().open(f"{QUEUE}daftar-tunggu/{TOMORROW}/").send(BUDI, with_field="phone")
    Slot.objects.filter(pk=first_slot(place.queue).pk).update(capacity=1)
    actions.make_offers()
    page.open(address_of(Booking.objects.get()))
    assert "Ada tempat untuk Anda" in page.text
    if takes:
        page.send(to="/pasti/")
    else:
        page.follow("Tidak jadi").send(to="")
    assert Booking.objects.get().state == ("booked" if takes else "cancelled")


def test_waiting_list_of_a_day_with_places_is_refused(place):
    page = Person().open(f"{QUEUE}daftar-tunggu/{TOMORROW}/").send(BUDI, with_field="phone")
    assert page.status == 409
    assert not Booking.objects.exists()


def test_displaced_booking_chooses_another_time(place):
    page = booked(place.queue)
    boss = officer("dukcapil", "bos", "supervisor")
    actions.displace(Booking.objects.select_related("queue").get(), actor=boss, reason="rapat")
    link = address_of(Booking.objects.get())
    assert "Pilih waktu lain" in page.open(link).text
    other = Slot.objects.filter(queue=place.queue, day=TOMORROW).order_by("starts_at")[2]
    page.open(f"{link}ubah/?hari={TOMORROW}").send({"slot": str(other.pk)}, to="")
    assert Booking.objects.get().state == "booked"


def test_calendar_keeps_its_uid_and_counts_up(place):
    page = booked(place.queue)
    booking = Booking.objects.get()
    url = f"{address_of(booking)}kalender.ics"

    def event():
        found = Calendar.from_ical(page.client.get(url).content)
        assert [part.name for part in found.subcomponents] == ["VTIMEZONE", "VEVENT"]
        return found.walk("VEVENT")[0]

    first = event()
    assert first["dtstart"].dt == booking.slot.starts_at
    assert first["status"] == "CONFIRMED"
    assert "Budi" not in page.client.get(url).content.decode()
    actions.cancel_booking(Booking.objects.select_related("queue", "slot").get())
    second = event()
    assert second["uid"] == first["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["status"] == "CANCELLED"


def test_link_shows_the_number_after_check_in(place):
    page = booked(place.queue)
    booking = Booking.objects.select_related("queue__site", "slot", "owner").get()
    with time_machine.travel(booking.slot.starts_at - timedelta(minutes=5), tick=True):
        actions.check_in(booking, site=place.queue.site)
        page.open(address_of(booking))
        assert "D 001" in page.text
        assert "dipesan untuk 08.00" in page.text or "Dipesan untuk" in page.text


def test_strangers_find_nothing(place):
    booked(place.queue)
    secret = address_of(Booking.objects.get()).split("/")[2]
    wrong = ("A" if secret[0] != "A" else "B") + secret[1:]
    for end in ("", "ubah/", "kalender.ics", "batal/"):
        assert Client().get(f"/antrean/{wrong}/{end}").status_code == 404
    assert Client().post(f"/antrean/{wrong}/pasti/").status_code == 404
    assert Client().get(f"{QUEUE}daftar-tunggu/2026-13-45/").status_code == 404
    assert Client().get(f"{QUEUE}pesan/999999/").status_code == 404
