"""Plain data as YAML for people, the same bytes on every machine.

Only mappings with text keys, lists, texts, whole numbers, booleans and null are written. PyYAML's
two writers fold lines differently from each other, so the bytes are made here; any YAML reader
reads them.
"""

import json
import re
from typing import Any

PLAIN = re.compile(r"[A-Za-z\u00c0-\u024f/](?:[\w ./@+()%;\u2013-]|,(?= )|:(?=\S))*")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./*-]*")
SHORT_ROW = 12


def dump(data: Any) -> str:
    """The YAML text of a mapping or list. Raises TypeError for anything that is not plain."""
    lines: list[str] = []
    _block(data, "", lines)
    return "\n".join(lines) + "\n"


def _block(data: Any, indent: str, lines: list[str]) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            _entry(f"{indent}{_key(key)}:", value, f"{indent}  ", lines)
    elif isinstance(data, list):
        for value in data:
            _item(value, indent, lines)
    else:
        raise TypeError(type(data).__name__)


def _entry(head: str, value: Any, indent: str, lines: list[str]) -> None:
    if isinstance(value, dict | list) and value:
        if _is_row_of_numbers(value):
            lines.append(f"{head} [{', '.join(str(number) for number in value)}]")
            return
        lines.append(head)
        _block(value, indent, lines)
    elif isinstance(value, str) and _is_paragraphs(value):
        lines.append(f"{head} |-")
        lines.extend(f"{indent}{line}" if line else "" for line in value.split("\n"))
    else:
        lines.append(f"{head} {_scalar(value)}")


def _item(value: Any, indent: str, lines: list[str]) -> None:
    inner = f"{indent}  "
    if isinstance(value, dict | list) and value and not _is_row_of_numbers(value):
        start = len(lines)
        _block(value, inner, lines)
        lines[start] = f"{indent}- {lines[start][len(inner) :]}"
    else:
        _entry(f"{indent}-", value, inner, lines)


def _is_row_of_numbers(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= SHORT_ROW
        and all(type(number) is int for number in value)
    )


def _is_paragraphs(text: str) -> bool:
    """Whether a text of several lines can stand as an indented block as it is."""
    return (
        "\n" in text
        and text[0] not in " \n\t"
        and text[-1] not in " \n\t"
        and all(char == "\n" or char.isprintable() for char in text)
    )


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of type {type(key).__name__}")
    return key if KEY.fullmatch(key) and key.lower() not in WORDS else _quoted(key)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value[-1] not in " :" and value.lower() not in WORDS
        return value if plain else _quoted(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(type(value).__name__)


def _quoted(text: str) -> str:
    """A text in double quotes; what a reader might take for a line end or hide is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
