"""The objects of a mall as values: what stands in a file, or what is here now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mpp.blueprint.keys import Keys
from mpp.blueprint.rooms import TYPES, Section, by_name, top
from mpp.blueprint.rows import objects
from permits import exchange
from permits.definition import PermitDefinition

Id = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be used: the file in the zip, line (0: unknown), path, sentence."""

    file: str
    line: int
    path: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.path}: {self.sentence}" if self.path else f"{place}: {self.sentence}"
        )


@dataclass(frozen=True, slots=True)
class Need:
    """A reference to another object, and where it stands."""

    target: Id
    line: int
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """One object: a row with what stands inside it, or a permit type (canonical JSON)."""

    section: str
    key: str
    content: dict[str, Any] | str
    file: str
    line: int = 0
    needs: tuple[Need, ...] = ()
    # A permit type as it was written, for the lines of what forbids publishing it.
    text: str = ""

    @property
    def id(self) -> Id:
        return self.section, self.key


@dataclass(frozen=True)
class Mall:
    """All objects of a mall by id, in the order in which they are brought in."""

    items: dict[Id, Item] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many objects of each kind."""
        found: dict[str, int] = {}
        for item in self.items.values():
            found[item.section] = found.get(item.section, 0) + 1
        return found


def here(*, as_draft: bool = False) -> Mall:
    """What this mall holds now, as it would be exported.

    `as_draft`: with the drafts of permit types in place of what is published, which is what an
    import as drafts writes over.
    """
    found = Mall({item.id: item for item in _items(as_draft=as_draft)})
    for key, definition in exchange.drafted() if as_draft else ():
        item = Item(TYPES, key, definition, f"{TYPES}/{key}.yaml")
        found.items[item.id] = item
    return found


def _items(*, as_draft: bool) -> Iterator[Item]:
    keys = Keys()
    for section in top():
        for key, data in objects(section, keys, as_draft=as_draft):
            yield Item(section.name, key, data, section.path_of(key))
    for key, definition in exchange.published():
        yield Item(TYPES, key, definition, f"{TYPES}/{key}.yaml")


def row_needs(section: Section, data: dict[str, Any], path: str = "") -> Iterator[tuple[Id, str]]:
    """What a row and the rows inside it refer to: (id, path in the row)."""
    for column in section.fields:
        if not column.is_relation or column.name not in data or data[column.name] is None:
            continue
        target = section.target(column).name
        value = data[column.name]
        if column.many_to_many:
            for index, key in enumerate(value):
                yield (target, key), f"{path}{column.name}[{index}]"
        else:
            yield (target, value), f"{path}{column.name}"
    for child in section.nested:
        name = child.exported.name
        if child.exported.single and name in data:
            yield from row_needs(child, data[name], f"{path}{name}.")
        elif name in data:
            for index, row in enumerate(data[name]):
                yield from row_needs(child, row, f"{path}{name}[{index}].")


def type_needs(defn: PermitDefinition) -> list[Id]:
    """What a permit type refers to."""
    found = exchange.needs(defn)
    services, agencies, roles = "counters/services", "counters/agencies", "accounts/roles"
    return [
        (services, found.service),
        *((agencies, key) for key in sorted(found.agencies)),
        *((roles, key) for key in sorted(found.roles)),
    ]


def section_order() -> dict[str, int]:
    """Section name -> its place in the order of bringing in."""
    return {name: place for place, name in enumerate([*by_name(), TYPES])}
