"""The data-access log: each opening exactly once, with its purpose; outside a task it is typed."""

import pytest

from mpp.kit import clock
from permits import actions
from permits.casefile import CaseFile
from tests.permits import engine
from tests.permits.desk import at, browser, events, real_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    owner = engine.person("Ningsih Rahayu")
    application = engine.draft("sip-dokter", owner)
    slot = CaseFile(application).documents[0].slot
    actions.attach(application, actor=owner, slot=slot, file=real_file(), position=1)
    return actions.submit(application, actor=owner, key="kirim")


@pytest.fixture
def desk():
    return engine.staff("dpmptsp", "front_desk")


def test_opening_is_recorded_once_an_hour_with_stage_and_office(sent, desk):
    client = browser(desk)
    for _again in range(3):
        client.get(at("review", sent.number))
    event = events().get()
    assert event.purpose == "Pemeriksaan kelengkapan (DPMPTSP)"
    assert (event.office, event.subject, event.file_ref) == ("DPMPTSP", sent.owner, sent.number)


def test_every_address_with_a_file_records_exactly_one_event(sent, desk):
    document = next(d for d in CaseFile(sent).documents if d.file.size > 10)
    for name, more in (
        ("review", []),
        ("round", []),
        ("page", [document.pk, 1]),
        ("download", [document.pk]),
        ("preview", []),
        ("preview_page", []),
    ):
        events().delete()
        answer = browser(desk).get(at(name, sent.number, *more))
        assert answer.status_code == 200, name
        assert events().count() == 1, name


def test_outside_ones_task_the_purpose_is_typed_first(sent):
    verifier = engine.staff("dpmptsp", "verifier")
    client = browser(verifier)
    first = client.get(at("review", sent.number))
    assert first.status_code == 302
    assert first.url.startswith(at("purpose", sent.number))
    asked = client.get(first.url).content.decode()
    assert "Ningsih Rahayu" not in asked
    assert not events().exists()
    short = client.post(first.url, {"purpose": "iseng"})
    assert short.status_code == 400
    answer = client.post(first.url, {"purpose": "Menjawab telepon pemohon"})
    assert answer.url == at("review", sent.number)
    client.get(answer.url)
    assert events().get().purpose == "Menjawab telepon pemohon"


def test_typed_purpose_holds_an_hour_and_for_this_file_only(sent):
    verifier = engine.staff("dpmptsp", "verifier")
    other = engine.sent("sip-dokter")
    client = browser(verifier)
    client.post(at("purpose", sent.number), {"purpose": "Menjawab telepon pemohon"})
    assert client.get(at("review", sent.number)).status_code == 200
    assert client.get(at("review", other.number)).status_code == 302
    session = client.session
    text, until = session["purposes"][sent.number]
    session["purposes"] = {sent.number: (text, until - 3_601)}
    session.save()
    assert client.get(at("review", sent.number)).status_code == 302


@pytest.mark.parametrize(
    "target", ["https://jahat.example/", "//jahat.example", "/akun/", "\\\\jahat.example"]
)
def test_purpose_page_leads_only_to_its_file(sent, target):
    client = browser(engine.staff("dpmptsp", "verifier"))
    here = f"{at('purpose', sent.number)}?lanjut={target}"
    answer = client.post(here, {"purpose": "Menjawab telepon pemohon"})
    assert answer.url == at("review", sent.number)


def test_typed_purpose_opens_no_work(sent):
    client = browser(engine.staff("dpmptsp", "verifier"))
    client.post(at("purpose", sent.number), {"purpose": "Menjawab telepon pemohon"})
    assert client.post(at("take", sent.number), {"key": "a"}).status_code == 403
    assert client.get(at("preview", sent.number)).status_code == 403


def test_asked_agency_opens_for_its_opinion(sent):
    team = engine.desk_team(sent)
    actor = engine.at_desk(sent, team)
    engine.work_through(sent, actor)
    engine.step(sent, actor, "forward")
    events().delete()
    browser(team["dinkes/opinion_giver"]).get(at("review", sent.number))
    event = events().get()
    assert event.purpose == "Pendapat teknis (Dinkes)"
    assert event.at <= clock.now()


def test_page_says_that_the_applicant_sees_it(sent, desk):
    page = browser(desk).get(at("review", sent.number)).content.decode()
    assert "Pemohon bisa melihat catatan ini." in page
    assert "Pemeriksaan kelengkapan (DPMPTSP)" in page


@pytest.mark.parametrize("page", ["", "tujuan/", "putaran/", "tindakan/approve/"])
def test_a_number_with_nul_is_no_file(people, client, page):
    """PostgreSQL refuses NUL even in a question."""
    client.force_login(people.front_desk)
    assert client.get(f"/admin/permits/application/tinjau/a%00b/{page}").status_code == 404
