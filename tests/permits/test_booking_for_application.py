"""A time booked for an application: what is missing is said at home, the number knows the file."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from counters import actions as hall_acts
from counters.models import Booking, Service, Slot, Ticket
from counters.views.secrets import address_of
from permits import actions
from permits.models import TicketLink
from permits.workflow import Refused
from tests.counters.queue.hall import MORNING, at, make_queue, morning, officer, opened
from tests.permits import engine
from tests.web import Person

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


@pytest.fixture
def place(people):
    with morning():
        queue = make_queue("dpmptsp", "A")
        queue.services.add(Service.objects.get(key="izin-penelitian"))
        people.queue = queue
        people.ani = officer("dpmptsp", "ani")
        people.desk = opened(queue.counters.order_by("key").first(), people.ani)
        hall_acts.make_slots()
        yield people


def signed_in(user) -> Person:
    person = Person()
    person.client.force_login(user)
    return person


def slot(place, day=TODAY, hour=11) -> Slot:
    start = at(hour) + (day - TODAY)
    return Slot.objects.select_related("queue__site").get(queue=place.queue, starts_at=start)


def url(place, file) -> str:
    return reverse("permits:application-booking", args=[file.public_ref, place.queue.pk])


def booked(place, file) -> Booking:
    """Held and confirmed for today at eleven."""
    held = actions.book_time(file, actor=place.citizen, slot=slot(place), key="k")
    return hall_acts.confirm(held)


def test_a_time_is_booked_from_the_file_and_both_pages_say_what_is_missing(place):
    draft = engine.draft("izin-penelitian", place.citizen)
    draft.documents.all().delete()
    page = signed_in(place.citizen).open(f"/permohonan/{draft.public_ref}/nomor/")
    page.follow("Pesan hari dan jam")
    assert "Belum lengkap" in page.text
    tomorrow = TODAY + timedelta(days=1)
    page.open(f"{url(place, draft)}?hari={tomorrow}")
    page.send({"slot": slot(place, tomorrow).pk}, with_field="key")
    booking = Booking.objects.get()
    assert (booking.state, booking.day, booking.owner) == ("held", tomorrow, place.citizen)
    assert booking.service.key == "izin-penelitian"
    assert TicketLink.objects.get(booking=booking).application == draft
    assert page.address.endswith(address_of(booking))
    page.send(to="pasti/")
    booking.refresh_from_db()
    assert booking.state == "booked"
    # Before the person leaves home.
    file_url = f"/permohonan/pesanan/{booking.pk}/"
    assert file_url in page.html
    assert "Belum lengkap" in page.open(file_url).text
    assert "Waktu pesanan Anda" in page.open(f"/permohonan/{draft.public_ref}/nomor/").text


def test_the_number_of_a_booking_is_about_the_same_file(place):
    file = engine.sent("izin-penelitian", place.citizen)
    booking = booked(place, file)
    with time_machine.travel(at(10, 50)):
        ticket = hall_acts.check_in(booking, site=place.queue.site)
        mine = signed_in(place.citizen)
        assert f"/permohonan/nomor/{ticket.pk}/" in mine.open(address_of(ticket)).html
        assert file.number in mine.open(f"/permohonan/nomor/{ticket.pk}/").text
        status = mine.open(f"/permohonan/{file.number}/").text
        assert f"Nomor antrean Anda {ticket.label}" in status
        assert "Waktu pesanan Anda" not in status
        hall_acts.call_next(place.desk, actor=place.ani)
        desk = Client()
        desk.force_login(place.ani)
        answer = desk.get(f"/admin/permits/nomor/{ticket.pk}/")
    assert answer.status_code == 200
    assert file.number in answer.content.decode()


def test_the_same_press_is_one_booking_and_a_second_time_is_refused(place):
    file = engine.sent("izin-penelitian", place.citizen)
    client = Client()
    client.force_login(place.citizen)
    given = {"slot": slot(place).pk, "key": "k1"}
    for _tap in range(2):
        assert client.post(url(place, file), given).status_code == 302
    answer = client.post(url(place, file), {"slot": slot(place, hour=13).pk, "key": "k2"})
    assert answer.status_code == 409
    assert "Sudah ada pesanan" in answer.content.decode()
    assert Booking.objects.count() == TicketLink.objects.count() == 1
    assert Slot.objects.get(pk=slot(place).pk).taken == 1


@pytest.mark.parametrize("wanted", ["", "x", "0", "-1", "9" * 30])
def test_no_time_is_said_in_words(place, wanted):
    file = engine.sent("izin-penelitian", place.citizen)
    client = Client()
    client.force_login(place.citizen)
    answer = client.post(url(place, file), {"slot": wanted, "key": "k"})
    assert answer.status_code == 422
    assert "Pilih" in answer.content.decode()
    assert client.get(f"{url(place, file)}?hari=2020-01-01").status_code == 422


def test_strangers_and_other_queues_find_nothing(place):
    file = engine.sent("izin-penelitian", place.citizen)
    booking = booked(place, file)
    other = Client()
    other.force_login(place.other_citizen)
    for address in (url(place, file), f"/permohonan/pesanan/{booking.pk}/"):
        assert other.get(address).status_code == 404
    # Who has the link sees the time, neither the person nor the file.
    html = Client().get(address_of(booking)).content.decode()
    assert file.number not in html
    assert "/permohonan/pesanan/" not in html
    foreign = make_queue("dukcapil", "D")
    mine = Client()
    mine.force_login(place.citizen)
    wrong = reverse("permits:application-booking", args=[file.public_ref, foreign.pk])
    assert mine.get(wrong).status_code == 404
    with pytest.raises(Refused):
        actions.book_time(file, actor=place.other_citizen, slot=slot(place, hour=13), key="z")
    assert Booking.objects.count() == 1


def test_an_application_that_has_ended_books_no_time(place):
    file = engine.sent("izin-penelitian", place.citizen)
    actions.withdraw(file, actor=place.citizen, reason="Salah isi", key="w")
    client = Client()
    client.force_login(place.citizen)
    answer = client.post(url(place, file), {"slot": slot(place).pk, "key": "k"})
    assert "sudah berakhir" in answer.content.decode()
    assert not Booking.objects.exists()


def test_a_link_is_of_a_number_or_of_a_booking_never_of_both_or_none(place):
    file = engine.sent("izin-penelitian", place.citizen)
    booking = booked(place, file)
    with time_machine.travel(at(10, 50)):
        hall_acts.check_in(booking, site=place.queue.site)
    ticket = Ticket.objects.get()
    for given in ({}, {"ticket": ticket, "booking": booking}):
        TicketLink.objects.all().delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            TicketLink.objects.create(application=file, **given)
