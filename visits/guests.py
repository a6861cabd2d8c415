"""How many came and from where: counted from check-ins, for everybody to read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.regions import province
from mpp.kit.wording import date_id
from visits.models import Visit
from visits.states import VISITED


@dataclass(frozen=True, slots=True)
class Came:
    """One visit to which somebody came: its day, its province, how many people."""

    day: date
    origin: str
    people: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table of figures."""

    name: str
    visits: int
    people: int


def came() -> list[Came]:
    """Every visit with at least one check-in, in order of time; one query."""
    rows = (
        Visit.objects.filter(state__in=VISITED)
        .annotate(
            people=Count("participants", filter=Q(participants__checked_in_at__isnull=False))
        )
        .filter(people__gt=0)
        .order_by("slot__day__date", "pk")
        .values_list("slot__day__date", "region_code", "people")
    )
    return [Came(day, _origin(code), people) for day, code, people in rows]


def _origin(code: str) -> str:
    above = province(code) if code else None
    return above.name if above else _("Other institutions")


def by_origin(rows: list[Came]) -> list[Line]:
    """By province, most people first."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts[row.origin][0] += 1
        counts[row.origin][1] += row.people
    lines = [Line(name, visits, people) for name, (visits, people) in counts.items()]
    return sorted(lines, key=lambda line: (-line.people, line.name))


def by_month(rows: list[Came]) -> list[Line]:
    """By month, the newest first."""
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts[row.day.replace(day=1)][0] += 1
        counts[row.day.replace(day=1)][1] += row.people
    return [
        Line(date_id(first, "month"), *counts[first]) for first in sorted(counts, reverse=True)
    ]
