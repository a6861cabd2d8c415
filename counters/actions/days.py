"""Days: closed or with other hours, with the consequence listed before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from counters import calendar
from counters.actions.base import (
    Refused,
    book_step,
    day_of,
    end_keys,
    touch,
    touch_site,
)
from counters.actions.booking_base import end_with_place, tell
from counters.actions.line_notices import tell_line
from counters.actions.slots import WITH_PLACE, follow_hours, planned, serving
from counters.hours import SiteHours, Span, site_hours, write_spans
from counters.models import (
    LIVE,
    Agency,
    Booking,
    BookingState,
    Counter,
    DayChange,
    Queue,
    QueueDay,
    Site,
    Slot,
    Ticket,
)
from counters.permissions import can_configure, can_supervise
from mpp.kit import clock
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

S = BookingState


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a changed day does: shown before it is confirmed, and what was done afterwards."""

    closed: list[Queue] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    waiting: list[Ticket] = field(default_factory=list)
    slots: int = 0
    crowded: int = 0


def can_change_day(actor: User, agency: Agency | None, counter: Counter | None) -> Verdict:
    """Whether this person may close the building, an agency or a counter for a day."""
    whose = counter.agency_id if counter is not None else agency
    if whose is None:
        allowed = can_configure(actor)
    else:
        allowed = can_configure(actor) or can_supervise(actor, whose)
    return YES if allowed else No(_("You cannot change the hours of this agency."))


def _queues(site: Site, agency: Agency | None, counter: Counter | None) -> list[Queue]:
    rows = site.queues.select_related("agency").prefetch_related("counters")
    if counter is not None:
        rows = rows.filter(counters=counter)
    elif agency is not None:
        rows = rows.filter(agency=agency)
    queues = list(rows.order_by("pk"))
    for queue in queues:
        queue.site = site
    return queues


def _with_change(hours: SiteHours, change: DayChange) -> SiteHours:
    """The hours as they would be with this change instead of the one of the same level."""
    others = [
        row
        for row in hours.changes
        if (row.day, row.agency_id, row.counter_id)
        != (change.day, change.agency_id, change.counter_id)
    ]
    return replace(hours, changes=(change, *others))


def shut_reason(queue: Queue, hours: SiteHours, day: date) -> tuple[str, str] | None:
    """Why nobody serves this queue on the day (Indonesian, English); None when somebody does."""
    agency = hours.on(day, agency_id=queue.agency_id)
    if not agency.is_open:
        return agency.reason, agency.reason_en
    each = [hours.on(day, agency_id=c.agency_id, counter_id=c.pk) for c in serving(queue)]
    if each and not any(one.is_open for one in each):
        return each[0].reason, each[0].reason_en
    return None


def _is_shut(queue: Queue, hours: SiteHours, day: date) -> str | None:
    shut = shut_reason(queue, hours, day)
    return None if shut is None else shut[0]


def _made(
    site: Site,
    day: date,
    spans: Sequence[Span],
    reason: str,
    reason_en: str,
    agency: Agency | None,
    counter: Counter | None,
) -> DayChange:
    return DayChange(
        site=site,
        agency=agency,
        counter=counter,
        day=day,
        spans=write_spans(spans),
        reason=reason.strip(),
        reason_en=reason_en.strip(),
    )


def consequences(
    site: Site,
    day: date,
    *,
    spans: Sequence[Span] = (),
    reason: str = "",
    agency: Agency | None = None,
    counter: Counter | None = None,
) -> Consequences:
    """What would follow if the day had these hours (none: closed). Changes nothing."""
    change = _made(site, day, spans, reason, "", agency, counter)
    hours = _with_change(site_hours(site, day), change)
    return _consequences(_queues(site, agency, counter), hours, day)


def _consequences(queues: Iterable[Queue], hours: SiteHours, day: date) -> Consequences:
    now = clock.now()
    closed, bookings, waiting, slots, crowded = [], [], [], 0, 0
    for queue in queues:
        shut = _is_shut(queue, hours, day) is not None
        wanted = {} if shut else planned(queue, hours, day, serving(queue))
        rows = Slot.objects.filter(queue=queue, day=day, starts_at__gt=now)
        gone = []
        for slot in rows:
            places = wanted.get(slot.starts_at)
            if places is None and not _still_fits(slot, queue, hours):
                gone.append(slot.pk)
            elif places is not None:
                crowded += max(slot.taken - places, 0)
        slots += len(gone)
        lost = Q(slot__in=gone, state__in=WITH_PLACE)
        if shut:
            closed.append(queue)
            lost |= Q(state__in=(S.WAITING, *WITH_PLACE))
            tickets = Ticket.objects.filter(queue_day__queue=queue, day=day, state__in=LIVE)
            waiting += tickets.select_related("queue_day__queue").order_by("due_at", "id")
        mine = Booking.objects.filter(lost, queue=queue, day=day)
        mine = mine.select_related("slot", "owner").order_by("slot__starts_at", "id")
        for booking in mine:
            booking.queue = queue
            bookings.append(booking)
    return Consequences(closed, bookings, waiting, slots, crowded)


def _still_fits(slot: Slot, queue: Queue, hours: SiteHours) -> bool:
    """A slot of another length may still lie in the open hours: its bookings stay."""
    day = hours.on(slot.day, agency_id=queue.agency_id)
    if not (queue.is_active and queue.takes_bookings) or slot.minutes != queue.slot_minutes:
        return day.is_open_at(slot.starts_at)
    return False


@act
def change_day(
    site: Site,
    day: date,
    *,
    reason: str,
    actor: User,
    spans: Sequence[Span] = (),
    reason_en: str = "",
    agency: Agency | None = None,
    counter: Counter | None = None,
) -> Consequences:
    """Give a day other hours (none: closed) and draw the consequence; what followed.

    Bookings that lose their time become `displaced`, who booked is told and chooses another
    time under the same link; nothing is deleted. Numbers in the line stay valid; new ones are
    not given. Raises Refused without a right, without a reason, or for a day that is over.
    """
    verdict = can_change_day(actor, agency, counter)
    if not verdict:
        raise Refused(verdict.sentence)
    if not reason.strip():
        raise Refused(_("Say why: people see the reason."))
    if day < clock.today(site.time_zone):
        raise Refused(_("This day is over."))
    queues = _queues(site, agency, counter)
    # First hold the days: whoever books at this moment is either seen below or refused.
    touch(*(day_of(queue, day).pk for queue in queues))
    row, before = (
        _made(site, day, spans, reason, reason_en, agency, counter),
        site_hours(site, day),
    )
    values = {"spans": row.spans, "reason": row.reason, "reason_en": row.reason_en}
    DayChange.objects.update_or_create(
        site=site, agency=agency, counter=counter, day=day, defaults=values
    )
    return _apply(site, day, queues, before, actor=actor, reason=row)


@act
def reopen_day(change: DayChange, *, actor: User) -> Consequences:
    """Take a changed day back: the usual hours hold again, with what follows from them.

    Bookings that were displaced stay so until their people choose; the old times are open to
    them again.
    """
    verdict = can_change_day(actor, change.agency, change.counter)
    if not verdict:
        raise Refused(verdict.sentence)
    site, day = change.site, change.day
    queues = _queues(site, change.agency, change.counter)
    touch(*(day_of(queue, day).pk for queue in queues))
    before = site_hours(site, day)
    DayChange.objects.filter(pk=change.pk).delete()
    return _apply(site, day, queues, before, actor=actor, reason=change)


def _apply(
    site: Site,
    day: date,
    queues: list[Queue],
    before: SiteHours,
    *,
    actor: User,
    reason: DayChange,
) -> Consequences:
    """Close and open queue days and slots after the stored hours, displace who lost his time.

    Whoever is in line is told what becomes of his number.
    """
    now = clock.now()
    hours = site_hours(site, day)
    found = _consequences(queues, hours, day)
    shut = {queue.pk for queue in found.closed}
    for queue in queues:
        rows = QueueDay.objects.filter(queue=queue, day=day)
        if queue.pk in shut:
            why = (_is_shut(queue, hours, day) or reason.reason)[:200]
            rows.update(closed_reason=why)
            if rows.filter(closed_at__isnull=True).update(closed_at=now):
                said = (why, reason.reason_en if why == reason.reason else "")
                tell_line(queue, day, "stopped", at=now, reason=said)
            slots = Slot.objects.filter(queue=queue, day=day, starts_at__gt=now)
            slots.filter(closed_at__isnull=True).update(closed_at=now)
        else:
            _open(queue, day, before, hours, now)
            follow_hours(queue, hours, [day], at=now)
    for booking in found.bookings:
        displace(booking, actor=actor, reason=reason.reason, reason_en=reason.reason_en)
    touch_site(site.pk)
    calendar.forget()
    return found


def _open(queue: Queue, day: date, before: SiteHours, hours: SiteHours, now: datetime) -> None:
    """A queue that serves on this day: opened where the hours had closed it, else kept.

    A queue that its supervisor stopped stays stopped: the hours of the day are not his reason.
    """
    closes = hours.on(day, agency_id=queue.agency_id).closes_at
    if _is_shut(queue, before, day) is not None:
        rows = QueueDay.objects.filter(queue=queue, day=day, closed_at__isnull=False)
        if rows.update(closed_at=None, stopped_at=None, closed_reason=""):
            tell_line(queue, day, "again", at=now)
    elif closes != before.on(day, agency_id=queue.agency_id).closes_at:
        tell_line(queue, day, "hours", at=now, until=closes)


@act
def displace(booking: Booking, *, actor: User | None, reason: str, reason_en: str = "") -> Booking:
    """The time of this booking falls away: the person is told and chooses another one."""
    touch(day_of(booking.queue, booking.day).pk)
    if booking.state == S.WAITING:
        book_step(
            booking,
            S.DISPLACED,
            act="displace",
            from_={S.WAITING},
            actor=actor,
            reason=reason,
        )
    else:
        end_with_place(
            booking,
            S.DISPLACED,
            act="displace",
            from_=WITH_PLACE,
            actor=actor,
            reason=reason,
        )
    end_keys(booking=booking)
    step = booking.steps.order_by("-id").first()
    said = (reason_en if booking.language == "en" else "") or reason
    tell(booking, "displaced", key=str(step.pk), reason=said)
    return booking


@act
def set_quota(queue: Queue, day: date, *, quota: int | None, actor: User) -> QueueDay:
    """Set how many walk-ins a queue takes on a day; None is no limit.

    Raises Refused without the right, or when more were given already.
    """
    if not (can_configure(actor) or can_supervise(actor, queue.agency_id)):
        raise Refused(_("You cannot change the hours of this agency."))
    row = day_of(queue, day)
    touch(row.pk)
    rows = QueueDay.objects.filter(pk=row.pk)
    if quota is not None:
        rows = rows.filter(walk_ins__lte=quota)
    if not rows.update(walk_in_quota=quota):
        row.refresh_from_db()
        raise Refused(_("%(count)s numbers were given already.") % {"count": row.walk_ins})
    row.refresh_from_db()
    return row


__all__ = [
    "Consequences",
    "can_change_day",
    "change_day",
    "consequences",
    "displace",
    "reopen_day",
    "set_quota",
    "shut_reason",
]
