"""What is stored and printed: encrypted, ordered, gapless, plain."""

from decimal import Decimal

import pytest
from django.db import connection
from django.utils.translation import override

from mpp.kit import clock
from mpp.kit.models import Sequence
from permits import actions, definition, papers
from permits.answers import answers_of, store
from permits.casefile import CaseFile
from permits.display import shown_value
from permits.models import Application, Submission
from permits.workflow import Refused
from tests.permits import engine
from tests.permits.situations import (
    at_desk,
    changed_definition,
    conditional,
    in_correction,
    plain_of,
)

pytestmark = pytest.mark.django_db


GROUP = {
    "key": "team",
    "type": "group",
    "label": "Anggota",
    "max_rows": 100,
    "fields": [
        {"key": "member_nik", "type": "nik", "label": "NIK", "required": True},
        {"key": "is_lead", "type": "yes_no", "label": "Ketua?"},
        {
            "key": "letter",
            "type": "text",
            "label": "Surat tugas",
            "required": True,
            "show_if": {"field": "is_lead", "op": "eq", "value": True},
        },
    ],
}
NIK = "3579014507900001"


def with_group(**changes) -> Application:
    application = engine.draft("ktp-hilang")
    plain = plain_of(application)
    plain["sections"][0]["fields"].append(GROUP | changes)
    changed_definition(application, **plain)
    return application


def test_a_nik_in_a_group_is_encrypted_wherever_it_lies():
    application = with_group()
    rows = [{"member_nik": NIK, "is_lead": False}]
    actions.save_answers(application, actor=application.owner, values={"team": rows})
    assert all(NIK not in row.value for row in application.answers.all())
    actions.submit(application, actor=application.owner, key="k")
    actor = engine.staff("dukcapil", "verifier")
    in_correction(application, actor, "field:team")
    with connection.cursor() as cursor:
        for table, column in [
            ("permits_submission", "content"),
            ("permits_correctionitem", "before"),
            ("permits_answer", "value"),
            ("permits_application", "holder_nik"),
        ]:
            cursor.execute(f"SELECT {column} FROM {table}")
            assert all(NIK not in row[0] for row in cursor.fetchall())
    assert Submission.objects.get(application=application).content.count(NIK)


def test_a_sensitive_group_hides_all_its_parts():
    application = with_group(sensitive=True)
    rows = [{"member_nik": NIK, "is_lead": True, "letter": "Rahasia"}]
    actions.save_answers(application, actor=application.owner, values={"team": rows})
    stored = application.answers.filter(field_key__startswith="team.")
    assert stored.count() == 3
    assert all(row.is_encrypted for row in stored)


def test_a_thousand_rows_keep_their_order():
    application = with_group()
    rows = [{"letter": f"Surat {n}"} for n in range(1, 1101)]
    actions.save_answers(application, actor=application.owner, values={"team": rows})
    found = answers_of(application, CaseFile(application).definition)["team"]
    assert [row["letter"] for row in found] == [row["letter"] for row in rows]
    with pytest.raises(Refused):
        actions.submit(application, actor=application.owner, key="k")


def test_the_snapshot_holds_what_counts():
    application = conditional()
    case = CaseFile(application)
    sent = case.sent
    assert sent["answers"] == case.visible_answers
    assert sent["version"] == application.version.digest
    assert {row["sha256"] for row in sent["documents"]} == {d.file.sha256 for d in case.documents}
    assert all(d.round == 1 for d in case.documents)


def test_numbers_go_back_with_their_act(monkeypatch):
    engine.sent("ktp-hilang")
    application = engine.draft("ktp-hilang")

    def broken(*_args, **_kwargs):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("permits.notices.submitted", broken)
        with pytest.raises(RuntimeError):
            actions.submit(application, actor=application.owner, key="k")
    assert Sequence.objects.get(kind="application").value == 1
    actions.submit(application, actor=application.owner, key="k")
    assert "000002" in application.number


def test_a_paper_is_indonesian_whoever_looks():
    application, _team, _actor = at_desk("izin-penelitian")
    case = CaseFile(application)
    options = {
        "number": "1",
        "code": "0" * 16,
        "issued_on": clock.today(),
        "valid_until": clock.today(),
    }
    expected = papers.payload(case, **options)
    with override("en"):
        assert papers.payload(CaseFile(application), **options) == expected


@pytest.mark.parametrize("text", ["{holder} {number}", "*b* #set page()", "{x.__class__}", "$"])
def test_answers_on_a_paper_stay_plain_text(text):
    assert papers.fill("A {answer.a} B", {"answer.a": text}) == f"A {text} B"


def test_a_hidden_answer_is_not_printed():
    application = conditional()
    store(application, CaseFile(application).definition, {"agent_name": "Rahasia"})
    texts = papers.answer_texts(CaseFile(application))
    assert "answer.agent_name" not in texts
    assert texts["answer.by_agent"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e309", "1e999999", "9" * 5000, "x"])
def test_a_number_that_was_typed_wrong_is_shown_as_typed(value):
    field = definition.Field(key="n", type="money", label="Nilai")
    assert value in shown_value(field, value)


def test_a_usual_number_is_grouped():
    field = definition.Field(key="n", type="decimal", label="Nilai")
    with override("id"):
        assert shown_value(field, str(Decimal("1234567.50"))) == "1.234.567,5"
