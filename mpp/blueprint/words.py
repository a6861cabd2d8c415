"""What the kinds and fields of a blueprint are called on pages."""

import json
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from mpp.blueprint.difference import Difference, FieldChange
from mpp.blueprint.items import Item
from mpp.blueprint.rooms import TYPES, by_name
from mpp.kit.wording import is_english, thousands

KINDS = {
    "kit/installation": _("The mall itself: names, contact, colours"),
    "accounts/roles": _("Roles at the desks"),
    "accounts/texts": _("Own wording of messages"),
    "counters/sites": _("Sites"),
    "counters/agencies": _("Agencies"),
    "counters/counters": _("Counters"),
    "counters/holidays": _("Holidays"),
    "counters/life-events": _("Life events"),
    "counters/services": _("Services with their standards"),
    "counters/week-plans": _("Opening hours"),
    "counters/priority-reasons": _("Reasons for priority"),
    "counters/queues": _("Queues and targets"),
    TYPES: _("Permit types: forms, requirements, paths, deadlines, fees"),
    "visits/topics": _("Topics of study visits"),
    "visits/rules": _("Rules of study visits"),
    "visits/sessions": _("Sessions of study visits"),
    "visits/agenda": _("Usual agenda of study visits"),
    "visits/letters": _("Letters of study visits"),
}
CHANGES = {
    "added": (_("new"), "plus-lg", "good"),
    "changed": (_("changed"), "pencil", "wait"),
    "missing": (_("only here, stays"), "info-circle-fill", "quiet"),
    "removed": (_("not in the new version"), "trash", "bad"),
}
NAMES = ("name", "title", "text", "subject")
LONGEST = 400


def kind(section: str) -> str:
    """What a kind is called."""
    return str(KINDS.get(section, section))


def name_of(item: Item) -> str:
    """What an object is called, else its key."""
    content: Any = item.content
    if isinstance(content, str):
        content = json.loads(content)
    for name in NAMES:
        text = (content.get(f"{name}_en") if is_english() else "") or content.get(name)
        if text:
            return str(text)
    return item.key


def field_label(section: str, path: str) -> str:
    """What the column at the head of a path is called; the path itself for permit types."""
    known = by_name().get(section)
    name = path.partition(".")[0].partition("[")[0]
    if known is None:
        return ""
    try:
        return str(known.model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        child = next((one for one in known.nested if one.exported.name == name), None)
        return str(child.model._meta.verbose_name) if child else ""


def counted(counts: dict[str, int]) -> list[dict[str, str]]:
    """Label and number of every kind that has something, in their order."""
    order = [*KINDS, *sorted(set(counts) - set(KINDS))]
    return [
        {"label": kind(name), "value": thousands(counts[name])}
        for name in order
        if counts.get(name)
    ]


def value(found: Any) -> str:
    """A value of a difference as text for people, cut when long."""
    if found is None:
        return "–"
    is_text = isinstance(found, str)
    text = found if is_text else json.dumps(found, ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def change_row(section: str, change: FieldChange) -> dict[str, Any]:
    """One field of a difference as the row of a table."""
    label, icon, tone = CHANGES[change.kind]
    return {
        "label": label,
        "icon": icon,
        "tone": tone,
        "name": field_label(section, change.path),
        "where": change.path,
        "old": value(change.old),
        "new": value(change.new),
    }


def object_row(one: Difference) -> dict[str, Any]:
    """One object of a difference."""
    label, icon, tone = CHANGES[one.kind]
    return {
        "id": "/".join(one.id),
        "key": one.id[1],
        "name": name_of(one.item),
        "kind": one.kind,
        "label": label,
        "icon": icon,
        "tone": tone,
        "fields": [change_row(one.id[0], change) for change in one.fields],
    }
