"""Permit types as data: reading, writing, look-ups, publishing checks, differences."""

import copy
import json
import re
import time
from datetime import date

import pytest
from django.utils import translation

from permits import definition as definitions
from permits import guards
from permits.definition import (
    GUARD_NAMES,
    DefinitionError,
    date_bound,
    diff,
    from_yaml,
    parse,
    problems,
)
from permits.definition.patterns import pattern_fault
from permits.definition.shapes import FILE_KINDS, Field
from permits.definition.whole import PermitDefinition

AGENCIES = {"dpmptsp", "dinkes"}


def base() -> dict:
    """The smallest type that can be published, with one of most things."""
    return {
        "schema": "mpp.permit-type/1",
        "key": "izin",
        "service": "izin",
        "name": "Izin",
        "name_en": "Permit",
        "sources": ["https://example.org/izin"],
        "standard": {
            "time_limit": {"n": 5, "unit": "working_days"},
            "fee_idr": 0,
            "fee": "Gratis",
            "fee_en": "Free",
            "decree_on": "2026-01-05",
            "product": "Izin",
            "product_en": "Permit",
            "procedure": ["Isi."],
            "procedure_en": ["Fill in."],
            "complaints": "Meja depan",
            "complaints_en": "Front desk",
        },
        "requirements": [
            {"key": "ktp", "title": "KTP", "title_en": "ID card"},
            {
                "key": "akta",
                "title": "Akta",
                "title_en": "Deed",
                "show_if": {"field": "kind", "op": "eq", "value": "b"},
            },
        ],
        "sections": [
            {
                "key": "data",
                "title": "Data",
                "title_en": "Data",
                "fields": [
                    {
                        "key": "kind",
                        "type": "choice",
                        "label": "Jenis",
                        "label_en": "Kind",
                        "options": [
                            {"value": "a", "label": "A", "label_en": "A"},
                            {"value": "b", "label": "B", "label_en": "B"},
                        ],
                    },
                    {
                        "key": "name",
                        "type": "text",
                        "label": "Nama",
                        "label_en": "Name",
                        "required": True,
                        "show_if": {"field": "kind", "op": "eq", "value": "a"},
                    },
                    {
                        "key": "until",
                        "type": "date",
                        "label": "Sampai",
                        "label_en": "Until",
                        "required": True,
                    },
                    {
                        "key": "rows",
                        "type": "group",
                        "label": "Baris",
                        "label_en": "Rows",
                        "max_rows": 3,
                        "fields": [
                            {"key": "size", "type": "integer", "label": "U", "label_en": "S"}
                        ],
                    },
                ],
            }
        ],
        "stages": [
            {
                "key": "intake",
                "name": "Terima",
                "name_en": "Intake",
                "role": "front_desk",
                "intake": True,
                "checklist": [{"key": "seen", "text": "Dilihat", "text_en": "Seen"}],
                "opinions": {
                    "mode": "all",
                    "requests": [
                        {
                            "key": "health",
                            "agency": "dinkes",
                            "role": "opinion_giver",
                            "question": "Setuju?",
                            "question_en": "Agreed?",
                        }
                    ],
                },
                "actions": [
                    {
                        "key": "go",
                        "verb": "forward",
                        "to": "decide",
                        "label": "Teruskan",
                        "label_en": "Pass on",
                        "says": "Kepala menerima.",
                        "says_en": "The head receives it.",
                        "guards": ["declared_complete", "checklist_done", "opinions_in"],
                    }
                ],
            },
            {
                "key": "decide",
                "name": "Putuskan",
                "name_en": "Decide",
                "role": "head",
                "actions": [
                    {
                        "key": "yes",
                        "verb": "approve",
                        "label": "Setuju",
                        "label_en": "Approve",
                        "says": "Terbit.",
                        "says_en": "Issued.",
                    }
                ],
            },
        ],
        "document": {
            "title": "Izin",
            "title_en": "Permit",
            "sequence": "izin",
            "number_format": "503/{seq:04}/IZIN/35.79/{year}",
            "validity": {"until_field": "until"},
            "opening": "Untuk {holder}",
            "opening_en": "For {holder}",
            "rows": [{"label": "Nama", "label_en": "Name", "value": "{answer.name}"}],
            "signatory": {"position": "Kepala", "position_en": "Head"},
        },
    }


def changed(path: str, value) -> dict:
    """The base with one value set (or removed with None); `a.0.b` walks lists by index."""
    data = copy.deepcopy(base())
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    target = data
    for step in steps:
        target = target[step]
    if value is None:
        del target[last]
    elif isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = value
    return data


def found(data: dict) -> list[str]:
    return [problem.path for problem in problems(parse(data), agencies=AGENCIES)]


# Reading and writing


def test_parse_of_the_base_has_no_problems():
    assert found(base()) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("flavour", "x", "flavour"),
        ("key", 5, "key"),
        ("service", None, "service"),
        ("schema", "other", "schema"),
        ("kind", "licence", "kind"),
        ("sources", "https://x", "sources"),
        ("sections.0.fields.0.type", "combo", "sections[0].fields[0].type"),
        ("sections.0.fields.0.required", "yes", "sections[0].fields[0].required"),
        ("sections.0.fields.0.max_length", -1, "sections[0].fields[0].max_length"),
        ("sections.0.fields.0.max_length", True, "sections[0].fields[0].max_length"),
        ("sections.0.fields.0.min", [1], "sections[0].fields[0].min"),
        ("sections.0.fields.0.min", float("nan"), "sections[0].fields[0].min"),
        ("sections.0.fields.0.label", "a\x00b", "sections[0].fields[0].label"),
        ("sections.0.fields.0.label", "a\u202eb", "sections[0].fields[0].label"),
        ("sections.0.fields.0.label", "x" * 10_001, "sections[0].fields[0].label"),
        ("stages.1.actions.0.to", 3, "stages[1].actions[0].to"),
        ("stages.0.actions.0.verb", "fly", "stages[0].actions[0].verb"),
        ("standard.decree_on", "5 January", "standard.decree_on"),
        ("standard", "x", "standard"),
        ("requirements.1.show_if", {}, "requirements[1].show_if"),
        ("requirements.1.show_if", {"op": "eq"}, "requirements[1].show_if.field"),
        ("requirements.1.show_if", {"all": []}, "requirements[1].show_if.all"),
        ("requirements.1.show_if", {"field": "a", "op": "like"}, "requirements[1].show_if.op"),
        (
            "requirements.1.show_if",
            {"field": "a", "op": "filled", "value": 1},
            "requirements[1].show_if.value",
        ),
        ("requirements.1.accept", ["exe"], "requirements[1].accept[0]"),
    ],
)
def test_parse_names_the_path_of_a_fault(path, value, expected):
    with pytest.raises(DefinitionError) as caught:
        parse(changed(path, value))
    assert expected in [error.path for error in caught.value.errors]
    assert all(error.sentence for error in caught.value.errors)


@pytest.mark.parametrize("data", [None, [], "x", 5, {}])
def test_parse_refuses_what_is_no_definition(data):
    with pytest.raises(DefinitionError):
        parse(data)


def test_parse_refuses_endless_conditions():
    condition: dict = {"field": "kind", "op": "filled"}
    for _step in range(20):
        condition = {"not": condition}
    with pytest.raises(DefinitionError):
        parse(changed("requirements.1.show_if", condition))


def test_parse_collects_all_faults_at_once():
    data = changed("key", 5)
    data["foo"] = 1
    with pytest.raises(DefinitionError) as caught:
        parse(data)
    assert {error.path for error in caught.value.errors} == {"key", "foo"}


def test_yaml_fault_names_its_line():
    text = "key: izin\nservice: izin\nsections:\n  - key: a\n    colour: red\n"
    with pytest.raises(DefinitionError) as caught:
        from_yaml(text)
    assert [(error.path, error.line) for error in caught.value.errors] == [
        ("sections[0].colour", 5)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: &x [1]\nb: *x",
        "key: a\nkey: b",
        "!!python/object/apply:os.system ['true']",
        "x" * 1_000_001,
        "[" * 3000,
        "",
        "\x00",
        "key: !!binary aGk=\nservice: a",
    ],
    ids=["broken", "alias", "twice", "tag", "large", "deep", "empty", "nul", "binary"],
)
def test_from_yaml_refuses_bad_text_with_a_sentence(text):
    with pytest.raises(DefinitionError):
        from_yaml(text)


def test_yaml_and_json_give_the_same_definition():
    defn = parse(base())
    assert from_yaml(definitions.to_yaml(defn)) == defn
    assert parse(json.loads(definitions.canonical_json(defn))) == defn


def test_canonical_json_ignores_order_and_defaults():
    plain = base()
    wordy = dict(reversed(plain.items()))
    wordy["retention_days"] = 1825
    wordy["requirements"][0]["required"] = True
    assert definitions.digest(parse(wordy)) == definitions.digest(parse(plain))
    text = definitions.canonical_json(parse(plain))
    assert ": " not in text.replace("https:", "")
    assert re.fullmatch(r"[0-9a-f]{64}", definitions.digest(parse(plain)))


def test_digest_changes_with_any_word():
    assert definitions.digest(parse(base())) != definitions.digest(parse(changed("name", "Iz")))


def test_false_zero_and_empty_are_kept_apart():
    free, unknown = parse(base()), parse(changed("standard.fee_idr", None))
    assert free.standard.fee_amount == 0
    assert unknown.standard.fee_amount is None
    assert definitions.digest(free) != definitions.digest(unknown)
    optional = parse(changed("requirements.0.required", value=False))
    assert from_yaml(definitions.to_yaml(optional)) == optional


# Look-ups and pages


def test_lookups_find_by_key_and_raise_otherwise():
    defn = parse(base())
    assert defn.field("name").label == "Nama"
    assert defn.field("rows.size").type == "integer"
    assert defn.field("rows").inner("size").type == "integer"
    assert defn.field("kind").option("b").label == "B"
    assert defn.field("kind").option("gone") is None
    assert defn.stage("decide").action("yes").verb == "approve"
    assert defn.requirement("ktp").takes_file
    assert defn.first_stage.key == "intake"
    assert defn.section_of("rows.size").key == "data"
    assert defn.standard.decree_on == date(2026, 1, 5)
    assert [field.key for field in defn.all_fields()] == ["kind", "name", "until", "rows"]
    for lookup in (defn.field, defn.stage, defn.requirement, defn.page, defn.section):
        with pytest.raises(KeyError):
            lookup("gone")


def long_section(count: int, **more) -> PermitDefinition:
    fields = [
        {"key": f"f{n}", "type": "text", "label": "x", "label_en": "x"} for n in range(count)
    ]
    for place, field in more.items():
        fields[int(place.removeprefix("at"))].update(field)
    return parse(changed("sections.0.fields", fields))


def test_long_section_is_split_into_pages_of_forty():
    pages = long_section(95).pages()
    assert [len(page.fields) for page in pages] == [40, 40, 15]
    assert [page.key for page in pages] == ["data", "data-2", "data-3"]
    assert pages[1].part == 2
    assert pages[1].parts == 3


def test_heading_stays_with_what_follows():
    pages = long_section(41, at39={"type": "heading"}).pages()
    assert [len(page.fields) for page in pages] == [39, 2]
    assert pages[1].fields[0].type == "heading"


def test_large_definition_is_read_quickly():
    options = [{"value": f"v{n}", "label": "x", "label_en": "x"} for n in range(10_000)]
    data = changed("sections.0.fields.0.options", options)
    started = time.perf_counter()
    defn = parse(data)
    assert time.perf_counter() - started < 2
    assert defn.field("kind").option("v9999") is not None


# Publishing


CASES = [
    ("key", "Izin Baru", "key"),
    ("name_en", None, "name_en"),
    ("sources", ["ftp://x"], "sources[0]"),
    ("sources", [], "sources"),
    ("retention_days", 0, "retention_days"),
    ("holder", "{holder}", "holder"),
    ("standard.time_limit", None, "standard.time_limit"),
    ("standard.procedure_en", ["a", "b"], "standard.procedure_en"),
    ("standard.assumed", ["colour"], "standard.assumed[0]"),
    ("requirements.0.title_en", None, "requirements[0].title_en"),
    ("requirements.0.note", "Catatan", "requirements[0].note_en"),
    ("requirements.1.key", "ktp", "requirements[1]"),
    ("requirements.0.accept", [], "requirements[0].accept"),
    ("requirements.0.max_mb", 500, "requirements[0].max_mb"),
    ("requirements.1.show_if", {"field": "x", "op": "filled"}, "requirements[1].show_if"),
    ("requirements.1.show_if", {"field": "rows.size", "op": "gt", "value": 1},
     "requirements[1].show_if"),
    ("requirements.1.show_if", {"field": "kind", "value": "z"}, "requirements[1].show_if"),
    ("requirements.1.show_if", {"field": "kind", "op": "gt", "value": "a"},
     "requirements[1].show_if"),
    ("requirements.1.show_if", {"field": "rows", "value": "a"}, "requirements[1].show_if"),
    ("sections.0.show_if", {"field": "kind", "op": "filled"}, "sections[0].show_if"),
    ("sections.0.fields.1.show_if", {"field": "until", "op": "filled"},
     "sections[0].fields[1].show_if"),
    ("sections.0.fields.1.show_if", {"field": "name", "op": "filled"},
     "sections[0].fields[1].show_if"),
    ("sections.0.fields.1.key", "kind", "sections[0].fields[1]"),
    ("sections.0.fields.1.key", "Bad Key", "sections[0].fields[1].key"),
    ("sections.0.fields.1.key", "size", "sections[0].fields[3].fields[0].key"),
    ("sections.0.fields.1.label", None, "sections[0].fields[1].label"),
    ("sections.0.fields.1.options", [{"value": "a", "label": "a", "label_en": "a"}],
     "sections[0].fields[1].options"),
    ("sections.0.fields.1.pattern", "(", "sections[0].fields[1].pattern"),
    ("sections.0.fields.1.pattern", "a", "sections[0].fields[1].pattern_hint"),
    ("sections.0.fields.1.pattern", "a", "sections[0].fields[1].max_length"),
    ("sections.0.fields.1.min", 3, "sections[0].fields[1].min"),
    ("sections.0.fields.1.prefill", "profile.nik", "sections[0].fields[1].prefill"),
    ("sections.0.fields.1.prefill", "business.name", "sections[0].fields[1].prefill"),
    ("sections.0.fields.2.min", "tomorrow", "sections[0].fields[2].min"),
    ("sections.0.fields.2.max_length", 5, "sections[0].fields[2].max_length"),
    ("sections.0.fields.2.pattern", "a", "sections[0].fields[2].pattern"),
    ("sections.0.fields.0.options", [], "sections[0].fields[0].options"),
    ("sections.0.fields.0.options_source", "regencies", "sections[0].fields[0].options"),
    ("sections.0.fields.0.type", "heading", "requirements[1].show_if"),
    ("sections.0.fields.3.max_rows", None, "sections[0].fields[3].max_rows"),
    ("sections.0.fields.3.min_rows", 9, "sections[0].fields[3].min_rows"),
    ("sections.0.fields.3.fields", [], "sections[0].fields[3].fields"),
    ("sections.0.fields.3.fields.0.type", "file", "sections[0].fields[3].fields[0].type"),
    ("sections.0.fields", [], "sections"),
    ("stages", [], "stages"),
    ("stages.0.intake", False, "stages"),
    ("stages.0.agency", "moon", "stages[0].agency"),
    ("stages.0.role", "king", "stages[0].role"),
    ("stages.0.role", None, "stages[0].role"),
    ("stages.0.checklist", [], "stages[0].actions[0].guards"),
    ("stages.0.opinions", None, "stages[0].actions"),
    ("stages.0.opinions.requests", [], "stages[0].opinions.requests"),
    ("stages.0.opinions.due_days", 0, "stages[0].opinions.due_days"),
    ("stages.0.opinions.requests.0.agency", "moon", "stages[0].opinions.requests[0].agency"),
    ("stages.0.actions.0.guards", ["declared_complete"], "stages[0].opinions"),
    ("stages.0.actions.0.guards", ["is_tuesday"], "stages[0].actions[0].guards"),
    ("stages.0.actions.0.to", "gone", "stages[0].actions[0].to"),
    ("stages.0.actions.0.to", "intake", "stages[0].actions[0].to"),
    ("stages.0.actions.0.to", None, "stages[0].actions[0].to"),
    ("stages.0.actions.0.verb", "send_back", "stages[0].actions[0].to"),
    ("stages.0.actions.0.role", "king", "stages[0].actions[0].role"),
    ("stages.0.actions.0.says", None, "stages[0].actions[0].says"),
    ("stages.0.actions", [], "stages[1]"),
    ("stages.0.actions.0.to", "gone", "stages[0]"),
    ("stages.1.actions", [], "stages[1].actions"),
    ("stages.1.actions.0.to", "intake", "stages[1].actions[0].to"),
    ("stages.1.actions.0.verb", "reject", "stages"),
    ("stages.1.actions.0.verb", "complete", "document"),
    ("stages.1.key", "intake", "stages[1]"),
    ("document", None, "document"),
    ("document.sequence", None, "document.sequence"),
    ("document.number_format", "503/{seq}", "document.number_format"),
    ("document.number_format", "503/{year}", "document.number_format"),
    ("document.number_format", "{seq}{seq}{year}", "document.number_format"),
    ("document.number_format", "{seq:99}/{year}", "document.number_format"),
    ("document.number_format", "{seq.x}/{seq}/{year}", "document.number_format"),
    ("document.validity", {"until_field": "name"}, "document.validity.until_field"),
    ("document.validity", {"years": 1, "days": 2}, "document.validity"),
    ("document.validity", {"years": 0}, "document.validity.years"),
    ("document.validity", {"days": 99999}, "document.validity.days"),
    ("standard.time_limit.n", 40000, "standard.time_limit"),
    ("name", "x" * 151, "name"),
    ("requirements.0.title_en", "x" * 251, "requirements[0].title_en"),
    ("service", "x" * 61, "service"),
    ("sections.0.fields.3.fields.0.key", "x" * 58, "sections[0].fields[3].fields[0].key"),
    ("document.opening", "Untuk {who}", "document.opening"),
    ("document.opening", "Untuk {holder.__class__}", "document.opening"),
    ("document.opening", "Untuk {holder", "document.opening"),
    ("document.rows.0.value", "{answer.gone}", "document.rows[0].value"),
    ("document.rows.0.value", "{answer.rows.size}", "document.rows[0].value"),
    ("document.signatory", None, "document.signatory"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "expected"), CASES)
def test_publishing_names_the_problem(path, value, expected):
    assert expected in found(changed(path, value))


def test_number_with_a_month_and_a_range_as_validity_can_be_published():
    data = changed("document.number_format", "503/{seq:03}/IZIN/{month_roman}/{year}")
    data["sections"][0]["fields"][2]["type"] = "date_range"
    assert found(data) == []


def test_limits_that_cross_are_refused():
    for low, high in ((5, 3), (1.5, 1)):
        data = changed("sections.0.fields.1.type", "decimal")
        data["sections"][0]["fields"][1].update(min=low, max=high)
        assert "sections[0].fields[1].min" in found(data)
    for low, high in (("today+5", "today+1"), ("2026-02-01", "2026-01-01")):
        data = base()
        data["sections"][0]["fields"][2].update(min=low, max=high)
        assert "sections[0].fields[2].min" in found(data)


def test_three_hundred_fields_are_allowed_and_no_more():
    data = base()
    filler = [{"key": f"f{n}", "type": "text", "label": "x", "label_en": "x"} for n in range(400)]
    data["sections"].append({"key": "more", "title": "x", "title_en": "x", "fields": filler[:295]})
    assert found(data) == []
    data["sections"][1]["fields"] = filler[:296]
    assert found(data) == ["sections"]


def test_a_loop_without_an_end_is_a_dead_end():
    data = base()
    back = {**data["stages"][0]["actions"][0], "verb": "send_back", "to": "intake", "guards": []}
    data["stages"][1]["actions"] = [back]
    assert {"stages[0]", "stages[1]", "stages"} <= set(found(data))


def test_two_sections_cannot_share_a_field_key():
    data = base()
    data["sections"].append(
        {
            "key": "more",
            "title": "x",
            "title_en": "x",
            "fields": [{"key": "name", "type": "text", "label": "x", "label_en": "x"}],
        }
    )
    assert "sections" in found(data)


def test_unpublishable_draft_still_reads():
    draft = parse({"key": "baru", "service": "baru"})
    assert problems(draft, agencies=AGENCIES)


def test_problem_sentences_are_indonesian_too():
    with translation.override("id"):
        listed = problems(parse(changed("stages.0.role", "king")), agencies=AGENCIES)
    assert listed[0].sentence.startswith("Peran")


def test_guards_are_the_ones_the_desk_knows():
    assert set(GUARD_NAMES) == set(guards.GUARDS)


# Patterns


@pytest.mark.parametrize(
    "pattern",
    [r"[0-9]{16}", r"[A-Z]{2}-\d+", r"\d{1,3}(\.\d{3})?", r"(abc|def)-\d+", r"^[a-z]*$", "é+"],
)
def test_plain_patterns_are_allowed(pattern):
    assert pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*$",
        "(a*)*b",
        "([a-z]+)*",
        "(a{1,5}){1,5}",
        "(?:(?:a?){20}){20}a",
        r"a*a*a*a*b",
        "a?" * 30 + "a" * 30,
        "a{0,90}a{0,90}a{0,90}b",
        "(a|aa)" * 28,
        r"(a)\1",
        "(?=a)a",
        "(?<!a)b",
        "(",
        "[z-a]",
        "a{5000}b{1,5000}",
        "x" * 201,
        "(" * 60 + "a" + ")" * 60,
        "(?P<a>x)(?(a)y|z)",
    ],
)
def test_dangerous_patterns_are_refused(pattern):
    assert pattern_fault(pattern)


@pytest.mark.parametrize("pattern", [r"\d*\d*x", r"(a|aa){1}(a|aa){1}a*x", r"\d{1,90}\d{1,90}x"])
def test_the_slowest_allowed_pattern_is_quick(pattern):
    assert pattern_fault(pattern) == ""
    started = time.perf_counter()
    assert not re.fullmatch(pattern, "1" * 500)
    assert not re.fullmatch(pattern, "a" * 500)
    assert time.perf_counter() - started < 0.5


# Small parts


def test_date_bound_reads_days_and_words():
    today = date(2026, 3, 1)
    assert date_bound("today", today) == today
    assert date_bound("today-1", today) == date(2026, 2, 28)
    assert date_bound("today+31", today) == date(2026, 4, 1)
    assert date_bound("2027-01-31", today) == date(2027, 1, 31)
    for bad in ("", "yesterday", "today+x", "today+999999", "today+99999"):
        with pytest.raises(ValueError, match=r".*"):
            date_bound(bad, date(9999, 1, 1))


def test_fields_are_values():
    field = Field(key="a", type="file")
    assert field.accept == FILE_KINDS
    assert field == Field(key="a", type="file")
    with pytest.raises(AttributeError):
        field.key = "b"


# Differences


def test_diff_of_equals_is_empty():
    assert diff(parse(base()), parse(base())) == []


def test_diff_names_every_change_by_key():
    new = base()
    new["name"] = "Izin baru"
    new["sections"][0]["fields"][0]["options"][1]["label"] = "Bee"
    new["sections"][0]["fields"][1]["required"] = False
    new["sections"][0]["fields"].append({"key": "extra", "type": "text"})
    del new["requirements"][1]
    new["stages"][0]["days"] = 2
    del new["document"]["validity"]
    changes = diff(parse(base()), parse(new))
    listed = [(change.kind, change.path) for change in changes]
    assert listed == [
        ("changed", "name"),
        ("removed", "requirements[akta]"),
        ("changed", "sections[data].fields[kind].options[b].label"),
        ("changed", "sections[data].fields[name].required"),
        ("added", "sections[data].fields[extra]"),
        ("added", "stages[intake].days"),
        ("removed", "document.validity"),
    ]
    assert (changes[0].old, changes[0].new) == ("Izin", "Izin baru")
    assert changes[4].new == {"key": "extra", "type": "text"}
    json.dumps([(change.old, change.new) for change in changes])


def test_diff_sees_a_new_order():
    new = base()
    new["sections"][0]["fields"].reverse()
    changes = diff(parse(base()), parse(new))
    assert [(c.kind, c.path) for c in changes] == [("changed", "sections[data].fields.order")]
    assert changes[0].new == ["rows", "until", "name", "kind"]


def test_diff_sees_a_changed_condition():
    new = changed("requirements.1.show_if.value", "a")
    (change,) = diff(parse(base()), parse(new))
    assert change.path == "requirements[akta].show_if"
    assert change.new == {"field": "kind", "op": "eq", "value": "a"}
