"""Slots: the places that can be booked, made from hours and counters by a job that may run twice.

A slot becomes bookable exactly `queue.book_days_ahead` days before it starts, so the new places
of a day open one by one over the opening hours and nobody needs to wait for midnight.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from counters.hours import DayHours, SiteHours, site_hours
from counters.models import Booking, BookingState, Counter, Queue, Site, Slot
from mpp.kit import clock
from mpp.kit.transactions import act

DAY = timedelta(days=1)
# Who loses a place when its time falls away.
WITH_PLACE = (BookingState.HELD, BookingState.OFFERED, BookingState.BOOKED)


def covers(hours: DayHours, start: datetime, end: datetime) -> bool:
    """Whether one open span holds the whole of this time."""
    return any(opens <= start and end <= closes for opens, closes in hours.spans)


def planned(
    queue: Queue, hours: SiteHours, day: date, counters: Sequence[Counter]
) -> dict[datetime, int]:
    """Start -> places of a day, by the hours of the agency and of each of these counters.

    Places = open counters x slot length / usual service x booked share. Fractions are carried
    along the day, so that the day's sum is right also where a service is longer than a slot.
    """
    if not (queue.is_active and queue.takes_bookings):
        return {}
    agency = hours.on(day, agency_id=queue.agency_id)
    each = [hours.on(day, agency_id=c.agency_id, counter_id=c.pk) for c in counters]
    length = timedelta(minutes=queue.slot_minutes)
    whole = 100 * max(queue.service_minutes, 1)
    share, given, found = 0, 0, {}
    for opens, closes in agency.spans:
        start = opens
        while start + length <= closes:
            open_here = sum(covers(one, start, start + length) for one in each)
            share += open_here * queue.slot_minutes * queue.booked_percent
            upto = -(-share // whole)
            found[start] = upto - given
            given, start = upto, start + length
    return found


def serving(queue: Queue) -> list[Counter]:
    """The counters of a queue that are at its site."""
    return [each for each in queue.counters.all() if each.site_id == queue.site_id]


def opens_until(queue: Queue, at: datetime) -> datetime:
    """The last start that can be booked at the instant `at`."""
    return at + queue.book_days_ahead * DAY


def follow_hours(
    queue: Queue, hours: SiteHours, days: Iterable[date], *, at: datetime
) -> dict[str, int]:
    """Bring the coming slots of these days in line with the hours; what was changed, counted.

    Capacity is never set below what is taken, nothing is deleted: a slot that does not fit any
    more is closed for new bookings, and opened again when it fits.
    """
    days = list(days)
    counters, until = serving(queue), opens_until(queue, at)
    wanted = {
        start: places
        for day in days
        for start, places in planned(queue, hours, day, counters).items()
    }
    rows = Slot.objects.filter(queue=queue, day__in=days, starts_at__gt=at)
    present = {slot.starts_at: slot for slot in rows}
    fresh = [
        Slot(
            queue=queue,
            day=clock.local(start, queue.site.time_zone).date(),
            starts_at=start,
            minutes=queue.slot_minutes,
            capacity=places,
        )
        for start, places in wanted.items()
        if start not in present and places and at < start <= until
    ]
    # The other worker may have made them a moment ago.
    Slot.objects.bulk_create(fresh, ignore_conflicts=True)
    done = {"made": len(fresh), "changed": 0, "closed": 0, "opened": 0}
    for start, slot in present.items():
        places = wanted.get(start) if slot.minutes == queue.slot_minutes else None
        for what in _bring_in_line(slot, places, at):
            done[what] += 1
    return done


def _bring_in_line(slot: Slot, places: int | None, at: datetime) -> list[str]:
    """One slot after the hours: closed (`places` is None), opened again, more or fewer places."""
    row = Slot.objects.filter(pk=slot.pk)
    if places is None:
        return ["closed"] if row.filter(closed_at__isnull=True).update(closed_at=at) else []
    done = []
    if slot.closed_at is not None and row.update(closed_at=None):
        done.append("opened")
    if slot.capacity != places and slot.capacity != max(slot.taken, places):
        # Two statements, each true by itself: whoever books in between is not lost.
        if not row.filter(taken__lte=places).update(capacity=places):
            row.filter(taken__gt=places).update(capacity=F("taken"))
        done.append("changed")
    return done


def make_slots() -> dict[str, int]:
    """Bring the slots of all queues in line with hours and counters; safe to run at any time."""
    now = clock.now()
    total: dict[str, int] = {"made": 0, "changed": 0, "closed": 0, "opened": 0}
    for site in Site.objects.all():
        queues = list(site.queues.prefetch_related("counters"))
        if not queues:
            continue
        today = clock.local(now, site.time_zone).date()
        ahead = max(queue.book_days_ahead for queue in queues)
        hours = site_hours(site, today, today + ahead * DAY)
        for queue in queues:
            queue.site = site
            days = [today + n * DAY for n in range(queue.book_days_ahead + 1)]
            for what, count in _follow(queue, hours, days, at=now).items():
                total[what] += count
    return total


_follow = act(follow_hours)


def bookable(queue: Queue) -> QuerySet[Slot]:
    """The coming slots of a queue that are open, full ones too, in order."""
    return Slot.objects.filter(
        queue=queue, closed_at__isnull=True, starts_at__gt=clock.now()
    ).order_by("starts_at")


def conflicts(site: Site, agencies: Iterable[int] | None = None) -> list[Booking]:
    """Coming bookings whose time the hours do not hold any more: listed, never lost.

    `agencies` limits them to agencies (primary keys); None means all.
    """
    now = clock.now()
    rows = Booking.objects.filter(
        queue__site=site,
        state__in=WITH_PLACE,
        slot__closed_at__isnull=False,
        slot__starts_at__gt=now,
    )
    if agencies is not None:
        rows = rows.filter(queue__agency__in=list(agencies))
    rows = list(rows.select_related("slot", "queue__agency").order_by("slot__starts_at", "id"))
    if not rows:
        return []
    hours = site_hours(site, rows[0].day, max(row.day for row in rows))
    return [row for row in rows if not fits(row, hours)]


def fits(booking: Booking, hours: SiteHours) -> bool:
    """Whether the time of a booking lies in the open hours of its agency."""
    day = hours.on(booking.day, agency_id=booking.queue.agency_id)
    start = booking.slot.starts_at
    return covers(day, start, start + timedelta(minutes=booking.slot.minutes))


__all__ = ["bookable", "conflicts", "follow_hours", "make_slots", "opens_until", "planned"]
