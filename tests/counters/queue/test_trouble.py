"""A system or a counter is out of order: who may say so, and what everybody reads about it."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from counters import actions, hall_now, published
from counters.models import Counter, Disruption, Service, Ticket
from counters.views.secrets import address_of
from tests.conftest import make_person, post
from tests.counters.queue.hall import hall, make_queue, morning, take
from tests.counters.queue.test_kiosk import screen
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db
SAID = {
    "system_name": "SIAK",
    "note": "Perekaman ditunda, pengambilan KTP-el tetap jalan.",
    "note_en": "Recording waits, picking up cards goes on.",
}


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(
            make_person("bos@contoh.id", "Bos", is_staff=True), "dpmptsp", "supervisor"
        )
        found.chief = post(
            make_person("kabid@contoh.id", "Kabid", is_staff=True), "dukcapil", "supervisor"
        )
        found.other = make_queue("dpmptsp", "P")
        yield found


def hall_url(*args) -> str:
    name = "hall_disruption_end" if args else "hall_disruption"
    return reverse(f"admin:counters_{name}", args=args)


# --- who says it --------------------------------------------------------------------------
def test_the_operators_supervisor_names_any_agency_or_the_whole_site(mall, client):
    client.force_login(mall.boss)
    page = client.get(hall_url()).content.decode()
    assert "seluruh lokasi" in page
    agency = mall.queue.agency
    assert client.post(hall_url(), {**SAID, "agency": agency.pk}).status_code == 302
    row = Disruption.objects.get()
    assert (row.agency, row.note, row.note_en) == (agency, SAID["note"], SAID["note_en"])
    assert client.post(hall_url(), {"system_name": "Listrik", "agency": ""}).status_code == 302
    assert Disruption.objects.get(system_name="Listrik").agency is None
    assert "SIAK" in client.get("/admin/aula/").content.decode()
    client.post(hall_url(row.pk))
    row.refresh_from_db()
    assert row.ended_by == mall.boss
    assert hall_url(row.pk) not in client.get("/admin/aula/").content.decode()


def test_an_agencys_supervisor_names_his_own_only(mall, client):
    client.force_login(mall.chief)
    page = client.get(hall_url()).content.decode()
    assert "seluruh lokasi" not in page
    for agency in ("", mall.other.agency_id):
        answer = client.post(hall_url(), {**SAID, "agency": agency})
        assert answer.status_code == 400
        assert "Pilih instansi." in answer.content.decode()
        # What was typed is not lost.
        assert SAID["note_en"] in answer.content.decode()
    assert not Disruption.objects.exists()
    row = actions.begin_disruption(mall.queue.site, actor=mall.boss, system_name="Listrik")
    live = client.get("/admin/aula/").content.decode()
    assert "Listrik" in live
    assert hall_url(row.pk) not in live
    assert client.post(hall_url(row.pk)).status_code == 409
    with pytest.raises(actions.Refused):
        actions.begin_disruption(mall.queue.site, actor=mall.chief, system_name="Genset")


def test_an_officer_reports_for_his_own_agency_in_both_languages(mall, client):
    client.force_login(mall.ani)
    url = reverse("admin:counters_console_disruption", args=[mall.one.pk])
    assert 'name="agency"' not in client.get(url).content.decode()
    client.post(url, {**SAID, "agency": mall.other.agency_id})
    row = Disruption.objects.get()
    assert (row.agency, row.note_en) == (mall.queue.agency, SAID["note_en"])
    for address in (hall_url(), hall_url(row.pk)):
        assert client.post(address, SAID).status_code == 403
    row.refresh_from_db()
    assert row.ended_at is None


def test_better_words_replace_those_that_run(mall):
    site, agency = mall.queue.site, mall.queue.agency
    given = {"actor": mall.ani, "agency": agency, "system_name": "SIAK"}
    first = actions.begin_disruption(site, **given, note="Tunggu sebentar")
    assert actions.begin_disruption(site, **given) == first
    actions.begin_disruption(site, **given, note=SAID["note"], note_en=SAID["note_en"])
    row = Disruption.objects.get()
    assert (row.note, row.note_en, row.began_at) == (
        SAID["note"],
        SAID["note_en"],
        first.began_at,
    )


# --- who reads it -------------------------------------------------------------------------
def test_citizens_read_it_in_their_language_on_number_queue_and_service(mall, client):
    service = Service.objects.filter(agency=mall.queue.agency, is_active=True).first()
    mall.queue.services.add(service)
    ticket = take(mall.queue)
    actions.begin_disruption(mall.queue.site, actor=mall.ani, agency=mall.queue.agency, **SAID)
    pages = (
        address_of(ticket),
        reverse("counters:queue-detail", args=[mall.queue.key]),
        f"/layanan/{service.key}/",
    )
    for address in pages:
        for language, words in (("id", SAID["note"]), ("en", SAID["note_en"])):
            hall_now.forget(), published.forget()
            client.cookies["bahasa"] = language
            page = client.get(address).content.decode()
            assert words in page, (address, language)
    foreign = Service.objects.filter(agency=mall.other.agency, is_active=True).first()
    client.cookies["bahasa"] = "id"
    assert "SIAK" not in client.get(f"/layanan/{foreign.key}/").content.decode()


def test_board_and_kiosk_say_it_too(mall, client):
    actions.begin_disruption(mall.queue.site, actor=mall.ani, agency=mall.queue.agency, **SAID)
    site = mall.queue.site.key
    board = client.get(f"/layar/{site}/").content.decode()
    assert SAID["note"] in board
    assert SAID["note_en"] in board
    assert client.get(f"/layar/{site}/data.json").json()["down"] == [list(SAID.values())]
    kiosk = screen(SimpleNamespace(supervisor=mall.boss))
    for language, words in (("id", SAID["note"]), ("en", SAID["note_en"])):
        take_page = kiosk.get(
            reverse("counters:kiosk-take", args=[site, language, mall.queue.key])
        )
        assert words in take_page.content.decode()
        other = kiosk.get(reverse("counters:kiosk-take", args=[site, language, mall.other.key]))
        assert "SIAK" not in other.content.decode()


# --- the counter --------------------------------------------------------------------------
def test_the_console_has_a_button_for_a_counter_that_cannot_serve(mall, client):
    client.force_login(mall.ani)
    ticket = take(mall.queue)
    page = Reader()
    page.client.force_login(mall.ani)
    page.open(f"/admin/loket/{mall.one.pk}/")
    assert "Loket terganggu" in page.text
    url = reverse("admin:counters_console_act", args=[mall.one.pk, "kendala"])
    answer = client.post(url, {"reason": "", "key": "a"})
    assert answer.status_code == 400
    assert "Tulis alasannya" in answer.content.decode() or "alasan" in answer.content.decode()
    client.post(url, {"reason": "Perekam rusak", "key": "b"})
    mall.one.refresh_from_db()
    assert (mall.one.state, mall.one.state_reason) == ("disrupted", "Perekam rusak")
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting"
    page.open(f"/admin/loket/{mall.one.pk}/")
    assert "Loket terganggu" not in page.text
    assert "Perekam rusak" in page.text
    page.send(to="/buka/", button="Buka loket")
    assert Counter.objects.get(pk=mall.one.pk).state == "open"


def test_the_hall_marks_a_counter_and_says_why(mall, client):
    client.force_login(mall.chief)
    url = reverse("admin:counters_hall_counter", args=[mall.one.pk])
    assert client.post(url, {"act": "disrupt", "reason": ""}).status_code == 400
    assert client.post(url, {"act": "disrupt", "reason": "Perekam rusak"}).status_code == 302
    assert "Perekam rusak" in client.get("/admin/aula/").content.decode()
    assert 'value="disrupt"' not in client.get(url).content.decode()
