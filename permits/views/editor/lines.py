"""Small parts as lines of text: `value | label | label_en`, for options and the like."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

COLUMNS = {
    "options": ("value", "label", "label_en"),
    "checklist": ("key", "text", "text_en"),
    "rows": ("label", "label_en", "value"),
}
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\|n])")


def to_lines(name: str, items: list[dict[str, Any]]) -> str:
    """The parts as text, one per line; a bar or line end inside a text is written \\| or \\n."""
    return "\n".join(
        " | ".join(_escaped(item.get(column, "")) for column in COLUMNS[name]) for item in items
    )


def from_lines(name: str, text: str) -> list[dict[str, str]]:
    """The parts that a text describes. Raises ValidationError with the number of a wrong line."""
    columns = COLUMNS[name]
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        texts = [_plain(cell.strip()) for cell in _BAR.split(line)]
        if len(texts) > len(columns):
            raise ValidationError(
                _("Line %(number)s has more than %(count)s parts.")
                % {"number": number, "count": len(columns)}
            )
        if not texts[0]:
            raise ValidationError(_("Line %(number)s starts with nothing.") % {"number": number})
        found.append({name: cell for name, cell in zip(columns, texts, strict=False) if cell})
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: {"n": "\n"}.get(match.group(1), match.group(1)), text)


def to_texts(items: list[str], *, blocks: bool) -> str:
    """A list of texts in one text: one per line, or with an empty line between two."""
    wide = blocks or any("\n" in item for item in items)
    return ("\n\n" if wide else "\n").join(items)


def from_texts(text: str, *, blocks: bool) -> list[str]:
    """The list of texts that was typed."""
    wide = blocks or "\n\n" in text.strip()
    parts = re.split(r"\n[ \t]*\n", text) if wide else text.split("\n")
    return [part.strip() for part in parts if part.strip()]
