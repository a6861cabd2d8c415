"""How a stored answer reads for people: names instead of codes, dates in words."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.identity import mask_nik
from accounts.regions import region_name
from permits.conditions import is_empty
from permits.definition import Field
from permits.rules import REGION_LEVELS

NOTHING = "-"
MOST_DIGITS = 40


def _by_language(item: Any, name: str) -> str:
    english = getattr(item, f"{name}_en", "")
    return english if get_language() == "en" and english else getattr(item, name)


def _option(field: Field, value: str) -> str:
    if field.options_source in REGION_LEVELS:
        return region_name(value) or value
    for option in field.options:
        if option.value == value:
            return _by_language(option, "label")
    return str(value)


def _date(value: str) -> str:
    try:
        return date_format(date.fromisoformat(value), "j F Y")
    except (TypeError, ValueError):
        return str(value)


def _number(value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    # What was typed is kept before it is checked: a huge or endless number is shown as typed.
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS or len(str(value)) > 60:
        return str(value)
    whole = amount == amount.to_integral_value()
    return number_format(int(amount) if whole else amount.normalize(), force_grouping=True)


def _address(value: dict) -> str:
    rt_rw = "/".join(part for part in (value.get("rt"), value.get("rw")) if part)
    parts = [
        value.get("street", ""),
        f"RT/RW {rt_rw}" if rt_rw else "",
        region_name(value.get("region", "")) or "",
        value.get("postal_code", ""),
    ]
    return ", ".join(part for part in parts if part)


def _group(field: Field, rows: list[dict], masked: bool) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        facts = [
            f"{_by_language(inner, 'label')}: {shown_value(inner, row[inner.key], masked=masked)}"
            for inner in field.fields
            if not is_empty(row.get(inner.key))
        ]
        lines.append(f"{number}. " + "; ".join(facts))
    return "\n".join(lines)


def shown_value(field: Field, value: Any, *, masked: bool = False) -> str:
    """The answer as a person reads it, in the active language; "-" when there is none.

    `masked` hides the middle of a NIK or NPWP.
    """
    if is_empty(value):
        return NOTHING
    match field.type:
        case "yes_no":
            return _("yes") if value else _("no")
        case "choice":
            return _option(field, value)
        case "choices":
            return ", ".join(_option(field, item) for item in value)
        case "date":
            return _date(value)
        case "date_range":
            return _("%(start)s until %(end)s") % {
                "start": _date(value.get("from", "")),
                "end": _date(value.get("to", "")),
            }
        case "time":
            return str(value).replace(":", ".")
        case "money":
            return f"Rp{_number(value)}"
        case "integer" | "decimal":
            return _number(value)
        case "address":
            return _address(value)
        case "map_point":
            return f"{value.get('lat', '')}, {value.get('lon', '')}"
        case "nik" | "npwp":
            return mask_nik(value) if masked else str(value)
        case "group":
            return _group(field, value, masked)
    return str(value)
