"""Checks of conditions: they look at earlier fields only, and compare what can be compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from permits.definition.conditions import JOINS, VALUELESS_OPS, Condition
from permits.definition.shapes import Field
from permits.definition.vocabulary import CHOICE_TYPES, NUMBER_TYPES, SILENT_TYPES
from permits.definition.whole import PermitDefinition

ORDER_OPS = ("gt", "gte", "lt", "lte")
ORDERED_TYPES = (*NUMBER_TYPES, "date", "time")
PARTS = {
    "address": ("street", "rt", "rw", "region", "postal_code"),
    "date_range": ("from", "to"),
}
Finding = tuple[str, str]
Earlier = Mapping[str, Field]


def condition_findings(defn: PermitDefinition) -> Iterator[Finding]:
    """What is wrong with the conditions of a definition, as (path, sentence)."""
    earlier: dict[str, Field] = {}
    for s_index, section in enumerate(defn.sections):
        path = f"sections[{s_index}]"
        yield from _check(section.show_if, f"{path}.show_if", earlier)
        for f_index, field in enumerate(section.fields):
            inner_path = f"{path}.fields[{f_index}]"
            yield from _check(field.show_if, f"{inner_path}.show_if", earlier)
            yield from _group(field, inner_path, earlier)
            earlier[field.key] = field
    for index, requirement in enumerate(defn.requirements):
        yield from _check(requirement.show_if, f"requirements[{index}].show_if", earlier)


def _group(group: Field, path: str, earlier: Earlier) -> Iterator[Finding]:
    known = dict(earlier)
    for index, inner in enumerate(group.fields):
        yield from _check(inner.show_if, f"{path}.fields[{index}].show_if", known)
        known[inner.key] = inner


def _check(condition: Condition | None, path: str, earlier: Earlier) -> Iterator[Finding]:
    if condition is None:
        return
    if condition.op in JOINS:
        for part in condition.parts:
            yield from _check(part, path, earlier)
        return
    field = _looked_at(condition.field, earlier)
    if field is None:
        yield (
            path,
            _("The condition looks at %(key)s, which is not an earlier field.")
            % {"key": condition.field[:60]},
        )
    else:
        sentence = _comparison_fault(condition, field)
        if sentence:
            yield path, sentence


def _looked_at(key: str, earlier: Earlier) -> Field | None:
    if key in earlier:
        return earlier[key]
    outer, _dot, part = key.partition(".")
    field = earlier.get(outer)
    return field if field and part in PARTS.get(field.type, ()) else None


def _comparison_fault(condition: Condition, field: Field) -> str:
    op = condition.op
    if field.type in (*SILENT_TYPES, "file"):
        return _("A condition cannot look at this kind of field.")
    if op in VALUELESS_OPS or condition.field != field.key:
        return ""
    if field.type in ("group", "address", "map_point", "date_range"):
        return _("This field can only be filled or empty.")
    if op in ORDER_OPS and field.type not in ORDERED_TYPES:
        return _("Only numbers, dates and times can be more or less.")
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if not all(_fits(value, field) for value in values):
        return _("The condition compares with a value that cannot be answered.")
    return ""


def _fits(value: Any, field: Field) -> bool:
    if field.type == "yes_no":
        return isinstance(value, bool)
    if field.type in NUMBER_TYPES:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if field.type in CHOICE_TYPES and field.options:
        return isinstance(value, str) and field.option(value) is not None
    return isinstance(value, str)
