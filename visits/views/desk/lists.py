"""The requests as piles, and the calendar of who comes and who receives them."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from counters.models import Site
from mpp.kit import clock
from mpp.kit.wording import date_id, when
from visits import availability
from visits.models import Blackout, Visit
from visits.states import HOLDING, OVER, VisitState
from visits.views.desk import words
from visits.views.desk.frame import at, frame, only_desk, told

PAGE = 30
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Pile:
    """One tab of the list."""

    slug: str
    label: Promise
    empty: Promise


PILES = (
    Pile("baru", gettext_lazy("New"), gettext_lazy("No new request waits.")),
    Pile("tanya", gettext_lazy("Waiting for them"), gettext_lazy("No delegation owes an answer.")),
    Pile("putuskan", gettext_lazy("To decide"), gettext_lazy("Nothing waits for a decision.")),
    Pile("minggu-ini", gettext_lazy("Next 7 days"), gettext_lazy("Nobody comes in seven days.")),
    Pile("disetujui", gettext_lazy("Approved"), gettext_lazy("No visit lies ahead.")),
    Pile("sesudah", gettext_lazy("Afterwards"), gettext_lazy("No visit waits to be closed.")),
    Pile("selesai", gettext_lazy("Over"), gettext_lazy("Nothing is over yet.")),
)


def _conditions(today: date) -> dict[str, Q]:
    week = Q(slot__day__date__range=(today, today + timedelta(days=6)))
    ahead = Q(state__in=(VisitState.APPROVED, VisitState.ARRIVED))
    return {
        "baru": Q(state=VisitState.SUBMITTED),
        "tanya": Q(state__in=(VisitState.NEEDS_INFO, VisitState.OFFERED)),
        "putuskan": Q(state=VisitState.UNDER_REVIEW),
        "minggu-ini": ahead & week,
        "disetujui": ahead,
        "sesudah": Q(state=VisitState.COMPLETED),
        "selesai": Q(state__in=OVER),
    }


ORDERS = {
    "minggu-ini": "slot__starts_at",
    "disetujui": "slot__starts_at",
    "sesudah": "-ended_at",
    "selesai": "-ended_at",
}


@require_GET
@told
def visit_list(request: HttpRequest) -> HttpResponse:
    """One page of a pile, or what a search found."""
    only_desk(request)
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    slug = request.GET.get("daftar", "")
    pile = next((each for each in PILES if each.slug == slug), PILES[0])
    seen = Visit.objects.visible_to(request.user)
    conditions = _conditions(clock.today())
    rows = _searched(seen, query) if query else seen.filter(conditions[pile.slug])
    order = ORDERS.get(pile.slug, "answer_due_at")
    paginator = Paginator(rows.with_place().order_by(order, "pk"), PAGE)
    page = paginator.get_page(request.GET.get("halaman"))
    context = {
        **frame(request, _("Study visits"), current="list"),
        "piles": [
            {
                "url": f"{at('list')}?daftar={each.slug}",
                "label": each.label,
                "current": not query and each == pile,
                "count": seen.filter(conditions[each.slug]).count(),
            }
            for each in PILES
        ],
        "rows": [_row(visit) for visit in page],
        "page": page,
        "query": query,
        "pile": pile,
        "empty_text": _("Nothing was found.") if query else pile.empty,
    }
    return render(request, "admin/visits/list.html", context)


def _searched(rows: QuerySet[Visit], query: str) -> QuerySet[Visit]:
    return rows.filter(
        Q(number__icontains=query)
        | Q(institution__icontains=query)
        | Q(leader_name__icontains=query)
    )


def _row(visit: Visit) -> dict[str, Any]:
    due = visit.answer_due_at
    return {
        "url": at("review", visit.number),
        "institution": visit.institution,
        "region": words.region_words(visit.region_code),
        "number": visit.number,
        "size": visit.size,
        "status": words.status_of(visit),
        "when": words.slot_words(visit.slot or visit.offer_slot),
        "host": str(visit.host or ""),
        "due": when(due, "day") if due else "",
        "is_late": bool(due and due < clock.now()),
    }


def month_of(text: str, today: date) -> date:
    """The first day of a month written as 2026-11; the present one for anything else."""
    year, dash, month = text.partition("-")
    if dash and len(text) <= 7 and text.isascii() and (year + month).isdigit():
        number, in_year = int(year), int(month)
        if 2000 <= number <= 2999 and 1 <= in_year <= 12:
            return date(number, in_year, 1)
    return today.replace(day=1)


def _chosen_site(request: HttpRequest, sites: list[Site]) -> Site | None:
    wanted = request.GET.get("situs", "")
    return next((site for site in sites if site.key == wanted), sites[0] if sites else None)


@require_GET
@told
def calendar_page(request: HttpRequest) -> HttpResponse:
    """A month of one site: who comes, who receives them, what is still free."""
    only_desk(request)
    sites = list(Site.objects.filter(visit_rules__isnull=False))
    site = _chosen_site(request, sites)
    if site is None:
        return redirect("admin:visits_visitrules_changelist")
    today = clock.today(site.time_zone)
    first = month_of(request.GET.get("bulan", ""), today)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    month_before, month_after = first - timedelta(days=1), last + timedelta(days=1)
    context = {
        **frame(request, _("Calendar of visits"), current="calendar"),
        "weeks": _weeks(request, site, first, last, today),
        "month": first,
        "weekdays": [str(WEEKDAYS_ABBR[number]) for number in range(7)],
        "site": site,
        "sites": [
            {
                "url": f"?situs={each.key}&bulan={first:%Y-%m}",
                "name": each.name,
                "on": each == site,
            }
            for each in sites
        ],
        "previous_url": f"?situs={site.key}&bulan={month_before:%Y-%m}",
        "next_url": f"?situs={site.key}&bulan={month_after:%Y-%m}",
        "affected": _affected(site),
        "screen_url": at("screen", site.key),
    }
    return render(request, "admin/visits/calendar.html", context)


def _weeks(
    request: HttpRequest, site: Site, first: date, last: date, today: date
) -> list[list[dict[str, Any] | None]]:
    """The days of a month in weeks from Monday; None where a week begins or ends outside."""
    seen = Visit.objects.visible_to(request.user).with_place()
    held = seen.filter(state__in=HOLDING, slot__day__site=site)
    held = held.filter(slot__day__date__range=(first, last)).order_by("slot__starts_at", "pk")
    by_day: dict[date, list[Visit]] = {}
    for visit in held:
        by_day.setdefault(visit.slot.day.date, []).append(visit)
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    for day in availability.days(site, first, last):
        cells.append(_cell(day, by_day.get(day.date, []), today))
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _cell(day: availability.Day, visits: list[Visit], today: date) -> dict[str, Any]:
    return {
        "date": day.date,
        "words": date_id(day.date),
        "is_today": day.date == today,
        "state": day.state if day.is_shut or day.state != "closed" else "near",
        "reason": day.reason if day.is_shut and day.date >= today else "",
        "pending": day.pending,
        "visits": [
            {
                "url": at("review", visit.number),
                "time": f"{clock.local(visit.slot.starts_at, visit.site.time_zone):%H.%M}",
                "institution": visit.institution,
                "size": visit.places,
                "host": str(visit.host),
                "status": words.status_of(visit),
            }
            for visit in visits
        ],
    }


def _affected(site: Site) -> list[dict[str, str]]:
    """Approved visits on days that were closed afterwards: somebody must write to them."""
    found = []
    today = clock.today(site.time_zone)
    for period in Blackout.objects.filter(Q(site=site) | Q(site=None), ends_on__gte=today):
        rows = Visit.objects.with_place().filter(
            state=VisitState.APPROVED,
            slot__day__site=site,
            slot__day__date__range=(period.starts_on, period.ends_on),
        )
        found += [
            {
                "url": at("review", visit.number),
                "text": f"{visit.institution}, {words.slot_words(visit.slot)}: {period.reason}",
            }
            for visit in rows
        ]
    return found
