"""The rules of a field over its stored value: required, length, range, pattern, options. Pure.

The form shows the same sentences while typing; submitting checks everything again with these.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import identity, regions
from permits.conditions import is_empty, visible_row_fields
from permits.definition import Field, date_bound

DEFAULT_LENGTH = {"text": 250, "long_text": 4000, "email": 254, "phone": 20}
LONGEST = 20_000
# As stored: ASCII digits, a point before decimals, no exponent; wider than any amount of money.
WHOLE = re.compile(r"-?[0-9]{1,18}")
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ADDRESS_LENGTHS = {"street": 250, "rt": 5, "rw": 5, "region": 13, "postal_code": 5}
POINT = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")
MOST_ROWS = 200
REGION_LEVELS = {
    "provinces": "province",
    "regencies": "regency",
    "districts": "district",
    "villages": "village",
}
# The box of the Indonesian archipelago, when the region gives none of its own.
LATITUDES, LONGITUDES = (Decimal(-11), Decimal(6)), (Decimal(95), Decimal(141))


def hint(field: Field, name: str) -> str:
    """A text of the field in the active language, falling back to Indonesian."""
    english = getattr(field, f"{name}_en", "")
    return english if get_language() == "en" and english else getattr(field, name)


def bound_date(bound: Any, today: date) -> date | None:
    """The day a min or max of a date field means (see `date_bound`); None without a bound."""
    return None if bound is None else date_bound(str(bound), today)


def max_length(field: Field) -> int:
    """How many characters an answer may have."""
    return min(field.max_length or DEFAULT_LENGTH.get(field.type, 250), LONGEST)


def check(
    field: Field, value: Any, *, today: date, answers: Mapping[str, Any] | None = None
) -> list[str]:
    """What is wrong with a stored value, as sentences; an empty list means nothing.

    An empty value is wrong only when the field is required. `answers` (visible ones) decide
    which inner fields the rows of a group show.
    """
    if not field.is_answered or field.type == "file":
        return []
    if is_empty(value):
        return [required_sentence(field)] if field.required else []
    if field.type == "group":
        return _check_group(field, value, today, answers or {})
    checker = CHECKS.get(field.type, _check_text)
    return checker(field, value, today)


def required_sentence(field: Field) -> str:
    """The sentence at a required field left empty."""
    if field.type in ("choice", "choices", "yes_no"):
        return _("Choose an answer: %(label)s.") % {"label": hint(field, "label")}
    return _("Fill this in: %(label)s.") % {"label": hint(field, "label")}


def _grouped(number: Any) -> str:
    return number_format(number, force_grouping=True)


def _check_text(field: Field, value: Any, today: date) -> list[str]:
    text = str(value)
    longest = max_length(field)
    if len(text) > longest:
        return [
            _("At most %(count)s characters, you wrote %(written)s.")
            % {"count": _grouped(longest), "written": _grouped(len(text))}
        ]
    if field.min_length and len(text) < field.min_length:
        return [_("At least %(count)s characters.") % {"count": field.min_length}]
    if field.pattern and not re.fullmatch(field.pattern, text):
        return [hint(field, "pattern_hint") or _("This is not in the right form.")]
    return []


def _check_number(field: Field, value: Any, today: date) -> list[str]:
    text = str(value)
    if not (WHOLE if field.type == "integer" else NUMBER).fullmatch(text):
        return [_("Write a number, for example 1.250.")]
    number = Decimal(text)
    low, high = field.min, field.max
    if low is not None and number < Decimal(str(low)):
        return [_("The smallest possible number is %(number)s.") % {"number": _grouped(low)}]
    if high is not None and number > Decimal(str(high)):
        return [_("The largest possible number is %(number)s.") % {"number": _grouped(high)}]
    return []


def _check_date(field: Field, value: Any, today: date) -> list[str]:
    try:
        day = date.fromisoformat(value) if DAY.fullmatch(str(value)) else None
    except ValueError:
        day = None
    if day is None:
        return [_("Write a real date: day, month and year.")]
    low, high = bound_date(field.min, today), bound_date(field.max, today)
    if low and day < low:
        return [_("The earliest possible date is %(day)s.") % {"day": date_format(low, "j F Y")}]
    if high and day > high:
        return [_("The latest possible date is %(day)s.") % {"day": date_format(high, "j F Y")}]
    return []


def _check_range(field: Field, value: Any, today: date) -> list[str]:
    start, end = (value.get("from"), value.get("to")) if isinstance(value, Mapping) else ("", "")
    if not start or not end:
        return [_("Fill in both dates.")]
    found = _check_date(field, start, today) or _check_date(field, end, today)
    if not found and end < start:
        return [_("The second date must not be before the first.")]
    return found


def _check_time(field: Field, value: Any, today: date) -> list[str]:
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", str(value)):
        return [_("Write a time like 08.30.")]
    if field.min and str(value) < str(field.min):
        return [_("The earliest possible time is %(time)s.") % {"time": str(field.min)}]
    if field.max and str(value) > str(field.max):
        return [_("The latest possible time is %(time)s.") % {"time": str(field.max)}]
    return []


def _check_option(field: Field, value: Any, today: date) -> list[str]:
    chosen = value if field.type == "choices" and isinstance(value, list) else [value]
    texts = {item for item in chosen if isinstance(item, str)}
    if len(texts) == len(chosen) and all(knows_option(field, item) for item in texts):
        return []
    return [_("This choice is not offered any more. Choose again.")]


def knows_option(field: Field, value: str) -> bool:
    """Whether the field offers this value now."""
    level = REGION_LEVELS.get(field.options_source)
    if level:
        found = regions.region(str(value))
        return found is not None and found.level == level
    return field.option(str(value)) is not None


def _check_yes_no(field: Field, value: Any, today: date) -> list[str]:
    return [] if isinstance(value, bool) else [_("Choose yes or no.")]


def _check_address(field: Field, value: Any, today: date) -> list[str]:
    if not isinstance(value, Mapping):
        return [_("Fill in the address.")]
    too_long = any(len(str(value.get(k) or "")) > most for k, most in ADDRESS_LENGTHS.items())
    if too_long:
        return [_("A part of the address is too long.")]
    found = []
    if field.required and not value.get("street"):
        found.append(_("Write the street and number."))
    if field.required and not value.get("region"):
        found.append(_("Choose the village."))
    if value.get("region") and not regions.is_known(value["region"]):
        found.append(_("Choose the village from the list."))
    if value.get("postal_code") and not re.fullmatch(r"[1-9][0-9]{4}", str(value["postal_code"])):
        found.append(_("A postal code has 5 digits."))
    return found


def _check_point(field: Field, value: Any, today: date) -> list[str]:
    try:
        texts = (str(value["lat"]), str(value["lon"]))
    except (KeyError, TypeError):
        texts = ("", "")
    if not all(POINT.fullmatch(text) for text in texts):
        return [_("Write latitude and longitude as numbers, for example -7.871 and 112.526.")]
    lat, lon = (Decimal(text) for text in texts)
    inside = LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= lon <= LONGITUDES[1]
    return [] if inside else [_("This place is not in our region. Check both numbers.")]


def _check_group(field: Field, rows: Any, today: date, answers: Mapping[str, Any]) -> list[str]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return [required_sentence(field)]
    most = field.max_rows or MOST_ROWS
    if field.min_rows and len(rows) < field.min_rows:
        return [_("Add at least %(count)s rows.") % {"count": field.min_rows}]
    if len(rows) > most:
        return [_("At most %(count)s rows.") % {"count": most}]
    return [
        _("Row %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}
        for number, row in enumerate(rows, start=1)
        for inner in visible_row_fields(field, row, answers)
        for sentence in check(inner, row.get(inner.key), today=today)
    ]


def _check_identity(field: Field, value: Any, today: date) -> list[str]:
    try:
        IDENTITIES[field.type](str(value))
    except ValidationError as fault:
        return list(fault.messages)
    return []


def _check_email(field: Field, value: Any, today: date) -> list[str]:
    found = _check_text(field, value, today)
    if found:
        return found
    try:
        validate_email(str(value))
    except ValidationError:
        return [_("Write an e-mail address like name@example.com.")]
    return []


IDENTITIES = {
    "nik": identity.clean_nik,
    "npwp": identity.clean_npwp,
    "nib": identity.clean_nib,
    "phone": identity.clean_phone,
}


CHECKS = {
    "integer": _check_number,
    "decimal": _check_number,
    "money": _check_number,
    "date": _check_date,
    "date_range": _check_range,
    "time": _check_time,
    "choice": _check_option,
    "choices": _check_option,
    "yes_no": _check_yes_no,
    "address": _check_address,
    "map_point": _check_point,
    "email": _check_email,
    "nik": _check_identity,
    "npwp": _check_identity,
    "nib": _check_identity,
    "phone": _check_identity,
}
