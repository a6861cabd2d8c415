"""Numbers and wording of papers from patterns that staff edit: closed lists, never a format.

A pattern or a template is data: nothing in it is evaluated, an unknown name becomes empty.
"""

import re
from collections.abc import Mapping
from datetime import date

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
NUMBER_PART = re.compile(r"\{(seq(?::0(\d))?|year|month|month_roman)\}")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def paper_number(pattern: str, sequence: int, day: date) -> str:
    """The number of a paper from its pattern: {seq}, {seq:04}, {year}, {month}, {month_roman}.

    A closed list of parts, never `str.format`: the pattern is data that staff edit.
    """

    def part(match: re.Match) -> str:
        name = match.group(1)
        if name.startswith("seq"):
            return f"{sequence:0{int(match.group(2) or 1)}d}"
        if name == "year":
            return str(day.year)
        return f"{day.month:02}" if name == "month" else ROMAN[day.month - 1]

    return NUMBER_PART.sub(part, pattern)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace `{placeholders}` of the closed list; an unknown one becomes empty."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), text)
