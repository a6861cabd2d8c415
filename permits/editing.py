"""Edits on a definition as plain data. Pure: every function returns new data, nothing is changed.

A part is named by its place: `sections.0.fields.2`, `stages.1.opinions.requests.0`, `document`;
the empty place is the definition itself. Places are what the pages of the editor have as address.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

Data = dict[str, Any]
NUMBER = re.compile(r"0|[1-9][0-9]{0,4}")
ANSWER = re.compile(r"\{answer\.([a-z][a-z0-9_]*)\}")


class NoSuchPart(LookupError):
    """There is nothing at this place (any more)."""


def steps_of(place: str) -> list[str | int]:
    """The steps of a place: `stages.0.actions` -> ["stages", 0, "actions"]."""
    return [int(step) if NUMBER.fullmatch(step) else step for step in place.split(".") if step]


def place_of(path: str) -> str:
    """The place of a path as problems name it: `stages[2].actions[0].to` -> dotted."""
    return path.replace("[", ".").replace("]", "")


def part_at(data: Data, place: str) -> Any:
    """The part at a place. Raises NoSuchPart."""
    found: Any = data
    for step in steps_of(place):
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError) as gone:
            raise NoSuchPart(place) from gone
    return found


def replaced(data: Data, place: str, part: Any) -> Data:
    """The data with another part at this place; None takes an optional part away."""
    if not place:
        return part
    outer, step = _split(place)

    def put(holder: Any) -> None:
        if part is None and isinstance(step, str):
            holder.pop(step, None)
        else:
            holder[step] = part

    return _changed(data, outer, put)


def added(data: Data, place: str, part: Any, position: int | None = None) -> Data:
    """The data with one more part in the list at `place`, last unless a position is given."""
    outer, step = _split(place)

    def insert(holder: Any) -> None:
        items = holder.setdefault(step, [])
        items.insert(len(items) if position is None else position, part)

    return _changed(data, outer, insert)


def removed(data: Data, place: str) -> Data:
    """The data without the part at this place. Raises NoSuchPart."""
    part_at(data, place)
    outer, step = _split(place)

    def drop(holder: Any) -> None:
        del holder[step]

    return _changed(data, outer, drop)


def moved(data: Data, place: str, position: int) -> Data:
    """The data with the part of a list at another position of that list (0 is the first)."""
    part_at(data, place)
    outer, step = _split(place)

    def move(items: Any) -> None:
        items.insert(max(0, min(position, len(items) - 1)), items.pop(step))

    return _changed(data, outer, move)


def siblings(data: Data, place: str) -> list[Data]:
    """The other parts of the list in which this part stands."""
    outer, step = _split(place)
    try:
        items = part_at(data, outer)
    except NoSuchPart:
        return []
    return [item for index, item in enumerate(items) if index != step]


def field_renamed(data: Data, old: str, new: str) -> Data:
    """Everything that looks at the field `old` looks at `new`: conditions, paper, holder."""
    changed = copy.deepcopy(data)
    for condition in _comparisons(changed):
        outer, dot, part = str(condition.get("field", "")).partition(".")
        if outer == old:
            condition["field"] = f"{new}{dot}{part}"
    for name in ("holder", "document"):
        if name in changed:
            changed[name] = _texts_renamed(changed[name], old, new)
    validity = (changed.get("document") or {}).get("validity") or {}
    if validity.get("until_field") == old:
        validity["until_field"] = new
    return changed


def stage_renamed(data: Data, old: str, new: str) -> Data:
    """Every action that led to the stage `old` leads to `new`."""
    changed = copy.deepcopy(data)
    for stage in changed.get("stages", ()):
        for action in stage.get("actions", ()):
            if action.get("to") == old:
                action["to"] = new
    return changed


def uses_of(data: Data, key: str) -> int:
    """How many conditions and texts look at the field with this key."""
    looking = [
        condition
        for condition in _comparisons(data)
        if str(condition.get("field", "")).partition(".")[0] == key
    ]
    texts = str([data.get("holder"), data.get("document")])
    return len(looking) + sum(found == key for found in ANSWER.findall(texts))


def _split(place: str) -> tuple[str, str | int]:
    outer, _dot, last = place.rpartition(".")
    return outer, steps_of(last)[0]


def _changed(data: Data, place: str, change: Callable[[Any], None]) -> Data:
    new = copy.deepcopy(data)
    try:
        change(part_at(new, place))
    except (AttributeError, IndexError, KeyError, TypeError) as gone:
        raise NoSuchPart(place) from gone
    return new


def _comparisons(value: Any) -> Iterator[Data]:
    """Every comparison in the `show_if` keys of the data, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from _comparisons(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "show_if":
                yield from _leaves(inner)
            else:
                yield from _comparisons(inner)


def _leaves(condition: Any) -> Iterator[Data]:
    if isinstance(condition, list):
        for part in condition:
            yield from _leaves(part)
    elif isinstance(condition, dict):
        if "field" in condition:
            yield condition
        for join in ("all", "any", "not"):
            yield from _leaves(condition.get(join))


def _texts_renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(f"{{answer.{old}}}", f"{{answer.{new}}}")
    if isinstance(value, list):
        return [_texts_renamed(item, old, new) for item in value]
    if isinstance(value, dict):
        return {key: _texts_renamed(item, old, new) for key, item in value.items()}
    return value
