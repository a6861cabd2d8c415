"""A condition (`show_if`) as rows of field, comparison and value; nested ones as YAML."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from counters.yaml_lines import YamlProblem, read_yaml
from mpp.kit.fields import SafeCharField, SafeTextField
from permits.definition import Field
from permits.definition.condition_checks import PARTS
from permits.definition.conditions import COMPARISONS, LIST_OPS, VALUELESS_OPS
from permits.definition.vocabulary import NUMBER_TYPES, SILENT_TYPES
from permits.views.editor import words

ALWAYS, ALL, ANY, YAML = "always", "all", "any", "yaml"
SPARE_ROWS = 2
MOST_ROWS = 20
_ROW = re.compile(r"show_if_(\d{1,2})_field")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_FLAGS = {"true": True, "ya": True, "yes": True, "false": False, "tidak": False, "no": False}


def lookable(fields: list[Field]) -> dict[str, str]:
    """What a condition may look at: key of field or part -> its type."""
    found = {}
    for field in fields:
        if field.type in (*SILENT_TYPES, "file"):
            continue
        found[field.key] = field.type
        found.update({f"{field.key}.{part}": "text" for part in PARTS.get(field.type, ())})
    return found


def rows_of(condition: Mapping[str, Any] | None, kinds: Mapping[str, str]) -> tuple[str, list]:
    """The mode and rows that show a condition; mode YAML when rows cannot show it."""
    if not condition:
        return ALWAYS, []
    mode = next((join for join in (ALL, ANY) if join in condition), ALL)
    parts = condition.get(mode, [condition])
    if not all("field" in part for part in parts):
        return YAML, []
    rows = [(part["field"], part["op"], _typed(part.get("value"))) for part in parts]
    again = joined(mode, [row_data(*row, kinds) for row in rows])
    return (mode, rows) if again == condition else (YAML, [])


def joined(mode: str, parts: list[dict]) -> dict | None:
    """One condition from rows; a single row needs no join."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {mode: parts}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_typed(item) for item in value)
    return "" if value is None else str(value)


def row_data(field: str, op: str, text: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """One comparison as data; the value gets the type that the field's answers have."""
    found: dict[str, Any] = {"field": field, "op": op}
    if op in VALUELESS_OPS:
        return found
    kind = kinds.get(field, "text")
    if op in LIST_OPS:
        found["value"] = [_value(part.strip(), kind) for part in text.split(",") if part.strip()]
    else:
        found["value"] = _value(text, kind)
    return found


def _value(text: str, kind: str) -> Any:
    if kind == "yes_no":
        return _FLAGS.get(text.lower(), text)
    if kind in NUMBER_TYPES and _NUMBER.fullmatch(text):
        return json.loads(text) if not text.lstrip("-").startswith("0") else _with_zero(text)
    return text


def _with_zero(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def add_fields(
    form: forms.Form, condition: Mapping | None, kinds: Mapping[str, str], posted: Mapping | None
) -> None:
    """Put the fields of the builder into a form that is being made."""
    mode, rows = rows_of(condition, kinds)
    count = min(MOST_ROWS, max(len(rows) + SPARE_ROWS, _posted_rows(posted)))
    form.fields["show_if_mode"] = forms.ChoiceField(
        label=_("Shown"),
        choices=[
            (ALWAYS, _("always")),
            (ALL, _("when all of these hold")),
            (ANY, _("when one of these holds")),
            (YAML, _("when the YAML below holds")),
        ],
        initial=mode,
        required=False,
    )
    keys = [*kinds, *(row[0] for row in rows if row[0] not in kinds)]
    for number in range(count):
        row = rows[number] if number < len(rows) else ("", "", "")
        name = f"show_if_{number}"
        form.fields[f"{name}_field"] = forms.ChoiceField(
            label=_("Field"), choices=[("", "–"), *((k, k) for k in keys)], required=False
        )
        form.fields[f"{name}_op"] = forms.ChoiceField(
            label=_("Comparison"), choices=words.choices(COMPARISONS), required=False
        )
        form.fields[f"{name}_value"] = SafeCharField(label=_("Value"), required=False)
        for part, value in zip(("field", "op", "value"), row, strict=True):
            form.initial[f"{name}_{part}"] = value
    text = yaml.safe_dump(condition, allow_unicode=True, sort_keys=False) if mode == YAML else ""
    form.fields["show_if_yaml"] = SafeTextField(
        label=_("Condition as YAML"),
        help_text=_("For conditions inside conditions: all, any and not."),
        required=False,
        initial=text,
    )


def _posted_rows(posted: Mapping | None) -> int:
    numbers = [int(match[1]) for name in posted or () if (match := _ROW.fullmatch(name))]
    return max(numbers, default=-1) + 1


def row_names(form: forms.Form) -> list[str]:
    """The names of the builder's rows, in order."""
    return [name.removesuffix("_field") for name in form.fields if _ROW.fullmatch(name)]


def condition_from(form: forms.Form, kinds: Mapping[str, str]) -> dict | None:
    """The condition that was typed, as data. Raises ValidationError for `show_if_yaml`."""
    cleaned = form.cleaned_data
    mode = cleaned.get("show_if_mode") or ALWAYS
    if mode == YAML:
        return _from_yaml(cleaned.get("show_if_yaml", ""))
    if mode == ALWAYS:
        return None
    parts = [
        row_data(cleaned[f"{name}_field"], cleaned.get(f"{name}_op") or "eq", text, kinds)
        for name in row_names(form)
        if cleaned.get(f"{name}_field")
        for text in [cleaned.get(f"{name}_value", "")]
    ]
    if not parts:
        raise ValidationError(_("Choose a field to look at, or “always”."))
    return joined(mode, parts)


def _from_yaml(text: str) -> dict | None:
    try:
        data, _lines = read_yaml(text)
    except YamlProblem as problem:
        raise ValidationError(
            _("Line %(line)s is not readable YAML: %(reason)s.")
            % {"line": problem.line or 1, "reason": problem.message}
        ) from problem
    if data is not None and not isinstance(data, dict):
        raise ValidationError(_("A condition is expected here."))
    return data or None
