"""Placeholders of a paper and of its number: a closed list, so that a text never runs code."""

import re

from permits.definition.shapes import DocumentTemplate

PLACEHOLDERS = frozenset(
    {"holder", "number", "issued_on", "valid_until", "service", "application"}
)
ANSWER = "answer."
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NUMBER_PART = re.compile(r"\{(?:seq(?::0[1-9])?|year|month|month_roman)\}")


def placeholders(text: str) -> list[str]:
    """The names between braces, in order, known or not."""
    return _PLACEHOLDER.findall(text)


def has_stray_brace(text: str) -> bool:
    """Whether a brace stands alone."""
    return bool(re.search(r"[{}]", _PLACEHOLDER.sub("", text)))


def answer_key(name: str) -> str:
    """The field key of `answer.<key>`; empty for any other placeholder."""
    return name.removeprefix(ANSWER) if name.startswith(ANSWER) else ""


def texts_of(document: DocumentTemplate) -> list[tuple[str, str]]:
    """Every text of a paper in which placeholders may stand, with its path."""
    found = [("document.opening", document.opening), ("document.opening_en", document.opening_en)]
    for index, row in enumerate(document.rows):
        found.append((f"document.rows[{index}].value", row.value))
    for name in ("paragraphs", "paragraphs_en"):
        for index, text in enumerate(getattr(document, name)):
            found.append((f"document.{name}[{index}]", text))
    return found


def number_is_sound(number_format: str) -> bool:
    """Whether the format holds {seq} and {year} once each, else only {month}, {month_roman}."""
    parts = [match.group() for match in _NUMBER_PART.finditer(number_format)]
    if re.search(r"[{}]", _NUMBER_PART.sub("", number_format)):
        return False
    return parts.count("{year}") == 1 and sum(part.startswith("{seq") for part in parts) == 1
