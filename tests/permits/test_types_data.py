"""The permit types that come with the product: sound, sourced, bilingual, each its own path."""

import re
from pathlib import Path

import pytest
import yaml

from permits import definition as definitions
from permits.conditions import needed_requirements
from permits.definition import FIELD_TYPES, PermitDefinition

ROOT = Path(definitions.__file__).parents[2]
FILES = sorted((ROOT / "permits" / "data" / "types").glob("*.yaml"))
CATALOGUE = yaml.safe_load((ROOT / "counters" / "data" / "catalogue.yaml").read_text("utf-8"))
AGENCIES = {agency["key"] for agency in CATALOGUE["agencies"]}
SERVICES = {service["key"]: service for service in CATALOGUE["services"]}
STIFF = re.compile(
    r"\b(dimohon|harap|apabila|bersangkutan|input|submit|upload|error|silakan)\b", re.IGNORECASE
)
MAX_WORDS = 15


def load(path: Path) -> PermitDefinition:
    return definitions.from_yaml(path.read_text("utf-8"))


DEFINITIONS = [load(path) for path in FILES]
each = pytest.mark.parametrize("defn", DEFINITIONS, ids=lambda defn: defn.key)


def texts(data, name=""):
    """Every text of plain data with the name of its key."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from texts(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from texts(value, name)
    elif isinstance(data, str):
        yield name, data


def ends(defn: PermitDefinition) -> set[str]:
    """The verbs that end a path from the first stage."""
    found, seen, pending = set(), set(), [defn.first_stage.key]
    while pending:
        key = pending.pop()
        if key in seen:
            continue
        seen.add(key)
        for action in defn.stage(key).actions:
            pending.extend([action.to] if action.to else [])
            found.update({action.verb} if action.is_end else set())
    return found


def test_types_are_at_least_eight_and_named_like_their_files():
    assert len(FILES) >= 8
    assert [defn.key for defn in DEFINITIONS] == [path.stem for path in FILES]


@each
def test_type_can_be_published(defn):
    assert definitions.problems(defn, agencies=AGENCIES) == []


@each
def test_type_belongs_to_a_service_of_the_catalogue(defn):
    assert defn.service in SERVICES


@each
def test_type_has_enough_fields_requirements_and_sources(defn):
    assert sum(1 for field in defn.all_fields() if field.is_answered) >= 12
    assert len(defn.requirements) >= 4
    assert defn.sources
    assert all(source.startswith("http") for source in defn.sources)


@each
def test_type_reaches_a_good_end(defn):
    assert ends(defn) & {"approve", "hand_over", "complete"}
    assert (defn.document is not None) == ("approve" in ends(defn))


@each
def test_type_survives_yaml_and_json(defn):
    assert definitions.from_yaml(definitions.to_yaml(defn)) == defn
    again = definitions.parse(definitions.to_data(defn))
    assert definitions.digest(again) == definitions.digest(defn)


@each
def test_type_speaks_plainly(defn):
    for name, text in texts(definitions.to_data(defn)):
        if name.endswith("_en") or name in ("legal_basis", "sources"):
            continue
        assert not STIFF.search(text), text
        for sentence in re.split(r"[.!?]\s", text):
            assert len(sentence.split()) <= MAX_WORDS, sentence


@each
def test_type_has_english_of_its_own(defn):
    for stage in defn.stages:
        assert stage.name != stage.name_en
        for action in stage.actions:
            assert action.says != action.says_en


@each
def test_type_needs_fewer_documents_than_it_lists_or_all_without_conditions(defn):
    conditional = [item for item in defn.requirements if item.show_if]
    needed = needed_requirements(defn, {})
    assert len(needed) <= len(defn.requirements)
    assert len(needed) >= len(defn.requirements) - len(conditional)


def test_types_use_every_kind_of_field():
    used = {field.type for defn in DEFINITIONS for field in defn.all_fields()}
    inner = {
        nested.type
        for defn in DEFINITIONS
        for field in defn.all_fields()
        for nested in field.fields
    }
    assert used | inner == set(FIELD_TYPES)


def test_most_types_have_conditional_fields():
    with_conditions = [
        defn.key for defn in DEFINITIONS if any(field.show_if for field in defn.all_fields())
    ]
    assert len(with_conditions) >= 5


def test_types_differ_in_their_paths():
    def path(defn):
        return tuple(
            (
                stage.agency,
                stage.role,
                stage.intake,
                stage.opinions.mode if stage.opinions else "",
                tuple(sorted(action.verb for action in stage.actions)),
            )
            for stage in defn.stages
        )

    assert len({path(defn) for defn in DEFINITIONS}) == len(DEFINITIONS)


def test_types_hold_an_opinion_gate_two_levels_and_an_end_at_the_counter():
    modes = {s.opinions.mode for d in DEFINITIONS for s in d.stages if s.opinions}
    assert modes == {"all", "any", "advisory"}
    assert any([s.role for s in d.stages].count("head") == 2 for d in DEFINITIONS)
    assert any("hand_over" in ends(d) for d in DEFINITIONS)


def test_number_sequences_are_not_shared():
    sequences = [d.document.sequence for d in DEFINITIONS if d.document]
    assert len(sequences) == len(set(sequences))
