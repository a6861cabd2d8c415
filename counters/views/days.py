"""One queue: today at a glance, the load per hour, and the days that can be booked."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from counters import live
from counters.actions.base import local_day
from counters.hall_now import QueueGlance, hall_now
from counters.hours import DayHours, site_hours
from counters.models import Queue, Slot
from counters.views import ticket_words as words
from counters.views.queues import (
    SERVICE,
    SITE,
    hour_words,
    is_open,
    load_rows,
    state_words,
    waiting_words,
)
from counters.views.taking import now_verdict, queue_or_404
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.wording import date_id

DAY = "hari"
LONGEST_DAY = 10


@login_not_required
@require_safe
def queue_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Today, the public order, and the days with places; `hari` opens one day."""
    queue = queue_or_404(request, key)
    glance = hall_now().of(queue)
    there = live.queue_now(queue, local_day(queue))
    verdict = now_verdict(queue)
    days = booking_days(queue)
    here = with_site(request, reverse("counters:queue-detail", args=[queue.key]))
    chosen, problem = chosen_day(request, days)
    context = {
        "queue": queue,
        "name": text_of(queue, "name"),
        "agency": text_of(queue.agency, "name"),
        "site": text_of(queue.site, "name"),
        "facts": _facts(glance) if glance else [],
        "outages": words.outage_rows(glance.outages, queue.site.time_zone) if glance else [],
        "loads": load_rows(glance) if glance else [],
        "quiet": _quiet_words(glance) if glance else "",
        "can_now": bool(verdict),
        "why_not": "" if verdict else verdict.sentence,
        "now_url": with_site(request, reverse("counters:queue-now", args=[queue.key])),
        "order": words.order(there, None),
        "bound": words.bound_words(there),
        "days": day_rows(here, days, chosen),
        "chosen": chosen and date_id(chosen.day, "full"),
        "slots": slot_rows(request, queue, chosen) if chosen else [],
        "list_url": waiting_list_url(request, queue, chosen) if chosen else "",
        "problem": problem,
        "next_free": next_free(here, days),
        "list_page": reverse("counters:queue-list"),
    }
    return render(request, "counters/queue_detail.html", context, status=422 if problem else 200)


def _facts(glance: QueueGlance) -> list[dict[str, str]]:
    counters = ngettext(
        "%(open)s of %(count)s counter", "%(open)s of %(count)s counters", glance.counters
    ) % {"open": glance.open_counters, "count": glance.counters}
    usual = _("not enough days yet")
    if glance.usual.wait is not None:
        usual = _("%(minutes)s minutes") % {"minutes": glance.usual.wait}
    return [
        {"icon": "door-open", "label": _("Today"), "value": state_words(glance)},
        {"icon": "people", "label": _("Now"), "value": waiting_words(glance.waiting)},
        {"icon": "clock", "label": _("Usual wait"), "value": usual},
        {"icon": "shop", "label": _("Open"), "value": counters if is_open(glance) else "-"},
    ]


def _quiet_words(glance: QueueGlance) -> str:
    hours = glance.open_hours()
    quiet = glance.usual.quietest(hours)
    if quiet is None:
        return ""
    return _("Quietest: %(hours)s") % {"hours": hour_words(quiet)}


# --- the days -----------------------------------------------------------------------------
class BookingDay:
    """One day as a person who wants to book sees it."""

    def __init__(self, day: date, hours: DayHours, slots: list[Slot]) -> None:
        self.day, self.hours, self.slots = day, hours, slots

    @property
    def free(self) -> int:
        """Places left."""
        return sum(slot.free for slot in self.slots)

    @property
    def is_full(self) -> bool:
        """Whether there are slots and none has a place."""
        return bool(self.slots) and not self.free

    def words(self) -> str:
        """Places, or why there are none."""
        if not self.hours.is_open:
            reason = text_of(self.hours, "reason")
            return _("closed: %(reason)s") % {"reason": reason} if reason else _("closed")
        if self.free:
            return ngettext("%(count)s place", "%(count)s places", self.free) % {
                "count": self.free
            }
        if self.slots and all(slot.closed_at for slot in self.slots):
            return _("closed for bookings")
        return _("full") if self.slots else _("not open for booking yet")


def booking_days(queue: Queue) -> list[BookingDay]:
    """The days from today as far as bookings go; four queries, none without bookings."""
    if not queue.takes_bookings:
        return []
    now = clock.now()
    today = local_day(queue, now)
    last = today + timedelta(days=queue.book_days_ahead)
    by_day: dict[date, list[Slot]] = defaultdict(list)
    rows = Slot.objects.filter(queue=queue, day__range=(today, last), starts_at__gt=now)
    for slot in rows.order_by("starts_at"):
        by_day[slot.day].append(slot)
    hours = site_hours(queue.site, today, last)
    days = [today + timedelta(days=n) for n in range(queue.book_days_ahead + 1)]
    return [BookingDay(day, hours.on(day, agency_id=queue.agency_id), by_day[day]) for day in days]


def chosen_day(request: HttpRequest, days: list[BookingDay]) -> tuple[BookingDay | None, str]:
    """The day of the address, and what is wrong with it: the past, too far, closed, nonsense."""
    text = request.GET.get(DAY, "")
    if not text:
        return None, ""
    try:
        wanted = date.fromisoformat(text[:LONGEST_DAY]) if len(text) == LONGEST_DAY else None
    except ValueError:
        wanted = None
    if wanted is None:
        return None, _("This is no day. Choose one from the list.")
    found = next((day for day in days if day.day == wanted), None)
    if found is not None:
        if not found.hours.is_open:
            words_ = date_id(found.day, "full")
            return None, _("%(day)s is %(state)s. Choose another day.") % {
                "day": words_,
                "state": found.words(),
            }
        return found, ""
    if days and wanted < days[0].day:
        return None, _("This day is over. Choose one from the list.")
    return None, _("This day cannot be booked yet. Choose one from the list.")


def with_site(request: HttpRequest, url: str) -> str:
    """The address with what the request carries along: the site, the wanted service."""
    kept = {name: request.GET[name] for name in (SITE, SERVICE) if request.GET.get(name)}
    return f"{url}?{urlencode(kept)}" if kept else url


def day_url(here: str, day: date) -> str:
    """The address of one day on the page `here`."""
    return f"{here}{'&' if '?' in here else '?'}{urlencode({DAY: f'{day}'})}#jam"


def day_rows(here: str, days: list[BookingDay], chosen: BookingDay | None) -> list[dict[str, Any]]:
    """The days as the page `here` lists them; those without times lead nowhere."""
    return [
        {
            "day": date_id(day.day, "day"),
            "words": day.words(),
            "url": day_url(here, day.day) if day.hours.is_open and day.slots else "",
            "is_chosen": chosen is not None and chosen.day == day.day,
        }
        for day in days
    ]


def slot_rows(request: HttpRequest, queue: Queue, day: BookingDay) -> list[dict[str, Any]]:
    """The slots of a day: time, places, how busy that hour usually is."""
    zone = queue.site.time_zone
    glance = hall_now().of(queue)
    usual = glance.usual if glance else None
    hours = glance.open_hours() if glance else []
    quiet = usual.quietest(hours) if usual else None
    busy = usual.busiest(hours) if usual else None
    rows = []
    for slot in day.slots:
        hour = clock.local(slot.starts_at, zone).hour
        note = _("quiet hour") if hour == quiet else _("busy hour") if hour == busy else ""
        free = ngettext("%(count)s place", "%(count)s places", slot.free) % {"count": slot.free}
        url = reverse("counters:booking-new", args=[queue.key, slot.pk])
        rows.append(
            {
                "pk": slot.pk,
                "time": words.at_words(slot.starts_at, zone),
                "words": free if slot.free else _("closed") if slot.closed_at else _("full"),
                "note": note,
                "url": with_site(request, url) if slot.free else "",
            }
        )
    return rows


def waiting_list_url(request: HttpRequest, queue: Queue, day: BookingDay) -> str:
    """Where to get on the waiting list of a full day; empty while there are places."""
    if not day.is_full:
        return ""
    return with_site(request, reverse("counters:waiting-list", args=[queue.key, day.day]))


def next_free(here: str, days: list[BookingDay]) -> dict[str, str] | None:
    """The first day with a place."""
    found = next((day for day in days if day.hours.is_open and day.free), None)
    if found is None:
        return None
    return {"day": date_id(found.day, "full"), "url": day_url(here, found.day)}
