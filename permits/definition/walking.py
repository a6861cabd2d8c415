"""Going through every part of a definition with its path."""

from collections.abc import Iterator
from typing import Any

from permits.definition.reading import specs
from permits.definition.shapes import DocumentRow, Option
from permits.definition.whole import PermitDefinition


def parts_of(shape: Any, path: str = "") -> Iterator[tuple[Any, str]]:
    """The part itself and everything in it, each with its path, in order."""
    yield shape, path
    for spec in specs(type(shape)):
        value = getattr(shape, spec.name)
        inner = f"{path}.{spec.name}" if path else spec.name
        if spec.metadata["kind"] == "part" and value is not None:
            yield from parts_of(value, inner)
        elif spec.metadata["kind"] == "parts":
            for index, item in enumerate(value):
                yield from parts_of(item, f"{inner}[{index}]")


def lists_of(defn: PermitDefinition) -> Iterator[tuple[tuple, str]]:
    """Every list of parts in a definition with its path."""
    for shape, path in parts_of(defn):
        for spec in specs(type(shape)):
            if spec.metadata["kind"] == "parts":
                inner = f"{path}.{spec.name}" if path else spec.name
                yield getattr(shape, spec.name), inner


def identity_of(item: Any) -> str:
    """The stable key of a part in its list; options have a value, rows of a paper a label."""
    if isinstance(item, Option):
        return item.value
    if isinstance(item, DocumentRow):
        return item.label
    return item.key
