"""Keys and stale pages: nothing twice, nothing dropped silently, nothing unseen."""

import pytest

from accounts.models import Notice
from mpp.kit import clock
from mpp.kit.states import WrongState
from permits import actions
from permits.casefile import CaseFile
from permits.models import Document, Phase
from permits.workflow import Refused
from tests.permits import engine
from tests.permits.situations import REASON, at_desk, back_and_forth

pytestmark = pytest.mark.django_db


def test_a_key_of_another_act_is_never_dropped_silently():
    application, _team, actor = at_desk()
    actions.take(application, actor=actor, key="once")
    assert actions.take(application, actor=actor, key="once").assignee == actor
    calls = [
        lambda: actions.declare_complete(application, actor=actor, key="once"),
        lambda: actions.release(application, actor=actor, key="once"),
        lambda: actions.ask_corrections(application, actor=actor, items={}, key="once"),
        lambda: actions.cancel_corrections(application, actor=actor, key="once", reason="x"),
        lambda: actions.perform(
            application, actor=actor, action_key="x", key="once", stage_key=application.stage_key
        ),
        lambda: actions.withdraw(application, actor=application.owner, key="once"),
        lambda: actions.resubmit(application, actor=application.owner, key="once"),
        lambda: actions.submit(application, actor=application.owner, key="once"),
    ]
    for call in calls:
        with pytest.raises(WrongState):
            call()
    application.refresh_from_db()
    assert application.complete_at is None
    assert application.assignee == actor


def test_a_key_of_another_person_repeats_nothing():
    application, _team, actor = at_desk()
    actions.take(application, actor=actor, key="once")
    rival = engine.staff(application.desk_agency.key, application.desk_role)
    with pytest.raises(WrongState):
        actions.take(application, actor=rival, key="once")


def test_the_same_key_repeats_every_act_without_effect():
    application, _team, actor = at_desk()
    supervisor = engine.staff("dpmptsp", "supervisor")
    slot = CaseFile(application).documents[0].slot
    for _twice in range(2):
        actions.assign(application, actor=supervisor, to=actor, key="assign")
    for _twice in range(2):
        actions.declare_complete(application, actor=actor, key="complete")
    for _twice in range(2):
        first = actions.ask_corrections(application, actor=actor, items={slot: REASON}, key="ask")
    for _twice in range(2):
        actions.cancel_corrections(application, actor=actor, key="cancel", reason="Sudah jelas.")
    for _twice in range(2):
        actions.release(application, actor=actor, key="release")
    for _twice in range(2):
        actions.withdraw(application, actor=application.owner, key="withdraw")
    acts = [step.act for step in application.steps.all()]
    assert acts == [
        "submit",
        "assign",
        "declare_complete",
        "ask_corrections",
        "cancel_corrections",
        "release",
        "withdraw",
    ]
    assert first.number == 1


def test_an_old_cancel_never_touches_a_later_round():
    application, _team, actor = at_desk()
    slot = CaseFile(application).documents[0].slot
    actions.ask_corrections(application, actor=actor, items={slot: REASON}, key="a1")
    actions.cancel_corrections(application, actor=actor, key="c1", reason="x")
    actions.ask_corrections(application, actor=actor, items={slot: REASON}, key="a2")
    actions.cancel_corrections(application, actor=actor, key="c1", reason="x")
    assert application.phase == Phase.NEEDS_CORRECTION
    assert CaseFile(application).open_round is not None


def test_an_empty_key_repeats_nothing():
    application, _team, actor = at_desk()
    actions.take(application, actor=actor)
    with pytest.raises(WrongState):
        actions.submit(application, actor=application.owner, key="")


def test_a_message_under_an_old_key_with_other_words_is_refused():
    application = engine.sent()
    words = {"actor": application.owner, "key": "m", "from_staff": False}
    first = actions.post_message(application, body="Kapan selesai?", **words)
    assert actions.post_message(application, body=" Kapan selesai? ", **words) == first
    with pytest.raises(Refused):
        actions.post_message(application, body="Lain.", **words)
    assert application.messages.count() == 1


def test_change_paper_twice_tells_once():
    application, _team, _actor = at_desk("izin-penelitian")
    team = engine.desk_team(application)
    engine.walk(application, team, "approve")
    for _twice in range(2):
        actions.change_paper(
            application.permit,
            actor=team["dpmptsp/head"],
            change="suspend",
            reason="Alasan.",
            key="s",
        )
    assert application.permit.paper.permit_steps.count() == 1
    assert Notice.objects.filter(kind="permits.paper_changed").count() == 1


def test_a_page_from_before_send_back_and_forward_is_told():
    application, team, actor = at_desk()
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    seen, stage_key = CaseFile(application).last_step, application.stage_key
    action = next(a for a in CaseFile(application).stage.actions if a.verb == "send_back")
    back_and_forth(application, team)
    application.refresh_from_db()
    assert application.stage_key == stage_key
    order = {
        "actor": engine.at_desk(application, team),
        "action_key": action.key,
        "stage_key": stage_key,
        "reason": "x",
    }
    with pytest.raises(WrongState):
        actions.perform(application, key="old", seen=seen, **order)
    fresh = CaseFile(application).last_step
    actions.perform(application, key="new", seen=fresh, **order)
    assert application.stage_key != stage_key


def test_a_stage_that_has_gone_and_an_unknown_action_are_told():
    application, _team, actor = at_desk()
    with pytest.raises(WrongState):
        actions.perform(application, actor=actor, action_key="x", key="a", stage_key="gone")
    with pytest.raises(Refused) as refused:
        actions.perform(
            application, actor=actor, action_key="x", key="b", stage_key=application.stage_key
        )
    assert refused.value.status == 404


def test_a_verdict_on_a_replaced_document_looks_at_the_database():
    application, _team, actor = at_desk()
    stale = CaseFile(application).documents[0]
    Document.objects.filter(pk=stale.pk).update(removed_at=clock.now())
    with pytest.raises(Refused) as refused:
        actions.judge_document(stale, actor=actor, outcome="accepted")
    assert refused.value.status == 409


def test_after_a_decision_the_second_is_told_by_whom():
    application, _team, actor = at_desk("ktp-hilang")
    stage_key = application.stage_key
    engine.step(application, actor, "reject", reason="Data tidak cocok.")
    rival = engine.staff("dukcapil", "verifier")
    with pytest.raises(WrongState) as told:
        actions.perform(application, actor=rival, action_key="x", key="z", stage_key=stage_key)
    assert str(actor) in told.value.sentence
