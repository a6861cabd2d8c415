"""Permit types from one mall to another: what is published here, and how a definition comes in.

The file of a type is its YAML, exactly as `permit_type export` writes it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from permits import definition as definitions
from permits import drafts
from permits.definition import PermitDefinition, Problem
from permits.models import PermitVersion, VersionState
from permits.versions import CannotPublish, ensure_draft, publish

OWN = "service"


class CannotBring(ValueError):
    """A type that cannot come in here; `problems` say why, with paths in its file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.sentence for problem in problems))


@dataclass(frozen=True, slots=True)
class Needs:
    """What a type cannot do without: keys of the catalogue and of the desks."""

    service: str
    agencies: frozenset[str]
    roles: frozenset[str]


def published() -> Iterator[tuple[str, str]]:
    """Key and canonical JSON of every published definition, ordered by key."""
    rows = PermitVersion.objects.filter(state=VersionState.PUBLISHED)
    yield from sorted(rows.values_list("permit_type__key", "definition"))


def drafted() -> Iterator[tuple[str, str]]:
    """Key and canonical JSON of every draft."""
    rows = PermitVersion.objects.filter(state=VersionState.DRAFT)
    yield from sorted(rows.values_list("permit_type__key", "definition"))


def written(text: str) -> str:
    """The YAML of a canonical JSON text."""
    return definitions.to_yaml(definitions.parse(json.loads(text)))


def needs(defn: PermitDefinition) -> Needs:
    """Service, agencies and roles that the definition names."""
    agencies = {stage.agency for stage in defn.stages}
    roles = {stage.role for stage in defn.stages}
    for stage in defn.stages:
        roles |= {action.role for action in stage.actions}
        for request in stage.opinions.requests if stage.opinions else ():
            agencies.add(request.agency)
            roles.add(request.role)
    return Needs(defn.service, frozenset(agencies - {OWN, ""}), frozenset(roles - {""}))


def bring(defn: PermitDefinition, *, actor: User | None, as_draft: bool) -> PermitVersion | None:
    """Keep a definition as the draft of its type, or publish it at once.

    None when the published version says the same already. Raises CannotBring: no such service,
    the service has another type, or (to be published) a draft is being written here or the
    definition has problems. A draft replaces the draft there is: the difference showed it.
    """
    text = definitions.canonical_json(defn)
    try:
        service, known = drafts.target_of(defn)
        draft = drafts.draft_of(known)
        current = known and known.versions.filter(state=VersionState.PUBLISHED).first()
        if current and current.definition == text:
            return None
        if as_draft:
            return drafts.import_as_draft(defn, base=drafts.fingerprint(draft))
        if draft is not None and draft.definition != text:
            raise drafts.CannotImport(
                _("A draft of this type is being written here. Publish or delete it first.")
            )
        return publish(ensure_draft(defn, service, text), actor=actor)
    except drafts.CannotImport as refused:
        raise CannotBring([Problem("", str(refused))]) from refused
    except CannotPublish as refused:
        raise CannotBring(refused.problems) from refused
