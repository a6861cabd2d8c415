"""Between a posted form and its fields: what was typed, and how stored values look when typed."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from permits.conditions import is_empty
from permits.definition import Field
from permits.forms.reading import ADDRESS_PARTS, MOST_ROWS, NO, YES, empty

PARTS = {
    "date_range": ("from", "to"),
    "map_point": ("lat", "lon"),
    "address": (*ADDRESS_PARTS, "region_q"),
}
ROWS = ".rows"


def part_names(field: Field, name: str) -> list[str]:
    """The names of the inputs a field is typed in (without those of a group's rows)."""
    parts = PARTS.get(field.type)
    return [f"{name}.{part}" for part in parts] if parts else [name]


def from_post(field: Field, data: QueryDict, name: str) -> Any:
    """What was typed for a field: text, a list (several choices), parts, or rows."""
    if field.type == "group":
        return [
            {
                inner.key: from_post(inner, data, f"{name}.{row}.{inner.key}")
                for inner in field.fields
            }
            for row in row_numbers(data, name)
        ]
    parts = PARTS.get(field.type)
    if parts:
        return {part: data.get(f"{name}.{part}", "") for part in parts}
    return data.getlist(name) if field.type == "choices" else data.get(name, "")


def row_numbers(data: QueryDict, name: str) -> list[str]:
    """The numbers of the rows of a group that the page showed, in order, each once."""
    found = re.findall(r"[0-9]{1,4}", data.get(f"{name}{ROWS}", "")[:2_000])
    return list(dict.fromkeys(found))[:MOST_ROWS]


def from_value(field: Field, value: Any) -> Any:
    """A stored value as people would have typed it."""
    if is_empty(value):
        return empty(field)
    match field.type:
        case "group":
            return [
                {inner.key: from_value(inner, row.get(inner.key)) for inner in field.fields}
                for row in value
                if isinstance(row, Mapping)
            ]
        case "yes_no":
            return YES if value is True else NO
        case "integer" | "decimal" | "money":
            return typed_number(value)
        case "date_range" | "map_point" | "address":
            return dict(value) if isinstance(value, Mapping) else {}
        case "choices":
            return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    return str(value)


def typed_number(value: Any) -> str:
    """A stored number with the marks of the page's language: 1.250.000,5 or 1,250,000.5."""
    whole, _dot, decimals = str(value).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if not digits.isdigit():
        return str(value)
    grouped = f"{int(digits):,}"
    text = f"{sign}{grouped}.{decimals}" if decimals else f"{sign}{grouped}"
    return text if get_language() == "en" else text.translate(str.maketrans(".,", ",."))
