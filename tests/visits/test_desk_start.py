"""The start page of the desk for who receives delegations: his own visits first."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import make_person, post
from tests.factories import visits as make
from visits import actions

pytestmark = pytest.mark.django_db


def page(client, person) -> str:
    client.force_login(person)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_host_sees_his_own_visits_and_no_permit_counters(site, desk, client):
    mine = make.approved(desk.leader, host=desk.host)
    other = make.approved(desk.leader, host=desk.second, key="siang")
    new = make.sent(day=make.open_day(weeks=1))
    html = page(client, desk.host)
    assert mine.institution in html
    assert other.institution not in html
    assert "?daftar=saya" not in html.split("<h1>")[1], "no counters of permit files"
    assert "<b>0</b>" not in html.split("<h1>")[0], "nor at the side"
    assert "Permohonan baru" in html
    assert new.institution not in html, "a new request is nobody's own yet"


def test_the_nearest_comes_first_and_on_its_day_leads_to_the_list(site, desk, client):
    later = make.approved(desk.leader, host=desk.host, day=make.open_day(weeks=1))
    sooner = make.approved(desk.leader, host=desk.host)
    html = page(client, desk.host)
    assert html.index(sooner.institution) < html.index(later.institution)
    assert f"/tinjau/{sooner.number}/hari/" not in html
    with time_machine.travel(sooner.slot.starts_at, tick=False):
        assert f"/tinjau/{sooner.number}/hari/" in page(client, desk.host)
    actions.cancel_by_host(sooner, actor=desk.host, reason="Banjir.", key="c")
    assert sooner.institution not in page(client, desk.host)


def test_a_leader_sees_what_waits_for_his_decision_below_his_files(site, desk, client):
    visit = make.decided_by(make.sent(), desk.leader, host=desk.host)
    html = page(client, desk.leader)
    assert html.index("?daftar=saya") < html.index(visit.institution)
    assert visit.institution in page(client, desk.host)


def test_who_hosts_and_works_on_files_has_both(site, desk, client):
    both = post(make_person("dua@contoh.id", "Dua", is_staff=True), "dpmptsp", "host", "verifier")
    visit = make.approved(desk.leader, host=both)
    html = page(client, both).split("<h1>")[1]
    assert html.index(visit.institution) < html.index("?daftar=saya")


def test_others_see_nothing_of_visits(site, desk, client, people):
    visit = make.approved(desk.host)
    for person in (desk.stranger, people.superuser):
        html = page(client, person)
        assert visit.institution not in html
        assert "Kunjungan saya" not in html


@pytest.mark.parametrize("address", ["/admin/", "/admin/visits/visit/daftar/?daftar=disetujui"])
def test_more_visits_ask_no_more_questions(site, desk, client, address):
    client.force_login(desk.host)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    make.approved(desk.host)
    asked()
    one = asked()
    make.approved(desk.host, day=make.open_day(weeks=1))
    make.approved(desk.host, day=make.open_day(weeks=2), size=5)
    assert asked() == one
