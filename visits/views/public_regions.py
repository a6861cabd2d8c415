"""Who learned here: the public list (with consent) and figures from real check-ins."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.regions import province, region_name
from mpp.kit.wording import date_id
from visits.guests import by_month, by_origin, came
from visits.models import GuestEntry, Visit
from visits.states import VISITED

MOST_NAMED = 500
MOST_ENTRIES = 12


@login_not_required
@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """Institutions by province, people by origin and month, messages of the guest book."""
    rows = came()
    context = {
        "provinces": _named(),
        "origins": by_origin(rows),
        "months": by_month(rows),
        "visits": len(rows),
        "people": sum(row.people for row in rows),
        "entries": _entries(),
        "back_url": reverse("visits:calendar"),
    }
    return render(request, "visits/regions.html", context)


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
