"""The end of a day: whatever is still live ends, once, and nobody is left without a word."""

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from counters.actions.base import Refused, end_keys, local_day, touch
from counters.actions.booking_base import end_with_place
from counters.actions.counter_states import close_for_the_night
from counters.actions.days import displace
from counters.actions.line_notices import tell_line
from counters.actions.own import expire
from counters.actions.slots import WITH_PLACE
from counters.actions.waiting_list import lapse, no_show
from counters.hours import site_hours
from counters.models import (
    LIVE,
    Booking,
    BookingState,
    Counter,
    CounterState,
    QueueDay,
    Site,
    Ticket,
)
from counters.permissions import can_configure, can_supervise, supervised_ids
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act

S = BookingState


def end_of_day(site: Site, day: date, *, actor: User | None = None) -> int:
    """End all that is still live on a day at a site; how many queue days were ended now.

    Run again it does nothing. Without `actor` it is the worker, which ends past days only;
    a supervisor may end today's. Raises Refused for a day to come, or without the right.
    """
    today = clock.today(site.time_zone)
    if day > today or (actor is None and day == today):
        raise Refused(_("This day is not over yet."))
    if actor is not None and not (can_supervise(actor) or can_configure(actor)):
        raise Refused(_("Only a supervisor ends the day."))
    rows = QueueDay.objects.filter(queue__site=site, day=day, ended_at__isnull=True)
    counters = Counter.objects.filter(site=site)
    if actor is not None and not can_configure(actor):
        # The neighbours' day goes on.
        rows = rows.filter(queue__agency__in=supervised_ids(actor))
        counters = counters.filter(agency__in=supervised_ids(actor))
    rows = rows.select_related("queue__site", "queue__agency")
    ended = sum(_end_queue_day(row, actor=actor) for row in rows)
    _close_counters(counters, site, day)
    return ended


@act
def _end_queue_day(row: QueueDay, *, actor: User | None = None) -> bool:
    """Expire what is live in one queue day; False when it was ended already.

    Ended while it runs, everybody in line is told, and who booked a later time chooses anew.
    """
    now = clock.now()
    touch(row.pk)
    if not QueueDay.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=now):
        return False
    if row.day == local_day(row.queue, now):
        tell_line(row.queue, row.day, "ended", at=now)
    for ticket in Ticket.objects.filter(queue_day=row, state__in=LIVE).order_by("id"):
        expire(ticket, from_=LIVE)
        ticket.errands.filter(ended_at__isnull=True).update(ended_at=now, result="expired")
    hours = site_hours(row.queue.site, row.day).on(row.day, agency_id=row.queue.agency_id)
    is_early = hours.is_open and now < hours.closes_at
    bookings = Booking.objects.filter(queue=row.queue_id, day=row.day).select_related("slot")
    for booking in bookings.filter(state__in=(S.WAITING, *WITH_PLACE)).order_by("id"):
        booking.queue = row.queue
        is_ahead = booking.slot.starts_at > now if booking.slot is not None else is_early
        if is_ahead:
            # Who waited for a place on this day may choose another one, too.
            displace(booking, actor=actor, **_ended_early())
        elif booking.state == S.WAITING:
            lapse(booking)
        elif booking.state == S.BOOKED:
            no_show(booking)
        else:
            end_with_place(booking, S.EXPIRED, act="expire", from_={S.HELD, S.OFFERED})
            end_keys(booking=booking)
    return True


def _ended_early() -> dict[str, str]:
    """The reason of a day that ends while it runs, in both languages."""
    said = {}
    for name, language in (("reason", "id"), ("reason_en", "en")):
        with override(language):
            said[name] = _("the service of this day ended early")
    return said


def _close_counters(rows: QuerySet[Counter], site: Site, day: date) -> None:
    """Counters left open on that day are closed, unless somebody opened them on a later one."""
    for counter in rows.exclude(state=CounterState.CLOSED):
        since = counter.state_at
        opened = clock.local(since, site.time_zone).date() if since else day
        standing = Ticket.objects.filter(counter=counter, state__in=("called", "serving"))
        if opened <= day and not standing.exists():
            try:
                close_for_the_night(counter)
            except WrongState:
                continue


def end_past_days() -> int:
    """The worker's round: end every past local day that was not ended; how many queue days.

    A day is over at midnight in the site's own zone, whether the server was on then or not.
    """
    count = 0
    for site in Site.objects.all():
        today = clock.today(site.time_zone)
        rows = QueueDay.objects.filter(queue__site=site, day__lt=today, ended_at__isnull=True)
        for day in sorted(set(rows.values_list("day", flat=True))):
            count += end_of_day(site, day)
    return count


__all__ = ["end_of_day", "end_past_days"]
