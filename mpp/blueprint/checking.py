"""Plain data against a JSON Schema: the part of the language our schemas use, with places.

The published schema and what import accepts cannot drift apart, because this reads that schema.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mpp.blueprint.columns import HIDDEN, Schema
from mpp.kit.fields import is_blank

Finding = tuple[str, str]
TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
WORDS = {
    "string": gettext_lazy("a text"),
    "integer": gettext_lazy("a whole number"),
    "number": gettext_lazy("a number"),
    "boolean": gettext_lazy("true or false"),
    "array": gettext_lazy("a list"),
    "object": gettext_lazy("keys with values"),
    "null": "null",
}


def plain_dates(value: Any) -> Any:
    """The same data with dates as texts: YAML reads 2026-01-31 without quotes as a date."""
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, list):
        return [plain_dates(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_dates(item) for key, item in value.items()}
    return value


def findings(value: Any, schema: Schema, *, defs: Mapping[str, Schema] = {}) -> list[Finding]:
    """Everything that is wrong with `value`: (path, sentence). Never raises."""
    return list(_check(value, schema, "", defs))


def _check(value: Any, schema: Schema, path: str, defs: Mapping[str, Schema]) -> Iterator[Finding]:
    if "$ref" in schema:
        yield from _check(value, defs[schema["$ref"].rpartition("/")[2]], path, defs)
        return
    if "anyOf" in schema:
        tried = [list(_check(value, one, path, defs)) for one in schema["anyOf"]]
        if all(tried):
            yield min(tried, key=len)[0]
        return
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(TYPES[kind](value) for kind in kinds):
        wanted = ", ".join(str(WORDS[kind]) for kind in kinds)
        yield path, _("Expected here: %(kinds)s.") % {"kinds": wanted}
        return
    if "enum" in schema and value not in schema["enum"]:
        options = ", ".join(str(option) for option in schema["enum"] if option not in ("", None))
        yield path, _("One of these is expected: %(options)s.") % {"options": options}
    elif isinstance(value, str):
        yield from _text(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(value, schema, path)
    elif isinstance(value, list):
        yield from _list(value, schema, path, defs)
    elif isinstance(value, dict):
        yield from _object(value, schema, path, defs)


def _text(value: str, schema: Schema, path: str) -> Iterator[Finding]:
    if len(value) > schema.get("maxLength", len(value)):
        yield path, _("This text is longer than %(most)s.") % {"most": schema["maxLength"]}
    elif schema.get("minLength", 0) > (0 if is_blank(value) else len(value.strip())):
        yield path, _("This text is empty.")
    elif HIDDEN.search(value):
        yield path, _("This text has invisible control characters.")
    elif value and "pattern" in schema and not pattern(schema["pattern"]).search(value):
        yield path, _("This text does not have the expected form.")


def _number(value: float, schema: Schema, path: str) -> Iterator[Finding]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if not ((low is None or value >= low) and (high is None or value <= high)):
        yield (
            path,
            _("A number from %(low)s to %(high)s is expected here.")
            % {
                "low": low,
                "high": high,
            },
        )


def _list(value: list, schema: Schema, path: str, defs: Mapping[str, Schema]) -> Iterator[Finding]:
    if len(value) > schema.get("maxItems", len(value)):
        yield path, _("This list has more than %(most)s entries.") % {"most": schema["maxItems"]}
        return
    for index, item in enumerate(value):
        yield from _check(item, schema.get("items", {}), f"{path}[{index}]", defs)


def _object(
    value: dict, schema: Schema, path: str, defs: Mapping[str, Schema]
) -> Iterator[Finding]:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    if len(value) > schema.get("maxProperties", len(value)):
        yield path, _("There are too many keys here.")
        return
    for name, item in value.items():
        inner = f"{path}.{name}" if path else str(name)
        if name in known:
            yield from _check(item, known[name], inner, defs)
        elif more is False:
            yield inner[:200], _("This key is unknown.")
        elif isinstance(more, dict):
            if HIDDEN.search(name) or len(name) > 200:
                yield path, _("This text has invisible control characters.")
            yield from _check(item, more, inner, defs)
    for name in schema.get("required", ()):
        if name not in value:
            yield path, _("The key %(key)s is missing.") % {"key": name}


@lru_cache(maxsize=200)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of one of our own schemas, never of a file.

    In a JSON Schema `$` is the end; in Python it is also the place before a last line end.
    """
    return re.compile(re.sub(r"\$$", r"\\Z", text))
