"""Who learned here: the public list (with consent) and figures from real check-ins."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.regions import province, region_name
from mpp.kit import clock
from mpp.kit.files import respond
from mpp.kit.wording import date_id
from visits import figures
from visits.models import GuestEntry, Visit, VisitPhoto
from visits.states import VISITED

MOST_NAMED = 500
MOST_ENTRIES = 12
MOST_PHOTOS = 6
FIRST_DAY = date(2000, 1, 1)


@login_not_required
@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """Institutions by province, people by origin and month, messages of the guest book."""
    rows = figures.rows(FIRST_DAY, clock.today())
    context = {
        "provinces": _named(),
        "photos": _photos(),
        "origins": [_line(line, line.name) for line in figures.by_origin(rows)],
        "months": [_line(line, _month(line.name)) for line in reversed(figures.by_month(rows))],
        "visits": len(rows),
        "people": sum(row["people"] for row in rows),
        "entries": _entries(),
        "back_url": reverse("visits:calendar"),
    }
    return render(request, "visits/regions.html", context)


def _line(line: figures.Line, name: str) -> dict[str, Any]:
    named = name if name != "-" else _("Other institutions")
    return {"name": named, "visits": line.visits, "people": line.people}


def _month(text: str) -> str:
    return date_id(date.fromisoformat(f"{text}-01"), "month")


def _public_photos():
    """Photos the desk shows, of delegations that agreed to be named."""
    return (
        VisitPhoto.objects.filter(is_public=True, visit__listed_at__isnull=False)
        .select_related("file", "visit")
        .order_by("-pk")
    )


def _photos() -> list[dict[str, str]]:
    return [
        {
            "url": reverse("visits:public-photo", args=[row.pk]),
            "caption": row.caption or row.visit.institution,
        }
        for row in _public_photos()[:MOST_PHOTOS]
        if row.file.is_openable
    ]


@login_not_required
@require_safe
def public_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """One photo that is shown to everybody; withdrawn consent closes it at once."""
    row = get_object_or_404(_public_photos(), pk=pk)
    if not row.file.is_openable:
        raise Http404
    return respond(row.file, download=False)


def _named() -> list[dict[str, Any]]:
    """Institutions that agreed to be named, under their province."""
    visits = (
        Visit.objects.filter(state__in=VISITED, listed_at__isnull=False)
        .select_related("slot__day")
        .order_by("-slot__day__date", "pk")[:MOST_NAMED]
    )
    found: dict[str, list[dict[str, str]]] = {}
    for visit in visits:
        above = province(visit.region_code) if visit.region_code else None
        line = {
            "name": visit.institution,
            "region": region_name(visit.region_code),
            "month": date_id(visit.slot.day.date, "month"),
        }
        found.setdefault(above.name if above else _("Other institutions"), []).append(line)
    return [{"name": name, "rows": found[name]} for name in sorted(found)]


def _entries() -> list[GuestEntry]:
    """Messages the desk shows; the institution only with consent."""
    return list(
        GuestEntry.objects.filter(is_shown=True, visit__listed_at__isnull=False).select_related(
            "visit"
        )[:MOST_ENTRIES]
    )
