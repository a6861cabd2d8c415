"""Bookings whose time the calendar took away: displaced and told, whichever way it changed.

`change_day` draws its consequence itself. A holiday, a week plan or the hours of a site are rows
that many hands write (desk, import, command line), so what follows from them is looked for here:
at once by the desk that saved, and every two minutes by the worker.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from counters.actions.days import displace, shut_reason
from counters.actions.slots import WITH_PLACE, fits, make_slots
from counters.hours import site_hours
from counters.models import Booking, BookingState, Queue, Site
from mpp.kit import clock
from mpp.kit.states import WrongState

# The hours of more days than this are not asked at once; nobody books so far ahead.
DAYS_AHEAD = timedelta(days=400)


def follow_calendar(*, actor: User | None = None) -> list[Booking]:
    """Slots after the hours, then whoever lost his time by them; those bookings, displaced now."""
    # First the slots: a time that is gone is not taken again meanwhile.
    make_slots()
    return displace_lost(actor=actor)


def displace_lost(*, actor: User | None = None) -> list[Booking]:
    """Displace and tell the bookings of closed days and of hours that are gone, once each."""
    displaced = []
    for site in Site.objects.all():
        for booking, said in list(_lost(site)):
            try:
                displace(booking, actor=actor, **said)
            except WrongState:
                # Moved by its person or by another worker a moment ago.
                continue
            displaced.append(booking)
    return displaced


def _lost(site: Site) -> Iterator[tuple[Booking, dict[str, str]]]:
    """The bookings of a site without their time, each with the reason in both languages."""
    now, today = clock.now(), clock.today(site.time_zone)
    states = (BookingState.WAITING, *WITH_PLACE)
    rows = Booking.objects.filter(
        queue__site=site, state__in=states, day__range=(today, today + DAYS_AHEAD)
    ).select_related("slot", "owner")
    rows = list(rows.order_by("day", "slot__starts_at", "id"))
    if not rows:
        return
    hours = site_hours(site, rows[0].day, rows[-1].day)
    queues = _queues(site, {row.queue_id for row in rows})
    for booking in rows:
        booking.queue = queues[booking.queue_id]
        shut = shut_reason(booking.queue, hours, booking.day)
        if shut is not None:
            yield booking, _said(*shut)
        elif booking.slot and booking.slot.starts_at > now and not fits(booking, hours):
            yield booking, _said("", "")


def _queues(site: Site, pks: set[int]) -> dict[int, Queue]:
    rows = site.queues.select_related("agency").prefetch_related("counters").filter(pk__in=pks)
    found = {queue.pk: queue for queue in rows}
    for queue in found.values():
        queue.site = site
    return found


def _said(reason: str, reason_en: str) -> dict[str, str]:
    """The reason as `displace` takes it; a day without one simply has other hours now."""
    if reason:
        return {"reason": reason, "reason_en": reason_en}
    said = {}
    for name, language in (("reason", "id"), ("reason_en", "en")):
        with override(language):
            said[name] = _("the opening hours have changed")
    return said


__all__ = ["displace_lost", "follow_calendar"]
