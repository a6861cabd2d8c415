"""Choosing a queue: all of them by agency, with who waits now; and the numbers of one's own."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from counters.hall_now import HallNow, QueueGlance, hall_now
from counters.models import LIVE, Booking, Queue, Ticket
from counters.published import published
from counters.search import rank
from counters.views import ticket_words as words
from counters.views.secrets import address_of
from counters.words import clock_words, is_english, text_of
from mpp.kit import clock
from mpp.kit.wording import date_id

MOST_FOUND = 40
LONGEST_QUERY = 80
SITE, SERVICE = "lokasi", "layanan"


@login_not_required
@require_safe
def queue_list(request: HttpRequest) -> HttpResponse:
    """All queues by agency, with who waits now; `q` finds a service or an agency."""
    hall = hall_now()
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    rows = _found(hall, query) if query else list(hall.queues)
    context = {
        "query": query,
        "groups": _groups(rows),
        "count": len(rows),
        "mine": _mine(request),
        "total": hall.waiting,
        "updated": clock_words(clock.local(hall.at)),
    }
    response = render(request, "counters/queue_list.html", context)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _found(hall: HallNow, query: str) -> list[QueueGlance]:
    """Queues of the services that the words find, the best first; then agencies by name."""
    found: dict[int, QueueGlance] = {}
    for hit in rank(query, published().index, MOST_FOUND):
        for row in hall.serving(hit.key):
            found.setdefault(row.queue.pk, row)
    folded = query.casefold()
    for row in hall.queues:
        agency = row.queue.agency
        if folded in f"{agency.abbr} {agency.name} {agency.name_en} {row.queue.name}".casefold():
            found.setdefault(row.queue.pk, row)
    return list(found.values())


def _groups(rows: list[QueueGlance]) -> list[dict[str, Any]]:
    """Rows by site, in the order given."""
    groups: dict[int, dict[str, Any]] = {}
    for row in rows:
        site = row.queue.site
        group = groups.setdefault(site.pk, {"name": text_of(site, "name"), "rows": []})
        group["rows"].append(card(row))
    return list(groups.values())


def card(row: QueueGlance) -> dict[str, Any]:
    """One queue as a card says it."""
    queue, known = row.queue, published().services
    names = [text_of(known[key], "name") for key in row.services if key in known]
    return {
        "url": queue_url(queue),
        "letter": queue.letter,
        "name": text_of(queue, "name"),
        "agency": text_of(queue.agency, "name"),
        "services": ", ".join(names[:3]),
        "more": max(0, len(names) - 3),
        "waiting": waiting_words(row.waiting),
        "state": state_words(row),
        "is_open": is_open(row),
        "wait": wait_words(row),
        "has_outage": bool(row.outages),
    }


def queue_url(queue: Queue, service: str = "") -> str:
    """The page of a queue; sites other than the first are named, keys are unique per site.

    `service` is carried along to the form.
    """
    url = reverse("counters:queue-detail", args=[queue.key])
    wanted = {} if queue.site.order == 0 else {SITE: queue.site.key}
    wanted |= {SERVICE: service} if service else {}
    return f"{url}?{urlencode(wanted)}" if wanted else url


def is_open(row: QueueGlance) -> bool:
    """Whether numbers of today are still given."""
    last = row.hours.last_ticket_at
    return not row.closed_reason and last is not None and clock.now() <= last


def state_words(row: QueueGlance) -> str:
    """Open until when, or why not."""
    zone = row.queue.site.time_zone
    if row.closed_reason:
        return _("Closed today: %(reason)s") % {"reason": row.closed_reason}
    if not row.hours.is_open:
        reason = text_of(row.hours, "reason")
        return _("Closed today: %(reason)s") % {"reason": reason} if reason else _("Closed today")
    if row.is_full:
        return _("All numbers of today are given")
    at = clock.now()
    opens, closes = row.hours.opens_at, row.hours.closes_at
    if at < opens:
        return _("Opens at %(time)s") % {"time": words.at_words(opens, zone)}
    if at >= closes:
        return _("Closed since %(time)s") % {"time": words.at_words(closes, zone)}
    pause = row.hours.break_at(at)
    if pause:
        return _("Break until %(time)s") % {"time": words.at_words(pause, zone)}
    return _("Open until %(time)s") % {"time": words.at_words(closes, zone)}


def waiting_words(count: int) -> str:
    """How many wait."""
    if count == 0:
        return _("nobody waits")
    return ngettext("%(count)s person waits", "%(count)s people wait", count) % {"count": count}


def wait_words(row: QueueGlance) -> str:
    """The usual wait; empty without history."""
    minutes = row.usual.wait
    return "" if minutes is None else _("usually %(minutes)s minutes") % {"minutes": minutes}


def hour_words(hour: int) -> str:
    """An hour of the day as people say it: 10.00 to 11.00."""
    mark = ":" if is_english() else "."
    return _("%(opens)s to %(closes)s") % {
        "opens": f"{hour:02d}{mark}00",
        "closes": f"{hour + 1:02d}{mark}00",
    }


def load_rows(row: QueueGlance) -> list[dict[str, Any]]:
    """People per hour of the day as bars that are a table; empty without history."""
    hours = row.open_hours()
    if not row.usual.load:
        return []
    most = max([row.usual.load.get(hour, 0.0) for hour in hours] or [0.0]) or 1.0
    quiet = row.usual.quietest(hours)
    return [
        {
            "hour": hour_words(hour),
            "people": round(row.usual.load.get(hour, 0.0)),
            "width": round(100 * row.usual.load.get(hour, 0.0) / most),
            "is_quiet": hour == quiet,
        }
        for hour in hours
    ]


def _mine(request: HttpRequest) -> list[dict[str, str]]:
    """Live numbers and coming bookings of a signed-in person."""
    if not request.user.is_authenticated:
        return []
    tickets = (
        Ticket.objects.filter(owner=request.user, state__in=LIVE)
        .select_related("queue_day__queue__agency")
        .defer("contact_name", "phone", "email")
        .order_by("-id")[:5]
    )
    rows = [
        {
            "url": address_of(row),
            "label": row.label,
            "text": text_of(row.queue_day.queue, "name"),
            "state": row.get_state_display(),
        }
        for row in tickets
    ]
    return rows + _my_bookings(request)


def _my_bookings(request: HttpRequest) -> list[dict[str, str]]:
    bookings = (
        Booking.objects.filter(owner=request.user, day__gte=clock.today())
        .filter(state__in=("waiting", "offered", "held", "booked", "displaced"))
        .select_related("queue__site", "slot")
        .defer("contact_name", "phone", "email")
        .order_by("day", "id")[:10]
    )
    return [
        {
            "url": address_of(row),
            "label": slot_words(row),
            "text": text_of(row.queue, "name"),
            "state": row.get_state_display(),
        }
        for row in bookings
    ]


def slot_words(row: Booking) -> str:
    """Day and time of a booking in a few words."""
    zone = row.queue.site.time_zone
    if row.slot is None:
        return date_id(row.day, "day")
    return f"{date_id(row.day, 'day')}, {words.at_words(row.slot.starts_at, zone)}"
