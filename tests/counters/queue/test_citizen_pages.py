"""What a citizen sees: choosing a queue, taking a number, the page of the number."""

import re

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Delivery, Notice
from counters import actions
from counters.models import ShownRange, Ticket
from counters.persons import Person as QueuePerson
from counters.views.secrets import address_of
from tests.counters.queue.hall import at, hall, make_queue, morning, take
from tests.web import Person

pytestmark = pytest.mark.django_db
TODAY = "/antrean/ambil/antrean-d/sekarang/"
BUDI = {"for_whom": "self", "name": "Budi Santoso", "phone": "0812 3456 7890"}


def signed_in(user) -> Person:
    person = Person()
    person.client.force_login(user)
    return person


@pytest.fixture
def place():
    with morning():
        yield hall()


def test_list_names_queues_and_who_waits(place):
    take(place.queue)
    page = Person().open("/antrean/")
    assert page.status == 200
    assert "Antrean D" in page.text
    assert "1 orang menunggu" in page.text
    assert "Buka sampai 15.00" in page.text


def test_search_finds_by_agency_and_says_when_nothing_fits(place):
    assert "Antrean D" in Person().open("/antrean/?q=dukcapil").text
    page = Person().open("/antrean/?q=zzqqxx")
    assert page.status == 200
    assert "Antrean D" not in page.text


def test_number_from_home_with_name_and_phone(place):
    page = Person().open("/antrean/ambil/antrean-d/").follow("Ambil nomor untuk hari ini")
    page.send(BUDI, with_field="phone")
    assert page.status == 200
    assert "D 001" in page.text
    assert "Anda berikutnya" in page.text
    ticket = Ticket.objects.get()
    assert (ticket.source, ticket.contact_name, ticket.phone) == (
        "online",
        "Budi Santoso",
        "+6281234567890",
    )
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.response.headers["Cache-Control"]


def test_double_click_is_one_number(place):
    page = Person().open(TODAY)
    page.send(BUDI, with_field="phone")
    key = Ticket.objects.get().issue_key
    again = page.client.post(TODAY, {**BUDI, "key": key}, follow=True)
    assert Ticket.objects.count() == 1
    assert "D 001" in again.content.decode()


def test_a_page_gone_back_to_gives_the_next_person_a_number_of_his_own(place):
    page = Person().open(TODAY).send(BUDI, with_field="phone")
    key = Ticket.objects.get().issue_key
    siti = {**BUDI, "name": "Siti", "phone": "081277777777"}
    answer = page.client.post(TODAY, {**siti, "key": key})
    assert answer.status_code == 409
    assert Ticket.objects.count() == 1
    form = answer.context["form"]
    assert (form["name"].value(), form["phone"].value()) == ("Siti", "081277777777")
    assert "untuk orang lain" in answer.content.decode()
    fresh = form["key"].value()
    assert fresh != key
    for _tap in range(2):
        assert page.client.post(TODAY, {**siti, "key": fresh}).status_code == 302
    assert list(Ticket.objects.order_by("pk").values_list("contact_name", flat=True)) == [
        "Budi Santoso",
        "Siti",
    ]


def test_second_number_is_refused_and_nothing_typed_is_lost(place):
    Person().open(TODAY).send(BUDI, with_field="phone")
    page = Person().open(TODAY).send(BUDI, with_field="phone")
    assert page.status == 409
    assert "D 001" in page.text
    assert page.form(with_field="phone").values["name"] == ["Budi Santoso"]
    # The link of the number is not given to whoever types a phone.
    assert address_of(Ticket.objects.get()) not in page.html


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"phone": "123"}, "nomor HP"),
        ({"phone": ""}, "nomor HP"),
        ({"name": ""}, "Isi"),
        ({"for_whom": "family"}, "Isi nomor HP Anda sendiri"),
        ({"for_whom": "family", "helper_phone": "081234567890"}, "nomor orang itu"),
        ({"website": "x"}, "Kosongkan"),
        ({"name": "Bu\x00di"}, "Ketik ulang"),
    ],
)
def test_bad_input_says_what_and_keeps_the_rest(place, change, sentence):
    page = Person().open(TODAY).send({**BUDI, **change}, with_field="phone")
    assert page.status == 422
    assert sentence.lower() in page.text.lower()
    assert not Ticket.objects.exists()
    if "name" not in change:
        assert page.form(with_field="phone").values["name"] == ["Budi Santoso"]


def test_helper_is_named_and_limited_to_three_a_day(place):
    for number in range(3):
        given = {
            **BUDI,
            "for_whom": "family",
            "phone": f"08123456700{number}",
            "helper_phone": "0812 9999 9999",
        }
        assert Person().open(TODAY).send(given, with_field="phone").status == 200
    assert set(Ticket.objects.values_list("helped_by", flat=True)) == {"family"}
    page = Person().open(TODAY).send({**given, "phone": "081234567009"}, with_field="phone")
    assert page.status == 429
    assert "tiga" in page.text


def test_closed_queue_says_so_and_offers_no_form_post(place):
    take(place.queue)
    open_page = Person().open("/antrean/ambil/antrean-d/")
    assert "Ambil nomor untuk hari ini" in open_page.text
    place.queue.days.update(closed_at=at(9), closed_reason="listrik padam")
    caches["local"].clear()
    page = Person().open(TODAY).send(BUDI, with_field="phone")
    assert page.status == 409
    assert "listrik padam" in page.text


def test_priority_needs_a_reason_code_only(place):
    page = Person().open(TODAY).send({**BUDI, "priority": "lansia"}, with_field="phone")
    assert page.status == 200
    assert Ticket.objects.get().lane == "priority"


def test_signed_in_person_finds_own_number_again(place, people):
    siti, budi = signed_in(people.citizen), signed_in(people.other_citizen)
    siti.open(TODAY).send({}, with_field="for_whom")
    assert "D 001" in siti.text
    assert "D 001" in siti.open("/antrean/").text
    assert "D 001" not in budi.open("/antrean/").text
    again = siti.open(TODAY).send({}, with_field="for_whom")
    assert again.status == 409
    assert address_of(Ticket.objects.get()) in again.html


def test_position_range_and_masked_order(place):
    first, second, third = take(place.queue), take(place.queue), take(place.queue)
    actions.call_next(place.one, actor=place.ani)
    page = Person().open(address_of(third))
    assert "1 orang sebelum Anda" in page.text
    assert re.search(r"Perkiraan dipanggil \d\d\.\d\d sampai \d\d\.\d\d", page.text)
    assert first.label in page.text
    assert second.label not in re.sub(r"Nomor .*?</", "", page.html)
    assert "D ••2" in page.text
    assert ShownRange.objects.filter(ticket=third).count() == 1
    Person().open(address_of(third))
    assert ShownRange.objects.filter(ticket=third).count() == 1


def test_each_state_has_its_words(place):
    ticket = take(place.queue)
    url = address_of(ticket)
    assert "Anda berikutnya" in Person().open(url).text
    actions.call_next(place.one, actor=place.ani)
    assert "Silakan ke Loket D1" in Person().open(url).text
    ticket.refresh_from_db()
    actions.arrived(ticket, actor=place.ani)
    assert "Anda sedang dilayani di Loket D1" in Person().open(url).text
    ticket.refresh_from_db()
    actions.hold(ticket, actor=place.ani, reason="fotokopi")
    assert "Tempat Anda tetap" in Person().open(url).text
    ticket.refresh_from_db()
    actions.resume(ticket, actor=place.ani)
    actions.call_next(place.one, actor=place.ani)
    ticket.refresh_from_db()
    actions.no_answer(ticket, actor=place.ani)
    page = Person().open(url)
    assert "Nomor Anda terlewat" in page.text
    page.send(to="/kembali/")
    assert "Anda berikutnya" in page.text
    page.follow("Keluar dari antrean").send(to="")
    assert "Anda keluar dari antrean" in page.text


def left(place):
    """Somebody who has just left the line by his page, with that page open."""
    ticket = take(place.queue)
    page = Person().open(address_of(ticket)).follow("Keluar dari antrean")
    assert "lima menit" in page.text
    page.send(to="")
    return ticket, page


def test_whoever_left_has_the_number_back_within_five_minutes(place):
    ticket, page = left(place)
    due = ticket.due_at
    assert "Kembalikan nomor saya" in page.text
    page.send(to="/urung/")
    assert page.status == 200
    assert "Anda berikutnya" in page.text
    ticket.refresh_from_db()
    assert (ticket.state, ticket.due_at, ticket.ended_at) == ("waiting", due, None)


def test_after_five_minutes_the_number_stays_over(place):
    ticket, page = left(place)
    with time_machine.travel(at(9, 6)):
        assert "Kembalikan nomor saya" not in Person().open(address_of(ticket)).text
        page.send(to="/urung/")
    assert page.status == 409
    assert "lima menit" in page.text
    assert Ticket.objects.get().state == "cancelled"


def test_the_link_brings_no_number_back_that_the_counter_ended(place):
    ticket = take(place.queue)
    actions.cancel(ticket, actor=place.ani, reason="Salah antrean")
    page = Person().open(address_of(ticket))
    assert "Kembalikan nomor saya" not in page.text
    answer = page.client.post(f"{address_of(ticket)}urung/", {"key": "u"})
    assert answer.status_code == 409
    assert Ticket.objects.get().state == "cancelled"


def test_no_number_back_for_whoever_took_a_new_one(place):
    Person().open(TODAY).send(BUDI, with_field="phone")
    first = Ticket.objects.get()
    page = Person().open(address_of(first)).follow("Keluar dari antrean").send(to="")
    Person().open(TODAY).send(BUDI, with_field="phone")
    page.send(to="/urung/")
    assert page.status == 409
    assert list(Ticket.objects.order_by("pk").values_list("state", flat=True)) == [
        "cancelled",
        "waiting",
    ]


def test_defer_moves_back_and_refuses_nonsense(place):
    ticket = take(place.queue)
    due = ticket.due_at
    page = Person().open(address_of(ticket))
    page.send({"minutes": "20"}, to="/mundur/")
    ticket.refresh_from_db()
    assert ticket.due_at > due
    page.send({"minutes": "-5"}, to="/mundur/")
    assert page.status == 409
    assert "Tidak ada yang berubah" in page.text


def test_live_part_is_304_until_something_changes(place):
    take(place.queue)
    ticket = take(place.queue)
    client, url = Client(), f"{address_of(ticket)}kini/"
    page = client.get(url)
    etag = page.headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(url, headers={"If-None-Match": etag})
    assert len(asked) <= 3
    actions.call_next(place.one, actor=place.ani)
    fresh = client.get(url, headers={"If-None-Match": etag})
    assert fresh.status_code == 200
    assert "Anda berikutnya" in fresh.content.decode()
    assert fresh.headers["ETag"] != etag


@pytest.mark.parametrize("others", [1, 30])
def test_ticket_page_asks_little(place, others):
    for _number in range(others):
        take(place.queue)
    ticket = take(place.queue)
    client, url = Client(), address_of(ticket)
    client.get(url)
    take(place.queue)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 8, "\n".join(q["sql"][:150] for q in asked)


@pytest.mark.parametrize("count", [1, 12])
def test_list_asks_the_same_for_any_number_of_queues(place, count):
    for number in range(count):
        queue = make_queue("dpmptsp", f"Q{chr(65 + number)}")
        take(queue)
    client = Client()
    client.get("/antrean/")
    caches["local"].delete("hall-now")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/antrean/").status_code == 200
    assert len(asked) <= 11, "\n".join(q["sql"][:150] for q in asked)
    with CaptureQueriesContext(connection) as asked:
        client.get("/antrean/")
    assert not len(asked)


def test_pages_speak_english(place):
    ticket = take(place.queue)
    client = Client()
    client.cookies["bahasa"] = "en"
    for url, words in (
        ("/antrean/", "Take a number or book a time"),
        ("/antrean/ambil/antrean-d/", "Take a number for today"),
        (TODAY, "For whom is the number?"),
        (address_of(ticket), "You are next"),
    ):
        assert words in client.get(url).content.decode()


def test_stranger_finds_nothing(place):
    ticket = take(place.queue)
    secret = address_of(ticket).strip("/").rpartition("/")[2]
    for wrong in (secret[:-1] + ("a" if secret[-1] != "a" else "b"), "x", secret + "A"):
        for end in ("", "kini/", "batal/"):
            assert Client().get(f"/antrean/{wrong}/{end}").status_code == 404
    ticket.link_version += 1
    ticket.save(update_fields=["link_version"])
    assert Client().get(f"/antrean/{secret}/").status_code == 404


def test_no_name_and_no_phone_on_anybodys_page(place):
    Person().open(TODAY).send(BUDI, with_field="phone")
    ticket = take(place.queue)
    for url in (address_of(ticket), f"{address_of(ticket)}kini/", "/antrean/ambil/antrean-d/"):
        html = Client().get(url).content.decode()
        assert "Budi" not in html
        assert "567890" not in html


def test_unknown_queue_is_404_and_second_site_is_named(place):
    assert Client().get("/antrean/ambil/tidak-ada/").status_code == 404
    assert Client().get("/antrean/ambil/antrean-d/?lokasi=bumiaji").status_code == 404
    make_queue("dpmptsp", "A")
    assert Client().get("/antrean/ambil/antrean-a/?lokasi=among-warga").status_code == 200


@pytest.mark.parametrize(
    "day", ["2026-11-23", "2027-11-23", "kemarin", "2026-11-29", "2026-99-99"]
)
def test_wrong_days_are_refused_in_words(place, day):
    page = Person().open(f"/antrean/ambil/antrean-d/?hari={day}")
    assert page.status == 422
    assert re.search("sudah lewat|belum bisa|bukan tanggal|tutup", page.text)


# --- the page of a number is lost ---------------------------------------------------------
def test_a_number_taken_at_home_is_sent_its_link_once(place):
    page = Person().open(TODAY)
    page.send(BUDI, with_field="phone")
    ticket = Ticket.objects.get()
    again = page.client.post(TODAY, {**BUDI, "key": ticket.issue_key}, follow=True)
    assert again.status_code == 200
    notice = Notice.objects.get()
    assert (notice.kind, notice.path) == ("counters.ticket_issued", address_of(ticket))
    assert address_of(ticket) in notice.body
    delivery = Delivery.objects.get(notice=notice)
    assert (delivery.channel, delivery.address) == ("sms", "+6281234567890")


def test_a_number_at_the_kiosk_has_paper_and_is_not_sent(place):
    take(place.queue, person=QueuePerson(name="Budi", phone="+6281234567890"))
    assert not Notice.objects.exists()


def test_a_lost_link_is_sent_to_the_kept_contact_once_in_ten_minutes(place):
    mine = take(
        place.queue, person=QueuePerson(name="Budi", phone="+6281234567890", email="b@contoh.id")
    )
    typed = {**BUDI, "email": "penipu@contoh.id"}
    page = Person().open(TODAY).send(typed, with_field="phone")
    assert page.status == 409
    assert "Kirim ulang tautannya" in page.text
    assert not Notice.objects.exists()
    page = Person().open(TODAY)
    for status in (302, 429):
        key = page.form(with_field="phone").values["key"][0]
        answer = page.client.post(TODAY, {**typed, "key": key, "send_link": "1"})
        assert answer.status_code == status
        assert "contoh.id" not in answer.content.decode().replace("penipu@contoh.id", "")
        assert address_of(mine) not in answer.content.decode()
    notice = Notice.objects.get()
    assert notice.path == address_of(mine)
    assert Delivery.objects.get(notice=notice).address == "b@contoh.id"
    assert Ticket.objects.count() == 1
