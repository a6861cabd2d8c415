"""Deciding at the desk: the page before, the act once, the loser told; issued permits."""

import pytest

from mpp.kit.models import PaperState
from permits import actions
from permits.casefile import CaseFile
from permits.models import Permit, Phase
from tests.permits import engine
from tests.permits.desk import at, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready():
    """A licence at the desk where it is decided, with its team."""
    application = engine.sent("sip-dokter", engine.person("Ningsih Rahayu"))
    team = engine.desk_team(application)
    for _step in range(6):
        actor = engine.at_desk(application, team)
        engine.work_through(application, actor)
        engine.give_all(application, team)
        verbs = {action.verb for action in CaseFile(application).stage.actions}
        if "approve" in verbs:
            return application, actor, team
        engine.step(application, actor, "forward")
    raise AssertionError("no stage approves")


def action_of(application, verb: str):
    application.refresh_from_db()
    return next(a for a in CaseFile(application).stage.actions if a.verb == verb)


def page_for(client, application, verb: str):
    address = at("decide", application.number, action_of(application, verb).key)
    return client.get(f"{address}?tahap={application.stage_key}")


def posted(client, application, verb: str, **data):
    address = at("decide", application.number, action_of(application, verb).key)
    return client.post(address, {"stage_key": application.stage_key, **data})


def test_confirm_page_repeats_name_service_and_effect(ready):
    application, actor, _team = ready
    page = page_for(browser(actor), application, "approve").content.decode()
    assert "Ningsih Rahayu" in page
    assert application.version.permit_type.name in page
    assert "langsung diberi tahu" in page
    assert at("preview", application.number) in page


def test_preview_is_a_pdf_and_a_picture(ready):
    application, actor, _team = ready
    client = browser(actor)
    assert client.get(at("preview", application.number)).content.startswith(b"%PDF")
    picture = client.get(at("preview_page", application.number))
    assert picture.headers["Content-Type"] == "image/jpeg"


def test_approve_issues_once_even_when_sent_twice(ready):
    application, actor, _team = ready
    client = browser(actor)
    first = posted(client, application, "approve", key="k1")
    assert first.status_code == 302
    key = actions_key(application)
    again = client.post(
        at("decide", application.number, key), {"stage_key": application.stage_key, "key": "k1"}
    )
    assert again.status_code == 302
    assert Permit.objects.filter(application=application).count() == 1


def actions_key(application) -> str:
    application.refresh_from_db()
    stage = CaseFile(application).stage
    return next(a.key for a in stage.actions if a.verb == "approve")


def test_reject_needs_a_reason_and_keeps_the_page(ready):
    application, actor, _team = ready
    client = browser(actor)
    wrong = posted(client, application, "reject", key="k1", reason=" ")
    assert wrong.status_code == 400
    posted(client, application, "reject", key="k1", reason="Tempatnya tidak sesuai.")
    application.refresh_from_db()
    assert application.phase == Phase.REJECTED
    assert application.decision.reason == "Tempatnya tidak sesuai."


def test_second_decision_is_told_who_was_faster_and_keeps_the_reason(ready):
    application, actor, _team = ready
    stage_key = application.stage_key
    action = action_of(application, "reject")
    colleague = engine.staff("dpmptsp", "head", "verifier", "front_desk", name="Hendra")
    actions.release(application, actor=actor)
    actions.take(application, actor=colleague)
    engine.step(application, colleague, "approve")
    client = browser(actor)
    client.post(at("purpose", application.number), {"purpose": "Memeriksa keputusan"})
    answer = client.post(
        at("decide", application.number, action.key),
        {"stage_key": stage_key, "key": "k9", "reason": "Alasan yang panjang."},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert str(colleague) in page
    assert "Alasan yang panjang." in page


def test_loser_without_purpose_keeps_the_reason_too(ready):
    application, actor, _team = ready
    stage_key, action = application.stage_key, action_of(application, "reject")
    engine.step(application, actor, "approve")
    answer = browser(actor).post(
        at("decide", application.number, action.key),
        {"stage_key": stage_key, "key": "k9", "reason": "Alasan yang panjang."},
    )
    assert answer.status_code == 409
    assert "Alasan yang panjang." in answer.content.decode()


def test_stale_page_is_told(ready):
    application, actor, _team = ready
    address = at("decide", application.number, action_of(application, "approve").key)
    answer = browser(actor).get(f"{address}?tahap=lama")
    assert answer.status_code == 409


def test_unknown_action_is_told(ready):
    application, actor, _team = ready
    address = at("decide", application.number, "tidak-ada")
    answer = browser(actor).get(f"{address}?tahap={application.stage_key}")
    assert answer.status_code == 409


def test_guard_refuses_with_its_sentence():
    application = engine.sent("sip-dokter")
    desk = engine.staff("dpmptsp", "front_desk")
    answer = page_for(browser(desk), application, "forward")
    assert answer.status_code == 403
    assert "Nyatakan berkas lengkap" in answer.content.decode()


def test_send_back_with_reason():
    application = engine.sent("sip-dokter")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    verifier = engine.at_desk(application, team)
    posted(browser(verifier), application, "send_back", key="k", reason="Foto kurang jelas.")
    application.refresh_from_db()
    assert application.stage_key == "intake"


# --- issued permits -----------------------------------------------------------------------------
@pytest.fixture
def issued(ready):
    application, actor, _team = ready
    engine.step(application, actor, "approve")
    head = engine.staff("dpmptsp", "head", name="Kepala")
    client = browser(head)
    client.post(at("purpose", application.number), {"purpose": "Pemeriksaan berkala izin"})
    return application, client


def test_list_of_issued_permits_is_the_agencys(issued):
    application, client = issued
    number = application.permit.paper.number
    page = client.get(at("papers")).content.decode()
    assert number in page
    assert "Ningsih Rahayu" not in page
    stranger = browser(engine.staff("dukcapil", "head"))
    assert number not in stranger.get(at("papers")).content.decode()
    assert stranger.get(at("paper", application.number)).status_code == 404


def test_suspend_restore_revoke(issued):
    application, client = issued
    paper = application.permit.paper
    for change, state in (
        ("suspend", PaperState.SUSPENDED),
        ("restore", PaperState.VALID),
        ("revoke", PaperState.REVOKED),
    ):
        here = at("paper_change", application.number, change)
        assert client.get(here).status_code == 200
        assert client.post(here, {"key": change, "reason": ""}).status_code == 400
        client.post(here, {"key": change, "reason": "Ditemukan hal baru."})
        paper.refresh_from_db()
        assert paper.state == state
    gone = client.get(at("paper_change", application.number, "restore"))
    assert gone.status_code == 409
    page = client.get(at("paper", application.number)).content.decode()
    assert "Ditemukan hal baru." in page


def test_only_the_head_changes_a_permit(issued):
    application, _client = issued
    verifier = browser(engine.staff("dpmptsp", "verifier"))
    verifier.post(at("purpose", application.number), {"purpose": "Menjawab pertanyaan warga"})
    here = at("paper_change", application.number, "revoke")
    assert verifier.post(here, {"key": "x", "reason": "Iseng"}).status_code == 403
    assert verifier.get(at("paper", application.number)).status_code == 200


def test_unknown_change_is_unknown(issued):
    application, client = issued
    assert client.get(at("paper_change", application.number, "hapus")).status_code == 404


def test_forward_happens_at_one_press():
    application = engine.sent("sip-dokter")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    client = browser(actor)
    page = client.get(at("review", application.number))
    offer = next(o for o in page.context["offers"] if o["is_allowed"])
    assert not offer["asks"]
    data = {"stage_key": application.stage_key, "seen": page.context["seen"], "key": "k1"}
    answer = client.post(offer["url"], data, follow=True)
    application.refresh_from_db()
    assert application.stage_key == "verification"
    assert application.number in str(next(iter(answer.context["messages"])))
