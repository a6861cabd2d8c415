"""What people type, read into the plain values that `permits.answers` stores. No database.

Each reader takes the field and what was typed and returns the value, or raises ValidationError
with the sentence for the field. Rules (length, range, options) are `permits.rules`, not here.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mpp.kit.fields import clean_name, clean_text
from permits import rules
from permits.definition import Field
from permits.forms import options

LONGEST_NUMBER = 30
LONGEST_PART = 250
MOST_ROWS = 200
PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:[.][0-9]+)?")
# Thousands in groups of three: 1.250.000,50 (id) and 1,250,000.50 (en).
GROUPED = {
    "id": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    "en": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
}
DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{4})")
CLOCK = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})")
YES, NO = "true", "false"
ADDRESS_PARTS = ("street", "rt", "rw", "region", "postal_code")


def read(field: Field, typed: Any) -> Any:
    """The value behind what was typed; None when nothing was. Raises ValidationError."""
    return READERS.get(field.type, _read_text)(field, typed)


def _one_line(typed: Any) -> str:
    return clean_text(str(typed or ""), one_line=True)


def _read_text(field: Field, typed: Any) -> str | None:
    text = str(typed or "")
    if field.type == "long_text":
        return clean_text(text, one_line=False) or None
    is_name = field.prefill in ("profile.full_name", "business.name")
    return (clean_name(text) if is_name else clean_text(text, one_line=True)) or None


def _read_identity(field: Field, typed: Any) -> str | None:
    """NIK, NPWP, NIB and phone in their one spelling; the checker raises the sentence."""
    text = _one_line(typed)
    return rules.IDENTITIES[field.type](text) if text else None


def plain_number(text: str) -> str | None:
    """A number as people of this language write it, as plain decimal text; None if it is none.

    `1.250.000,50` in Indonesian, `1,250,000.50` in English; a lone other mark is a decimal mark.
    """
    text = re.sub(r"^(-?)\s*(?:Rp\.?|IDR)\s*", r"\1", text.strip(), flags=re.IGNORECASE)
    text = text.replace("\u00a0", "").replace(" ", "")
    if not text.isascii() or len(text) > LONGEST_NUMBER:
        return None
    language = "en" if get_language() == "en" else "id"
    other = "id" if language == "en" else "en"
    thousands = {"id": ".", "en": ","}
    for known in (language, other):
        # "1.250" is grouped in Indonesian but a decimal in English: the page's language wins.
        # In the other language only several groups, or a group with decimals, are unmistakable.
        if GROUPED[known].fullmatch(text) and (known == language or _unmistakable(text)):
            text = text.replace(thousands[known], "")
            break
    text = text.replace(",", ".")
    return text if PLAIN_NUMBER.fullmatch(text) else None


def _unmistakable(text: str) -> bool:
    return sum(text.count(mark) for mark in ".,") > 1


def _read_number(field: Field, typed: Any) -> int | str | None:
    text = _one_line(typed)
    if not text:
        return None
    if len(text) > LONGEST_NUMBER:
        raise ValidationError(_("This number is too long."))
    plain = plain_number(text)
    if plain is None:
        raise ValidationError(_("Write a number, for example 1.250."))
    try:
        number = Decimal(plain)
    except InvalidOperation as fault:
        raise ValidationError(_("Write a number, for example 1.250.")) from fault
    whole = number == number.to_integral_value()
    if field.type == "integer":
        if not whole:
            raise ValidationError(_("Write a whole number, without decimals."))
        return int(number)
    return str(int(number)) if whole else format(number.normalize(), "f")


def _read_yes_no(field: Field, typed: Any) -> bool | None:
    text = _one_line(typed)
    if text not in ("", YES, NO):
        raise ValidationError(_("Choose yes or no."))
    return None if not text else text == YES


def _read_choice(field: Field, typed: Any) -> str | None:
    return _one_line(typed) or None


def _read_choices(field: Field, typed: Any) -> list[str] | None:
    kept = [text for text in (_one_line(one) for one in typed or ()) if text]
    return list(dict.fromkeys(kept)) or None


def read_day(typed: Any) -> str | None:
    """A date as "YYYY-MM-DD" from ISO or day-month-year; None for nothing."""
    text = _one_line(typed)
    if not text:
        return None
    match = DAY_FIRST.fullmatch(text)
    if match:
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError as fault:
        raise ValidationError(_("Write a real date: day, month and year.")) from fault


def _read_date(field: Field, typed: Any) -> str | None:
    return read_day(typed)


def _read_range(field: Field, typed: Mapping[str, str]) -> dict[str, str] | None:
    start, end = read_day(typed.get("from")), read_day(typed.get("to"))
    return {"from": start or "", "to": end or ""} if start or end else None


def _read_time(field: Field, typed: Any) -> str | None:
    text = _one_line(typed)
    if not text:
        return None
    match = CLOCK.fullmatch(text[:8])
    if match is None:
        raise ValidationError(_("Write a time like 08.30."))
    return f"{int(match[1]):02}:{match[2]}"


def _read_address(field: Field, typed: Mapping[str, str]) -> dict[str, str] | None:
    parts = {name: _one_line(typed.get(name)) for name in ADDRESS_PARTS}
    for name, text in parts.items():
        if len(text) > LONGEST_PART:
            raise ValidationError(
                _("At most %(count)s characters, you wrote %(written)s.")
                % {"count": LONGEST_PART, "written": len(text)}
            )
        if name in ("rt", "rw") and text and not re.fullmatch("[0-9]{1,3}", text):
            raise ValidationError(_("RT and RW have at most 3 digits."))
    wanted = _one_line(typed.get("region_q"))
    if not parts["region"] and wanted:
        # Typed but not chosen: taken only when there is no doubt which one is meant.
        found = options.find_villages(wanted, 2)
        if len(found) != 1:
            raise ValidationError(_("Choose the village from the list."))
        parts["region"] = found[0].value
    return {name: text for name, text in parts.items() if text} or None


def _read_point(field: Field, typed: Mapping[str, str]) -> dict[str, str] | None:
    lat, lon = (_one_line(typed.get(name)).replace(",", ".") for name in ("lat", "lon"))
    if not lat and not lon:
        return None
    if not (PLAIN_NUMBER.fullmatch(lat[:20]) and PLAIN_NUMBER.fullmatch(lon[:20])):
        raise ValidationError(
            _("Write latitude and longitude as numbers, for example -7.871 and 112.526.")
        )
    return {"lat": lat[:12], "lon": lon[:12]}


class GroupTrouble(ValidationError):
    """Rows that cannot be read; `inner` has the sentences per (row number, inner key)."""

    def __init__(self, sentences: list[str], inner: dict[tuple[int, str], list[str]]) -> None:
        super().__init__(sentences)
        self.inner = inner


def _read_group(field: Field, typed: list[Mapping[str, Any]]) -> list[dict] | None:
    rows: list[dict] = []
    inner: dict[tuple[int, str], list[str]] = {}
    sentences = []
    for number, row in enumerate(typed[:MOST_ROWS]):
        values: dict[str, Any] = {}
        for part in field.fields:
            if not part.is_answered:
                continue
            try:
                value = read(part, row.get(part.key, empty(part)))
            except ValidationError as fault:
                inner[number, part.key] = list(fault.messages)
                sentences += [
                    _("Row %(number)s: %(sentence)s") % {"number": number + 1, "sentence": text}
                    for text in fault.messages
                ]
                continue
            if value is not None:
                values[part.key] = value
        if values:
            rows.append(values)
    if inner:
        raise GroupTrouble(sentences, inner)
    return rows or None


def empty(field: Field) -> Any:
    """Nothing typed, in the shape this field's reader expects."""
    if field.type in ("date_range", "address", "map_point"):
        return {}
    return [] if field.type in ("choices", "group") else ""


READERS: dict[str, Callable[[Field, Any], Any]] = {
    "nik": _read_identity,
    "npwp": _read_identity,
    "nib": _read_identity,
    "phone": _read_identity,
    "integer": _read_number,
    "decimal": _read_number,
    "money": _read_number,
    "yes_no": _read_yes_no,
    "choice": _read_choice,
    "choices": _read_choices,
    "date": _read_date,
    "date_range": _read_range,
    "time": _read_time,
    "address": _read_address,
    "map_point": _read_point,
    "group": _read_group,
}
