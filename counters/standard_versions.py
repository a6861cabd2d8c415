"""A service standard that comes from another mall: a new version, never a rewritten one."""

from typing import Any

from counters.models import Service, ServiceStandard, StandardRequirement, StandardState

REQUIREMENT_FACTS = ("key", "title", "title_en", "note", "note_en", "proof")


def bring_standard(
    service: Service, values: dict[str, Any], nested: dict[str, list[dict]], *, as_draft: bool
) -> ServiceStandard:
    """The version of `service` that says this: found among the present ones, else made.

    `values` are columns, `nested["requirements"]` rows of columns in their order. In force at
    once, the former version becomes past; as a draft, an open draft is written over. Raises
    ValueError with the sentence when the service's permit type publishes its standard.
    """
    rows = nested["requirements"]
    present = list(service.standards.prefetch_related("requirements").order_by("-version"))
    wanted = StandardState.DRAFT if as_draft else StandardState.CURRENT
    for standard in present:
        in_place = standard.state in (wanted, StandardState.CURRENT)
        if in_place and _says_the_same(standard, values, rows):
            return standard
    draft = next((one for one in present if one.state == StandardState.DRAFT), None)
    if as_draft and draft is not None:
        draft.requirements.all().delete()
        standard = draft
        for name, value in values.items():
            setattr(standard, name, value)
        standard.save()
    else:
        if not as_draft:
            service.standards.filter(state=StandardState.CURRENT).update(state=StandardState.PAST)
        standard = ServiceStandard.objects.create(
            service=service,
            version=present[0].version + 1 if present else 1,
            state=wanted,
            **values,
        )
    StandardRequirement.objects.bulk_create(
        StandardRequirement(standard=standard, **row) for row in rows
    )
    return standard


def _says_the_same(standard: ServiceStandard, values: dict, rows: list[dict]) -> bool:
    if any(getattr(standard, name) != value for name, value in values.items()):
        return False
    held = [
        {name: getattr(row, name) for name in REQUIREMENT_FACTS}
        for row in sorted(standard.requirements.all(), key=lambda row: (row.order, row.key))
    ]
    return held == [{name: row[name] for name in REQUIREMENT_FACTS} for row in rows]
