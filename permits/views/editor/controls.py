"""One form field per key of the format, by the kind its declaration names."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _

from mpp.kit.fields import SafeCharField, SafeTextField
from permits.definition import (
    GUARD_NAMES,
    Action,
    PermitDefinition,
    Stage,
    Standard,
    Validity,
)
from permits.definition.reading import MAX_WHOLE, specs
from permits.views.editor import lines, words

LONG_TEXTS = {
    "help",
    "note",
    "says",
    "opening",
    "question",
    "complaints",
    "product",
    "fee",
    "pattern_hint",
}
BLOCKS = {"paragraphs", "paragraphs_en"}
UNNAMED = {"time_limit", "validity", "signatory"}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?")


@dataclass(frozen=True)
class Surroundings:
    """What choices depend on: the definition and the names of agencies and roles here."""

    definition: PermitDefinition
    agencies: list[tuple[str, str]]
    roles: list[tuple[str, str]]


def control(spec: Any, shape: type, value: Any, around: Surroundings) -> forms.Field:
    """The form field of one key; `value` is the present one as plain data."""
    chosen = _choices(spec, shape, around)
    if chosen is not None:
        return _choice_field(spec, chosen, value)
    return MAKERS[spec.metadata["kind"]](spec, value)


def initial(spec: Any, value: Any) -> Any:
    """How a value of the data stands in its form field."""
    name, kind = spec.name, spec.metadata["kind"]
    if name in lines.COLUMNS:
        return lines.to_lines(name, value or [])
    if kind == "texts" and not _is_closed_list(name):
        return lines.to_texts(value or [], blocks=name in BLOCKS)
    if kind in ("texts", "some_of"):
        return value if value is not None else list(spec.default)
    if kind == "flag":
        return spec.default if value is None else value
    return spec.default if value is None and not isinstance(spec.default, tuple) else value


def to_data(spec: Any, typed: Any, before: Any) -> Any:
    """The value of a key as plain data from what the form field gave."""
    name, kind = spec.name, spec.metadata["kind"]
    if kind == "texts":
        if _is_closed_list(name):
            return in_old_order(typed, before)
        return lines.from_texts(typed, blocks=name in BLOCKS)
    if kind == "bound":
        return _bound(typed)
    if kind == "date":
        return typed.isoformat() if typed else None
    return typed


def in_old_order(chosen: list[str], before: list[str] | None) -> list[str]:
    """The chosen words, those that were there already first and in their order."""
    kept = [word for word in before or () if word in chosen]
    return kept + [word for word in chosen if word not in kept]


def _is_closed_list(name: str) -> bool:
    return name in ("guards", "assumed")


def _bound(typed: str) -> int | float | str | None:
    if not typed:
        return None
    if _NUMBER.fullmatch(typed):
        return float(typed) if "." in typed else int(typed)
    return typed


def _choices(spec: Any, shape: type, around: Surroundings) -> list[tuple[str, str]] | None:
    """The options of keys that name something; None for all other keys."""
    name, defn = spec.name, around.definition
    if name == "agency":
        own = [("service", _("The service's own agency"))]
        return (own if shape is Stage else [("", "–"), *own]) + around.agencies
    if name == "role":
        first = _("as the stage") if shape is Action else "–"
        return [("", first), *around.roles]
    if name == "to":
        return [("", "–"), *((stage.key, f"{stage.name} ({stage.key})") for stage in defn.stages)]
    if name == "guards":
        return words.choices(GUARD_NAMES)
    if name == "assumed" and shape is Standard:
        names = ("requirements", *(one.name for one in specs(Standard) if one.name != "assumed"))
        return [(one, _assumable(one)) for one in names]
    if name == "until_field" and shape is Validity:
        dates = [field for field in defn.all_fields() if field.type == "date"]
        return [("", "–"), *((field.key, f"{field.label} ({field.key})") for field in dates)]
    if spec.metadata["kind"] == "one_of":
        empty = "–" if spec.default == "" and not spec.metadata.get("required") else None
        return words.choices(spec.metadata["options"], empty)
    if spec.metadata["kind"] == "some_of":
        return words.choices(spec.metadata["options"])
    return None


def _assumable(name: str) -> str:
    if name == "requirements":
        return _("Requirements")
    return _("Time limit") if name == "time_limit" else words.label(name, twins=False)


def _choice_field(spec: Any, choices: list, value: Any) -> forms.Field:
    """A select, or checkboxes for lists; what stands there now stays possible."""
    is_list = spec.metadata["kind"] in ("texts", "some_of")
    known = {key for key, _name in choices}
    present = (value or []) if is_list else [value] if isinstance(value, str) else []
    more = [(one, _("unknown: %(key)s") % {"key": one}) for one in present if one not in known]
    if is_list:
        return forms.MultipleChoiceField(
            choices=[*choices, *more], widget=forms.CheckboxSelectMultiple, required=False
        )
    return forms.ChoiceField(
        choices=[*choices, *more], required=bool(spec.metadata.get("required"))
    )


def _text(spec: Any, value: Any) -> forms.Field:
    base = spec.name.removesuffix("_en")
    is_long = base in LONG_TEXTS or "\n" in (value or "") or len(value or "") > 150
    return _area(value) if is_long else SafeCharField(required=False)


def _area(text: str | None) -> forms.Field:
    """Several lines, as high as the text that stands there."""
    rows = min(12, max(3, (text or "").count("\n") + 2))
    return SafeTextField(required=False, widget=forms.Textarea(attrs={"rows": rows}))


def _texts(spec: Any, value: Any) -> forms.Field:
    return _area("\n" * len(value or ()))


def _flag(spec: Any, value: Any) -> forms.Field:
    return forms.BooleanField(required=False)


def _whole(spec: Any, value: Any) -> forms.Field:
    return forms.IntegerField(
        min_value=0, validators=[MaxValueValidator(MAX_WHOLE)], required=spec.default is not None
    )


def _bound_text(spec: Any, value: Any) -> forms.Field:
    return SafeCharField(required=False)


def _date(spec: Any, value: Any) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=False, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"])


MAKERS = {
    "text": _text,
    "texts": _texts,
    "flag": _flag,
    "whole": _whole,
    "bound": _bound_text,
    "date": _date,
    "parts": _texts,
}
