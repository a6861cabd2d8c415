"""The acts on an application: what happens, what is refused, and what both sides are told."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import Notice
from mpp.kit import clock
from mpp.kit.models import Paper, Sequence
from mpp.kit.references import check_reference
from mpp.kit.states import WrongState
from permits import actions, definition
from permits.casefile import CaseFile
from permits.models import Application, Decision, Opinion, Phase
from permits.workflow import Refused, offers
from tests.permits import engine

pytestmark = pytest.mark.django_db
TYPES = sorted(file.stem for file in Path("permits/data/types").glob("*.yaml"))
ENDS = {"approve": "issued", "hand_over": "completed", "complete": "completed"}


def end_of(type_key: str) -> str:
    stages = CaseFile(engine.draft(type_key, filled=False)).definition.stages
    verbs = {action.verb for stage in stages for action in stage.actions}
    return next(verb for verb in ENDS if verb in verbs)


# --- sending ------------------------------------------------------------------------------


def test_submit_gives_number_promise_desk_and_notice():
    application = engine.sent()
    assert application.phase == Phase.SUBMITTED
    assert check_reference(application.number) == application.number
    assert application.promised_at > application.due_at > application.submitted_at
    assert application.desk_agency.key == "dpmptsp"
    assert application.submissions.get().round == 1
    notice = Notice.objects.get(recipient=application.owner)
    assert application.number in notice.subject + notice.body


def test_submit_with_the_same_key_gives_the_same_application():
    application = engine.draft()
    first = actions.submit(application, actor=application.owner, key="once")
    again = actions.submit(application, actor=application.owner, key="once")
    assert first.number == again.number
    assert application.submissions.count() == 1
    assert Sequence.objects.get(kind="application").value == 1


def test_submit_with_another_key_is_told_it_was_sent():
    application = engine.draft()
    actions.submit(application, actor=application.owner, key="tab-1")
    with pytest.raises(WrongState):
        actions.submit(application, actor=application.owner, key="tab-2")
    assert application.submissions.count() == 1


def test_submit_of_an_incomplete_draft_is_refused_and_leaves_no_gap():
    application = engine.draft(filled=False)
    with pytest.raises(Refused):
        actions.submit(application, actor=application.owner, key="k")
    application.refresh_from_db()
    assert application.phase == Phase.DRAFT
    assert not Sequence.objects.filter(kind="application").exists()


def test_numbers_have_no_gap():
    numbers = [engine.sent("ktp-hilang").number for _n in range(3)]
    assert [number.split("-")[2] for number in numbers] == ["000001", "000002", "000003"]


def test_a_sent_file_cannot_be_edited():
    application = engine.sent()
    field = CaseFile(application).definition.all_fields()[0]
    with pytest.raises(Refused) as refused:
        actions.save_answers(application, actor=application.owner, values={field.key: "x"})
    assert refused.value.status == 409


def test_sensitive_answers_are_encrypted_at_rest():
    application = engine.draft()
    rows = application.answers.filter(is_encrypted=True)
    assert rows.exists()
    assert all("3579014507900001" not in row.value for row in application.answers.all())


def test_attach_recognises_the_same_file():
    application = engine.draft(filled=False)
    slot = f"req:{CaseFile(application).requirements[0].key}"
    file = engine.stored()
    first = actions.attach(application, actor=application.owner, slot=slot, file=file)
    assert actions.attach(application, actor=application.owner, slot=slot, file=file) == first


def test_attach_replaces_and_keeps_the_version():
    application = engine.draft(filled=False)
    slot = f"req:{CaseFile(application).requirements[0].key}"
    for _n in range(2):
        last = actions.attach(
            application, actor=application.owner, slot=slot, file=engine.stored(), position=1
        )
    assert last.version == 2
    assert CaseFile(application).documents_in(slot) == [last]


@pytest.mark.parametrize("slot", ["req:none", "field:none", "nonsense", "req:", "field:full_name"])
def test_attach_to_an_unknown_slot_is_refused(slot):
    application = engine.draft(filled=False)
    with pytest.raises(Refused):
        actions.attach(application, actor=application.owner, slot=slot, file=engine.stored())


def test_remove_document_empties_the_slot():
    application = engine.draft()
    document = CaseFile(application).documents[0]
    actions.remove_document(application, actor=application.owner, document=document)
    assert not CaseFile(application).documents_in(document.slot)


def test_start_on_a_retired_version_is_refused():
    version = engine.version_of("sip-dokter")
    version.state = "retired"
    owner = engine.person()
    with pytest.raises(Refused):
        actions.start(version, owner=owner, filed_by=owner)


@pytest.mark.parametrize("phase", ["draft", "sent"])
def test_withdraw_ends_the_file(phase):
    application = engine.draft() if phase == "draft" else engine.sent()
    actions.withdraw(application, actor=application.owner, key="w")
    assert application.phase == Phase.WITHDRAWN
    assert application.ended_at


def test_withdraw_after_the_end_is_refused():
    application = engine.sent()
    actions.withdraw(application, actor=application.owner, key="w")
    with pytest.raises(WrongState):
        actions.withdraw(application, actor=application.owner, key="w2")


# --- the desk -----------------------------------------------------------------------------


def test_take_by_two_one_is_told():
    application = engine.sent()
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    rival = engine.staff(application.desk_agency.key, application.desk_role)
    actions.take(application, actor=actor)
    assert actions.take(application, actor=actor).assignee == actor
    with pytest.raises(Refused) as refused:
        actions.take(application, actor=rival)
    assert str(actor) in refused.value.sentence


def test_release_by_holder_and_by_nobody_else():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    rival = engine.staff(application.desk_agency.key, application.desk_role)
    with pytest.raises(Refused):
        actions.release(application, actor=actor)
    actions.take(application, actor=actor)
    with pytest.raises(Refused):
        actions.release(application, actor=rival)
    assert actions.release(application, actor=actor).assignee is None


def test_assign_by_a_supervisor_to_a_fitting_colleague():
    application = engine.sent()
    supervisor = engine.staff("dpmptsp", "supervisor")
    colleague = engine.staff(application.desk_agency.key, application.desk_role)
    actions.assign(application, actor=supervisor, to=colleague)
    assert application.assignee == colleague
    with pytest.raises(Refused):
        actions.assign(application, actor=supervisor, to=engine.staff("dinkes", "verifier"))
    with pytest.raises(Refused):
        actions.assign(application, actor=colleague, to=supervisor)


def test_nobody_acts_on_his_own_file():
    owner = engine.person(is_staff=True)
    application = engine.sent(owner=owner)
    engine.post(owner, application.desk_agency.key, application.desk_role)
    with pytest.raises(Refused) as refused:
        actions.take(application, actor=owner)
    assert refused.value.sentence


@pytest.mark.parametrize("who", ["citizen", "other_agency", "other_role"])
def test_only_the_desk_acts(who):
    application = engine.sent()
    actor = {
        "citizen": lambda: engine.person(),
        "other_agency": lambda: engine.staff("dukcapil", application.desk_role),
        "other_role": lambda: engine.staff(application.desk_agency.key, "cashier"),
    }[who]()
    with pytest.raises(Refused):
        actions.take(application, actor=actor)


def test_judging_needs_a_reason_a_current_document_and_a_clean_scan():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    document = CaseFile(application).documents[0]
    for outcome, reason in [("rejected", " "), ("perhaps", "x")]:
        with pytest.raises(Refused):
            actions.judge_document(document, actor=actor, outcome=outcome, reason=reason)
    document.file.scan_state = "pending"
    document.file.save()
    with pytest.raises(Refused):
        actions.judge_document(document, actor=actor, outcome="accepted")
    document.removed_at = clock.now()
    with pytest.raises(Refused):
        actions.judge_document(document, actor=actor, outcome="accepted")


def test_tick_and_untick():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    item = CaseFile(application).stage.checklist[0]
    actions.tick(application, actor=actor, item_key=item.key, done=True)
    actions.tick(application, actor=actor, item_key=item.key, done=True)
    assert CaseFile(application).checklist_done == {item.key}
    actions.tick(application, actor=actor, item_key=item.key, done=False)
    assert not CaseFile(application).checklist_done
    with pytest.raises(Refused):
        actions.tick(application, actor=actor, item_key="none", done=True)


def test_declare_complete_starts_the_clock_once():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    actions.declare_complete(application, actor=actor)
    assert application.complete_at
    assert application.due_at <= application.promised_at
    assert application.clock_events.get().cause == "declared"
    with pytest.raises(Refused):
        actions.declare_complete(application, actor=actor)


def test_completeness_is_presumed_from_the_day_it_was_due():
    application = engine.sent()
    should_be = application.due_at
    with time_machine.travel(should_be + timedelta(days=3), tick=False):
        actions.presume_complete(application)
        actions.presume_complete(application)
    entry = application.clock_events.get()
    assert (entry.cause, entry.at) == ("presumed", should_be)


def test_post_message_reaches_the_other_side_once():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    actions.take(application, actor=actor)
    for _twice in range(2):
        actions.post_message(
            application, actor=application.owner, body="Kapan selesai?", key="m", from_staff=False
        )
    assert application.messages.count() == 1
    assert Notice.objects.filter(recipient=actor, kind="permits.message").count() == 1
    actions.post_message(application, actor=actor, body="Besok.", key="n", from_staff=True)
    assert Notice.objects.filter(recipient=application.owner, kind="permits.message").exists()
    with pytest.raises(Refused):
        actions.post_message(application, actor=actor, body="  ", key="o", from_staff=True)


# --- corrections --------------------------------------------------------------------------


def asked(application: Application, **items: str):
    actor = engine.at_desk(application, engine.desk_team(application))
    actions.take(application, actor=actor)
    actions.declare_complete(application, actor=actor)
    slot = CaseFile(application).documents[0].slot
    actions.ask_corrections(
        application, actor=actor, items={slot: "Fotonya buram.", **items}, key="ask"
    )
    return actor, slot


def test_corrections_rest_the_clock_and_open_only_what_was_asked():
    application = engine.sent()
    _actor, slot = asked(application)
    assert application.phase == Phase.NEEDS_CORRECTION
    assert [e.kind for e in application.clock_events.all()] == ["start", "pause"]
    assert CaseFile(application).editable_targets() == {slot}
    field = next(f for f in CaseFile(application).definition.all_fields() if f.type == "text")
    with pytest.raises(Refused):
        actions.save_answers(application, actor=application.owner, values={field.key: "baru"})
    with pytest.raises(Refused):
        actions.resubmit(application, actor=application.owner, key="too-early")


def test_resubmit_keeps_before_and_after_and_moves_the_due_date():
    application = engine.sent()
    asked(application)
    due = application.due_at
    slot = CaseFile(application).documents[0].slot
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        actions.attach(
            application, actor=application.owner, slot=slot, file=engine.stored(), position=1
        )
        actions.resubmit(application, actor=application.owner, key="fixed")
        actions.resubmit(application, actor=application.owner, key="fixed")
    assert application.phase == Phase.IN_REVIEW
    assert application.due_at > due
    item = application.correction_rounds.get().items.get()
    assert item.before != item.after
    assert application.submissions.count() == 2
    assert not CaseFile(application).accepted(CaseFile(application).documents_in(slot)[0])


def test_ask_corrections_refuses_nonsense():
    application = engine.sent()
    actor = engine.at_desk(application, engine.desk_team(application))
    for items in ({}, {"req:none": "x"}, {"field:full_name": "  "}):
        with pytest.raises(Refused):
            actions.ask_corrections(application, actor=actor, items=items, key="k")


def test_resubmit_without_a_round_is_told():
    application = engine.sent()
    with pytest.raises(WrongState):
        actions.resubmit(application, actor=application.owner, key="k")


def test_cancel_corrections_returns_the_file():
    application = engine.sent()
    actor, _slot = asked(application)
    actions.cancel_corrections(application, actor=actor, key="c", reason="Tidak perlu lagi.")
    assert application.phase == Phase.IN_REVIEW
    assert [e.kind for e in application.clock_events.all()] == ["start", "pause", "resume"]
    assert CaseFile(application).open_round is None


def test_only_one_round_is_open():
    application = engine.sent()
    actor, slot = asked(application)
    with pytest.raises(Refused):
        actions.ask_corrections(application, actor=actor, items={slot: "lagi"}, key="two")


# --- opinions -----------------------------------------------------------------------------


def at_gate() -> tuple[Application, dict, Opinion]:
    application = engine.sent("sip-dokter")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    return application, team, application.opinions.get()


def test_the_gate_holds_until_the_opinion_is_given():
    application, team, _opinion = at_gate()
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    with pytest.raises(Refused) as refused:
        engine.step(application, actor, "forward")
    assert "Dinkes" in refused.value.sentence
    engine.give_all(application, team)
    engine.step(application, actor, "forward")
    assert application.desk_role == "head"


def test_an_objection_closes_the_gate():
    application, team, _opinion = at_gate()
    engine.give_all(application, team, answer="object")
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    with pytest.raises(Refused):
        engine.step(application, actor, "forward")


def test_an_opinion_is_given_once_and_only_by_the_asked_agency():
    application, team, opinion = at_gate()
    giver = team["dinkes/opinion_giver"]
    with pytest.raises(Refused):
        actions.give_opinion(
            opinion, actor=engine.at_desk(application, team), answer="agree", text=""
        )
    for answer, text in [("perhaps", "x"), ("object", " ")]:
        with pytest.raises(Refused):
            actions.give_opinion(opinion, actor=giver, answer=answer, text=text)
    stale = Opinion.objects.get(pk=opinion.pk)
    actions.give_opinion(opinion, actor=giver, answer="agree", text="")
    with pytest.raises(WrongState):
        actions.give_opinion(stale, actor=giver, answer="object", text="Tidak.")
    again = actions.give_opinion(stale, actor=giver, answer="agree", text="")
    assert again.given_at == opinion.given_at


def test_silence_is_noticed_and_a_late_opinion_still_counts():
    application, team, opinion = at_gate()
    with time_machine.travel(opinion.due_at + timedelta(hours=1), tick=False):
        assert actions.expire_opinions() == 1
        assert actions.expire_opinions() == 0
    opinion.refresh_from_db()
    assert opinion.state == "silent"
    actions.give_opinion(opinion, actor=team["dinkes/opinion_giver"], answer="agree", text="")
    assert opinion.state == "given"


# --- deciding -----------------------------------------------------------------------------


@pytest.mark.parametrize("type_key", TYPES)
def test_each_type_walks_to_its_end(type_key):
    end = end_of(type_key)
    application = engine.sent(type_key)
    engine.walk(application, engine.desk_team(application), end)
    assert application.phase == ENDS[end]
    assert application.ended_at
    if end == "approve":
        assert application.permit.paper.number
    if end == "hand_over":
        assert application.handed_over_to == "Siti"


@pytest.mark.parametrize("type_key", TYPES)
def test_every_offer_has_a_sentence_in_both_languages(type_key):
    defn = CaseFile(engine.draft(type_key, filled=False)).definition
    for stage in defn.stages:
        for action in stage.actions:
            assert action.says
            assert action.says_en


def issued() -> tuple[Application, dict]:
    application = engine.sent("izin-penelitian")
    team = engine.desk_team(application)
    engine.walk(application, team, "approve")
    return application, team


def test_permit_numbers_are_gapless_per_type_and_year():
    papers = [issued()[0].permit.paper for _n in range(3)]
    numbers = [Sequence.objects.get(kind__startswith="permit:").value]
    assert numbers == [3]
    assert len({paper.number for paper in papers}) == 3


def test_the_paper_is_frozen_and_masks_its_holder():
    application, _team = issued()
    paper = application.permit.paper
    assert paper.payload_sha256
    assert application.holder_name not in paper.holder_masked
    assert paper.state == "valid"
    assert paper.pdf_state == "pending"
    assert [step.act for step in application.steps.all()][-2:] == ["approve", "issue"]


def test_reject_needs_a_reason_and_tells_it():
    application = engine.sent("ktp-hilang")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    with pytest.raises(Refused):
        engine.step(application, actor, "reject", reason="  ")
    engine.step(application, actor, "reject", reason="Data tidak cocok.")
    assert application.phase == Phase.REJECTED
    assert application.decision.reason == "Data tidak cocok."
    assert "Data tidak cocok." in Notice.objects.get(kind="permits.rejected").body


def test_a_second_decision_is_refused_and_told_who_was_first():
    application = engine.sent("ktp-hilang")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    stage_key = application.stage_key
    engine.step(application, actor, "reject", reason="Data tidak cocok.")
    with pytest.raises(WrongState) as told:
        actions.perform(
            application,
            actor=actor,
            action_key="reject",
            key="other",
            stage_key=stage_key,
            reason="Lagi.",
        )
    assert str(actor) in told.value.sentence
    assert Decision.objects.count() == 1


def test_the_same_key_decides_once():
    application = engine.sent("ktp-hilang")
    actor = engine.at_desk(application, engine.desk_team(application))
    for _twice in range(2):
        actions.perform(
            application,
            actor=actor,
            action_key="reject",
            key="same",
            stage_key="check",
            reason="Data tidak cocok.",
        )
    assert application.steps.filter(act="reject").count() == 1


def test_a_stale_stage_and_an_unknown_action_are_told():
    application = engine.sent("sip-dokter")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    with pytest.raises(Refused):
        actions.perform(
            application, actor=actor, action_key="none", key="k", stage_key=application.stage_key
        )
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    with pytest.raises(WrongState):
        actions.perform(
            application, actor=actor, action_key="to-verification", key="k2", stage_key="intake"
        )


def test_guards_name_what_is_missing():
    application = engine.sent("sip-dokter")
    actor = engine.at_desk(application, engine.desk_team(application))
    sentences = {o.verdict.sentence for o in offers(CaseFile(application), actor)}
    assert all(sentences)


def test_hand_over_needs_the_receiver():
    application = engine.sent("ktp-hilang")
    team = engine.desk_team(application)
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    actor = engine.at_desk(application, team)
    engine.work_through(application, actor)
    with pytest.raises(Refused):
        engine.step(application, actor, "hand_over")
    application.refresh_from_db()
    assert application.phase == Phase.IN_REVIEW


# --- the issued permit --------------------------------------------------------------------


def test_suspend_restore_revoke():
    application, team = issued()
    permit = application.permit
    head = team["dpmptsp/head"]
    for number, (change, state) in enumerate(
        [("suspend", "suspended"), ("restore", "valid"), ("revoke", "revoked")]
    ):
        paper = actions.change_paper(
            permit, actor=head, change=change, reason="Alasan.", key=f"c{number}"
        )
        assert paper.state == state
    with pytest.raises(WrongState):
        actions.change_paper(permit, actor=head, change="restore", reason="x", key="z")
    assert permit.paper.permit_steps.count() == 3


@pytest.mark.parametrize(("change", "reason"), [("destroy", "x"), ("revoke", " ")])
def test_change_paper_refuses_nonsense(change, reason):
    application, team = issued()
    with pytest.raises(Refused):
        actions.change_paper(
            application.permit, actor=team["dpmptsp/head"], change=change, reason=reason, key="k"
        )


def test_only_the_head_changes_a_paper():
    application, _team = issued()
    with pytest.raises(Refused):
        actions.change_paper(
            application.permit,
            actor=engine.staff("dpmptsp", "verifier"),
            change="revoke",
            reason="x",
            key="k",
        )


# --- what the database repeats ------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"phase": "flying"},
        {"phase": "submitted"},
        {"phase": "rejected", "ended_at": None},
    ],
)
def test_the_database_refuses_impossible_phases(columns):
    application = engine.draft(filled=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**columns)


def test_the_database_refuses_a_paper_ready_without_pdf():
    application, _team = issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=application.permit.paper_id).update(pdf_state="ready")


def test_definitions_of_the_types_round_trip():
    for type_key in TYPES:
        defn = CaseFile(engine.draft(type_key, filled=False)).definition
        assert definition.from_yaml(definition.to_yaml(defn)) == defn
