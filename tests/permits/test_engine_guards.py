"""Guards and rights one by one, moving a draft to a new form, and the rules of typed values."""

from datetime import timedelta

import pytest
import time_machine

from mpp.kit import clock
from mpp.kit.models import StoredFile
from permits import actions, definition, guards, permissions, rules, sweeps, workflow
from permits.actions.renew import form_changes
from permits.casefile import CaseFile
from permits.models import Application, Phase
from permits.versions import definition_of
from permits.workflow import Refused
from tests.permits import engine
from tests.permits.situations import at_desk, changed_definition, in_correction, plain_of

pytestmark = pytest.mark.django_db


# --- guards -------------------------------------------------------------------------------


def test_documents_must_be_there_good_and_looked_at():
    application, _team, actor = at_desk()
    first, second = CaseFile(application).documents[:2]

    def refusal() -> str:
        return guards.documents_accepted(CaseFile(application)).sentence

    waiting = refusal()
    assert waiting
    actions.judge_document(first, actor=actor, outcome="rejected", reason="Buram.")
    rejected = refusal()
    assert rejected not in ("", waiting)
    for document in CaseFile(application).documents:
        actions.judge_document(document, actor=actor, outcome="accepted")
    assert guards.documents_accepted(CaseFile(application))
    application.documents.filter(pk=second.pk).update(removed_at=clock.now())
    assert refusal() not in ("", rejected)


def test_the_checklist_must_be_done():
    application, _team, actor = at_desk()
    assert not guards.checklist_done(CaseFile(application))
    for item in CaseFile(application).stage.checklist:
        actions.tick(application, actor=actor, item_key=item.key, done=True)
    assert guards.checklist_done(CaseFile(application))


def test_an_open_round_stops_every_action():
    application, _team, actor = at_desk()
    assert guards.no_open_correction(CaseFile(application))
    in_correction(application, actor, CaseFile(application).documents[0].slot)
    case = CaseFile(application)
    assert not guards.no_open_correction(case)
    assert not guards.check(("no_open_correction",), case)
    assert not any(offer.verdict for offer in workflow.offers(case, actor))
    action = case.stage.actions[0]
    assert not workflow.judge(case, action, permissions.YES)


def test_a_draft_offers_nothing():
    application = engine.draft(filled=False)
    assert workflow.offers(CaseFile(application), application.owner) == []
    assert guards.checklist_done(CaseFile(application))
    assert guards.opinions_in(CaseFile(application))


def test_the_clock_must_have_started():
    application, _team, actor = at_desk()
    assert not guards.declared_complete(CaseFile(application))
    actions.declare_complete(application, actor=actor)
    assert guards.declared_complete(CaseFile(application))
    assert not permissions.can_declare_complete(actor, application)


# --- rights -------------------------------------------------------------------------------


def test_the_citizen_edits_a_draft_and_withdraws_before_the_end():
    application = engine.draft()
    owner = application.owner
    assert permissions.can_edit(owner, application)
    assert permissions.can_withdraw(owner, application)
    assert not permissions.can_write_to_desk(owner, application)
    actions.submit(application, actor=owner, key="k")
    assert not permissions.can_edit(owner, application)
    actions.withdraw(application, actor=owner, key="w")
    assert not permissions.can_withdraw(owner, application)


def test_who_writes_to_the_applicant():
    application, _team, actor = at_desk("ktp-hilang")
    other = engine.staff("dinkes", "verifier")
    assert permissions.can_write(actor, application)
    assert not permissions.can_write(other, application)
    assert not permissions.can_write(application.owner, application)
    engine.step(application, actor, "reject", reason="Tidak cocok.")
    assert permissions.can_write(actor, application)
    assert not permissions.can_write(other, application)


def test_only_a_head_or_supervisor_gives_files_away():
    application, _team, actor = at_desk()
    head = engine.staff(application.desk_agency.key, "head")
    assert permissions.can_assign(head, application, actor)
    assert not permissions.can_assign(actor, application, actor)
    assert not permissions.can_assign(head, application, head)


def test_an_opinion_is_for_the_asked_and_never_on_ones_own_file():
    application, team, actor = at_desk()
    engine.work_through(application, actor)
    engine.step(application, actor, "forward")
    opinion = application.opinions.get()
    giver = team["dinkes/opinion_giver"]
    assert permissions.can_give_opinion(giver, opinion)
    assert not permissions.can_give_opinion(actor, opinion)
    giver.nik = application.holder_nik
    giver.save()
    assert not permissions.can_give_opinion(giver, opinion)
    actions.withdraw(application, actor=application.owner, key="w")
    opinion.refresh_from_db()
    assert not permissions.can_give_opinion(team["dinkes/opinion_giver"], opinion)


# --- a new form ---------------------------------------------------------------------------


def renewed(application: Application):
    """A newer published version: one field gone, one of another type, one more, a paper less."""
    old = application.version
    plain = plain_of(application)
    fields = plain["sections"][0]["fields"]
    gone = next(field for field in fields if field["type"] == "text")
    fields.remove(gone)
    fields.append({"key": "extra", "type": "text", "label": "Tambahan"})
    retyped = next(field for field in fields if field["type"] == "text")
    retyped["type"] = "long_text"
    dropped = plain["requirements"].pop(0)
    changed_definition(application, **plain)
    new = application.version
    Application.objects.filter(pk=application.pk).update(version=old)
    application.refresh_from_db()
    return new, gone["key"], retyped["key"], dropped["key"]


def test_a_draft_moves_to_the_new_form_by_key():
    application = engine.draft("ktp-hilang")
    new, gone, retyped, dropped = renewed(application)
    with pytest.raises(Refused):
        actions.submit(application, actor=application.owner, key="k")
    changes = form_changes(definition_of(application.version), definition_of(new))
    assert changes
    assert {piece.key for piece in changes.added} == {"extra"}
    assert {piece.key for piece in changes.removed} == {gone, dropped}
    assert retyped in {piece.key for piece in changes.changed}
    actions.move_to_current_version(application, actor=application.owner, to=new)
    case = CaseFile(application)
    assert application.version == new
    assert not {gone, retyped} & set(case.answers)
    assert case.answers
    assert not case.documents_in(f"req:{dropped}")


def test_only_a_draft_moves_and_only_to_what_is_in_force():
    application = engine.draft("ktp-hilang")
    owner = application.owner
    new, *_keys = renewed(application)
    wrong = [engine.version_of("sip-dokter"), application.version]
    for version in wrong:
        with pytest.raises(Refused):
            actions.move_to_current_version(application, actor=owner, to=version)
    actions.withdraw(application, actor=owner, key="w")
    with pytest.raises(Refused):
        actions.move_to_current_version(application, actor=owner, to=new)


# --- old drafts ---------------------------------------------------------------------------


def test_old_drafts_go_with_their_files_and_others_stay():
    old, sent = engine.draft("ktp-hilang"), engine.sent("ktp-hilang")
    shared = CaseFile(sent).documents[0].file
    slot = CaseFile(old).documents[0].slot
    actions.attach(old, actor=old.owner, slot=slot, file=shared, position=1)
    files = StoredFile.objects.filter(documents__application=old).values_list("pk", flat=True)
    files = set(files) - {shared.pk}
    with time_machine.travel(clock.now() + sweeps.DRAFT_KEPT + timedelta(days=1)):
        fresh = engine.draft("ktp-hilang")
        assert sweeps.expire_drafts() == 1
        assert sweeps.expire_drafts() == 0
    assert set(Application.objects.values_list("pk", flat=True)) == {sent.pk, fresh.pk}
    assert not StoredFile.objects.filter(pk__in=files).exists()
    assert StoredFile.objects.filter(pk=shared.pk).exists()


# --- typed values -------------------------------------------------------------------------


def problems(kind: str, value, **more) -> list[str]:
    field = definition.Field(key="f", type=kind, label="Isian", **more)
    return rules.check(field, value, today=clock.today())


WRONG = [
    ("integer", "1e309"),
    ("integer", "1.5"),
    ("integer", "\u0661\u0662"),
    ("integer", 10**30),
    ("decimal", "NaN"),
    ("decimal", "Infinity"),
    ("money", "1e999999"),
    ("money", "9" * 100_000),
    ("date", "20260101"),
    ("date", "2026-W01-1"),
    ("date", "2026-02-30"),
    ("date", "0000-01-01"),
    ("date_range", {"from": "2026-01-02", "to": "2026-01-01"}),
    ("date_range", {"from": "2026-01-02"}),
    ("date_range", "2026-01-01"),
    ("time", "24:00"),
    ("time", "\u0661\u0662:00"),
    ("choice", "gone"),
    ("choice", ["a"]),
    ("choices", ["a", "a"]),
    ("choices", ["a", {"b": 1}]),
    ("yes_no", "true"),
    ("email", "a" * 100_000),
    ("email", "x@"),
    ("nik", "1" * 100_000),
    ("phone", "x"),
    ("text", "x" * 100_000),
    ("long_text", "x" * 100_000),
    ("address", "jalan"),
    ("address", {"street": "x" * 100_000}),
    ("address", {"street": "Jalan", "region": "99.99"}),
    ("address", {"street": "Jalan", "postal_code": 1}),
    ("map_point", {"lat": "1e5", "lon": "112"}),
    ("map_point", {"lat": "NaN", "lon": "112"}),
    ("map_point", {"lat": "50", "lon": "112"}),
    ("map_point", {"lat": "-7"}),
    ("map_point", "x"),
    ("group", "x"),
    ("group", ["x"]),
    ("group", [{"a": 1}] * 1000),
]


@pytest.mark.parametrize(("kind", "value"), WRONG)
def test_hostile_values_get_a_sentence_and_no_fault(kind, value):
    option = definition.Option(value="a", label="A")
    more = {"options": (option,)} if kind.startswith("choice") else {}
    started = clock.now()
    assert problems(kind, value, **more)
    assert clock.now() - started < timedelta(seconds=1)


RIGHT = [
    ("integer", 5),
    ("money", "1250000"),
    ("decimal", "-0.125"),
    ("date", "0001-01-01"),
    ("date", "9999-12-31"),
    ("date_range", {"from": "2026-01-01", "to": "2026-01-01"}),
    ("time", "08:30"),
    ("yes_no", False),
    ("email", "siti@contoh.id"),
    ("map_point", {"lat": "-7.87", "lon": "112.52"}),
    ("text", "\u0001F600 =HYPERLINK("),
    ("heading", None),
    ("file", None),
    ("group", [{"a": "b"}]),
]


@pytest.mark.parametrize(("kind", "value"), RIGHT)
def test_right_values_pass(kind, value):
    assert problems(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        ("integer", 4, {"min": 5}),
        ("integer", 6, {"max": 5}),
        ("text", "ab", {"min_length": 3}),
        ("text", "ab", {"pattern": "[0-9]+", "pattern_hint": "Angka."}),
        ("date", "2020-01-01", {"min": "today-30"}),
        ("date", "2999-01-01", {"max": "2030-01-01"}),
        ("time", "07:00", {"min": "08:00"}),
        ("time", "17:00", {"max": "16:00"}),
        ("group", [{"a": 1}], {"min_rows": 2}),
        ("text", " ", {"required": True}),
        ("choice", "", {"required": True}),
        ("address", {"rt": "1"}, {"required": True}),
    ],
)
def test_each_rule_speaks(kind, value, rule):
    assert problems(kind, value, **rule)


def test_a_row_is_asked_only_what_it_shows():
    plain = {
        "key": "team",
        "type": "group",
        "label": "Anggota",
        "fields": [
            {"key": "is_lead", "type": "yes_no", "label": "Ketua?"},
            {
                "key": "letter",
                "type": "text",
                "label": "Surat",
                "required": True,
                "show_if": {"field": "is_lead", "op": "eq", "value": True},
            },
        ],
    }
    application = engine.draft("ktp-hilang")
    content = plain_of(application)
    content["sections"][0]["fields"].append(plain)
    changed_definition(application, **content)
    field = CaseFile(application).definition.field("team")
    today = clock.today()
    assert rules.check(field, [{"is_lead": False}], today=today) == []
    assert rules.check(field, [{"is_lead": True}], today=today)


def test_phases_of_a_file_in_hand():
    application = engine.sent()
    assert application.phase == Phase.SUBMITTED
    assert not CaseFile(application).is_late()
