"""One object of a blueprint written into this mall's tables."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.yaml_lines import read_yaml
from mpp.blueprint import columns, rules
from mpp.blueprint.content import line_of
from mpp.blueprint.items import Item, Problem
from mpp.blueprint.keys import Keys, key_of
from mpp.blueprint.rooms import TYPES, Section, by_name
from permits import definition as definitions
from permits import exchange

Data = dict[str, Any]


class CannotWrite(ValueError):
    """The object cannot be brought in here; `problems` say why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Writer:
    """Writes objects one after another, in the order in which they need each other.

    `as_draft`: nothing that comes is public before somebody here says so. Must be in atomic.
    """

    def __init__(self, *, actor: User | None, as_draft: bool) -> None:
        self.actor, self.as_draft = actor, as_draft
        self.keys = Keys()
        self._at: models.Model | None = None

    def write(self, item: Item) -> models.Model | None:
        """Bring one object in; the row it became. Raises CannotWrite; nothing is kept then."""
        self._at = None
        try:
            with transaction.atomic():
                if item.section == TYPES:
                    return self._type(item)
                return self._row(by_name()[item.section], item.key, item.content)
        except (ValidationError, ValueError, ArithmeticError, DatabaseError) as fault:
            if isinstance(fault, CannotWrite):
                raise
            sentence = _sentence(fault, self._at)
            raise CannotWrite([Problem(item.file, item.line, item.key, sentence)]) from fault

    def _type(self, item: Item) -> models.Model | None:
        defn = definitions.from_yaml(item.text) if item.text else _parsed(item)
        try:
            return exchange.bring(defn, actor=self.actor, as_draft=self.as_draft)
        except exchange.CannotBring as refused:
            _data, lines = read_yaml(item.text)
            problems = [
                Problem(item.file, line_of(each.path, lines), each.path, each.sentence)
                for each in refused.problems
            ]
            raise CannotWrite(problems) from refused

    def _row(self, section: Section, key: str, data: Data) -> models.Model:
        """Change the row with this key, or make it, with the rows inside it."""
        pk = self.keys.rows(section).get(key)
        row = section.model() if pk is None else section.model._base_manager.get(pk=pk)
        self._fill(section, row, data)
        self._save(row)
        if pk is None:
            self.keys.note(section, key, row.pk)
        self._links(section, row, data)
        for child in section.nested:
            self._nested(child, row, data.get(child.exported.name))
        return row

    def _save(self, row: models.Model) -> None:
        """Keep a row that its own rules take; what it refers to is here by now."""
        self._at = row
        row.clean()
        row.save()

    def _fill(self, section: Section, row: models.Model, data: Data) -> None:
        exported = section.exported
        for name, value in self.values(section, data).items():
            written, _shown = exported.derived.get(name, (None, None))
            if row.pk and written is not None and getattr(row, name) == written:
                continue
            if row.pk and self.as_draft and name in exported.draft:
                continue
            if name in exported.only_one and value and self._is_taken(section, row, name):
                value = False
            setattr(row, name, value)
        if not row.pk and self.as_draft:
            for name, value in exported.draft.items():
                setattr(row, name, value)

    @staticmethod
    def _is_taken(section: Section, row: models.Model, name: str) -> bool:
        """Whether another row here has what only one may have."""
        rows = section.model._base_manager.filter(**{name: True})
        return rows.exclude(pk=row.pk).exists()

    def values(self, section: Section, data: Data) -> dict[str, Any]:
        """The columns of a row as the model wants them; foreign keys by their column's name."""
        found = {}
        for field in section.fields:
            if field.many_to_many:
                continue
            value = data.get(field.name)
            if field.is_relation:
                found[field.attname] = None if value is None else self._pk(section, field, value)
            else:
                value = columns.default_of(field) if value is None else value
                found[field.name] = columns.from_plain(field, value)
        return found

    def _pk(self, section: Section, field: models.Field, key: str) -> int:
        found = self.keys.rows(section.target(field)).get(key)
        if found is None:
            raise ValueError(_("%(key)s does not exist here.") % {"key": key})
        return found

    def _links(self, section: Section, row: models.Model, data: Data) -> None:
        for field in section.fields:
            if field.many_to_many:
                keys = data.get(field.name, [])
                getattr(row, field.name).set([self._pk(section, field, key) for key in keys])

    def _nested(self, section: Section, parent: models.Model, content: Any) -> None:
        """The rows inside a row: added and changed; what is here and not in the file stays."""
        if content is None:
            return
        rows = [content] if section.exported.single else content
        if section.exported.bring:
            for data in rows:
                inner = {child.exported.name: self._inner(child, data) for child in section.nested}
                values = self.values(section, data)
                section.exported.bring(parent, values, inner, as_draft=self.as_draft)
            return
        within = section.exported.within
        held = section.model._base_manager.filter(**{within: parent})
        known = {self._own_key(section, row): row for row in held}
        for index, data in enumerate(rows):
            row = known.get(key_of(section, data)) or section.model(**{within: parent})
            self._fill(section, row, data)
            if section.exported.place:
                setattr(row, section.exported.place, index)
            self._save(row)
            self._links(section, row, data)
            for child in section.nested:
                self._nested(child, row, data.get(child.exported.name))

    def _own_key(self, section: Section, row: models.Model) -> str:
        """The key of a nested row as its file would say it."""
        data = {}
        for field in section.fields:
            if field.name in section.own_key:
                value = getattr(row, field.attname)
                if field.is_relation:
                    data[field.name] = self.keys.texts(section.target(field)).get(value)
                else:
                    data[field.name] = columns.to_plain(field, value)
        return key_of(section, data)

    def _inner(self, section: Section, data: Data) -> list[Data]:
        """The rows inside a row that is written by its room's own function."""
        found = []
        for index, row in enumerate(data.get(section.exported.name, [])):
            values = self.values(section, row)
            if section.exported.place:
                values[section.exported.place] = index
            found.append(values)
        return found


def _parsed(item: Item) -> definitions.PermitDefinition:
    return definitions.from_yaml(exchange.written(item.content))


def _sentence(fault: Exception, row: models.Model | None) -> str:
    if isinstance(fault, ValidationError):
        return " ".join(fault.messages)
    if isinstance(fault, DatabaseError):
        known = rules.sentence_of(row) if row is not None else ""
        if known:
            return known
        return _("Another row here stands in the way: %(reason)s") % {
            "reason": str(fault).splitlines()[0][:200]
        }
    return str(fault)
