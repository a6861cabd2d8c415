"""The catalogue file: what it may hold, and how it is read into plain objects.

`parse_catalogue` never touches the database. It collects every problem with its line and path, so
that whoever edits the file can mend all of them at once. The classes below are the format: a field
that is not named here is refused.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.utils import translation

from counters.file_fields import (
    SLUG,
    Problem,
    Report,
    build,
    clock_time,
    day,
    flag,
    integer,
    one,
    part,
    several,
    text,
    web_address,
)
from counters.yaml_lines import YamlProblem, read_yaml

SCHEMA = "mpp.catalogue/1"
KINDS = (
    "regional",
    "provincial",
    "national",
    "judicial",
    "state_owned",
    "region_owned",
    "public_body",
    "private",
)
AUDIENCES = ("person", "business", "both")
CHANNELS = ("online", "counter", "national_system")
UNITS = ("minutes", "hours", "working_days")
PROOFS = ("scan", "photo", "statement", "original_at_counter", "condition")
MAX_FEE = 10**14 - 1


class CatalogueError(ValueError):
    """The file cannot be used; `problems` lists every reason in file order."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


def _fee(value: Any, path: str, report: Report) -> Decimal | None:
    return None if value is None else Decimal(integer(0, MAX_FEE)(value, path, report))


_slug = text(50, pattern=SLUG)
_long_slug = text(80, pattern=SLUG)
_lines = several(text(400))
_names = several(text(40))


@dataclass(frozen=True, kw_only=True)
class LifeEventEntry:
    """A situation in life; `icon` is the name of a bootstrap-icons picture."""

    key: str = part(_slug)
    title: str = part(text(80))
    title_en: str = part(text(80))
    icon: str = part(text(40, pattern=SLUG))


@dataclass(frozen=True, kw_only=True)
class SiteEntry:
    """A building with its hours; weekday 0 is Monday."""

    key: str = part(_slug)
    name: str = part(text(120))
    name_en: str = part(text(120))
    address: str = part(text(250))
    time_zone: str = part(text(40))
    opens_at: time = part(clock_time)
    closes_at: time = part(clock_time)
    weekdays: tuple[int, ...] = part(several(integer(0, 6)))
    sources: tuple[str, ...] = part(_lines, ())
    assumed: tuple[str, ...] = part(_names, ())


@dataclass(frozen=True, kw_only=True)
class AgencyEntry:
    """An agency in the mall; exactly one has `operator: true`."""

    key: str = part(_slug)
    abbr: str = part(text(40))
    name: str = part(text(150))
    name_en: str = part(text(150))
    kind: str = part(text(12, one_of=KINDS))
    summary: str = part(text(300))
    summary_en: str = part(text(300))
    hours: str = part(text(200))
    hours_en: str = part(text(200))
    operator: bool = part(flag, False)
    sources: tuple[str, ...] = part(_lines)
    assumed: tuple[str, ...] = part(_names, ())


@dataclass(frozen=True, kw_only=True)
class CounterEntry:
    """A window of an agency in a site; its key is unique in the site."""

    key: str = part(_slug)
    site: str = part(_slug)
    agency: str = part(_slug)
    name: str = part(text(60))
    zone: str = part(text(40))
    floor: str = part(text(20))
    assumed: tuple[str, ...] = part(_names, ())


@dataclass(frozen=True, kw_only=True)
class TimeLimit:
    """How long the service may take once the file is complete."""

    n: int = part(integer(1, 1000))
    unit: str = part(text(12, one_of=UNITS))


@dataclass(frozen=True, kw_only=True)
class RequirementEntry:
    """One published requirement; `proof` says in which form it is shown."""

    key: str = part(text(60, pattern=SLUG))
    title: str = part(text(250))
    title_en: str = part(text(250))
    note: str = part(text(400), "")
    note_en: str = part(text(400), "")
    proof: str = part(text(30, one_of=PROOFS))


@dataclass(frozen=True, kw_only=True)
class StandardEntry:
    """The six published components (UU 25/2009 art. 21) with their decree.

    `fee_idr` is in whole rupiah; null means that it varies and `fee` says how.
    """

    decree: str = part(text(120))
    decree_on: date = part(day)
    effective_on: date = part(day)
    time_limit: TimeLimit = part(one(TimeLimit))
    intake_days: int = part(integer(0, 30), 1)
    fee_idr: Decimal | None = part(_fee)
    fee: str = part(text(1000))
    fee_en: str = part(text(1000))
    product: str = part(text(200))
    product_en: str = part(text(200))
    procedure: tuple[str, ...] = part(_lines)
    procedure_en: tuple[str, ...] = part(_lines)
    complaints: str = part(text(1000))
    complaints_en: str = part(text(1000))
    legal_basis: tuple[str, ...] = part(_lines, ())
    requirements: tuple[RequirementEntry, ...] = part(several(one(RequirementEntry)))
    assumed: tuple[str, ...] = part(_names, ())


@dataclass(frozen=True, kw_only=True)
class SystemEntry:
    """A national system in which a service is asked for."""

    name: str = part(text(80))
    url: str = part(web_address)


@dataclass(frozen=True, kw_only=True)
class ServiceEntry:
    """A service with its standard; `assumed` names the fields that no source gave."""

    key: str = part(_long_slug)
    agency: str = part(_slug)
    name: str = part(text(150))
    name_en: str = part(text(150))
    summary: str = part(text(300))
    summary_en: str = part(text(300))
    audience: str = part(text(10, one_of=AUDIENCES))
    life_events: tuple[str, ...] = part(several(_slug), ())
    synonyms: tuple[str, ...] = part(several(text(80)))
    channel: str = part(text(16, one_of=CHANNELS))
    system: SystemEntry | None = part(one(SystemEntry), None)
    sources: tuple[str, ...] = part(_lines)
    assumed: tuple[str, ...] = part(_names, ())
    standard: StandardEntry = part(one(StandardEntry))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything one catalogue file holds, in file order."""

    schema: str = part(text(40, one_of=(SCHEMA,)))
    life_events: tuple[LifeEventEntry, ...] = part(several(one(LifeEventEntry)))
    sites: tuple[SiteEntry, ...] = part(several(one(SiteEntry)))
    agencies: tuple[AgencyEntry, ...] = part(several(one(AgencyEntry)))
    counters: tuple[CounterEntry, ...] = part(several(one(CounterEntry)))
    services: tuple[ServiceEntry, ...] = part(several(one(ServiceEntry)))


def parse_catalogue(source: str) -> Catalogue:
    """The catalogue written in `source`; raises CatalogueError naming every line that is wrong."""
    try:
        # All faults of this file are told to operators in English.
        with translation.override("en"):
            data, lines = read_yaml(source)
    except YamlProblem as problem:
        raise CatalogueError([Problem(problem.line, "", problem.message)]) from problem
    report = Report(lines)
    catalogue = build(Catalogue, data, "", report)
    if not report.problems:
        _check_references(catalogue, report)
    if report.problems:
        raise CatalogueError(sorted(report.problems, key=lambda p: (p.line, p.path)))
    return catalogue


def _check_references(catalogue: Catalogue, report: Report) -> None:
    for room in ("life_events", "sites", "agencies", "services"):
        _check_unique(room, [row.key for row in getattr(catalogue, room)], report)
    _check_unique("counters", [(row.site, row.key) for row in catalogue.counters], report)
    sites = {site.key for site in catalogue.sites}
    agencies = {agency.key for agency in catalogue.agencies}
    events = {event.key for event in catalogue.life_events}
    if sum(agency.operator for agency in catalogue.agencies) != 1:
        report.add("agencies", "exactly one agency must have operator: true")
    for index, counter in enumerate(catalogue.counters):
        _check_known(f"counters[{index}].site", counter.site, sites, report)
        _check_known(f"counters[{index}].agency", counter.agency, agencies, report)
    for index, service in enumerate(catalogue.services):
        path = f"services[{index}]"
        _check_known(f"{path}.agency", service.agency, agencies, report)
        for event in service.life_events:
            _check_known(f"{path}.life_events", event, events, report)
        _check_service(path, service, report)


def _check_service(path: str, service: ServiceEntry, report: Report) -> None:
    standard = service.standard
    _check_unique(
        f"{path}.standard.requirements", [row.key for row in standard.requirements], report
    )
    if (service.channel == "national_system") != (service.system is not None):
        report.add(f"{path}.channel", "national_system and system go together")
    if len(standard.procedure) != len(standard.procedure_en):
        report.add(f"{path}.standard.procedure_en", "needs as many steps as procedure")
    if not standard.requirements or not standard.procedure:
        report.add(f"{path}.standard", "needs at least one requirement and one step")


def _check_unique(path: str, keys: list, report: Report) -> None:
    seen = set()
    for index, key in enumerate(keys):
        if key in seen:
            report.add(f"{path}[{index}].key", f"{key!r} stands twice")
        seen.add(key)


def _check_known(path: str, key: str, known: set[str], report: Report) -> None:
    if key not in known:
        report.add(path, f"{key!r} is not in this file")
