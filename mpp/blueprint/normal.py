"""A row as people wrote it, brought into the one form in which export writes it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from mpp.blueprint import columns
from mpp.blueprint.keys import key_of
from mpp.blueprint.rooms import Section

Data = dict[str, Any]
Note = Callable[[str, str], None]


def normalised(section: Section, data: Data, path: str, note: Note) -> Data:
    """The row with its values in their one spelling and the keys that say nothing left out.

    `data` must fit the schema. What a column's own rules refuse is told to `note(path, sentence)`.
    """
    found: Data = {}
    for field in section.fields:
        value = _value(section, field, data, f"{path}{field.name}", note)
        if not columns.is_empty(value) or section.is_always_written(field):
            found[field.name] = value
    for child in section.nested:
        name = child.exported.name
        if name not in data:
            continue
        if child.exported.single:
            found[name] = normalised(child, data[name], f"{path}{name}.", note)
        elif data[name]:
            found[name] = _list(child, data[name], f"{path}{name}", note)
    return found


def _list(section: Section, rows: list[Data], path: str, note: Note) -> list[Data]:
    found = []
    seen = set()
    for index, row in enumerate(rows):
        one = normalised(section, row, f"{path}[{index}].", note)
        key = key_of(section, one)
        if key in seen:
            note(f"{path}[{index}]", _("The key %(key)s stands twice.") % {"key": key})
        seen.add(key)
        found.append(one)
    if section.exported.order:
        return found
    return sorted(found, key=lambda one: key_of(section, one))


def _value(section: Section, field: models.Field, data: Data, path: str, note: Note) -> Any:
    """One column's value in its one spelling; the default when the key is missing."""
    if field.many_to_many:
        return sorted(set(data.get(field.name, [])))
    if field.is_relation:
        return data.get(field.name)
    if field.name not in data:
        return _missing(section, field)
    try:
        value = columns.from_plain(field, data[field.name])
    except ValidationError as refused:
        note(path, " ".join(refused.messages))
        return data[field.name]
    except (ValueError, OverflowError, ArithmeticError):
        note(path, _("This value cannot be used."))
        return data[field.name]
    check = section.exported.checks.get(field.name)
    sentence = check(value) if check and not columns.is_empty(value) else ""
    if sentence:
        note(path, sentence)
    return columns.to_plain(field, value)


def _missing(section: Section, field: models.Field) -> Any:
    written, shown = section.exported.derived.get(field.name, (None, None))
    value = columns.default_of(field)
    return shown if written is not None and value == written else value
