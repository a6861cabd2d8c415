"""Choices of a field, long lists and regions included: all of a short list, the fitting of a long.

A list of more than 50 options is never drawn whole; it is searched (`find`), by htmx while
typing and by a search step of the page without JavaScript.
"""

from dataclasses import dataclass
from functools import lru_cache

from accounts import regions
from permits import rules
from permits.definition import Field

MOST_DRAWN = 50
MOST_FOUND = 20
QUERY_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it is drawn: value, label, and a second line (where a village lies)."""

    value: str
    label: str
    hint: str = ""


def is_searched(field: Field) -> bool:
    """Whether the options are searched instead of all drawn."""
    return bool(field.options_source) or len(field.options) > MOST_DRAWN


def all_choices(field: Field) -> list[Choice]:
    """Every option of a short list, in the active language."""
    return [Choice(option.value, rules.hint(option, "label")) for option in field.options]


def chosen(field: Field, value: str) -> Choice:
    """One value as a choice, also when the list does not offer it any more."""
    if field.options_source in rules.REGION_LEVELS or field.type == "address":
        found = regions.region(value)
        return _region_choice(found) if found else Choice(value, value)
    option = field.option(value)
    return Choice(value, rules.hint(option, "label") if option else value)


def find(field: Field, query: str, limit: int = MOST_FOUND) -> list[Choice]:
    """The options that fit what was typed, best first; an empty query finds nothing."""
    query = query.strip()[:QUERY_LENGTH]
    if not query:
        return []
    if field.type == "address":
        return find_villages(query, limit)
    level = rules.REGION_LEVELS.get(field.options_source)
    if level:
        return [_region_choice(found) for found in regions.search(query, level, limit)]
    return _find_option(field, query, limit)


def find_villages(query: str, limit: int = MOST_FOUND) -> list[Choice]:
    """Villages that fit; where we know none (far from home) districts and regencies."""
    for level in ("village", "district", "regency"):
        found = regions.search(query, level, limit)
        if found:
            return [_region_choice(region) for region in found]
    return []


def _region_choice(region: regions.Region) -> Choice:
    above = regions.region_path(region.parent_code) if region.parent_code else ""
    return Choice(region.code, region.name, above)


def _find_option(field: Field, query: str, limit: int) -> list[Choice]:
    wanted = query.casefold()
    starts, contains = [], []
    for option in field.options:
        label, value = rules.hint(option, "label"), option.value
        folded = _folded(label)
        if folded.startswith(wanted) or value.casefold().startswith(wanted):
            starts.append(Choice(value, label))
            if len(starts) >= limit:
                break
        elif wanted in folded and len(contains) < limit:
            contains.append(Choice(value, label))
    return (starts + contains)[:limit]


@lru_cache(maxsize=50_000)
def _folded(label: str) -> str:
    return label.casefold()
