"""Conditions: comparisons, joins, emptiness, and what hidden fields hide."""

import pytest

from permits import conditions
from permits.conditions import (
    holds,
    needed_requirements,
    visible_answers,
    visible_fields,
    visible_row_fields,
    visible_sections,
)
from permits.definition import Condition, parse

CASES = [
    ("eq", "a", "a", True),
    ("eq", "a", "b", False),
    ("eq", True, True, True),
    ("eq", True, "true", True),
    ("eq", True, False, False),
    ("eq", False, False, True),
    ("eq", 5, "5.00", True),
    ("eq", 1, True, False),
    ("eq", "5", "5.0", False),
    ("eq", "a", ["a"], True),
    ("eq", "a", ["a", "b"], False),
    ("ne", "a", "b", True),
    ("ne", "a", "a", False),
    ("in", ("a", "b"), "b", True),
    ("in", ("a", "b"), "c", False),
    ("not_in", ("a", "b"), "c", True),
    ("gt", 3, 4, True),
    ("gt", 3, "10", True),
    ("gt", 3, "three", False),
    ("gte", 3, "3.0", True),
    ("lt", 3, 2, True),
    ("lte", 3, 4, False),
    ("gt", "2026-01-01", "2026-02-01", True),
    ("lt", "08:00", "07:30", True),
    ("contains", "a", ["b", "a"], True),
    ("contains", "c", ["b", "a"], False),
    ("contains", "tani", "Among Tani", True),
    ("contains", "a", 5, False),
    ("filled", None, 0, True),
    ("filled", None, False, True),
    ("empty", None, "  ", True),
    ("empty", None, {"from": "", "to": None}, True),
    ("filled", None, [{}], True),
]


@pytest.mark.parametrize(("op", "value", "answer", "expected"), CASES)
def test_comparison_gives_the_sensible_answer(op, value, answer, expected):
    assert holds(Condition(op, "x", value), {"x": answer}) is expected


@pytest.mark.parametrize("op", ["eq", "in", "gt", "gte", "lt", "lte", "contains", "filled"])
@pytest.mark.parametrize("answers", [{}, {"x": None}, {"x": ""}, {"x": []}])
def test_comparison_with_an_empty_answer_is_false(op, answers):
    assert not holds(Condition(op, "x", ("a",) if op == "in" else "a"), answers)


def test_not_equal_holds_for_an_empty_answer():
    assert holds(Condition("ne", "x", "a"), {})
    assert holds(Condition("not_in", "x", ("a",)), {})
    assert holds(Condition("empty", "x"), {})


@pytest.mark.parametrize("answer", [float("nan"), "NaN", "1e999999999", object(), b"x", "9" * 90])
@pytest.mark.parametrize("op", ["eq", "gt", "contains", "lte"])
def test_odd_answers_never_raise(op, answer):
    assert holds(Condition(op, "x", 5), {"x": answer}) in (True, False)


def test_joins_combine_and_nothing_holds_always():
    yes, no = Condition("eq", "x", 1), Condition("eq", "x", 2)
    answers = {"x": 1}
    assert holds(None, answers)
    assert holds(Condition("all", parts=(yes, yes)), answers)
    assert not holds(Condition("all", parts=(yes, no)), answers)
    assert holds(Condition("any", parts=(no, yes)), answers)
    assert not holds(Condition("any", parts=(no, no)), answers)
    assert holds(Condition("not", parts=(no,)), answers)


def test_part_of_an_address_can_be_looked_at():
    assert holds(Condition("filled", "home.region"), {"home": {"region": "35.79"}})
    assert not holds(Condition("filled", "home.region"), {"home": "35.79"})


def test_fields_of_names_every_field_once():
    condition = Condition(
        "all", parts=(Condition("eq", "a", 1), Condition("not", parts=(Condition("filled", "b"),)))
    )
    assert conditions.fields_of(condition) == {"a", "b"}
    assert conditions.fields_of(None) == frozenset()


def shown_if(key, op="eq", value=True):
    return {"field": key, "op": op, "value": value}


@pytest.fixture
def defn():
    return parse(
        {
            "key": "t",
            "service": "t",
            "requirements": [
                {"key": "always"},
                {"key": "sometimes", "show_if": shown_if("b", value="x")},
            ],
            "sections": [
                {
                    "key": "one",
                    "fields": [
                        {"key": "a", "type": "yes_no"},
                        {"key": "b", "type": "text", "show_if": shown_if("a")},
                        {"key": "c", "type": "text", "show_if": shown_if("b", value="x")},
                    ],
                },
                {
                    "key": "two",
                    "show_if": shown_if("c", value="y"),
                    "fields": [{"key": "d", "type": "text"}],
                },
                {
                    "key": "three",
                    "fields": [
                        {
                            "key": "g",
                            "type": "group",
                            "fields": [
                                {"key": "kind", "type": "text"},
                                {
                                    "key": "size",
                                    "type": "integer",
                                    "show_if": shown_if("kind", value="big"),
                                },
                            ],
                        }
                    ],
                },
            ],
        }
    )


FULL = {"a": True, "b": "x", "c": "y", "d": "z"}


def test_everything_shows_when_conditions_hold(defn):
    assert [f.key for f in visible_fields(defn.section("one"), FULL)] == ["a", "b", "c"]
    assert [s.key for s in visible_sections(defn, FULL)] == ["one", "two", "three"]
    assert [r.key for r in needed_requirements(defn, FULL)] == ["always", "sometimes"]
    assert visible_answers(defn, FULL) == FULL


def test_a_hidden_field_hides_what_depends_on_it(defn):
    answers = {**FULL, "a": False}
    assert [f.key for f in visible_fields(defn.section("one"), answers)] == ["a"]
    assert [s.key for s in visible_sections(defn, answers)] == ["one", "three"]
    assert [r.key for r in needed_requirements(defn, answers)] == ["always"]
    assert visible_answers(defn, answers) == {"a": False}


def test_a_hidden_section_has_no_fields(defn):
    assert visible_fields(defn.section("two"), {"c": "n"}) == []


def test_rows_of_a_group_hide_their_own_fields(defn):
    rows = [{"_row": "r1", "kind": "big", "size": 3}, {"_row": "r2", "kind": "small", "size": 3}]
    seen = visible_answers(defn, {"g": rows})
    assert seen["g"] == [rows[0], {"_row": "r2", "kind": "small"}]
    group = defn.field("g")
    assert [f.key for f in visible_row_fields(group, rows[1], {})] == ["kind"]


def test_odd_group_values_never_raise(defn):
    assert visible_answers(defn, {"g": "x"}) == {"g": "x"}
    assert visible_answers(defn, {"g": ["x", {"kind": "big"}]}) == {"g": [{"kind": "big"}]}
