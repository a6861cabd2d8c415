"""What an act refuses is said in a sentence and leaves the file as it was."""

from datetime import time, timedelta

import pytest
import time_machine

from accounts.models import Notice
from counters.models import Ticket
from mpp.kit import clock
from mpp.kit.states import WrongState
from permits import actions, permissions, sweeps
from permits.casefile import CaseFile
from permits.models import Opinion, OpinionAnswer, OpinionState, Phase
from permits.workflow import Refused
from tests.counters.queue.hall import make_queue
from tests.permits import engine
from tests.permits.situations import REASON, at_desk, changed_definition, in_correction, plain_of

pytestmark = pytest.mark.django_db


def at_gate():
    """A file that waits for the health office's opinion, its team, and the one opinion."""
    application, team, actor = at_desk()
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    return application, team, application.opinions.get()


def test_a_place_the_form_does_not_have_takes_no_file():
    application = engine.draft("sip-dokter")
    before = list(application.documents.values_list("slot", "position", "file"))
    slot = before[0][0]
    for position in (0, 99):
        with pytest.raises(Refused, match="penuh|room") as refused:
            actions.attach(
                application,
                actor=application.owner,
                slot=slot,
                file=engine.stored(),
                position=position,
            )
        assert refused.value.status == 409
    now_there = application.documents.filter(removed_at__isnull=True)
    assert list(now_there.values_list("slot", "position", "file")) == before


def test_a_stage_without_corrections_asks_for_none():
    application, _team, actor = at_desk()
    plain = plain_of(application)
    plain["stages"][0]["corrections"] = False
    changed_definition(application, **plain)
    slot = CaseFile(application).documents[0].slot
    with pytest.raises(Refused):
        actions.ask_corrections(application, actor=actor, items={slot: REASON}, key="a")
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert not application.correction_rounds.exists()


def test_a_request_is_taken_back_once():
    """The second of two colleagues is told; the clock goes on only once."""
    application, _team, actor = at_desk()
    actions.declare_complete(application, actor=actor)
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    actions.cancel_corrections(application, actor=actor, key="c", reason="Keliru.")
    before = (application.due_at, application.clock_events.count(), Notice.objects.count())
    with pytest.raises(WrongState):
        actions.cancel_corrections(application, actor=actor, key="d", reason="Keliru.")
    application.refresh_from_db()
    assert before == (
        application.due_at,
        application.clock_events.count(),
        Notice.objects.count(),
    )


def test_a_file_that_was_never_complete_lapses_without_a_clock():
    application, _team, actor = at_desk()
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    due = application.correction_rounds.get().due_on
    with time_machine.travel(clock.instant(due, time(12)) + timedelta(days=15), tick=False):
        assert sweeps.follow_corrections() == 1
    application.refresh_from_db()
    assert application.phase == Phase.LAPSED
    assert not application.clock_events.exists()


def test_an_ended_file_takes_no_number():
    application = engine.sent()
    actions.withdraw(application, actor=application.owner, key="w")
    with pytest.raises(Refused):
        actions.take_number(
            application, actor=application.owner, queue=make_queue("dpmptsp", "A"), key="k"
        )
    assert not Ticket.objects.exists()


def test_an_agency_is_not_asked_again_while_its_question_is_open_or_agreed():
    application, team, opinion = at_gate()
    actor = engine.at_desk(application, team)
    actions.take(application, actor=actor)
    for answered in (False, True):
        if answered:
            actions.give_opinion(
                opinion, actor=team["dinkes/opinion_giver"], answer="agree", text=""
            )
        slot = CaseFile(application).documents[0].slot
        key = f"ask{answered}"
        actions.ask_corrections(application, actor=actor, items={slot: REASON}, key=key)
        actions.attach(
            application, actor=application.owner, slot=slot, file=engine.stored(), position=1
        )
        actions.resubmit(application, actor=application.owner, key=f"again{answered}")
        assert application.opinions.get() == opinion
    opinion.refresh_from_db()
    assert (opinion.state, opinion.answer) == (OpinionState.GIVEN, OpinionAnswer.AGREE)


def test_a_colleague_who_was_faster_with_an_opinion_is_not_overwritten(monkeypatch):
    """Between the look and the write a colleague answered: the second is told."""
    _application, team, opinion = at_gate()
    giver, colleague = team["dinkes/opinion_giver"], engine.staff("dinkes", "opinion_giver")
    may = permissions.can_give_opinion

    def and_meanwhile(user, asked):
        verdict = may(user, asked)
        Opinion.objects.filter(pk=asked.pk).update(
            state=OpinionState.GIVEN,
            answer="object",
            text="Tidak layak.",
            given_by=colleague,
            given_at=clock.now(),
        )
        return verdict

    monkeypatch.setattr(permissions, "can_give_opinion", and_meanwhile)
    told = Notice.objects.count()
    with pytest.raises(WrongState):
        actions.give_opinion(opinion, actor=giver, answer="agree", text="")
    opinion.refresh_from_db()
    # What the colleague wrote in this test was undone with the act; nothing else was written.
    assert (opinion.answer, opinion.given_by) == ("", None)
    assert Notice.objects.count() == told


def test_an_opinion_given_in_the_last_moment_is_not_called_silent(monkeypatch):
    """The sweep read two late questions; the second is answered while it marks the first."""
    _first, _team, early = at_gate()
    _second, team, late = at_gate()
    said = []

    def while_the_first_is_told(opinion):
        said.append(opinion)
        actions.give_opinion(late, actor=team["dinkes/opinion_giver"], answer="agree", text="")

    monkeypatch.setattr("permits.notices.opinion_silent", while_the_first_is_told)
    with time_machine.travel(late.due_at + timedelta(days=1), tick=False):
        assert actions.expire_opinions() == 1
    assert said == [early]
    late.refresh_from_db()
    assert late.state == OpinionState.GIVEN
