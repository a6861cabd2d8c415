"""Checks of fields and requirements: limits, options, patterns, prefills, counts."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from permits.definition.patterns import MAX_ANSWER, pattern_fault
from permits.definition.shapes import Field, Requirement
from permits.definition.vocabulary import CHOICE_TYPES, NUMBER_TYPES, TEXT_TYPES
from permits.definition.whole import PermitDefinition

MAX_FIELDS = 300
MAX_REQUIREMENTS = 60
MAX_ROWS = 100
MAX_MB = 50
MAX_ANSWER_KEY = 60
MAX_FILES = 20
DATE_TYPES = ("date", "date_range")
PREFILL_TYPES = {
    "profile.full_name": ("text",),
    "profile.nik": ("nik",),
    "profile.email": ("email",),
    "profile.phone": ("phone",),
    "profile.birth_date": ("date",),
    "profile.birth_place": ("text",),
    "profile.sex": ("choice",),
    "profile.address": ("address", "text", "long_text"),
    "profile.address_region": ("choice", "text"),
    "business.name": ("text",),
    "business.nib": ("nib",),
    "business.npwp": ("npwp",),
}
_RELATIVE = re.compile(r"today(?:([+-])(\d{1,5}))?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Finding = tuple[str, str]


def date_bound(bound: str, today: date) -> date:
    """The day that min or max of a date field means: an ISO date, `today`, `today+14`.

    Raises ValueError for anything else.
    """
    match = _RELATIVE.fullmatch(bound)
    if match is None:
        return date.fromisoformat(bound)
    days = int(match.group(2) or 0)
    try:
        return today + timedelta(days=-days if match.group(1) == "-" else days)
    except OverflowError as error:
        raise ValueError(bound) from error


def field_findings(defn: PermitDefinition) -> Iterator[Finding]:
    """What is wrong with fields and requirements, as (path, sentence)."""
    count = sum(field.weight for field in defn.all_fields())
    if not any(field.is_answered for field in defn.all_fields()):
        yield "sections", _("At least one question is needed.")
    if count > MAX_FIELDS:
        yield "sections", _("There are more than %(count)d fields.") % {"count": MAX_FIELDS}
    if len(defn.requirements) > MAX_REQUIREMENTS:
        yield (
            "requirements",
            _("There are more than %(count)d requirements.") % {"count": MAX_REQUIREMENTS},
        )
    for s_index, section in enumerate(defn.sections):
        if not section.fields:
            yield f"sections[{s_index}].fields", _("This section has no fields.")
        for f_index, field in enumerate(section.fields):
            path = f"sections[{s_index}].fields[{f_index}]"
            yield from _field(defn, field, path)
            yield from _group(defn, field, path)
    for index, requirement in enumerate(defn.requirements):
        yield from _files(requirement, f"requirements[{index}]")


def _field(defn: PermitDefinition, field: Field, path: str) -> Iterator[Finding]:
    if field.required and not field.is_answered:
        yield f"{path}.required", _("A heading or explanation cannot be required.")
    if field.type in CHOICE_TYPES and bool(field.options) == bool(field.options_source):
        yield f"{path}.options", _("A choice needs options or a source of options.")
    if field.type not in CHOICE_TYPES and (field.options or field.options_source):
        yield f"{path}.options", _("Only a choice has options.")
    if field.type == "file":
        yield from _files(field, path)
    yield from _pattern(field, path)
    yield from _limits(field, path)
    yield from _prefill(defn, field, path)


def _pattern(field: Field, path: str) -> Iterator[Finding]:
    if not field.pattern:
        return
    if field.type not in TEXT_TYPES:
        yield f"{path}.pattern", _("Only a text field has a pattern.")
    fault = pattern_fault(field.pattern)
    if fault:
        yield f"{path}.pattern", fault
    if not 1 <= (field.max_length or 0) <= MAX_ANSWER:
        yield f"{path}.max_length", _("With a pattern give a length of 1 to 500.")
    if not field.pattern_hint:
        yield f"{path}.pattern_hint", _("Say in words what the pattern asks for.")


def _limits(field: Field, path: str) -> Iterator[Finding]:
    if field.type not in TEXT_TYPES and (field.min_length or field.max_length):
        yield f"{path}.max_length", _("Only a text field has a length.")
    for low, high, name in (
        (field.min_length, field.max_length, "min_length"),
        (field.min_rows, field.max_rows, "min_rows"),
    ):
        if low is not None and high is not None and low > high:
            yield f"{path}.{name}", _("The lower limit is above the upper limit.")
    kinds = [_bound_fits(field, bound) for bound in (field.min, field.max) if bound is not None]
    if not all(kinds):
        yield f"{path}.min", _("This limit does not fit the kind of field.")
    elif len(kinds) == 2 and _is_above(field):
        yield f"{path}.min", _("The lower limit is above the upper limit.")


def _bound_fits(field: Field, bound: int | float | str) -> bool:
    if field.type in NUMBER_TYPES:
        return not isinstance(bound, str)
    if not isinstance(bound, str):
        return False
    if field.type == "time":
        return bool(_TIME.fullmatch(bound))
    if field.type not in DATE_TYPES:
        return False
    try:
        date_bound(bound, date(2026, 1, 1))
    except ValueError:
        return False
    return True


def _is_above(field: Field) -> bool:
    if field.type not in DATE_TYPES:
        return field.min > field.max
    relative = [str(bound).startswith("today") for bound in (field.min, field.max)]
    if relative[0] != relative[1]:
        return False
    some_day = date(2026, 1, 1)
    return date_bound(field.min, some_day) > date_bound(field.max, some_day)


def _prefill(defn: PermitDefinition, field: Field, path: str) -> Iterator[Finding]:
    if not field.prefill:
        return
    if field.type not in PREFILL_TYPES[field.prefill]:
        yield f"{path}.prefill", _("This prefill does not fit the kind of field.")
    if field.prefill.startswith("business.") and defn.audience == "person":
        yield f"{path}.prefill", _("This permit is for persons, so no business is known.")


def _group(defn: PermitDefinition, field: Field, path: str) -> Iterator[Finding]:
    if field.type != "group":
        if field.fields or field.min_rows is not None or field.max_rows is not None:
            yield f"{path}.fields", _("Only a group has inner fields and rows.")
        return
    if not field.fields:
        yield f"{path}.fields", _("This group has no fields.")
    if field.max_rows is None or not 1 <= field.max_rows <= MAX_ROWS:
        yield f"{path}.max_rows", _("Give the group 1 to 100 rows at most.")
    for index, inner in enumerate(field.fields):
        inner_path = f"{path}.fields[{index}]"
        if inner.type in ("group", "file", "map_point"):
            yield f"{inner_path}.type", _("This kind of field cannot stand in a group.")
        if inner.prefill:
            yield f"{inner_path}.prefill", _("A field in a group has no prefill.")
        if len(f"{field.key}.{inner.key}") > MAX_ANSWER_KEY:
            yield f"{inner_path}.key", _("Both keys together are too long.")
        if defn.has_field(inner.key):
            yield f"{inner_path}.key", _("A field outside the group has the same key.")
        yield from _field(defn, inner, inner_path)


def _files(item: Field | Requirement, path: str) -> Iterator[Finding]:
    if not item.accept:
        yield f"{path}.accept", _("Accept at least one kind of file.")
    if not 1 <= item.max_mb <= MAX_MB:
        yield f"{path}.max_mb", _("Allow 1 to 50 megabytes.")
    if not 1 <= item.max_files <= MAX_FILES:
        yield f"{path}.max_files", _("Allow 1 to 20 files.")
