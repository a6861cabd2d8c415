"""The work list: who sees what, tabs, search, keyset pages, bulk, export, figures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mpp.kit import clock
from permits import actions
from permits.models import Application
from permits.views.desk import piles
from tests.permits import engine
from tests.permits.desk import at, browser, copies, events

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return engine.sent("sip-dokter", engine.person("Ningsih Rahayu", nik="3579024507900003"))


@pytest.fixture
def desk():
    return engine.staff("dpmptsp", "front_desk", "verifier")


def listed(client, query: str) -> str:
    answer = client.get(at("worklist") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_list_shows_only_files_of_my_agency(sent, desk):
    stranger = engine.staff("dukcapil", "verifier")
    assert sent.number in listed(browser(desk), "?daftar=instansi")
    assert sent.number not in listed(browser(stranger), "?daftar=instansi")
    assert at("review", sent.number) not in listed(browser(stranger), f"?q={sent.number}")


def test_list_is_closed_to_citizens(sent):
    answer = browser(sent.owner).get(at("worklist"))
    assert answer.status_code == 302


@pytest.mark.parametrize("pile", ["saya", "bebas", "instansi", "segera", "terlambat", "menunggu"])
def test_every_pile_opens_empty_with_a_sentence(desk, pile):
    page = listed(browser(desk), f"?daftar={pile}")
    assert 'class="empty"' in page


def test_taken_file_moves_to_my_pile(sent, desk):
    client = browser(desk)
    assert sent.number in listed(client, "?daftar=bebas")
    actions.take(sent, actor=desk)
    assert sent.number in listed(client, "?daftar=saya")
    assert sent.number not in listed(client, "?daftar=bebas")


def test_opinion_pile_lists_what_is_asked_of_my_agency(sent):
    team = engine.desk_team(sent)
    giver = team["dinkes/opinion_giver"]
    assert sent.number not in listed(browser(giver), "?daftar=pendapat")
    actor = engine.at_desk(sent, team)
    engine.work_through(sent, actor)
    engine.step(sent, actor, "forward")
    page = listed(browser(giver), "?daftar=pendapat")
    assert sent.number in page
    assert "Ningsih Rahayu" in page


@pytest.mark.parametrize("query", ["ningsih", "Rahayu NINGSIH"])
def test_search_finds_by_words_of_the_name(sent, desk, query):
    assert sent.number in listed(browser(desk), f"?q={query}")


def test_search_by_nik_keeps_it_out_of_address_and_page(sent, desk):
    answer = browser(desk).post(at("search"), {"q": "3579 0245 0790 0003"}, follow=True)
    address = answer.redirect_chain[-1][0]
    assert "3579024507900003" not in address.replace("+", "")
    page = answer.content.decode()
    assert at("review", sent.number) in page
    assert "3579024507900003" not in page
    direct = browser(desk).get(at("worklist") + "?q=3579024507900003")
    assert direct.status_code == 302
    assert "3579024507900003" not in direct.url


def test_search_finds_by_number_typed_carelessly(sent, desk):
    careless = sent.number.replace("-", " ").lower()
    assert sent.number in listed(browser(desk), f"?q={careless}")


@pytest.mark.parametrize("query", ["?q=%00", "?q=%E2%80%AE", "?daftar=x&layanan=%00&tahap=x"])
def test_strange_search_gives_a_page(desk, query):
    listed(browser(desk), query)


def test_filter_by_service_and_stage(sent, desk):
    client = browser(desk)
    here = f"?daftar=instansi&layanan=sip-dokter&tahap={sent.stage_key}"
    assert sent.number in listed(client, here)
    assert sent.number not in listed(client, "?daftar=instansi&layanan=izin-reklame")


def test_keyset_pages_show_every_file_once(sent, desk):
    copies(sent, 44)
    client, seen, query = browser(desk), [], "?daftar=instansi"
    for _page in range(3):
        answer = client.get(at("worklist") + query)
        rows = [row["key"] for group in answer.context["groups"] for row in group["rows"]]
        seen += rows
        query = answer.context["pages"]["next"]
    assert query == ""
    assert len(seen) == len(set(seen)) == 45
    back = client.get(at("worklist") + answer.context["pages"]["previous"])
    rows = [row["key"] for group in back.context["groups"] for row in group["rows"]]
    assert rows == seen[20:40]


@pytest.mark.parametrize("rows", [1, 30, 300])
def test_list_needs_at_most_twelve_queries(sent, desk, rows):
    copies(sent, rows - 1)
    client = browser(desk)
    client.get(at("worklist") + "?daftar=instansi")
    with CaptureQueriesContext(connection) as seen:
        client.get(at("worklist") + "?daftar=instansi")
    assert len(seen) <= 12, [query["sql"][:80] for query in seen]


def test_counts_stop_at_a_thousand(sent, desk):
    copies(sent, 1_005)
    assert "1.000+" in listed(browser(desk), "?daftar=instansi")


def test_lists_log_nothing(sent, desk):
    listed(browser(desk), "?daftar=instansi")
    assert not events().exists()


def test_take_many_says_what_became_of_each(sent, desk):
    other = engine.sent("sip-dokter")
    colleague = engine.staff("dpmptsp", "front_desk", name="Rina")
    actions.take(other, actor=colleague)
    foreign = engine.sent("ktp-hilang")
    picks = [sent.number, other.number, foreign.number, "tidak-ada"]
    answer = browser(desk).post(at("take_many"), {"pick": picks}, follow=True)
    words = [str(message) for message in answer.context["messages"]]
    assert any(other.number in word and "Rina" in word for word in words)
    sent.refresh_from_db()
    foreign.refresh_from_db()
    assert sent.assignee == desk
    assert foreign.assignee is None


def test_take_many_goes_back_to_the_list_only(desk):
    for target in ("https://jahat.example/", "//jahat.example", "/akun/"):
        answer = browser(desk).post(at("take_many"), {"next": target})
        assert answer.url == at("worklist")


def test_export_logs_each_file_once_and_defuses_formulas(sent, desk):
    Application.objects.filter(pk=sent.pk).update(holder_name="=HYPERLINK(1)")
    engine.sent("sip-dokter")
    answer = browser(desk).post(at("export") + "?daftar=instansi")
    text = answer.content.decode()
    assert "'=HYPERLINK(1)" in text
    assert sent.owner.nik not in text
    assert events(desk).count() == 2
    assert events(desk).filter(subject=sent.owner, object_kind="export").count() == 1


def test_export_needs_a_post(desk):
    assert browser(desk).get(at("export")).status_code == 405


def test_supervisor_sees_masked_names_of_other_agencies(sent):
    foreign = engine.sent("ktp-hilang", engine.person("Bambang Sudirman"))
    boss = engine.staff("dpmptsp", "supervisor")
    page = listed(browser(boss), "?daftar=instansi")
    assert foreign.number in page
    assert "Bambang Sudirman" not in page


def test_start_page_counts_my_work(sent, desk):
    actions.take(sent, actor=desk)
    page = browser(desk).get("/admin/").content.decode()
    assert at("review", sent.number) in page
    assert "?daftar=saya" in page


def test_start_page_opens_without_a_posting(people):
    assert browser(people.superuser).get("/admin/").status_code == 200


def test_stock_pages_lead_to_our_own(sent, desk):
    client = browser(desk)
    assert client.get("/admin/permits/application/").url == at("worklist")
    change = client.get(f"/admin/permits/application/{sent.pk}/change/")
    assert change.url == at("review", sent.number)
    assert client.get("/admin/permits/application/add/").status_code == 403
    assert client.get(f"/admin/permits/application/{sent.pk}/delete/").status_code == 403


def test_counts_follow_the_clock(sent, desk):
    now = clock.now()
    assert piles.counts(desk)["late"] == "0"
    Application.objects.filter(pk=sent.pk).update(due_at=now + timedelta(hours=1))
    assert (piles.counts(desk)["due_soon"], piles.counts(desk)["late"]) == ("1", "0")
    Application.objects.filter(pk=sent.pk).update(due_at=now - timedelta(seconds=1))
    assert (piles.counts(desk)["due_soon"], piles.counts(desk)["late"]) == ("0", "1")


def test_counts_equal_what_the_piles_hold(sent, desk):
    actions.take(sent, actor=desk)
    copies(sent, 3)
    found = piles.counts(desk)
    for pile in piles.PILES:
        assert found[pile.key] == str(pile.rows(desk).count()), pile.key
