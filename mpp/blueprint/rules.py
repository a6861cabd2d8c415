"""What the models say about a row in a file: `clean` and CHECK, before anything is kept.

The rules of single columns are asked where values are read (`columns.from_plain`); here are those
that look at several columns at once, so that they are told with file and line too.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext as _

from mpp.blueprint import columns
from mpp.blueprint.rooms import Section

Data = dict[str, Any]
Finding = tuple[str, str]
# Stands for a row that is referred to and may not be here yet.
SOMETHING = 0


class Rules:
    """Asks every rule once for the same values: a check is a question to the database."""

    def __init__(self) -> None:
        self._known: dict[tuple, bool] = {}

    def broken(self, section: Section, data: Data, path: str = "") -> Iterator[Finding]:
        """(path, sentence) of what the model refuses in a row that fits its schema.

        The rows inside it are asked too.
        """
        checks = _checks(section.model)
        if checks or section.model.clean is not models.Model.clean:
            row = _row_of(section, data)
            for where, sentence in (*_cleaned(row), *self._checked(section, row, checks)):
                yield f"{path}{where}" if where else path.rstrip("."), sentence
        for child in section.nested:
            name = child.exported.name
            if child.exported.single and name in data:
                yield from self.broken(child, data[name], f"{path}{name}.")
            elif name in data:
                for index, row in enumerate(data[name]):
                    yield from self.broken(child, row, f"{path}{name}[{index}].")

    def _checked(
        self, section: Section, row: models.Model, checks: list[models.CheckConstraint]
    ) -> Iterator[Finding]:
        for check in checks:
            fields = [one for one in section.fields if one.name in _names(check)]
            values = tuple(getattr(row, one.attname) for one in fields)
            asked = (section.name, section.model, check.name, repr(values))
            if asked not in self._known:
                self._known[asked] = _holds(check, row)
            if not self._known[asked]:
                yield fields[-1].name if fields else "", _sentence(check, fields)


def sentence_of(row: models.Model) -> str:
    """Why the database refuses a row, in words; empty when its rules know no reason."""
    for ask in (row.validate_unique, row.validate_constraints):
        try:
            ask()
        except ValidationError as refused:
            return " ".join(refused.messages)
    return ""


def _checks(model: type[models.Model]) -> list[models.CheckConstraint]:
    return [one for one in model._meta.constraints if isinstance(one, models.CheckConstraint)]


def _names(check: models.CheckConstraint) -> set[str]:
    return set(check.condition.referenced_base_fields)


def _holds(check: models.CheckConstraint, row: models.Model) -> bool:
    try:
        check.validate(type(row), row)
    except ValidationError:
        return False
    return True


def _sentence(check: models.CheckConstraint, fields: list[models.Field]) -> str:
    if check.violation_error_message != BaseConstraint.default_violation_error_message:
        return str(check.get_violation_error_message())
    if len(fields) == 1:
        return _("This value cannot be used.")
    names = ", ".join(str(one.verbose_name) for one in fields)
    return _("These values do not fit together: %(columns)s.") % {"columns": names}


def _cleaned(row: models.Model) -> Iterator[Finding]:
    try:
        row.clean()
    except ValidationError as refused:
        if not hasattr(refused, "error_dict"):
            yield "", " ".join(refused.messages)
            return
        for name, sentences in refused.message_dict.items():
            yield name.replace("__all__", ""), " ".join(sentences)
    except (ObjectDoesNotExist, ValueError):
        # The rule looks at rows that are not here yet: it is asked again when the row is written.
        return


def _row_of(section: Section, data: Data) -> models.Model:
    """The row as it would be kept, never saved."""
    row = section.model()
    for field in section.fields:
        value = data.get(field.name)
        if field.many_to_many:
            continue
        if field.is_relation:
            setattr(row, field.attname, None if value is None else SOMETHING)
        else:
            value = columns.default_of(field) if value is None else value
            setattr(row, field.name, columns.from_plain(field, value))
    if section.is_nested:
        within = section.model._meta.get_field(section.exported.within)
        setattr(row, within.attname, SOMETHING)
    return row
