"""Figures of visits: people counted by their check-ins, never by what was announced."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from accounts.regions import province, region_name
from counters.words import text_of
from visits.models import Topic, Visit
from visits.states import VISITED


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a name, how many visits, how many people came."""

    name: str
    visits: int
    people: int


def _came(first: date, last: date):
    """Visits of these days to which somebody came, with the people who did."""
    return (
        Visit.objects.filter(state__in=VISITED, slot__day__date__range=(first, last))
        .annotate(
            came=Count("participants", filter=Q(participants__checked_in_at__isnull=False)),
            day=F("slot__day__date"),
        )
        .filter(came__gt=0)
    )


def rows(first: date, last: date) -> list[dict]:
    """Every counted visit: day, institution, kind, region, province, people."""
    found = []
    for visit in _came(first, last).order_by("slot__day__date", "pk"):
        above = province(visit.region_code) if visit.region_code else None
        found.append(
            {
                "pk": visit.pk,
                "day": visit.day,
                "number": visit.number,
                "institution": visit.institution,
                "kind": visit.get_institution_kind_display(),
                "region_code": visit.region_code,
                "region": region_name(visit.region_code) if visit.region_code else "",
                "province": above.name if above else "",
                "people": visit.came,
            }
        )
    return found


def _grouped(found: list[dict], name: str) -> list[Line]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in found:
        line = counts[str(row[name]) or "-"]
        line[0] += 1
        line[1] += row["people"]
    lines = [Line(key, visits, people) for key, (visits, people) in counts.items()]
    return sorted(lines, key=lambda line: (-line.people, line.name))


def by_origin(found: list[dict]) -> list[Line]:
    """By province; institutions without a region stand under their kind's dash."""
    return _grouped(found, "province")


def by_region(found: list[dict]) -> list[Line]:
    """By regency, city or province."""
    return _grouped(found, "region")


def by_kind(found: list[dict]) -> list[Line]:
    """By kind of institution."""
    return _grouped(found, "kind")


def by_month(found: list[dict]) -> list[Line]:
    """By month, in order of time."""
    months = [{**row, "month": f"{row['day']:%Y-%m}"} for row in found]
    return sorted(_grouped(months, "month"), key=lambda line: line.name)


def by_topic(found: list[dict]) -> list[Line]:
    """By topic; a visit with two topics counts for both."""
    people = {row["pk"]: row["people"] for row in found}
    lines = []
    for topic in Topic.objects.prefetch_related("visits"):
        here = [visit.pk for visit in topic.visits.all() if visit.pk in people]
        if here:
            lines.append(Line(text_of(topic, "name"), len(here), sum(people[pk] for pk in here)))
    return sorted(lines, key=lambda line: (-line.people, line.name))
