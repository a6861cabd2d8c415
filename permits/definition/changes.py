"""What differs between two versions: typed, by stable key, key by key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from permits.definition.reading import specs
from permits.definition.walking import identity_of
from permits.definition.whole import PermitDefinition
from permits.definition.writing import plain, shape_data


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` names parts by key: `sections[applicant].fields[nik].label`.

    `kind` is added, removed or changed; old and new are plain data (None where there is none).
    A new order of a list is a change of `<path>.order` with the keys before and after.
    """

    kind: str
    path: str
    old: Any
    new: Any


def diff(old: PermitDefinition, new: PermitDefinition) -> list[Change]:
    """All differences in the order of the declarations; empty when both are equal."""
    return list(_shape(old, new, ""))


def _shape(old: Any, new: Any, path: str) -> Iterator[Change]:
    for spec in specs(type(new)):
        before, after = getattr(old, spec.name), getattr(new, spec.name)
        if before == after:
            continue
        inner = f"{path}.{spec.name}" if path else spec.name
        if spec.metadata["kind"] == "parts":
            yield from _parts(before, after, inner)
        elif spec.metadata["kind"] == "part" and before is not None and after is not None:
            yield from _shape(before, after, inner)
        else:
            yield _value(before, after, inner, spec.default)


def _value(before: Any, after: Any, path: str, default: Any) -> Change:
    old, new = plain(before), plain(after)
    if before in (None, "", ()) and default in (None, "", ()):
        return Change("added", path, None, new)
    if after in (None, "", ()) and default in (None, "", ()):
        return Change("removed", path, old, None)
    return Change("changed", path, old, new)


def _parts(before: tuple, after: tuple, path: str) -> Iterator[Change]:
    old = {identity_of(item): item for item in before}
    new = {identity_of(item): item for item in after}
    for key, item in old.items():
        if key not in new:
            yield Change("removed", f"{path}[{key}]", shape_data(item), None)
    for key, item in new.items():
        if key not in old:
            yield Change("added", f"{path}[{key}]", None, shape_data(item))
        else:
            yield from _shape(old[key], item, f"{path}[{key}]")
    kept_before = [key for key in old if key in new]
    kept_after = [key for key in new if key in old]
    if kept_before != kept_after:
        yield Change("changed", f"{path}.order", list(old), list(new))
