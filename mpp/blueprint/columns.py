"""One column as plain data and back, and the JSON Schema of its values.

Plain data are JSON's own types: dates, times and durations are texts, money in whole rupiah is a
whole number, other decimals are texts. Texts pass the same hygiene as typed ones.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from mpp.kit.fields import is_blank

Schema = dict[str, Any]

SLUG = "^[-a-zA-Z0-9_]+$"
DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
MOMENT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?\\+00:00$"
# What both databases hold in columns of whole numbers.
RANGES = {
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "PositiveBigIntegerField": (0, 2**63 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
}
LONGEST_TEXT = 100_000
ONE_LINE = "^[^\n\t]*$"
# Controls, lone surrogates, and marks that turn or hide what stands beside them.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def is_empty(value: Any) -> bool:
    """Whether a plain value says nothing; such keys are left out of the file."""
    return value is None or value in ("", [], {})


def default_of(field: models.Field) -> Any:
    """The column's default as plain data; None when there is none."""
    if not field.has_default():
        return "" if field.empty_strings_allowed and not field.null else None
    return to_plain(field, field.get_default())


def is_required(field: models.Field) -> bool:
    """Whether a row cannot be made without a value for this column."""
    return not (field.has_default() or field.null or field.blank)


def to_plain(field: models.Field, value: Any) -> Any:
    """A column's value as plain data. Raises TypeError for a type the format does not have."""
    if isinstance(field, models.JSONField):
        return clean(value)
    if isinstance(value, str):
        text = clean(value)
        return "" if is_blank(text) else text
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("auto" if value.microsecond else "seconds").removesuffix(":00")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value.normalize())
    if isinstance(field, models.DurationField):
        return duration_iso_string(value)
    raise TypeError(f"{field}: {type(value).__name__} has no place in a blueprint")


def clean(value: Any) -> Any:
    """The same without invisible signs, which no blueprint may hold, and with keys in order.

    PostgreSQL keeps the keys of a JSON object in an order of its own.
    """
    if isinstance(value, str):
        return HIDDEN.sub("", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in sorted(value.items())}
    return value


def from_plain(field: models.Field, value: Any) -> Any:
    """Plain data as the column's value, cleaned by the column's own rules.

    Raises ValidationError with sentences. The value must have passed the column's schema.
    """
    if value is None:
        if field.null:
            return None
        value = default_of(field)
    if isinstance(field, models.JSONField):
        field.run_validators(value)
        return value
    if isinstance(field, models.DurationField):
        found = parse_duration(value)
        if found is None:
            raise ValidationError(_("A length of time like P0DT00H15M00S is expected here."))
        field.run_validators(found)
        return found
    if value == "" and field.blank and field.empty_strings_allowed:
        return value
    return field.clean(value, None)


def schema_of(field: models.Field) -> Schema:
    """What a column's plain value may be, as JSON Schema. Raises TypeError for unknown kinds."""
    for kind, make in KINDS.items():
        if isinstance(field, kind):
            schema = make(field)
            break
    else:
        raise TypeError(f"{field}: {type(field).__name__} has no place in a blueprint")
    if field.choices and "enum" not in schema:
        schema["enum"] = [value for value, _label in field.flatchoices]
        if field.blank and "" not in schema["enum"] and field.empty_strings_allowed:
            schema["enum"].append("")
    return nullable(schema) if field.null else schema


def nullable(schema: Schema) -> Schema:
    """The same schema, with null allowed."""
    found = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        found["enum"] = [*schema["enum"], None]
    return found


def _text(field: models.Field) -> Schema:
    schema: Schema = {"type": "string", "maxLength": field.max_length or LONGEST_TEXT}
    if not isinstance(field, models.TextField):
        schema["pattern"] = ONE_LINE
    return schema if field.blank else {**schema, "minLength": 1}


def _whole(field: models.Field) -> Schema:
    # SQLite has no ranges of its own: what is asked is what both databases hold.
    low, high = RANGES[field.get_internal_type()]
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            low = max(low, validator.limit_value)
        elif isinstance(validator, MaxValueValidator):
            high = min(high, validator.limit_value)
    return {"type": "integer", "minimum": low, "maximum": high}


def _decimal(field: models.DecimalField) -> Schema:
    most = 10 ** (field.max_digits - field.decimal_places) - 1
    if field.decimal_places == 0:
        return {"type": "integer", "minimum": -most, "maximum": most}
    return {
        "type": ["integer", "string"],
        "minimum": -most,
        "maximum": most,
        "maxLength": field.max_digits + 2,
        "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
    }


def _fixed(schema: Schema) -> Callable[[models.Field], Schema]:
    return lambda _field: dict(schema)


KINDS: dict[type[models.Field], Callable[[Any], Schema]] = {
    models.SlugField: lambda field: {**_text(field), "pattern": SLUG},
    models.CharField: _text,
    models.TextField: _text,
    models.BooleanField: _fixed({"type": "boolean"}),
    models.DecimalField: _decimal,
    models.IntegerField: _whole,
    models.DateTimeField: _fixed({"type": "string", "pattern": MOMENT}),
    models.DateField: _fixed({"type": "string", "pattern": DATE}),
    models.TimeField: _fixed({"type": "string", "pattern": TIME}),
    models.DurationField: _fixed({"type": "string", "maxLength": 40}),
}
