"""Plain data or YAML into a definition. Every fault is collected with its path and line."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from counters.yaml_lines import YamlProblem, read_yaml
from permits.definition import shapes
from permits.definition.conditions import COMPARISONS, JOINS, LIST_OPS, VALUELESS_OPS, Condition
from permits.definition.whole import PermitDefinition

MAX_YAML_LENGTH = 1_000_000
MAX_TEXT_LENGTH = 10_000
MAX_PARTS = 12_000
MAX_CONDITION_DEPTH = 8
MAX_WHOLE = 10**12
MAX_ERRORS = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where (`stages[2].actions[0].to`), and the line in YAML (0: unknown)."""

    path: str
    sentence: str
    line: int = 0


class DefinitionError(ValueError):
    """The data is no definition; `errors` lists every fault that was found."""

    def __init__(self, errors: list[Problem]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error.path}: {error.sentence}" for error in errors))


class _Faults:
    """Collects faults while reading goes on, up to a limit."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: str, sentence: str) -> None:
        if len(self.found) < MAX_ERRORS:
            self.found.append(Problem(path, sentence))


Reader = Callable[[Any, Mapping[str, Any], str, _Faults], Any]


def parse(data: Any) -> PermitDefinition:
    """The definition that `data` (from JSON or YAML) describes.

    Raises DefinitionError with every unknown key, wrong type and missing key. Whether the
    definition makes sense is another question, see `problems`.
    """
    faults = _Faults()
    found = _read_shape(data, PermitDefinition, "", faults)
    if faults.found or found is None:
        raise DefinitionError(faults.found)
    return found


def from_yaml(text: str) -> PermitDefinition:
    """The definition in a YAML text. Raises DefinitionError; its errors carry line numbers."""
    if len(text) > MAX_YAML_LENGTH:
        raise DefinitionError([Problem("", _("The file is too large."))])
    try:
        data, lines = read_yaml(text)
    except YamlProblem as problem:
        sentence = _("This is not readable YAML: %(reason)s.") % {"reason": problem.message}
        raise DefinitionError([Problem("", sentence, problem.line)]) from problem
    try:
        return parse(data)
    except DefinitionError as error:
        placed = [
            dataclasses.replace(fault, line=line_of(fault.path, lines)) for fault in error.errors
        ]
        raise DefinitionError(placed) from error


def line_of(path: str, lines: Mapping[str, int]) -> int:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return lines.get(path, 0)


def specs(shape: type) -> list[dataclasses.Field]:
    """The declared keys of a shape, in order."""
    return [spec for spec in dataclasses.fields(shape) if "kind" in spec.metadata]


def shape_of(spec: dataclasses.Field) -> type:
    """The shape of the parts under a key."""
    shape = spec.metadata["shape"]
    return getattr(shapes, shape) if isinstance(shape, str) else shape


def _read_shape(data: Any, shape: type, path: str, faults: _Faults) -> Any:
    if not isinstance(data, Mapping):
        faults.add(path, _("Keys with values are expected here."))
        return None
    known = {spec.name: spec for spec in specs(shape)}
    for key in data:
        if key not in known:
            faults.add(_join(path, str(key)[:60]), _("This key is unknown."))
    values = {}
    for name, spec in known.items():
        inner = _join(path, name)
        value = data.get(name)
        if value is None:
            if spec.metadata.get("required"):
                faults.add(inner, _("This key is missing."))
            continue
        values[name] = READERS[spec.metadata["kind"]](value, spec.metadata, inner, faults)
        if spec.metadata.get("required") and isinstance(value, str) and not value.strip():
            faults.add(inner, _("This key is empty."))
    return shape(**values)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _read_text(value: Any, meta: Mapping, path: str, faults: _Faults) -> str:
    if not isinstance(value, str):
        faults.add(path, _("Text is expected here. Put it in quotes."))
        return ""
    if len(value) > MAX_TEXT_LENGTH:
        faults.add(path, _("This text is too long."))
    if _CONTROL.search(value):
        faults.add(path, _("This text has invisible control characters."))
    return value.strip()


def _read_texts(value: Any, meta: Mapping, path: str, faults: _Faults) -> tuple[str, ...]:
    if not _is_list(value, path, faults):
        return ()
    return tuple(
        _read_text(item, meta, f"{path}[{index}]", faults) for index, item in enumerate(value)
    )


def _read_flag(value: Any, meta: Mapping, path: str, faults: _Faults) -> bool:
    if not isinstance(value, bool):
        faults.add(path, _("true or false is expected here."))
    return value is True


def _read_whole(value: Any, meta: Mapping, path: str, faults: _Faults) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_WHOLE:
        faults.add(path, _("A whole number of 0 or more is expected here."))
        return 0
    return value


def _read_bound(value: Any, meta: Mapping, path: str, faults: _Faults) -> int | float | str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _read_text(value, meta, path, faults)
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(path, _("A number, a date or a time is expected here."))
        return 0
    if not math.isfinite(value) or abs(value) > MAX_WHOLE:
        faults.add(path, _("This number is too large."))
        return 0
    return value


def _read_date(value: Any, meta: Mapping, path: str, faults: _Faults) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.add(path, _("A date like 2026-01-31 is expected here."))
        return None


def _read_one_of(value: Any, meta: Mapping, path: str, faults: _Faults) -> str:
    if value == "" and not meta.get("required"):
        return ""
    if not isinstance(value, str) or value not in meta["options"]:
        faults.add(
            path, _("One of these is expected: %(options)s.") % {"options": _list(meta["options"])}
        )
        return ""
    return value


def _read_some_of(value: Any, meta: Mapping, path: str, faults: _Faults) -> tuple[str, ...]:
    if not _is_list(value, path, faults):
        return ()
    chosen = [
        _read_one_of(item, {**meta, "required": True}, f"{path}[{index}]", faults)
        for index, item in enumerate(value)
    ]
    return tuple(option for option in meta["options"] if option in chosen)


def _read_part(value: Any, meta: Mapping, path: str, faults: _Faults) -> Any:
    return _read_shape(value, meta["shape"], path, faults)


def _read_parts(value: Any, meta: Mapping, path: str, faults: _Faults) -> tuple:
    if not _is_list(value, path, faults):
        return ()
    shape = meta["shape"]
    if isinstance(shape, str):
        shape = getattr(shapes, shape)
        if path.count(".fields[") > 1:
            faults.add(path, _("A group inside a group is not possible."))
            return ()
    read = (
        _read_shape(item, shape, f"{path}[{index}]", faults) for index, item in enumerate(value)
    )
    return tuple(item for item in read if item is not None)


def _read_condition(value: Any, meta: Mapping, path: str, faults: _Faults) -> Condition | None:
    return _condition(value, path, faults, 0)


def _condition(data: Any, path: str, faults: _Faults, depth: int) -> Condition | None:
    if not isinstance(data, Mapping) or not data:
        faults.add(path, _("A condition is expected here."))
        return None
    if depth > MAX_CONDITION_DEPTH:
        faults.add(path, _("This condition is nested too deeply."))
        return None
    join = next((name for name in JOINS if name in data), None)
    if join is None:
        return _comparison(data, path, faults)
    for key in data:
        if key != join:
            faults.add(_join(path, str(key)[:60]), _("This key is unknown."))
    return _joined(join, data[join], _join(path, join), faults, depth + 1)


def _joined(join: str, value: Any, path: str, faults: _Faults, depth: int) -> Condition | None:
    if join == "not":
        part = _condition(value, path, faults, depth)
        return Condition("not", parts=(part,)) if part else None
    if not _is_list(value, path, faults):
        return None
    if not value:
        faults.add(path, _("At least one condition is expected here."))
    read = (_condition(v, f"{path}[{i}]", faults, depth) for i, v in enumerate(value))
    return Condition(join, parts=tuple(part for part in read if part))


def _comparison(data: Mapping, path: str, faults: _Faults) -> Condition:
    for key in data:
        if key not in ("field", "op", "value"):
            faults.add(_join(path, str(key)[:60]), _("This key is unknown."))
    field = _read_text(data.get("field", ""), {}, _join(path, "field"), faults)
    if not field:
        faults.add(_join(path, "field"), _("This key is missing."))
    options = {"options": COMPARISONS, "required": True}
    op = _read_one_of(data.get("op", "eq"), options, _join(path, "op"), faults)
    if op in VALUELESS_OPS:
        if data.get("value") is not None:
            faults.add(_join(path, "value"), _("This comparison takes no value."))
        return Condition(op, field)
    return Condition(op, field, _compared(data.get("value"), op, _join(path, "value"), faults))


def _compared(value: Any, op: str, path: str, faults: _Faults) -> Any:
    if op in LIST_OPS:
        if not _is_list(value, path, faults):
            return ()
        return tuple(_scalar(item, f"{path}[{i}]", faults) for i, item in enumerate(value))
    return _scalar(value, path, faults)


def _scalar(value: Any, path: str, faults: _Faults) -> Any:
    if isinstance(value, bool):
        return value
    return _read_bound("" if value is None else value, {}, path, faults)


def _is_list(value: Any, path: str, faults: _Faults) -> bool:
    if isinstance(value, list | tuple) and len(value) <= MAX_PARTS:
        return True
    faults.add(path, _("A list is expected here."))
    return False


def _list(options: tuple[str, ...]) -> str:
    return ", ".join(options)


READERS: dict[str, Reader] = {
    "text": _read_text,
    "texts": _read_texts,
    "flag": _read_flag,
    "whole": _read_whole,
    "bound": _read_bound,
    "date": _read_date,
    "one_of": _read_one_of,
    "some_of": _read_some_of,
    "part": _read_part,
    "parts": _read_parts,
    "condition": _read_condition,
}
