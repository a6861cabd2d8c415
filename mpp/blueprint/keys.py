"""By which text a row is found in a file: its own slug, behind those of what it belongs to."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from mpp.blueprint.rooms import Section, by_model

SEPARATOR = "/"


class Keys:
    """The keys of all rows by primary key, and back; read once per section, then remembered."""

    def __init__(self) -> None:
        self._texts: dict[Section, dict[int, str]] = {}
        self._rows: dict[Section, dict[str, int]] = {}

    def texts(self, section: Section) -> dict[int, str]:
        """Primary key -> key of every row of a section, also of those not exported."""
        if section not in self._texts:
            rows = section.model._base_manager.all()
            found = {row.pk: self.of(section, row) for row in rows.only(*self._columns(section))}
            self._texts[section] = found
            self._rows[section] = {key: pk for pk, key in found.items()}
        return self._texts[section]

    def rows(self, section: Section) -> dict[str, int]:
        """Key -> primary key."""
        self.texts(section)
        return self._rows[section]

    def of(self, section: Section, row: models.Model) -> str:
        """The key of a row."""
        parts = []
        for name in section.exported.key:
            field = section.model._meta.get_field(name)
            value = getattr(row, field.attname)
            if field.is_relation:
                parts.append(self.texts(by_model()[field.related_model])[value])
            else:
                parts.append(text_of(value))
        return SEPARATOR.join(parts)

    def note(self, section: Section, key: str, pk: int) -> None:
        """Remember a row that was just made."""
        self.texts(section)[pk] = key
        self._rows[section][key] = pk

    @staticmethod
    def _columns(section: Section) -> Iterable[str]:
        return ("pk", *section.exported.key)


def text_of(value: Any) -> str:
    """One part of a key as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def key_of(section: Section, data: dict[str, Any]) -> str:
    """The key of a row as it stands in a file."""
    return SEPARATOR.join(str(data.get(name, "")) for name in section.own_key)
