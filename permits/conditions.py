"""Which sections, fields and requirements these answers ask for. Pure; never raises.

A hidden field counts as empty for everything that depends on it. A condition may only look at
fields that stand before it (publishing checks that), so one pass in order is enough.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from permits.definition.conditions import Condition, fields_of
from permits.definition.shapes import Field, Requirement, Section
from permits.definition.whole import PermitDefinition

Answers = Mapping[str, Any]


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether the condition is true for these answers; no condition always holds.

    A missing answer is empty: only `empty`, `ne` and `not_in` hold for it.
    """
    if condition is None:
        return True
    if condition.op == "all":
        return all(holds(part, answers) for part in condition.parts)
    if condition.op == "any":
        return any(holds(part, answers) for part in condition.parts)
    if condition.op == "not":
        return not holds(condition.parts[0], answers)
    return _compare(condition, _look_up(condition.field, answers))


def _look_up(key: str, answers: Answers) -> Any:
    """The answer of a field; `address.region` or `period.from` reads a part of one."""
    if key in answers:
        return answers[key]
    outer, _dot, inner = key.partition(".")
    value = answers.get(outer)
    return value.get(inner) if isinstance(value, Mapping) else None


def is_empty(value: Any) -> bool:
    """Whether an answer counts as not given. False and 0 are answers."""
    if isinstance(value, Mapping):
        return all(is_empty(part) for part in value.values())
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple) and not value)


def _compare(condition: Condition, answer: Any) -> bool:
    op, wanted = condition.op, condition.value
    if op == "empty":
        return is_empty(answer)
    if is_empty(answer):
        return op in ("ne", "not_in")
    if op == "filled":
        return True
    if op in ("eq", "ne"):
        return _same(answer, wanted) == (op == "eq")
    if op in ("in", "not_in"):
        return any(_same(answer, one) for one in wanted) == (op == "in")
    if op == "contains":
        return _contains(answer, wanted)
    return _ordered(op, answer, wanted)


def _same(answer: Any, wanted: Any) -> bool:
    if isinstance(answer, list | tuple):
        return len(answer) == 1 and _same(answer[0], wanted)
    if isinstance(answer, bool) or isinstance(wanted, bool):
        return _as_flag(answer) == _as_flag(wanted)
    if isinstance(answer, str) and isinstance(wanted, str):
        return answer.strip() == wanted.strip()
    left, right = _as_number(answer), _as_number(wanted)
    return left is not None and left == right


def _contains(answer: Any, wanted: Any) -> bool:
    if isinstance(answer, list | tuple):
        return any(_same(one, wanted) for one in answer)
    if isinstance(answer, str) and isinstance(wanted, str):
        return wanted.casefold() in answer.casefold()
    return False


def _ordered(op: str, answer: Any, wanted: Any) -> bool:
    left: Any = _as_number(answer)
    right: Any = _as_number(wanted)
    if left is None or right is None:
        # ISO dates and 24-hour times order as text.
        if not (isinstance(answer, str) and isinstance(wanted, str)):
            return False
        left, right = answer, wanted
    if op == "gt":
        return left > right
    if op == "gte":
        return left >= right
    if op == "lt":
        return left < right
    return left <= right


def _as_flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _as_number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def visible_answers(defn: PermitDefinition, answers: Answers) -> dict[str, Any]:
    """The answers without those of hidden fields: what counts, is checked and submitted.

    Rows of a group keep their own `_row`; inner fields that are hidden are left out of them.
    """
    seen: dict[str, Any] = {}
    for section in defn.sections:
        if holds(section.show_if, seen):
            for field in section.fields:
                if field.key in answers and holds(field.show_if, seen):
                    seen[field.key] = _visible_value(field, answers[field.key], seen)
    return seen


def _visible_value(field: Field, value: Any, seen: Answers) -> Any:
    if field.type != "group" or not isinstance(value, list | tuple):
        return value
    return [_visible_row(field, row, seen) for row in value if isinstance(row, Mapping)]


def _visible_row(field: Field, row: Answers, seen: Answers) -> dict[str, Any]:
    inner_keys = {inner.key for inner in field.fields}
    kept: dict[str, Any] = {key: value for key, value in row.items() if key not in inner_keys}
    for inner in visible_row_fields(field, row, seen):
        if inner.key in row:
            kept[inner.key] = row[inner.key]
    return kept


def visible_row_fields(group: Field, row: Answers, answers: Answers) -> list[Field]:
    """The inner fields of a group that one of its rows shows."""
    seen = dict(answers)
    shown = []
    for inner in group.fields:
        seen.pop(inner.key, None)
        if holds(inner.show_if, seen):
            shown.append(inner)
            if inner.key in row:
                seen[inner.key] = row[inner.key]
    return shown


def visible_fields(section: Section, answers: Answers) -> list[Field]:
    """The fields of a section that are shown; none when the section is hidden.

    Give `visible_answers` when answers of other sections may be hidden.
    """
    if not holds(section.show_if, answers):
        return []
    seen = dict(answers)
    shown = []
    for field in section.fields:
        if holds(field.show_if, seen):
            shown.append(field)
        else:
            seen.pop(field.key, None)
    return shown


def visible_sections(defn: PermitDefinition, answers: Answers) -> list[Section]:
    """The sections these answers ask for, in order."""
    seen = visible_answers(defn, answers)
    return [section for section in defn.sections if holds(section.show_if, seen)]


def needed_requirements(defn: PermitDefinition, answers: Answers) -> list[Requirement]:
    """The requirements that hold for these answers, optional ones too, in order."""
    seen = visible_answers(defn, answers)
    return [item for item in defn.requirements if holds(item.show_if, seen)]


__all__ = [
    "fields_of",
    "holds",
    "is_empty",
    "needed_requirements",
    "visible_answers",
    "visible_fields",
    "visible_row_fields",
    "visible_sections",
]
