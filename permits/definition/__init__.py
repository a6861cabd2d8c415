"""Permit types as data: sections, fields, requirements, stages, actions and the paper.

Pure: no database. `parse` and `from_yaml` read, `problems` says what forbids publishing, `to_yaml`
and `canonical_json` write, `diff` compares two versions field by field.
"""

from permits.definition.changes import Change, diff
from permits.definition.checking import problems
from permits.definition.conditions import Condition, fields_of
from permits.definition.field_checks import date_bound
from permits.definition.reading import DefinitionError, Problem, from_yaml, parse
from permits.definition.shapes import (
    Action,
    ChecklistItem,
    DocumentRow,
    DocumentTemplate,
    Field,
    OpinionRequest,
    Opinions,
    Option,
    Requirement,
    Section,
    Signatory,
    Stage,
    Standard,
    TimeLimit,
    Validity,
)
from permits.definition.vocabulary import FIELD_TYPES, GUARD_NAMES, PROOFS, ROLE_KEYS, VERBS
from permits.definition.whole import Page, PermitDefinition
from permits.definition.writing import canonical_json, digest, to_data, to_yaml

__all__ = [
    "FIELD_TYPES",
    "GUARD_NAMES",
    "PROOFS",
    "ROLE_KEYS",
    "VERBS",
    "Action",
    "Change",
    "ChecklistItem",
    "Condition",
    "DefinitionError",
    "DocumentRow",
    "DocumentTemplate",
    "Field",
    "OpinionRequest",
    "Opinions",
    "Option",
    "Page",
    "PermitDefinition",
    "Problem",
    "Requirement",
    "Section",
    "Signatory",
    "Stage",
    "Standard",
    "TimeLimit",
    "Validity",
    "canonical_json",
    "date_bound",
    "diff",
    "digest",
    "fields_of",
    "from_yaml",
    "parse",
    "problems",
    "to_data",
    "to_yaml",
]
