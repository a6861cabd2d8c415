"""The format of a permit type as JSON Schema, made from the shapes."""

from typing import Any

from permits.definition.conditions import COMPARISONS, JOINS
from permits.definition.reading import MAX_PARTS, MAX_TEXT_LENGTH, MAX_WHOLE, shape_of, specs
from permits.definition.whole import PermitDefinition

Schema = dict[str, Any]
TEXT = {"type": "string", "maxLength": MAX_TEXT_LENGTH}
SCALAR = {"type": ["string", "number", "boolean"]}
DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def definition_schema() -> tuple[Schema, dict[str, Schema]]:
    """The schema of a definition, and the named parts it refers to (`#/$defs/...`)."""
    defs: dict[str, Schema] = {"Condition": _condition()}
    whole = _shape(PermitDefinition, defs)
    return whole, defs


def _shape(shape: type, defs: dict[str, Schema]) -> Schema:
    known = specs(shape)
    return {
        "type": "object",
        "properties": {spec.name: _value(spec, defs) for spec in known},
        "required": [spec.name for spec in known if spec.metadata.get("required")],
        "additionalProperties": False,
    }


def _value(spec: Any, defs: dict[str, Schema]) -> Schema:
    meta = spec.metadata
    options = [*meta.get("options", ())]
    match meta["kind"]:
        case "text":
            return dict(TEXT)
        case "texts":
            return _list(dict(TEXT))
        case "flag":
            return {"type": "boolean"}
        case "whole":
            return {"type": "integer", "minimum": 0, "maximum": MAX_WHOLE}
        case "bound":
            return {"type": ["number", "string"]}
        case "date":
            return dict(DATE)
        case "one_of":
            return {"type": "string", "enum": options if meta.get("required") else [*options, ""]}
        case "some_of":
            return _list({"type": "string", "enum": options})
        case "condition":
            return {"$ref": "#/$defs/Condition"}
    shape = shape_of(spec)
    if shape.__name__ not in defs:
        # The name first: a group of fields holds fields.
        defs[shape.__name__] = {}
        defs[shape.__name__] = _shape(shape, defs)
    part = {"$ref": f"#/$defs/{shape.__name__}"}
    return part if meta["kind"] == "part" else _list(part)


def _list(items: Schema) -> Schema:
    return {"type": "array", "maxItems": MAX_PARTS, "items": items}


def _condition() -> Schema:
    """Joined conditions, or one comparison."""
    itself = {"$ref": "#/$defs/Condition"}
    found = [
        {
            "type": "object",
            "properties": {join: itself if join == "not" else _list(itself)},
            "required": [join],
            "additionalProperties": False,
        }
        for join in JOINS
    ]
    comparison = {
        "type": "object",
        "properties": {
            "field": dict(TEXT),
            "op": {"type": "string", "enum": [*COMPARISONS]},
            "value": {"anyOf": [SCALAR, _list(dict(SCALAR))]},
        },
        "required": ["field"],
        "additionalProperties": False,
    }
    return {"anyOf": [*found, comparison]}
