"""The console of a counter: roles, presses, refusals that lose nothing, queries."""

import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AccessEvent
from counters import actions
from counters.models import Call, Counter, Disruption, Errand, Ticket, TicketStep
from counters.persons import Person
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, morning, take
from tests.counters.queue.test_kiosk import booked, code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        made = hall()
        made.queue.least_calls = 3
        made.queue.save()
        yield made


@pytest.fixture
def ani(mall, client):
    client.force_login(mall.ani)
    return client


def address(counter, act=""):
    base = reverse("admin:counters_console_counter", args=[counter.pk])
    return f"{base}{act}/" if act else base


def do(client, counter, act, ticket=None, key="k1", **data):
    if ticket is not None:
        data["ticket"] = ticket.pk
    return client.post(address(counter, act), {"key": key, **data}, follow=True)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_one_press_finishes_and_calls_the_next(mall, ani):
    first, second = take(mall.queue), take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", first, key="k2")
    answer = do(ani, mall.one, "berikutnya", first, key="k3")
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("done", "called")
    assert "D 001 selesai, D 002 dipanggil." in text_of(answer)


def test_pressed_eight_times_it_is_one_act(mall, ani):
    tickets = [take(mall.queue) for _n in range(4)]
    for _n in range(8):
        do(ani, mall.one, "panggil")
    assert Call.objects.count() == 1
    do(ani, mall.one, "datang", tickets[0], key="k2")
    for _n in range(8):
        assert do(ani, mall.one, "berikutnya", tickets[0], key="k3").status_code == 200
    assert Call.objects.count() == 2
    assert Ticket.objects.filter(state="done").count() == 1


def test_the_big_button_of_a_called_number_is_that_it_came(mall, ani):
    take(mall.queue), take(mall.queue)
    page = do(ani, mall.one, "panggil").content.decode()
    assert 'data-key="a"' in page
    assert 'data-key="n"' not in page
    assert "aria-disabled" in page  # nobody is absent before he was called again


def test_absent_only_after_as_many_calls_as_the_queue_says(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    answer = do(ani, mall.one, "absen", ticket, key="a1")
    assert answer.status_code == 409
    assert "2 kali lagi" in text_of(answer)
    do(ani, mall.one, "ulang", ticket, key="r1")
    do(ani, mall.one, "ulang", ticket, key="r2")
    do(ani, mall.one, "absen", ticket, key="a2")
    ticket.refresh_from_db()
    assert ticket.state == "missed"


def test_finish_without_a_service_is_told(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    answer = do(ani, mall.one, "selesai", ticket, key="f1")
    ticket.refresh_from_db()
    assert answer.status_code == 409
    assert ticket.state == "called"
    assert "D 001" in text_of(answer)


def test_two_consoles_on_one_counter_ask_before_taking_over(mall, client):
    take(mall.queue)
    client.force_login(mall.beni)
    page = client.get(address(mall.one))
    assert "Ani" in text_of(page)
    refused = do(client, mall.one, "buka", key="b1")
    assert refused.status_code == 409
    assert "Ani" in text_of(refused)
    assert do(client, mall.one, "panggil", key="b2").status_code == 409
    do(client, mall.one, "buka", key="b3", take_over="yes")
    mall.one.refresh_from_db()
    assert mall.one.staffed_by == mall.beni
    # The one who was replaced is told, and nothing happens twice.
    client.force_login(mall.ani)
    assert do(client, mall.one, "panggil", key="b4").status_code == 409


def test_a_transfer_to_a_closed_counter_keeps_the_reason(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", ticket, key="k2")
    to = f"c{mall.two.pk}"
    actions.close_counter(mall.two, actor=mall.beni)
    answer = do(ani, mall.one, "alihkan", ticket, key="t1", to=to, reason="Perlu loket dua")
    assert answer.status_code == 400
    assert "Perlu loket dua" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "serving"


def test_a_hold_without_a_reason_is_shown_at_its_field(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", ticket, key="k2")
    answer = do(ani, mall.one, "tahan", ticket, key="h1", until="23:10")
    assert answer.status_code == 400
    assert "23:10" in answer.content.decode()
    do(ani, mall.one, "tahan", ticket, key="h2", reason="Ambil fotokopi", until="10:30")
    ticket.refresh_from_db()
    assert ticket.state == "held"
    do(ani, mall.one, "ambil", ticket, key="h3")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.counter) == ("serving", mall.one)


def test_whoever_was_slower_gets_the_sentence_and_the_fresh_screen(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", ticket, key="k2")
    ticket.refresh_from_db()
    actions.finish(ticket, actor=mall.ani, key="elsewhere")
    answer = do(ani, mall.one, "tahan", ticket, key="h1", reason="Ambil fotokopi")
    assert answer.status_code == 409
    assert "Ambil fotokopi" in text_of(answer)
    assert "Panggil berikutnya" in text_of(answer)


@pytest.mark.parametrize(
    "code", ["http://[abc", "http://a\u2100b/x", "https://contoh.id/", "/" * 300, "081299999999"]
)
def test_a_code_of_no_booking_is_told_and_stays(mall, ani, code):
    answer = ani.post(address(mall.one, "masuk"), {"key": "m1", "code": code})
    assert answer.status_code == 409
    assert code in unescape(answer.content.decode())


def test_a_booking_checks_in_by_its_whole_address(mall, ani):
    booking = booked(mall.queue)
    ani.post(address(mall.one, "masuk"), {"key": "m1", "code": f"{code_of(booking)}?dari=hp"})
    assert Ticket.objects.get().booking == booking


def test_a_desk_form_gone_back_to_is_not_the_number_of_whoever_came_before(mall, ani):
    given = {"key": "i1", "queue": mall.queue.pk, "name": "Budi"}
    for _tap in range(2):
        assert ani.post(address(mall.one, "tambah"), given).status_code == 302
    answer = ani.post(address(mall.one, "tambah"), {**given, "name": "Siti"})
    assert answer.status_code == 409
    form = answer.context["form"]
    assert form["name"].value() == "Siti"
    again = {**given, "name": "Siti", "key": form["key"].value()}
    assert ani.post(address(mall.one, "tambah"), again).status_code == 302
    assert Ticket.objects.count() == 2


def test_undo_within_five_minutes(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", ticket, key="k2")
    page = do(ani, mall.one, "selesai", ticket, key="f1")
    assert "masih bisa 5 mnt" in text_of(page)
    do(ani, mall.one, "urung", ticket, key="u1")
    ticket.refresh_from_db()
    assert ticket.state == "serving"


def number_page(client, counter, ticket):
    return client.get(f"{address(counter)}nomor/{ticket.pk}/")


def test_an_ended_number_is_brought_back_by_both_buttons(mall, ani):
    here, ticket = take(mall.queue), take(mall.queue)
    do(ani, mall.one, "panggil")
    # Somebody in front does not hide it: the number goes back to the line, not to the counter.
    page = do(ani, mall.one, "batal", ticket, key="c1", reason="Pulang")
    assert "Batalkan: D 002 dikeluarkan dari antrean" in text_of(page)
    do(ani, mall.one, "urung", ticket, key="u1")
    ticket.refresh_from_db(), here.refresh_from_db()
    assert (ticket.state, here.state) == ("waiting", "called")
    assert "Kembalikan nomor ini" not in text_of(number_page(ani, mall.one, ticket))
    do(ani, mall.one, "batal", ticket, key="c2", reason="Pulang")
    assert "Kembalikan nomor ini" in text_of(number_page(ani, mall.one, ticket))
    do(ani, mall.one, "urung", ticket, key="u2", **{"from": "ticket"})
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting"


def test_only_who_ended_a_number_is_offered_to_bring_it_back(mall, ani):
    ticket = take(mall.queue)
    actions.cancel(ticket, actor=mall.beni, reason="Pulang")
    assert "Kembalikan nomor ini" not in text_of(number_page(ani, mall.one, ticket))
    assert do(ani, mall.one, "urung", ticket, key="u1").status_code == 409


def test_a_closed_counter_offers_no_finish_to_take_back(mall, ani):
    ticket = take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", ticket, key="k2")
    do(ani, mall.one, "selesai", ticket, key="f1")
    page = do(ani, mall.one, "tutup", key="t1")
    assert "Batalkan: " not in text_of(page)
    assert do(ani, mall.one, "urung", ticket, key="u1").status_code == 409
    page = do(ani, mall.one, "buka", key="b1")
    assert "Batalkan: D 001 selesai" in text_of(page)


def test_calling_before_others_needs_a_reason_and_keeps_it(mall, ani):
    take(mall.queue)
    second = take(mall.queue)
    answer = do(ani, mall.one, "pilih", second, key="p1", **{"from": "ticket"})
    assert answer.status_code == 400
    do(ani, mall.one, "pilih", second, key="p2", reason="Ibu melahirkan", **{"from": "ticket"})
    second.refresh_from_db()
    assert second.state == "called"
    assert TicketStep.objects.get(ticket=second, act="call_this").reason == "Ibu melahirkan"


def test_a_visit_of_two_services_goes_on_under_one_number(mall, ani):
    other = make_queue("dpmptsp", "P")
    ticket = take(mall.queue, then=[(other, None)])
    do(ani, mall.one, "panggil")
    page = do(ani, mall.one, "datang", ticket, key="k2")
    assert "Lanjut ke Antrean P" in text_of(page)
    assert "Selesai, panggil berikutnya" not in text_of(page)
    do(ani, mall.one, "lanjut", ticket, key="l1")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue_day.queue) == ("waiting", other)


def test_the_person_is_shown_by_name_without_nik_or_phone(mall, ani):
    person = Person(name="Rukmini Sari", nik="3579024507900003", phone="+6281234567801")
    take(mall.queue, person=person)
    waiting = ani.get(address(mall.one)).content.decode()
    assert "R••• S•••" in waiting
    assert "Rukmini" not in waiting
    shown = do(ani, mall.one, "panggil").content.decode()
    assert "Rukmini Sari" in shown
    assert "3579024507900003" not in shown
    assert "81234567801" not in shown


def test_seeing_a_person_with_an_account_is_logged_once(mall, ani, people):
    take(mall.queue, person=Person.of(people.citizen))
    do(ani, mall.one, "panggil")
    ani.get(address(mall.one))
    event = AccessEvent.objects.get()
    assert (event.subject, event.object_kind) == (people.citizen, "ticket")


def test_a_name_is_enough_for_a_number_at_the_desk(mall, ani):
    url = address(mall.one, "tambah")
    assert ani.get(url).status_code == 200
    data = {"key": "d1", "queue": mall.queue.pk, "name": "", "phone": "12"}
    bad = ani.post(url, data)
    assert bad.status_code == 400
    assert 'value="12"' in bad.content.decode()
    other = make_queue("dpmptsp", "P")
    data |= {"name": "Mbah Karto", "phone": "", "priority": mall.priority.pk, "then": [other.pk]}
    for _n in range(2):
        ani.post(url, data)
    ticket = Ticket.objects.get()
    assert (ticket.lane, ticket.is_unkeyed, ticket.source) == ("priority", True, "desk")
    assert Errand.objects.filter(ticket=ticket).count() == 2


def test_a_second_number_of_one_phone_is_told_with_what_was_typed(mall, ani):
    take(mall.queue, person=Person(phone="+6281234567801"))
    data = {"key": "d", "queue": mall.queue.pk, "name": "Karto", "phone": "081234567801"}
    answer = ani.post(address(mall.one, "tambah"), data)
    assert answer.status_code == 409
    assert "D 001" in text_of(answer)
    assert "Karto" in answer.content.decode()


def test_a_system_that_is_down_is_told_and_taken_away(mall, ani):
    url = address(mall.one, "gangguan")
    assert ani.post(url, {"system_name": ""}).status_code == 400
    ani.post(url, {"system_name": "SIAK", "note": "Tunggu kabar"})
    assert "SIAK" in text_of(ani.get(address(mall.one)))
    do(ani, mall.one, "pulih", key="x", disruption=Disruption.objects.get().pk)
    assert Disruption.objects.get().ended_at is not None


def test_nothing_changed_is_304_and_a_change_is_not(mall, ani):
    page = ani.get(address(mall.one)).content.decode()
    etag = re.search(r'data-live-etag="([^"]+)"', page)[1].replace("&quot;", '"')
    live = address(mall.one, "langsung")
    with time_machine.travel(at(9), tick=False):
        etag = ani.get(live)["ETag"]
        assert ani.get(live, headers={"If-None-Match": etag}).status_code == 304
        take(mall.queue)
        assert ani.get(live, headers={"If-None-Match": etag}).status_code == 200
        actions.pause_counter(mall.one, actor=mall.ani, reason="Salat")
        assert ani.get(live, headers={"If-None-Match": etag}).status_code == 200


def test_a_page_that_refreshes_itself_keeps_no_session_alive(mall, ani):
    ani.get(address(mall.one))
    with time_machine.travel(at(9, 40)):
        ani.get(address(mall.one, "langsung"), headers={"X-Live": "1"})
        assert ani.get(address(mall.one)).status_code == 302


# --- who may come in ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("front_desk", 404),  # of another agency
        ("head", 404),
        ("supervisor", 200),  # of the operator: the whole mall
        ("superuser", 403),
        ("stranger_desk", 200),  # posted to this agency
        ("citizen", 302),
    ],
)
def test_roles_at_a_counter(mall, people, client, role, code):
    client.force_login(getattr(people, role))
    assert client.get(address(mall.one)).status_code == code
    assert client.get(address(mall.one, "langsung")).status_code == code


def test_a_colleague_who_is_not_at_the_front_desk_reads_why(mall, client):
    user = post(make_person("kasir@contoh.id", "Kasir", is_staff=True), "dukcapil", "cashier")
    client.force_login(user)
    answer = client.get(address(mall.one))
    assert answer.status_code == 403
    assert "loket" in text_of(answer)
    assert client.post(address(mall.one, "panggil"), {"key": "x"}).status_code == 403


def test_the_superuser_sees_no_person(mall, people, client):
    take(mall.queue, person=Person(name="Rukmini Sari"))
    client.force_login(people.superuser)
    for url in (reverse("admin:counters_console"), address(mall.one)):
        answer = client.get(url)
        assert answer.status_code == 403
        assert "R•••" not in answer.content.decode()


def test_a_number_of_another_queue_cannot_be_reached_from_here(mall, ani):
    other = make_queue("dpmptsp", "P")
    ticket = take(other)
    assert ani.get(address(mall.one, f"nomor/{ticket.pk}")).status_code == 404
    assert do(ani, mall.one, "tahan", ticket, reason="x").status_code == 404
    assert do(ani, mall.one, "apa-saja").status_code == 404
    assert do(ani, mall.one, "tahan", reason="x").status_code == 404


def test_the_own_counter_stands_first_in_the_choice(mall, ani):
    Counter.objects.filter(pk=mall.one.pk).update(order=900)
    page = ani.get(reverse("admin:counters_console")).content.decode()
    assert page.index("Loket D1") < page.index("Loket D2")


@pytest.mark.parametrize("count", [1, 30, 300])
def test_queries_do_not_grow_with_the_line(mall, ani, count, django_assert_num_queries):
    served = take(mall.queue, person=Person(name="Rukmini"))
    for _n in range(count):
        take(mall.queue)
    do(ani, mall.one, "panggil")
    do(ani, mall.one, "datang", served, key="k2")
    ani.get(address(mall.one))
    with django_assert_num_queries(21):
        ani.get(address(mall.one))
