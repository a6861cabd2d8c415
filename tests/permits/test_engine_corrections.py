"""Corrections: what may change, what counts as done, what is undone."""

from datetime import time, timedelta

import pytest
import time_machine

from accounts.models import Notice
from mpp.kit import clock
from mpp.kit.states import WrongState
from permits import actions, sweeps
from permits.answers import store
from permits.casefile import CaseFile
from permits.models import Phase
from permits.workflow import Refused
from tests.permits import engine
from tests.permits.situations import (
    REASON,
    at_desk,
    changed_definition,
    conditional,
    in_correction,
    plain_of,
)

pytestmark = pytest.mark.django_db


def test_what_a_corrected_answer_asks_newly_can_be_given():
    application = conditional()
    owner, actor = application.owner, engine.staff("dukcapil", "verifier")
    in_correction(application, actor, "field:by_agent")
    with pytest.raises(Refused):
        actions.attach(application, actor=owner, slot="req:surat-kuasa", file=engine.stored())
    actions.save_answers(application, actor=owner, values={"by_agent": True})
    with pytest.raises(Refused):
        actions.resubmit(application, actor=owner, key="early")
    case = CaseFile(application)
    assert case.newly_asked == {"req:surat-kuasa", "field:agent_name"}
    actions.attach(application, actor=owner, slot="req:surat-kuasa", file=engine.stored())
    actions.save_answers(application, actor=owner, values={"agent_name": "Andi"})
    actions.resubmit(application, actor=owner, key="r")
    assert application.phase == Phase.IN_REVIEW
    assert CaseFile(application).sent["answers"]["agent_name"] == "Andi"


def test_taking_a_request_back_undoes_what_was_not_sent():
    application = conditional()
    owner, actor = application.owner, engine.staff("dukcapil", "verifier")
    document = CaseFile(application).documents[0]
    in_correction(application, actor, "field:by_agent", document.slot)
    actions.save_answers(application, actor=owner, values={"by_agent": True})
    actions.save_answers(application, actor=owner, values={"agent_name": "Andi"})
    actions.attach(application, actor=owner, slot=document.slot, file=engine.stored(), position=1)
    actions.attach(application, actor=owner, slot="req:surat-kuasa", file=engine.stored())
    actions.cancel_corrections(application, actor=actor, key="c", reason="x")
    case = CaseFile(application)
    assert case.visible_answers == case.sent["answers"]
    assert [d.pk for d in case.documents] == [row["id"] for row in case.sent["documents"]]


def test_an_asked_part_that_the_form_no_longer_shows_counts_as_done():
    application = conditional()
    owner, actor = application.owner, engine.staff("dukcapil", "verifier")
    in_correction(application, actor, "field:by_agent")
    actions.save_answers(application, actor=owner, values={"by_agent": True})
    actions.save_answers(application, actor=owner, values={"agent_name": "Andi"})
    actions.attach(application, actor=owner, slot="req:surat-kuasa", file=engine.stored())
    actions.resubmit(application, actor=owner, key="r1")
    actions.ask_corrections(
        application,
        actor=actor,
        items={"field:by_agent": REASON, "field:agent_name": REASON, "req:surat-kuasa": REASON},
        key="a2",
    )
    actions.save_answers(application, actor=owner, values={"by_agent": False})
    actions.resubmit(application, actor=owner, key="r2")
    assert "agent_name" not in CaseFile(application).sent["answers"]


@pytest.mark.parametrize("target", ["field:agent_name", "req:surat-kuasa", "field:none", "x"])
def test_what_the_form_does_not_show_cannot_be_asked(target):
    application = conditional()
    actor = engine.staff("dukcapil", "verifier")
    with pytest.raises(Refused):
        in_correction(application, actor, target)


def test_an_answer_that_time_made_wrong_does_not_lock_a_correction():
    application = engine.draft("ktp-hilang")
    plain = plain_of(application)
    day = {"key": "pickup", "type": "date", "label": "Ambil", "required": True, "min": "today"}
    plain["sections"][0]["fields"].append(day)
    changed_definition(application, **plain)
    owner = application.owner
    actions.save_answers(application, actor=owner, values={"pickup": clock.today().isoformat()})
    actions.submit(application, actor=owner, key="s")
    actor = engine.staff("dukcapil", "verifier")
    slot = CaseFile(application).documents[0].slot
    in_correction(application, actor, slot)
    with time_machine.travel(clock.now() + timedelta(days=5), tick=False):
        actions.attach(application, actor=owner, slot=slot, file=engine.stored(), position=1)
        actions.resubmit(application, actor=owner, key="r")
    assert application.phase == Phase.IN_REVIEW


def test_the_same_file_again_is_no_correction():
    application, _team, actor = at_desk()
    owner, document = application.owner, CaseFile(application).documents[0]
    in_correction(application, actor, document.slot)
    actions.remove_document(application, actor=owner, document=document)
    actions.attach(application, actor=owner, slot=document.slot, file=document.file)
    with pytest.raises(Refused):
        actions.resubmit(application, actor=owner, key="r")


def test_the_holder_follows_a_corrected_name():
    application, _team, actor = at_desk("sip-dokter")
    case = CaseFile(application)
    field = next(f for f in case.definition.all_fields() if f.prefill == "profile.full_name")
    in_correction(application, actor, f"field:{field.key}")
    actions.save_answers(
        application, actor=application.owner, values={field.key: "Sitti  Rachmawati"}
    )
    actions.resubmit(application, actor=application.owner, key="r")
    assert application.holder_name == "Sitti Rachmawati"
    tokens = set(application.name_tokens.values_list("token", flat=True))
    assert tokens == {"sitti", "rachmawati"}


def test_the_holder_is_whom_the_definition_names():
    application = engine.sent("izin-penelitian")
    case = CaseFile(application)
    assert application.holder_name == case.answers["leader_name"]


def test_a_very_long_name_is_cut_not_refused_by_the_database():
    application = engine.draft("izin-penelitian")
    plain = plain_of(application)
    fields = [field for section in plain["sections"] for field in section["fields"]]
    next(field for field in fields if field["key"] == "leader_name")["max_length"] = 400
    changed_definition(application, **plain)
    store(application, CaseFile(application).definition, {"leader_name": "Ab " * 100})
    actions.submit(application, actor=application.owner, key="k")
    assert len(application.holder_name) <= 200


def test_corrections_that_never_come_are_reminded_of_and_end_the_file():
    application, _team, actor = at_desk()
    actions.declare_complete(application, actor=actor)
    slot = CaseFile(application).documents[0].slot
    in_correction(application, actor, slot)
    due = application.correction_rounds.get().due_on
    noon = clock.instant(due, time(12))
    with time_machine.travel(noon - timedelta(days=2), tick=False):
        assert sweeps.follow_corrections() == 0
        assert sweeps.follow_corrections() == 0
    reminder = Notice.objects.get(kind="permits.correction_due")
    assert "<" not in reminder.body
    with time_machine.travel(noon + timedelta(days=10), tick=False):
        assert sweeps.follow_corrections() == 0
    with time_machine.travel(noon + timedelta(days=15), tick=False):
        assert sweeps.follow_corrections() == 1
    application.refresh_from_db()
    assert application.phase == Phase.LAPSED
    assert [e.kind for e in application.clock_events.all()] == ["start", "pause", "stop"]
    assert Notice.objects.filter(kind="permits.lapsed").exists()
    with pytest.raises(WrongState):
        actions.resubmit(application, actor=application.owner, key="late")
