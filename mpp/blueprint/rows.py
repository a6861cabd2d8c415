"""The rows of the database as plain data, as they stand in a blueprint.

Only columns that are declared configuration are ever read: every other column is deferred, so
that nothing else can get into a file by mistake.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import models

from mpp.blueprint import columns
from mpp.blueprint.keys import SEPARATOR, Keys, key_of
from mpp.blueprint.rooms import Section

Data = dict[str, Any]


def objects(section: Section, keys: Keys, *, as_draft: bool = False) -> Iterator[tuple[str, Data]]:
    """Every row of a section with its key and its plain data, ordered by key.

    `as_draft`: drafts of rows inside stand in place of what is in force.
    """
    rows = _rows(section, section.rows(), keys, as_draft=as_draft)
    found = [(keys.of(section, row), data) for row, data in rows]
    yield from sorted(found, key=lambda pair: pair[0])


def _rows(
    section: Section, chosen: models.QuerySet, keys: Keys, *, as_draft: bool
) -> list[tuple[models.Model, Data]]:
    """These rows of a section with their plain data, nested rows inside."""
    wanted = {field.name for field in section.fields if not field.many_to_many}
    wanted |= {"pk", *section.own_key, *section.exported.order}
    if section.is_nested:
        wanted.add(section.exported.within)
    rows = list(chosen.only(*wanted))
    links = {f.name: _links(section, f, keys) for f in section.fields if f.many_to_many}
    inner = {child: _nested(child, keys, as_draft=as_draft) for child in section.nested}
    found = []
    for row in rows:
        data = _plain(section, row, links, keys)
        for child, of_parent in inner.items():
            held = of_parent.get(row.pk, [])
            if held:
                data[child.exported.name] = held[0] if child.exported.single else held
        found.append((row, data))
    return found


def _nested(section: Section, keys: Keys, *, as_draft: bool) -> dict[int, list[Data]]:
    """Nested rows by the primary key of the row they belong to; drafts first when asked for."""
    found = _by_parent(section, section.rows(), keys)
    if as_draft and section.exported.drafts:
        drafts = section.model._base_manager.filter(**section.exported.drafts)
        found |= _by_parent(section, drafts, keys)
    return found


def _by_parent(section: Section, chosen: models.QuerySet, keys: Keys) -> dict[int, list[Data]]:
    """Nested rows by the primary key of the row they belong to, in their order."""
    attname = section.model._meta.get_field(section.exported.within).attname
    placed = []
    for row, data in _rows(section, chosen, keys, as_draft=False):
        order = tuple(getattr(row, name) for name in section.exported.order)
        placed.append((getattr(row, attname), order, key_of(section, data), data))
    found: dict[int, list[Data]] = defaultdict(list)
    for parent, _order, _key, data in sorted(placed, key=lambda each: each[:3]):
        found[parent].append(data)
    return found


def _plain(section: Section, row: models.Model, links: dict[str, Any], keys: Keys) -> Data:
    data: Data = {}
    for field in section.fields:
        if field.many_to_many:
            value: Any = sorted(links[field.name].get(row.pk, []))
        elif field.is_relation:
            pk = getattr(row, field.attname)
            value = None if pk is None else keys.texts(section.target(field))[pk]
        else:
            value = columns.to_plain(field, getattr(row, field.attname))
            written = section.exported.derived.get(field.name)
            if written and value == written[0]:
                value = written[1]
        if not columns.is_empty(value) or section.is_always_written(field):
            data[field.name] = value
    return data


def _links(section: Section, field: models.ManyToManyField, keys: Keys) -> dict[int, list[str]]:
    """What each row is linked to, as keys; one query."""
    through = field.remote_field.through
    names = (field.m2m_column_name(), field.m2m_reverse_name())
    texts = keys.texts(section.target(field))
    found: dict[int, list[str]] = defaultdict(list)
    for row, target in through._base_manager.values_list(*names):
        found[row].append(texts[target])
    return found


__all__ = ["SEPARATOR", "Data", "objects"]
