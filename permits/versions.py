"""Versions of permit types: parsed once per process, published, retired, copied."""

import json

from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.models import Agency, Channel, Service, ServiceStandard, StandardRequirement
from mpp.kit import clock
from permits import definition as definitions
from permits.definition import PermitDefinition, Problem
from permits.models import PermitType, PermitVersion, VersionState


class CannotPublish(ValueError):
    """The draft has problems; `problems` lists them with path and sentence."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.sentence}" for p in problems))


# Parsed published definitions by their sha256: equal content is equal for every process.
_PARSED: dict[str, PermitDefinition] = {}
MOST_PARSED = 256
# How published types number their papers, by sha256: publishing many reads each only once.
_NUMBERS: dict[str, tuple[str, str, str]] = {}
MOST_NUMBERS = 4096
PATH_SECONDS = 10


def definition_of(version: PermitVersion) -> PermitDefinition:
    """The definition of a version. Published ones are parsed once per process."""
    if not version.digest:
        return definitions.parse(json.loads(version.definition))
    found = _PARSED.get(version.digest)
    if found is None:
        if len(_PARSED) >= MOST_PARSED:
            _PARSED.clear()
        found = _PARSED[version.digest] = definitions.parse(json.loads(version.definition))
    return found


def version_with_path(pk: int) -> PermitVersion:
    """A version with type, service, agency and standard, remembered for seconds per process.

    For showing: five joined tables cost more than the rest of a form page. The text of the
    definition is left out (`definition_of` reads it once); acts always read the row itself.
    """
    cache, key = caches["local"], f"permits:version:{pk}"
    found = cache.get(key)
    if found is None:
        rows = PermitVersion.objects.select_related("permit_type__service__agency", "standard")
        found = rows.defer("definition").get(pk=pk)
        cache.set(key, found, PATH_SECONDS)
    return found


def problems_of(version: PermitVersion) -> list[Problem]:
    """What stands between this draft and publishing; an empty list means nothing."""
    agencies = set(Agency.objects.values_list("key", flat=True))
    defn = definition_of(version)
    return definitions.problems(defn, agencies=agencies) + _number_clashes(version, defn)


def _number_clashes(version: PermitVersion, defn: PermitDefinition) -> list[Problem]:
    """Two sequences in one number format would give the same number twice."""
    if defn.document is None:
        return []
    others = PermitVersion.objects.filter(state=VersionState.PUBLISHED).exclude(
        permit_type=version.permit_type_id
    )
    digests = set(others.values_list("digest", flat=True))
    unknown = digests - _NUMBERS.keys()
    if unknown:
        if len(_NUMBERS) + len(unknown) > MOST_NUMBERS:
            _NUMBERS.clear()
            unknown = digests
        for other in PermitVersion.objects.filter(digest__in=unknown):
            _NUMBERS[other.digest] = _numbering(definition_of(other))
    for digest in sorted(digests):
        number_format, sequence, name = _NUMBERS[digest]
        if number_format == defn.document.number_format and sequence != defn.document.sequence:
            sentence = _("%(name)s uses the same number format with another sequence.")
            return [Problem("document.number_format", sentence % {"name": name})]
    return []


def _numbering(defn: PermitDefinition) -> tuple[str, str, str]:
    """Number format, sequence and name of a type; no format when it issues no paper."""
    paper = defn.document
    return (paper.number_format, paper.sequence, defn.name) if paper else ("", "", defn.name)


def ensure_draft(defn: PermitDefinition, service: Service, text: str) -> PermitVersion:
    """The one draft of the type, made when missing, holding `text` (canonical JSON)."""
    with transaction.atomic():
        permit_type, _made = PermitType.objects.update_or_create(
            key=defn.key,
            defaults={"service": service, "name": defn.name, "name_en": defn.name_en},
        )
        draft = permit_type.versions.filter(state=VersionState.DRAFT).first()
        if draft is None:
            last = permit_type.versions.order_by("-number").first()
            draft = PermitVersion(permit_type=permit_type, number=last.number + 1 if last else 1)
        draft.definition = text
        draft.save()
    return draft


def _standard_for(version: PermitVersion, defn: PermitDefinition) -> ServiceStandard:
    """The service's current standard, or a new version of it when the definition differs."""
    service = version.permit_type.service
    current = service.standards.filter(state="current").first()
    wanted = standard_values(defn)
    same = current and all(getattr(current, name) == value for name, value in wanted.items())
    rows = [_requirement_values(item) for item in defn.requirements]
    if same and _requirement_rows(current) == rows:
        return current
    if current:
        ServiceStandard.objects.filter(pk=current.pk).update(state="past")
    last = service.standards.order_by("-version").first()
    row = ServiceStandard.objects.create(
        service=service, version=(last.version if last else 0) + 1, state="current", **wanted
    )
    StandardRequirement.objects.bulk_create(
        StandardRequirement(standard=row, order=order, **_requirement_values(item))
        for order, item in enumerate(defn.requirements)
    )
    return row


def _requirement_values(item) -> dict:
    return {
        "key": item.key,
        "title": item.title,
        "title_en": item.title_en,
        "note": item.note,
        "note_en": item.note_en,
        "proof": item.proof,
    }


def _requirement_rows(standard: ServiceStandard) -> list[dict]:
    names = ("key", "title", "title_en", "note", "note_en", "proof")
    return list(standard.requirements.order_by("order").values(*names))


def standard_values(defn: PermitDefinition) -> dict:
    """The columns of `ServiceStandard` that a definition's `standard` block gives."""
    block = defn.standard
    return {
        "decree": block.decree,
        "decree_on": block.decree_on,
        "effective_on": block.effective_on,
        "limit_count": block.limit_count,
        "limit_unit": block.limit_unit,
        "intake_days": block.intake_days,
        "fee_amount": block.fee_amount,
        "fee_text": block.fee,
        "fee_text_en": block.fee_en,
        "product": block.product,
        "product_en": block.product_en,
        "procedure": list(block.procedure),
        "procedure_en": list(block.procedure_en),
        "complaints": block.complaints,
        "complaints_en": block.complaints_en,
        "legal_basis": list(block.legal_basis),
        "sources": list(defn.sources),
        "assumed": list(block.assumed),
    }


def publish(version: PermitVersion, *, actor: User | None) -> PermitVersion:
    """Validate and freeze a draft; retire its predecessor; open the service online.

    Raises CannotPublish with every problem at once; ValueError when it is no draft (any more).
    """
    found = problems_of(version)
    if found:
        raise CannotPublish(found)
    defn = definition_of(version)
    text = definitions.canonical_json(defn)
    now = clock.now()
    with transaction.atomic():
        PermitVersion.objects.filter(
            permit_type=version.permit_type, state=VersionState.PUBLISHED
        ).update(state=VersionState.RETIRED, retired_at=now)
        changed = PermitVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).update(
            state=VersionState.PUBLISHED,
            definition=text,
            digest=definitions.digest(defn),
            standard=_standard_for(version, defn),
            published_at=now,
            published_by=actor,
            updated_at=now,
        )
        if not changed:
            raise ValueError(_("This version is not a draft any more."))
        PermitType.objects.filter(pk=version.permit_type_id).update(
            name=defn.name, name_en=defn.name_en, updated_at=now
        )
        Service.objects.filter(pk=version.permit_type.service_id).update(
            channel=Channel.ONLINE, audience=defn.audience, updated_at=now
        )
    version.refresh_from_db()
    return version


def retire(version: PermitVersion, *, actor: User | None) -> PermitVersion:
    """Take a published version out of use; running applications keep it.

    The service goes back to the counter. Raises ValueError when it is not published.
    """
    now = clock.now()
    with transaction.atomic():
        changed = PermitVersion.objects.filter(pk=version.pk, state=VersionState.PUBLISHED).update(
            state=VersionState.RETIRED, retired_at=now, updated_at=now
        )
        if not changed:
            raise ValueError(_("Only a published version can be retired."))
        Service.objects.filter(pk=version.permit_type.service_id).update(
            channel=Channel.COUNTER, updated_at=now
        )
    version.refresh_from_db()
    return version


def copy_to_draft(version: PermitVersion) -> PermitVersion:
    """A new draft that starts as this version; raises ValueError when a draft exists already."""
    if version.permit_type.versions.filter(state=VersionState.DRAFT).exists():
        raise ValueError(_("There is a draft already. Publish or delete it first."))
    service = version.permit_type.service
    return ensure_draft(definition_of(version), service, version.definition)


def published_version(service: Service) -> PermitVersion | None:
    """The version of a service that takes applications now, if any."""
    return (
        PermitVersion.objects.select_related("permit_type__service__agency", "standard")
        .filter(permit_type__service=service, state=VersionState.PUBLISHED)
        .first()
    )
