"""What differs between two malls: typed, object by object, field by field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mpp.blueprint.items import Id, Item, Mall, section_order
from mpp.blueprint.keys import key_of
from mpp.blueprint.rooms import TYPES, Section, by_name
from permits import definition as definitions

Kind = Literal["added", "changed", "missing"]
FieldKind = Literal["added", "changed", "missing", "removed"]
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference inside an object.

    `missing` = here, but not in the other: it stays. `removed` = gone in the new version of
    something that has versions; the former version keeps it.
    """

    kind: FieldKind
    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that is new, changed, or missing in the other mall (and stays)."""

    id: Id
    kind: Kind
    item: Item
    fields: tuple[FieldChange, ...] = ()


def compare(old: Mall, new: Mall, *, as_draft: bool = False) -> list[Difference]:
    """All differences from `old` to `new`, in the order in which objects are brought in.

    `as_draft` leaves out what an import as drafts does not touch in rows that are here.
    """
    place = section_order()
    found = []
    for key in sorted({*old.items, *new.items}, key=lambda one: (place[one[0]], one[1])):
        before, after = old.items.get(key), new.items.get(key)
        if after is None:
            found.append(Difference(key, "missing", before))
        elif before is None:
            found.append(Difference(key, "added", after))
        elif before.content != after.content:
            fields = tuple(_touched(before, after, as_draft=as_draft))
            if fields:
                stays = all(field.kind == "missing" for field in fields)
                kind: Kind = "missing" if stays else "changed"
                found.append(Difference(key, kind, after, fields))
    return found


def _touched(before: Item, after: Item, *, as_draft: bool) -> Iterator[FieldChange]:
    section = by_name().get(after.section)
    skipped = section.exported.draft if section and as_draft else {}
    for change in changes_in(before, after):
        if change.path not in skipped:
            yield change


def changes_in(before: Item, after: Item) -> Iterator[FieldChange]:
    """The differences of one object."""
    if after.section == TYPES:
        old, new = (definitions.parse(json.loads(one.content)) for one in (before, after))
        for change in definitions.diff(old, new):
            # A part that is not in the file goes with the new version: the file is the type.
            yield FieldChange(change.kind, change.path, change.old, change.new)
    else:
        yield from _row(by_name()[after.section], before.content, after.content, "")


def _row(section: Section, old: Data, new: Data, path: str) -> Iterator[FieldChange]:
    for field in section.fields:
        before, after = old.get(field.name), new.get(field.name)
        if before != after:
            yield FieldChange(_kind(before, after), f"{path}{field.name}", before, after)
    for child in section.nested:
        name = child.exported.name
        if child.exported.single:
            yield from _block(child, old.get(name), new.get(name), f"{path}{name}")
        else:
            yield from _list(child, old.get(name, []), new.get(name, []), f"{path}{name}")


def _kind(before: Any, after: Any) -> FieldKind:
    return "added" if before is None and after is not None else "changed"


def _block(section: Section, old: Any, new: Any, path: str) -> Iterator[FieldChange]:
    if old is None and new is not None:
        yield FieldChange("added", path, None, new)
    elif new is None and old is not None:
        yield FieldChange("missing", path, old, None)
    elif old is not None:
        yield from _row(section, old, new, f"{path}.")


def _list(section: Section, old: list[Data], new: list[Data], path: str) -> Iterator[FieldChange]:
    gone: FieldKind = "removed" if section.has_versions else "missing"
    before = {key_of(section, row): row for row in old}
    after = {key_of(section, row): row for row in new}
    for key, row in before.items():
        if key not in after:
            yield FieldChange(gone, f"{path}[{key}]", row, None)
    for key, row in after.items():
        if key not in before:
            yield FieldChange("added", f"{path}[{key}]", None, row)
        else:
            yield from _row(section, before[key], row, f"{path}[{key}].")
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield FieldChange("changed", f"{path}.order", list(before), list(after))
