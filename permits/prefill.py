"""What is known already, offered to the citizen: profile, business, an earlier application.

Nothing is ever filled in silently: an offer stands beside the empty field until it is taken.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts import regions
from accounts.models import Business, User
from mpp.kit import clock
from mpp.kit.keys import Unreadable, decrypt
from permits import rules
from permits.casefile import REQUIREMENT, CaseFile
from permits.conditions import is_empty
from permits.definition import Field, Requirement
from permits.display import shown_value
from permits.models import Answer, Document, VerdictOutcome
from permits.papers import add_months

MOST_EARLIER = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A known value: as it is stored, as it is shown, and where it comes from."""

    value: Any
    shown: str
    source: str


def offers(case: CaseFile, user: User, fields: Iterable[Field]) -> dict[str, Offer]:
    """Offers for the fields that have no answer yet, by field key; at most one query."""
    empty = [
        field
        for field in fields
        if field.is_answered
        and field.type not in ("file", "group")
        and is_empty(case.answers.get(field.key))
    ]
    found = _from_profile(case, user, empty)
    left = [field for field in empty if field.key not in found]
    if left:
        found |= _from_earlier(case, left)
    return found


def _from_profile(case: CaseFile, user: User, fields: Iterable[Field]) -> dict[str, Offer]:
    found = {}
    person = case.application.owner or user
    for field in fields:
        place, _dot, name = field.prefill.partition(".")
        if place == "profile":
            value, source = _profile_value(person, name, field), _("From your profile:")
        elif place == "business" and case.application.business_id:
            value, source = (
                _business_value(case.application.business, name),
                _("From your business:"),
            )
        else:
            continue
        offer = _offer(field, value, source)
        if offer:
            found[field.key] = offer
    return found


def _profile_value(person: User, name: str, field: Field) -> Any:
    if name == "birth_date":
        return person.birth_date.isoformat() if person.birth_date else ""
    if name == "address" and field.type == "address":
        return {
            part: text
            for part, text in (("street", person.address), ("region", person.region_code))
            if text
        }
    if name == "address_region":
        return person.region_code
    if name == "address" and person.address:
        return ", ".join(filter(None, (person.address, regions.region_name(person.region_code))))
    return getattr(person, name, "") or ""


def _business_value(business: Business, name: str) -> str:
    return getattr(business, name, "") or ""


def _offer(field: Field, value: Any, source: str) -> Offer | None:
    """An offer when the value fits this field's own rules, else nothing."""
    if is_empty(value) or rules.check(field, value, today=clock.today()):
        return None
    return Offer(value, shown_value(field, value, masked=True), source)


def _from_earlier(case: CaseFile, fields: list[Field]) -> dict[str, Offer]:
    """Answers to the same question in an application sent before, newest first."""
    application = case.application
    rows = Answer.objects.filter(
        application__submitted_at__isnull=False,
        field_key__in=[field.key for field in fields],
        row_id="",
    ).exclude(application=application)
    if application.business_id:
        rows = rows.filter(application__business_id=application.business_id)
    elif application.owner_id:
        rows = rows.filter(application__owner_id=application.owner_id, application__business=None)
    else:
        return {}
    known: dict[str, Any] = {}
    for row in rows.order_by("-application_id")[:MOST_EARLIER]:
        if row.field_key not in known:
            known[row.field_key] = _read(row)
    source = _("From your earlier application:")
    found = {field.key: _offer(field, known.get(field.key), source) for field in fields}
    return {key: offer for key, offer in found.items() if offer}


def _read(row: Answer) -> Any:
    try:
        return json.loads(decrypt(row.value) if row.is_encrypted else row.value)
    except (Unreadable, ValueError):
        return None


def reusable_documents(case: CaseFile, wanted: Iterable[Requirement]) -> Mapping[str, Document]:
    """Accepted documents of earlier applications that may serve again, by requirement key."""
    open_ones = {
        item.key: item
        for item in wanted
        if item.reusable and not case.documents_in(f"{REQUIREMENT}{item.key}")
    }
    application = case.application
    if not open_ones or not application.owner_id:
        return {}
    rows = (
        Document.objects.filter(
            application__owner_id=application.owner_id,
            application__business_id=application.business_id,
            application__submitted_at__isnull=False,
            slot__in=[f"{REQUIREMENT}{key}" for key in open_ones],
            removed_at__isnull=True,
            file__scan_state="clean",
        )
        .exclude(application=application)
        .select_related("file")
        .prefetch_related("verdicts")
        .order_by("-uploaded_at")[:MOST_EARLIER]
    )
    found: dict[str, Document] = {}
    for document in rows:
        key = document.slot.removeprefix(REQUIREMENT)
        if key not in found and _is_accepted(document) and _is_fresh(open_ones[key], document):
            found[key] = document
    return found


def _is_accepted(document: Document) -> bool:
    verdicts = sorted(document.verdicts.all(), key=lambda verdict: verdict.pk)
    return bool(verdicts) and verdicts[-1].outcome == VerdictOutcome.ACCEPTED


def _is_fresh(item: Requirement, document: Document) -> bool:
    """Whether it is not older than the requirement allows (counted from its upload)."""
    if not item.valid_months:
        return True
    day = clock.local(document.uploaded_at).date()
    return add_months(day, item.valid_months) >= clock.today()
