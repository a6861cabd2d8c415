"""How a room declares what of its configuration stands in a blueprint, and in which form.

Which columns are configuration is said by `FIELDS` in the room's `portable.py`; the declarations
here say where a row stands in the file, by what it is found, and what is left out for a reason.
Reading, writing, comparing, the JSON Schema and the house tests all follow them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

Check = Callable[[Any], str]

# Shapes of JSON columns, as JSON Schema: a column without one could hold anything.
LINES = {"type": "array", "maxItems": 60, "items": {"type": "string", "maxLength": 400}}
WEEKDAYS = {
    "type": "array",
    "maxItems": 7,
    "items": {"type": "integer", "minimum": 0, "maximum": 6},
}
TEXTS_BY_NAME = {
    "type": "object",
    "maxProperties": 60,
    "additionalProperties": {"type": "string", "maxLength": 400},
}


@dataclass(frozen=True, kw_only=True)
class Exported:
    """The rows of one model in the blueprint.

    `file`: "agencies" is one file with a list of rows, "services/*" one file for each row; empty
    for rows that stand inside another row's block (`within` names the foreign key to that row,
    `name` the key of the block; `single` = at most one per row).
    `key`: the columns by which a row is found; a foreign key among them stands for the key of
    what it points to. Foreign keys and many-to-many are written as those keys.
    """

    model: str
    file: str = ""
    key: tuple[str, ...] = ("key",)
    within: str = ""
    name: str = ""
    single: bool = False
    # Which rows are configuration in force, when not all are (arguments of filter and exclude).
    where: Mapping[str, Any] = field(default_factory=dict)
    without: Mapping[str, Any] = field(default_factory=dict)
    # Columns declared `config` that do not stand in the file -> why.
    left_out: Mapping[str, str] = field(default_factory=dict)
    # The order of nested rows is the order of the list; these columns give it.
    order: tuple[str, ...] = ()
    # The column that is numbered by the place in that list.
    place: str = ""
    shapes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    # column -> (value the program writes itself, value that stands for it in the file).
    derived: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    # Columns of which only one row in the table may be true: the one here stays.
    only_one: tuple[str, ...] = ()
    # What a new region renames, offered by the assistant.
    renamed: tuple[str, ...] = ()
    # Values of new rows that are applied as drafts.
    draft: Mapping[str, Any] = field(default_factory=dict)
    # Which rows are drafts (arguments of filter): an import as drafts is compared with them.
    drafts: Mapping[str, Any] = field(default_factory=dict)
    # Who may bring it through the assistant: superusers only, when rights or identity follow.
    superuser_only: bool = False
    # Own writing instead of "change the row": (parent, values, nested, as_draft) -> row or None.
    bring: Callable[..., Any] | None = None


def time_zone(value: Any) -> str:
    """Why a text is no time zone this machine knows; empty when it is one."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _("There is no such time zone.")
    return ""
