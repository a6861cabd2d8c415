"""A number for an application: taken from it, shown on both pages, opened at the counter."""

import pytest
from django.test import Client

from accounts.models import AccessEvent
from counters import actions as hall_acts
from counters.models import Service, Ticket
from counters.views.secrets import address_of
from permits import actions
from permits.models import TicketLink
from tests.counters.queue.hall import make_queue, morning, officer, opened, take
from tests.permits import engine
from tests.web import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(people):
    with morning():
        queue = make_queue("dpmptsp", "A")
        queue.services.add(Service.objects.get(key="izin-penelitian"))
        people.queue = queue
        people.ani = officer("dpmptsp", "ani")
        people.desk = opened(queue.counters.order_by("key").first(), people.ani)
        yield people


def signed_in(user) -> Person:
    person = Person()
    person.client.force_login(user)
    return person


def sent(place):
    return engine.sent("izin-penelitian", place.citizen)


def test_draft_says_what_is_missing_before_anybody_leaves_home(place):
    draft = engine.draft("izin-penelitian", place.citizen)
    draft.documents.all().delete()
    page = signed_in(place.citizen).open(f"/permohonan/{draft.public_ref}/nomor/")
    assert "Belum lengkap" in page.text
    assert "0 orang" not in page.text
    page.send(with_field="key", button="Ambil nomor")
    link = TicketLink.objects.get()
    assert link.application == draft
    assert "A 001" in page.text


def test_number_and_application_show_each_other(place):
    file = sent(place)
    page = signed_in(place.citizen).open(f"/permohonan/{file.number}/").follow("Ambil nomor")
    page.send(with_field="key", button="Ambil nomor")
    ticket = Ticket.objects.get()
    assert f"/permohonan/nomor/{ticket.pk}/" in page.html
    assert file.number in page.open(f"/permohonan/nomor/{ticket.pk}/").text
    assert "A 001" in page.open(f"/permohonan/{file.number}/").text


def test_same_key_is_one_number_and_a_second_one_is_refused(place):
    file = sent(place)
    url = f"/permohonan/{file.number}/nomor/"
    client = Client()
    client.force_login(place.citizen)
    given = {"queue": place.queue.pk, "key": "k1"}
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 302
    assert client.post(url, {**given, "key": "k2"}).status_code == 409
    assert Ticket.objects.count() == TicketLink.objects.count() == 1


@pytest.mark.parametrize("queue", ["", "x", "0", "-1", "9" * 30])
def test_no_queue_is_said_in_words(place, queue):
    file = sent(place)
    client = Client()
    client.force_login(place.citizen)
    answer = client.post(f"/permohonan/{file.number}/nomor/", {"queue": queue, "key": "k"})
    assert answer.status_code == 422
    assert "Pilih salah satu antrean" in answer.content.decode()


def test_strangers_see_neither(place):
    file = sent(place)
    ticket = actions.take_number(file, actor=place.citizen, queue=place.queue, key="k")
    other = Client()
    other.force_login(place.other_citizen)
    for url in (f"/permohonan/{file.number}/nomor/", f"/permohonan/nomor/{ticket.pk}/"):
        assert other.get(url).status_code == 404
    # The page behind the link names neither the person nor the file.
    html = Client().get(address_of(ticket)).content.decode()
    assert file.number not in html
    assert "Siti" not in html


def test_counter_sees_the_application_and_it_is_recorded(place):
    file = sent(place)
    ticket = actions.take_number(file, actor=place.citizen, queue=place.queue, key="k")
    hall_acts.call_next(place.desk, actor=place.ani)
    client = Client()
    client.force_login(place.ani)
    AccessEvent.objects.all().delete()
    answer = client.get(f"/admin/permits/nomor/{ticket.pk}/")
    assert answer.status_code == 200
    assert file.number in answer.content.decode()
    event = AccessEvent.objects.get()
    assert (event.subject, event.purpose) == (place.citizen, "Pelayanan di Loket A1")


def test_panel_is_closed_to_who_has_no_business_with_it(place):
    file = sent(place)
    ticket = actions.take_number(file, actor=place.citizen, queue=place.queue, key="k")
    bare = take(place.queue)
    AccessEvent.objects.all().delete()
    client = Client()
    assert client.get(f"/admin/permits/nomor/{ticket.pk}/").status_code == 302
    client.force_login(place.stranger_desk)
    for pk in (ticket.pk, bare.pk, 999_999):
        assert client.get(f"/admin/permits/nomor/{pk}/").status_code == 404
    assert not AccessEvent.objects.exists()
