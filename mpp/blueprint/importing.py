"""A blueprint brought into this mall: one transaction, by stable keys, nothing ever removed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from counters.actions import group_of
from mpp.blueprint import items
from mpp.blueprint.content import MOST_PROBLEMS, Faulty
from mpp.blueprint.difference import Difference, compare
from mpp.blueprint.items import Id, Item, Mall, Problem
from mpp.blueprint.writing import CannotWrite, Writer
from mpp.kit.transactions import act


@dataclass(frozen=True)
class Brought:
    """What an import did (or, as a dry run, would do)."""

    differences: list[Difference]
    written: list[Id] = field(default_factory=list)
    rows: dict[Id, int] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """How many objects were added, changed, or are missing in the file."""
        return sum(one.kind == kind for one in self.differences)


@act
def bring_in(
    mall: Mall,
    *,
    actor: User | None,
    chosen: Collection[Id] | None = None,
    as_draft: bool = False,
    dry_run: bool = False,
) -> Brought:
    """Bring the chosen objects (all when None) and what they need into this mall.

    Without `as_draft` everything is in force at once: permit types are published, standards
    replace those in force. Raises Faulty with everything that cannot be applied; then, and after
    a dry run, nothing has changed.
    """
    present = items.here(as_draft=as_draft)
    wanted = mall if chosen is None else only(mall, with_needs(mall, chosen, present))
    differences = compare(present, wanted, as_draft=as_draft)
    if chosen is not None:
        differences = [one for one in differences if one.kind != "missing"]
    problems = _unknown_references(wanted, present)
    if problems:
        raise Faulty(problems)
    with transaction.atomic():
        brought = _write(differences, actor=actor, as_draft=as_draft)
        if dry_run:
            transaction.set_rollback(True)
        else:
            transaction.on_commit(_forget)
    return brought


def _write(differences: list[Difference], *, actor: User | None, as_draft: bool) -> Brought:
    """Write every added or changed object. Raises Faulty with all that failed."""
    writer = Writer(actor=actor, as_draft=as_draft)
    problems: list[Problem] = []
    brought = Brought(differences)
    for one in differences:
        if one.kind == "missing" or len(problems) >= MOST_PROBLEMS:
            continue
        try:
            row = writer.write(one.item)
        except CannotWrite as refused:
            problems += refused.problems
            continue
        brought.written.append(one.id)
        if row is not None:
            brought.rows[one.id] = row.pk
            if isinstance(row, Role):
                group_of(row)
    if problems:
        raise Faulty(problems)
    return brought


def only(mall: Mall, ids: Collection[Id]) -> Mall:
    """The part of a mall with these objects."""
    return Mall({key: item for key, item in mall.items.items() if key in ids})


def with_needs(mall: Mall, chosen: Collection[Id], present: Mall) -> set[Id]:
    """The chosen objects and everything they need that is not here yet, however far."""
    found: set[Id] = set()
    todo = [key for key in chosen if key in mall.items]
    while todo:
        key = todo.pop()
        if key in found:
            continue
        found.add(key)
        needs = [need.target for need in mall.items[key].needs]
        todo += [one for one in needs if one in mall.items and one not in present.items]
    return found


def _unknown_references(wanted: Mall, present: Mall) -> list[Problem]:
    """References to what is neither in the file nor here."""
    found = []
    for item in wanted.items.values():
        for need in item.needs:
            if need.target not in wanted.items and need.target not in present.items:
                found.append(_unknown(item, need))
    return found[:MOST_PROBLEMS]


def _unknown(item: Item, need: items.Need) -> Problem:
    sentence = _("%(object)s is neither in the blueprint nor here.") % {
        "object": "/".join(need.target)
    }
    return Problem(item.file, need.line, need.path, sentence)


def renamed(mall: Mall, names: Mapping[Id, Mapping[str, str]]) -> Mall:
    """The same mall with other names: id -> column -> text. Unknown ids and columns are left."""
    found = {}
    for key, item in mall.items.items():
        texts = {name: text for name, text in names.get(key, {}).items() if text}
        if texts and isinstance(item.content, dict):
            content = {**item.content, **texts}
            item = Item(item.section, item.key, content, item.file, item.line, item.needs)
        found[key] = item
    return Mall(found)


def _forget() -> None:
    """Let this process read everything anew; the others follow within a minute."""
    caches["local"].clear()
