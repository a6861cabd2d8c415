"""Readers for files that people edit: every field checks itself and says what is wrong where.

A format is a set of dataclasses whose fields are made by `part(reader)`. `build` turns plain data
into them; problems are collected in a `Report`, with the line, instead of stopping at the first.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Reader = Callable[[Any, str, "Report"], Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the file: where (line from 1, path) and what."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path or 'file'}: {self.message}"


class Report:
    """Collects problems and knows the line of every path."""

    def __init__(self, lines: Mapping[str, int]):
        self.lines = lines
        self.problems: list[Problem] = []

    def add(self, path: str, message: str) -> None:
        """Notes a problem at `path`, on its line or on that of the block around it."""
        known = path
        while known and known not in self.lines:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        self.problems.append(Problem(self.lines.get(known, 1), path, message))


def text(limit: int, *, one_of: tuple | list = (), pattern: re.Pattern | None = None) -> Reader:
    """A text of at most `limit` characters, if wanted one of a list or of a pattern."""

    def read(value: Any, path: str, report: Report) -> str:
        if not isinstance(value, str) or not value.strip():
            report.add(path, "must be a text")
        elif len(value) > limit:
            report.add(path, f"is longer than {limit} characters")
        elif one_of and value not in one_of:
            report.add(path, f"must be one of: {', '.join(one_of)}")
        elif pattern and not pattern.fullmatch(value):
            report.add(path, "must be a slug: small letters, digits and single hyphens")
        elif any(ord(c) < 32 for c in value):
            report.add(path, "holds a control character")
        else:
            return value
        return ""

    return read


def integer(least: int, most: int) -> Reader:
    """A whole number within both limits."""

    def read(value: Any, path: str, report: Report) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            report.add(path, f"must be a whole number from {least} to {most}")
            return least
        return value

    return read


def flag(value: Any, path: str, report: Report) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        report.add(path, "must be true or false")
    return value is True


def day(value: Any, path: str, report: Report) -> date | None:
    """A date, written as 2026-01-31."""
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        report.add(path, "must be a date like 2026-01-31")
        return None


def clock_time(value: Any, path: str, report: Report) -> time | None:
    """A time of day, written in quotes as "08:00"."""
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        report.add(path, 'must be a time in quotes like "08:00"')
        return None


def web_address(value: Any, path: str, report: Report) -> str:
    """An address that starts with https://."""
    found = text(200)(value, path, report)
    if found and not found.startswith("https://"):
        report.add(path, "must start with https://")
    return found


def several(reader: Reader) -> Reader:
    """A list whose items `reader` reads."""

    def read(value: Any, path: str, report: Report) -> tuple:
        if not isinstance(value, list):
            report.add(path, "must be a list")
            return ()
        return tuple(reader(item, f"{path}[{n}]", report) for n, item in enumerate(value))

    return read


def one(kind: type) -> Reader:
    """One block that becomes an object of `kind`."""

    def read(value: Any, path: str, report: Report) -> Any:
        return build(kind, value, path, report)

    return read


def part(reader: Reader, default: Any = dataclasses.MISSING) -> Any:
    """A field of the format with its reader; without a default it must be there."""
    return dataclasses.field(default=default, metadata={"read": reader})


def build(kind: type, value: Any, path: str, report: Report) -> Any:
    """An object of `kind` from plain data; unknown and missing keys are reported."""
    if not isinstance(value, dict):
        report.add(path, "must be a block of keys and values")
        value = {}
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for name in value.keys() - fields.keys():
        report.add(f"{path}.{name}" if path else name, "is not a known key")
    built = {}
    for name, field in fields.items():
        inner = f"{path}.{name}" if path else name
        if name in value:
            built[name] = field.metadata["read"](value[name], inner, report)
        elif field.default is dataclasses.MISSING:
            report.add(path, f"{name} is missing")
            built[name] = None
    return kind(**built)
