"""Writes a parsed catalogue into the database, so that a second run changes nothing.

Rows are matched by key and never deleted. What people at the desk decide stays: whether a service
is active or paused, and "online", which a published permit type has written. A standard that has
come into force is never rewritten: changed facts become a new version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from counters.catalogue_file import (
    AgencyEntry,
    Catalogue,
    CounterEntry,
    LifeEventEntry,
    ServiceEntry,
    SiteEntry,
    StandardEntry,
)
from counters.models import (
    Agency,
    Channel,
    Counter,
    LifeEvent,
    Service,
    ServiceStandard,
    Site,
    StandardRequirement,
    StandardState,
)

REQUIREMENT_FIELDS = ("key", "title", "title_en", "note", "note_en", "proof", "order")


@dataclass
class Loaded:
    """How many rows of each kind were made or changed, and how many stayed as they were."""

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    same: int = 0

    def note(self, row: models.Model, *, created: bool = False) -> None:
        """Counts one written row."""
        counts = self.created if created else self.changed
        name = row._meta.model_name
        counts[name] = counts.get(name, 0) + 1


@transaction.atomic
def load(catalogue: Catalogue) -> Loaded:
    """Brings the database up to the catalogue in one transaction and tells what it wrote."""
    loaded = Loaded()
    events = _load_keyed(LifeEvent, catalogue.life_events, _life_event_values, loaded)
    sites = _load_keyed(Site, catalogue.sites, _site_values, loaded)
    _clear_other_operators(catalogue, loaded)
    agencies = _load_keyed(Agency, catalogue.agencies, _agency_values, loaded)
    _load_counters(catalogue.counters, sites, agencies, loaded)
    _load_services(catalogue.services, agencies, events, loaded)
    return loaded


def _clear_other_operators(catalogue: Catalogue, loaded: Loaded) -> None:
    """Only one agency may be the operator, so the former one steps back first."""
    operator = next(entry.key for entry in catalogue.agencies if entry.operator)
    for agency in Agency.objects.filter(is_operator=True).exclude(key=operator):
        _write(agency, {"is_operator": False}, loaded)


def _load_keyed(model: type, entries: Iterable[Any], values: Any, loaded: Loaded) -> dict:
    """The rows of `model` by key after writing `entries`, whose values `values` gives."""
    rows = {row.key: row for row in model.objects.all()}
    for order, entry in enumerate(entries, start=1):
        row = rows.get(entry.key) or model(key=entry.key)
        rows[entry.key] = _write(row, {**values(entry), "order": order}, loaded)
    return rows


def _write(row: models.Model, values: dict[str, Any], loaded: Loaded) -> models.Model:
    """Saves `row` only when it is new or a value differs."""
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        loaded.same += 1
        return row
    created = not row.pk
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    loaded.note(row, created=created)
    return row


def _plain(entry: Any, *names: str) -> dict[str, Any]:
    found = {name: getattr(entry, name) for name in names}
    return {n: list(v) if isinstance(v, tuple) else v for n, v in found.items()}


def _life_event_values(entry: LifeEventEntry) -> dict[str, Any]:
    return _plain(entry, "title", "title_en", "icon")


def _site_values(entry: SiteEntry) -> dict[str, Any]:
    texts = ("name", "name_en", "address", "time_zone")
    return _plain(entry, *texts, "opens_at", "closes_at", "weekdays", "assumed")


def _agency_values(entry: AgencyEntry) -> dict[str, Any]:
    texts = ("abbr", "name", "name_en", "kind", "summary", "summary_en", "hours", "hours_en")
    return {**_plain(entry, *texts, "sources", "assumed"), "is_operator": entry.operator}


def _load_counters(
    entries: Iterable[CounterEntry], sites: dict, agencies: dict, loaded: Loaded
) -> None:
    rows = {(row.site_id, row.key): row for row in Counter.objects.all()}
    for order, entry in enumerate(entries, start=1):
        site = sites[entry.site]
        row = rows.get((site.pk, entry.key)) or Counter(site=site, key=entry.key)
        values = _plain(entry, "name", "zone", "floor", "assumed")
        _write(row, {**values, "agency_id": agencies[entry.agency].pk, "order": order}, loaded)


def _load_services(
    entries: Iterable[ServiceEntry], agencies: dict, events: dict, loaded: Loaded
) -> None:
    rows = {row.key: row for row in Service.objects.prefetch_related("life_events")}
    standards: dict[int, list[ServiceStandard]] = {}
    for standard in ServiceStandard.objects.prefetch_related("requirements").order_by("version"):
        standards.setdefault(standard.service_id, []).append(standard)
    for order, entry in enumerate(entries, start=1):
        row = rows.get(entry.key) or Service(key=entry.key)
        is_online = row.channel == Channel.ONLINE
        values = _service_values(entry, keep_channel=is_online)
        values |= {"agency_id": agencies[entry.agency].pk, "order": order}
        _write(row, values, loaded)
        _link_life_events(row, [events[key] for key in entry.life_events], loaded)
        _load_standard(row, entry, standards.get(row.pk, []), loaded)


def _service_values(entry: ServiceEntry, *, keep_channel: bool) -> dict[str, Any]:
    texts = ("name", "name_en", "summary", "summary_en", "audience")
    values = _plain(entry, *texts, "synonyms", "sources", "assumed")
    values["system_name"] = entry.system.name if entry.system else ""
    values["system_url"] = entry.system.url if entry.system else ""
    if not keep_channel:
        values["channel"] = entry.channel
    return values


def _link_life_events(service: Service, wanted: list[LifeEvent], loaded: Loaded) -> None:
    if {event.pk for event in wanted} == {event.pk for event in service.life_events.all()}:
        return
    service.life_events.set(wanted)
    loaded.note(service)


def _load_standard(
    service: Service, entry: ServiceEntry, existing: list[ServiceStandard], loaded: Loaded
) -> None:
    """Adds the standard as a new version, unless a version says the same already.

    While a permit type is online, its own standard is in force and is left alone.
    """
    wanted = _standard_values(entry.standard, entry.sources)
    rows = _requirement_values(entry.standard)
    if any(_says_the_same(standard, wanted, rows) for standard in existing):
        loaded.same += 1
        return
    if existing and service.channel == Channel.ONLINE:
        loaded.same += 1
        return
    service.standards.filter(state=StandardState.CURRENT).update(state=StandardState.PAST)
    standard = ServiceStandard.objects.create(
        service=service,
        version=max((s.version for s in existing), default=0) + 1,
        state=StandardState.CURRENT,
        **wanted,
    )
    StandardRequirement.objects.bulk_create(
        StandardRequirement(standard=standard, **row) for row in rows
    )
    loaded.note(standard, created=True)


def _standard_values(entry: StandardEntry, sources: tuple[str, ...]) -> dict[str, Any]:
    dated = ("decree", "decree_on", "effective_on", "intake_days", "product", "product_en")
    lists = ("procedure", "procedure_en", "legal_basis", "assumed")
    return _plain(entry, *dated, *lists, "complaints", "complaints_en") | {
        "limit_count": entry.time_limit.n,
        "limit_unit": entry.time_limit.unit,
        "fee_amount": entry.fee_idr,
        "fee_text": entry.fee,
        "fee_text_en": entry.fee_en,
        "sources": list(sources),
    }


def _requirement_values(entry: StandardEntry) -> list[dict[str, Any]]:
    return [
        _plain(row, *REQUIREMENT_FIELDS[:-1]) | {"order": order}
        for order, row in enumerate(entry.requirements, start=1)
    ]


def _says_the_same(standard: ServiceStandard, wanted: dict, rows: list[dict]) -> bool:
    if any(getattr(standard, name) != value for name, value in wanted.items()):
        return False
    held = [
        {name: getattr(row, name) for name in REQUIREMENT_FIELDS}
        for row in standard.requirements.all()
    ]
    return held == rows
