"""The format as JSON Schema, made from the declarations of the rooms.

It describes a blueprint as one object: the name of each file in the zip -> what stands in it.
"""

from functools import cache
from typing import Any

from mpp.blueprint import columns
from mpp.blueprint.archive import MANIFEST, ORIGIN, SIGNATURE
from mpp.blueprint.columns import Schema
from mpp.blueprint.manifest import FORMAT, MANIFEST_KEYS, ORIGIN_KEYS, SCHEMA
from mpp.blueprint.rooms import TYPES, Section, top
from permits.definition.schema import definition_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "maxLength": 300, "pattern": "^[^\\s]+$"}
MOST_ROWS = 5_000
SLUG_IN_NAME = "[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"


@cache
def row_schema(section: Section) -> Schema:
    """One row of a section."""
    properties: dict[str, Schema] = {}
    required = []
    for field in section.fields:
        properties[field.name] = column_schema(section, field)
        if field.many_to_many or field.name in section.exported.derived:
            continue
        if columns.is_required(field):
            required.append(field.name)
    for child in section.nested:
        inner = row_schema(child)
        block = {"type": "array", "maxItems": MOST_ROWS, "items": inner}
        properties[child.exported.name] = inner if child.exported.single else block
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def column_schema(section: Section, field: Any) -> Schema:
    """One column of a row. Raises TypeError for a kind of column the format does not have."""
    if field.name in section.exported.shapes:
        return dict(section.exported.shapes[field.name])
    if field.many_to_many:
        return {"type": "array", "maxItems": MOST_ROWS, "items": dict(REFERENCE)}
    if field.is_relation:
        return columns.nullable(dict(REFERENCE)) if field.null else dict(REFERENCE)
    schema = columns.schema_of(field)
    written, _shown = section.exported.derived.get(field.name, (None, None))
    if written is not None:
        schema["enum"] = [option for option in schema["enum"] if option != written]
    return schema


@cache
def file_schema(section: Section) -> Schema:
    """A whole file of a section."""
    if section.per_file:
        return row_schema(section)
    rows = {"type": "array", "maxItems": MOST_ROWS, "items": row_schema(section)}
    return {
        "type": "object",
        "properties": {section.list_key: rows},
        "required": [section.list_key],
        "additionalProperties": False,
    }


@cache
def document() -> Schema:
    """The published schema of the whole format."""
    types, defs = definition_schema()
    files = {MANIFEST: manifest_schema(), ORIGIN: origin_schema(), SIGNATURE: {"type": "string"}}
    many = {f"^{TYPES}/{SLUG_IN_NAME}\\.yaml$": types}
    for section in top():
        if section.per_file:
            many[f"^{section.name}/{SLUG_IN_NAME}\\.yaml$"] = file_schema(section)
        else:
            files[section.path_of("")] = file_schema(section)
    return {
        "$schema": DRAFT,
        "$id": f"urn:{FORMAT}:{SCHEMA}",
        "title": f"{FORMAT}/{SCHEMA}",
        "description": "The configuration of a public service mall: file name -> content.",
        "type": "object",
        "properties": files,
        "patternProperties": many,
        "additionalProperties": False,
        "required": [MANIFEST, ORIGIN],
        "$defs": defs,
    }


def manifest_schema() -> Schema:
    whole = {"type": "integer", "minimum": 0, "maximum": 10**6}
    sha256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return {
        "type": "object",
        "properties": {
            "schema": {"type": "string", "enum": [f"{FORMAT}/{SCHEMA}"]},
            "product": {"type": "string", "maxLength": 40},
            "counts": {"type": "object", "additionalProperties": whole},
            "files": {"type": "object", "additionalProperties": sha256},
        },
        "required": list(MANIFEST_KEYS),
        "additionalProperties": False,
    }


def origin_schema() -> Schema:
    text = {"type": "string", "maxLength": 300}
    return {
        "type": "object",
        "properties": {name: dict(text) for name in ORIGIN_KEYS},
        "required": list(ORIGIN_KEYS),
        "additionalProperties": False,
    }
