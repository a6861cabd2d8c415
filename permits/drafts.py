"""Changes of a draft: saved only over the text that was read, so two editors never overwrite."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.models import Service
from mpp.kit import clock
from permits import definition as definitions
from permits import versions
from permits.definition import Change, PermitDefinition
from permits.models import PermitType, PermitVersion, VersionState


class DraftChanged(Exception):
    """Somebody else changed, published or deleted the draft in the meantime."""


class CannotImport(ValueError):
    """The file is a definition, but not one for this place; the message says why."""


def fingerprint(version: PermitVersion | None) -> str:
    """What a page remembers of the draft it showed; empty for no draft."""
    if version is None or version.pk is None:
        return ""
    return hashlib.sha256(version.definition.encode()).hexdigest()


def data_of(version: PermitVersion) -> dict[str, Any]:
    """The definition as plain data, to be edited; the order of keys is that of the format."""
    return definitions.to_data(versions.definition_of(version))


def save(version: PermitVersion, data: dict[str, Any], *, base: str) -> PermitVersion:
    """Keep `data` as the draft's definition.

    `base` is the fingerprint of the text the edit started from. Raises DefinitionError when the
    data has a wrong shape, DraftChanged when the draft is not that text any more.
    """
    text = definitions.canonical_json(definitions.parse(data))
    _write(version, text, base=base)
    return version


def _write(version: PermitVersion, text: str, *, base: str) -> None:
    if fingerprint(version) != base:
        raise DraftChanged
    now = clock.now()
    saved = PermitVersion.objects.filter(
        pk=version.pk, state=VersionState.DRAFT, definition=version.definition
    ).update(definition=text, updated_at=now)
    if not saved:
        raise DraftChanged
    version.definition, version.updated_at = text, now


def publish(version: PermitVersion, *, actor: User, base: str) -> PermitVersion:
    """Publish exactly the draft that the confirming page showed.

    Raises DraftChanged, and CannotPublish with every problem.
    """
    with transaction.atomic():
        _write(version, version.definition, base=base)
        return versions.publish(version, actor=actor)


def delete(version: PermitVersion, *, base: str) -> None:
    """Delete a draft; a type that has no other version goes with it. Raises DraftChanged."""
    with transaction.atomic():
        _write(version, version.definition, base=base)
        permit_type = version.permit_type
        version.delete()
        if not permit_type.versions.exists():
            permit_type.delete()


def draft_of(permit_type: PermitType | None) -> PermitVersion | None:
    """The draft of a type, if there is one."""
    if permit_type is None:
        return None
    return (
        permit_type.versions.select_related("permit_type__service__agency")
        .filter(state=VersionState.DRAFT)
        .first()
    )


def compared_with(permit_type: PermitType | None) -> PermitVersion | None:
    """The version an import is compared with: the draft, else the published, else the last."""
    if permit_type is None:
        return None
    rank = {VersionState.DRAFT: 0, VersionState.PUBLISHED: 1}
    found = sorted(
        permit_type.versions.all(), key=lambda row: (rank.get(row.state, 2), -row.number)
    )
    return found[0] if found else None


def target_of(defn: PermitDefinition) -> tuple[Service, PermitType | None]:
    """The service and the existing type a definition belongs to. Raises CannotImport."""
    service = Service.objects.select_related("agency").filter(key=defn.service).first()
    if service is None:
        raise CannotImport(
            _("The catalogue has no service with the key %(key)s.") % {"key": defn.service}
        )
    known = PermitType.objects.filter(key=defn.key).first()
    if known is not None and known.service_id != service.pk:
        raise CannotImport(
            _("The permit type %(key)s belongs to another service.") % {"key": defn.key}
        )
    holder = PermitType.objects.filter(service=service).exclude(key=defn.key).first()
    if holder is not None:
        raise CannotImport(
            _("This service has the permit type %(key)s already.") % {"key": holder.key}
        )
    return service, known


def import_as_draft(defn: PermitDefinition, *, base: str) -> PermitVersion:
    """Keep a definition as the draft of its type, made when missing.

    `base` is the fingerprint of the draft that the dry run replaced (empty: there was none).
    Raises CannotImport and DraftChanged.
    """
    text = definitions.canonical_json(defn)
    with transaction.atomic():
        service, known = target_of(defn)
        draft = draft_of(known)
        if fingerprint(draft) != base:
            raise DraftChanged
        if draft is not None:
            _write(draft, text, base=base)
            return draft
        if known is None:
            return versions.ensure_draft(defn, service, text)
        last = known.versions.order_by("-number").first()
        number = last.number + 1 if last else 1
        return PermitVersion.objects.create(permit_type=known, number=number, definition=text)


def changes_between(old: PermitVersion | None, defn: PermitDefinition) -> list[Change]:
    """The typed difference from a version to a definition; empty when there is no version."""
    return definitions.diff(versions.definition_of(old), defn) if old else []


def skeleton(service: Service) -> PermitDefinition:
    """The first draft of a service's permit type: names, one empty section, nothing else."""
    return definitions.parse(
        {
            "key": service.key,
            "service": service.key,
            "name": service.name,
            "name_en": service.name_en,
            "audience": service.audience,
            "kind": "permit",
        }
    )
