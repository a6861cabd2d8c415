"""A definition as plain data, YAML and canonical JSON. Keys with their default are left out."""

import hashlib
import json
from datetime import date
from typing import Any

import yaml

from permits.definition.conditions import JOINS, VALUELESS_OPS, Condition
from permits.definition.reading import specs
from permits.definition.shapes import Option
from permits.definition.whole import PermitDefinition

ALWAYS = {"schema", "key", "service", "name", "name_en", "kind", "audience"}


def to_data(defn: PermitDefinition) -> dict[str, Any]:
    """Plain data (texts, numbers, lists, dicts) in the order of the declarations."""
    return shape_data(defn, keep=ALWAYS)


def shape_data(shape: Any, *, keep: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    """Plain data of one part of a definition."""
    found = {}
    for spec in specs(type(shape)):
        value = plain(getattr(shape, spec.name))
        if spec.name in keep or (value != plain(spec.default) and value != {}):
            found[spec.name] = value
    return found


def plain(value: Any) -> Any:
    """One value of a definition as plain data."""
    if isinstance(value, Condition):
        return condition_data(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    return shape_data(value)


def condition_data(condition: Condition) -> dict[str, Any]:
    """A condition as it is written."""
    if condition.op == "not":
        return {"not": condition_data(condition.parts[0])}
    if condition.op in JOINS:
        return {condition.op: [condition_data(part) for part in condition.parts]}
    found = {"field": condition.field, "op": condition.op}
    if condition.op not in VALUELESS_OPS:
        found["value"] = plain(condition.value)
    return found


def canonical_json(defn: PermitDefinition) -> str:
    """The one text of a definition: sorted keys, no spaces. Equal definitions, equal text."""
    return json.dumps(
        to_data(defn), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(defn: PermitDefinition) -> str:
    """sha256 of the canonical JSON in UTF-8, as 64 hex digits."""
    return hashlib.sha256(canonical_json(defn).encode()).hexdigest()


class _Dumper(yaml.SafeDumper):
    """Lists are indented and small flat things stand on one line, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _on_one_line(dumper: yaml.SafeDumper, option: "_Line") -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", option, flow_style=True)


class _Line(dict):
    """A mapping that is written on one line."""


_Dumper.add_representer(_Line, _on_one_line)
ONE_LINE_KEYS = {
    frozenset({"field", "op"}),
    frozenset({"field", "op", "value"}),
    frozenset({"n", "unit"}),
    frozenset({"n"}),
    frozenset({spec.name for spec in specs(Option)}),
}


def _lined(value: Any) -> Any:
    if isinstance(value, list):
        return [_lined(item) for item in value]
    if isinstance(value, dict):
        kind = _Line if frozenset(value) in ONE_LINE_KEYS else dict
        return kind((key, _lined(item)) for key, item in value.items())
    return value


def to_yaml(defn: PermitDefinition) -> str:
    """The definition as YAML for people; `from_yaml` reads the same definition from it."""
    return yaml.dump(
        _lined(to_data(defn)), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=99
    )
