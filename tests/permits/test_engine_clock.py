"""The ledger, dates and promises, also for late files and gates with their silence."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Notice
from mpp.kit import clock
from permits import actions, guards, sweeps
from permits.actions import base
from permits.casefile import CaseFile
from permits.models import Opinion
from permits.workflow import Refused
from tests.permits import engine
from tests.permits.situations import (
    REASON,
    at_desk,
    back_and_forth,
    changed_definition,
    in_correction,
    plain_of,
)

pytestmark = pytest.mark.django_db


def kinds(application) -> list[str]:
    return [event.kind for event in application.clock_events.all()]


def test_correction_before_complete_gives_new_dates_and_no_ledger():
    application, _team, actor = at_desk()
    slot = CaseFile(application).documents[0].slot
    in_correction(application, actor, slot)
    with time_machine.travel(clock.now() + timedelta(days=10), tick=False):
        actions.attach(
            application, actor=application.owner, slot=slot, file=engine.stored(), position=1
        )
        actions.resubmit(application, actor=application.owner, key="r")
        assert kinds(application) == []
        assert clock.now() < application.due_at < application.promised_at
        assert sweeps.presume_complete() == 0


def test_a_waiting_file_is_not_presumed_complete():
    application, _team, actor = at_desk()
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    with time_machine.travel(clock.now() + timedelta(days=20), tick=False):
        assert sweeps.presume_complete() == 0
        assert actions.presume_complete(application).complete_at is None


def test_presuming_looks_again_at_the_date():
    application = engine.sent()
    assert actions.presume_complete(application).complete_at is None
    with time_machine.travel(application.due_at + timedelta(hours=1), tick=False):
        due = application.due_at
        assert sweeps.presume_complete() == 1
        application.refresh_from_db()
        assert application.complete_at == due
        assert application.promised_at == application.due_at


def test_one_broken_file_does_not_stop_presuming(logged_errors):
    first, second = engine.sent(), engine.sent()
    standard = first.version.standard
    standard.pk, standard._state.adding = None, True
    standard.version, standard.state, standard.limit_unit = 99, "past", "moons"
    standard.save()
    changed_definition(first)
    type(first.version).objects.filter(pk=first.version_id).update(standard=standard)
    with time_machine.travel(first.due_at + timedelta(hours=1), tick=False):
        assert sweeps.presume_complete() == 1
    second.refresh_from_db()
    assert second.complete_at
    assert logged_errors


def test_taking_a_request_back_is_neutral_before_and_after_complete():
    for complete in (False, True):
        application, _team, actor = at_desk()
        if complete:
            actions.declare_complete(application, actor=actor)
        due = application.due_at
        slot = CaseFile(application).documents[0].slot
        actions.ask_corrections(application, actor=actor, items={slot: REASON}, key="a")
        actions.cancel_corrections(application, actor=actor, key="c", reason="x")
        assert application.due_at == due
        assert application.promised_at >= application.due_at
        if complete:
            assert application.promised_at == application.due_at


def test_withdrawing_stops_the_clock():
    application, _team, actor = at_desk()
    actions.declare_complete(application, actor=actor)
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    actions.withdraw(application, actor=application.owner, key="w")
    assert kinds(application) == ["start", "pause", "stop"]
    assert not application.correction_rounds.filter(state="open").exists()


def test_no_intake_days_means_complete_at_once():
    application = engine.draft("ktp-hilang")
    standard = application.version.standard
    standard.intake_days = 0
    standard.save()
    actions.submit(application, actor=application.owner, key="k")
    assert application.complete_at == application.submitted_at
    assert application.promised_at == application.due_at
    assert kinds(application) == ["start"]


def test_without_a_standard_the_law_gives_five_working_days():
    application = engine.draft("ktp-hilang")
    type(application.version).objects.filter(pk=application.version_id).update(standard=None)
    application.refresh_from_db()
    assert base.limit_of(CaseFile(application)).n == 5
    actions.submit(application, actor=application.owner, key="k")
    assert application.promised_at > application.due_at


def test_a_late_file_stays_late_through_a_correction():
    application, _team, actor = at_desk()
    actions.declare_complete(application, actor=actor)
    due = application.due_at
    with time_machine.travel(due + timedelta(days=3), tick=False) as travel:
        slot = CaseFile(application).documents[0].slot
        in_correction(application, actor, slot)
        travel.shift(timedelta(days=4))
        actions.attach(
            application, actor=application.owner, slot=slot, file=engine.stored(), position=1
        )
        actions.resubmit(application, actor=application.owner, key="r")
        assert application.due_at == due
        assert CaseFile(application).is_late()


def test_corrections_need_a_day_in_the_future():
    application, _team, actor = at_desk()
    slot = CaseFile(application).documents[0].slot
    with pytest.raises(Refused):
        actions.ask_corrections(
            application, actor=actor, items={slot: REASON}, key="a", due_on=clock.today()
        )


def gate(mode: str, silence: str = "block", how_many: int = 2):
    """A file in a gate with this rule, its desk and the asked opinions."""
    application, _team, _actor = at_desk("ktp-hilang")
    plain = plain_of(application)
    requests = [
        {"key": f"q{n}", "agency": key, "role": "opinion_giver", "question": "?"}
        for n, key in enumerate(("dinkes", "dpmptsp")[:how_many])
    ]
    plain["stages"][0]["opinions"] = {
        "mode": mode,
        "due_days": 2,
        "silence": silence,
        "requests": requests,
    }
    changed_definition(application, stages=plain["stages"])
    base.enter_stage(application, CaseFile(application).stage, clock.now())
    return application, list(application.opinions.order_by("id"))


def give(opinion: Opinion, answer: str):
    giver = engine.staff(opinion.agency.key, opinion.role)
    return actions.give_opinion(opinion, actor=giver, answer=answer, text="Alasan.")


def is_open(application) -> bool:
    return bool(guards.opinions_in(CaseFile(application)))


def test_any_needs_one_without_objection():
    application, (first, second) = gate("any")
    assert not is_open(application)
    give(first, "object")
    assert not is_open(application)
    give(second, "conditions")
    assert is_open(application)


def test_any_with_objections_only_stays_shut():
    application, opinions = gate("any")
    for opinion in opinions:
        give(opinion, "object")
    assert "Dinkes" in guards.opinions_in(CaseFile(application)).sentence


def test_advisory_waits_for_nobody():
    application, (first, _second) = gate("advisory")
    give(first, "object")
    assert is_open(application)


@pytest.mark.parametrize(
    ("silence", "opens"), [("no_objection", True), ("block", False), ("escalate", False)]
)
def test_what_silence_means(silence, opens):
    application, opinions = gate("all", silence)
    supervisor = engine.staff("dpmptsp", "supervisor")
    with time_machine.travel(opinions[0].due_at + timedelta(hours=1), tick=False):
        assert actions.expire_opinions() == 2
    assert is_open(application) is opens
    told = Notice.objects.filter(kind="permits.opinion_silent", recipient=supervisor)
    assert told.exists() is (silence == "escalate")


def test_a_gate_nobody_was_asked_in_stays_shut():
    application, opinions = gate("all")
    Opinion.objects.filter(pk__in=[o.pk for o in opinions]).delete()
    assert not is_open(application)


def test_an_objection_is_asked_again_when_the_file_was_put_right():
    application, (opinion,) = gate("all", how_many=1)
    give(opinion, "object")
    actor = engine.staff("dukcapil", "verifier")
    slot = CaseFile(application).documents[0].slot
    in_correction(application, actor, slot)
    actions.attach(
        application, actor=application.owner, slot=slot, file=engine.stored(), position=1
    )
    actions.resubmit(application, actor=application.owner, key="r")
    newest = application.opinions.latest("attempt")
    assert (newest.attempt, newest.state) == (2, "asked")
    assert not is_open(application)
    give(newest, "agree")
    assert is_open(application)


def test_silence_of_the_first_visit_does_not_block_the_second():
    application, team, actor = at_desk()
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    first = application.opinions.get()
    with time_machine.travel(first.due_at + timedelta(hours=1), tick=False):
        actions.expire_opinions()
        back_and_forth(application, team)
        second = application.opinions.latest("attempt")
        assert second.attempt == 2
        engine.give_all(application, team)
    assert is_open(application)


def test_an_opinion_of_a_left_gate_is_not_open():
    application, team, actor = at_desk()
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    opinion = application.opinions.get()
    with time_machine.travel(opinion.due_at + timedelta(hours=1), tick=False):
        actions.expire_opinions()
        engine.step(application, engine.at_desk(application, team), "send_back", reason="x")
    opinion.refresh_from_db()
    assert opinion.state == "silent"
    with pytest.raises(Refused):
        actions.give_opinion(opinion, actor=team["dinkes/opinion_giver"], answer="agree", text="")


def test_time_for_opinions_rests_during_corrections():
    application, (opinion,) = gate("all", how_many=1)
    actor = engine.staff("dukcapil", "verifier")
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    with time_machine.travel(opinion.due_at + timedelta(days=1), tick=False):
        assert actions.expire_opinions() == 0
        actions.cancel_corrections(application, actor=actor, key="c", reason="x")
        opinion.refresh_from_db()
        assert opinion.due_at > clock.now()
