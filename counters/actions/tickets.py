"""Taking a number, and what its owner may do with it: print, leave, move back, come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import (
    AlreadyInLine,
    FormUsed,
    Refused,
    day_of,
    held_by,
    local_day,
)
from counters.actions.line_notices import tell_ticket
from counters.hours import DayHours, site_hours
from counters.models import (
    Booking,
    Errand,
    Lane,
    LiveKey,
    PriorityReason,
    Queue,
    QueueDay,
    Service,
    Source,
    Ticket,
    TicketState,
    TicketStep,
)
from counters.persons import Person, is_of, live_hashes, person_key
from counters.words import clock_words
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict

# A number taken by the desk or from a block of paper is given even after the last-ticket time:
# somebody stands there.
BY_STAFF = (Source.DESK, Source.PAPER)


def can_issue(
    queue: Queue, hours: DayHours, day: QueueDay, *, source: str, at: datetime
) -> Verdict:
    """Whether a number can be taken in this queue at the instant `at`, with the reason if not."""
    zone = queue.site.time_zone
    if not queue.is_active or (source == Source.ONLINE and not queue.takes_online):
        return No(_("No numbers are given here. Ask at the information desk."))
    if day.gives_none:
        reason = day.closed_reason or _("the day has ended")
        return No(_("This queue is closed today: %(reason)s.") % {"reason": reason})
    if not hours.is_open:
        reason = hours.reason or _("no service on this day")
        return No(_("Closed today: %(reason)s.") % {"reason": reason})
    if at >= hours.closes_at:
        closed = clock_words(clock.local(hours.closes_at, zone))
        return No(_("Closed since %(time)s. Choose another day.") % {"time": closed})
    if source in BY_STAFF:
        return YES
    if at > hours.last_ticket_at:
        last = clock_words(clock.local(hours.last_ticket_at, zone))
        return No(_("The last number was given at %(time)s. Choose another day.") % {"time": last})
    if day.walk_in_quota is not None and day.walk_ins >= day.walk_in_quota:
        return No(_full())
    return YES


def _full() -> str:
    return _("All numbers of today are given. Book a time on another day.")


@act
def issue(
    queue: Queue,
    *,
    person: Person,
    source: str,
    key: str,
    actor: User | None = None,
    lane: str = Lane.WALK_IN,
    priority: PriorityReason | None = None,
    service: Service | None = None,
    then: Sequence[tuple[Queue, Service | None]] = (),
    printing: bool = False,
) -> Ticket:
    """Give a number for now; the same `key` gives the same ticket, however often it is pressed.

    `then` are further errands of the same visit, in order; `printing` waits for the printer
    before the number can be called (two minutes at most). Raises Refused when the queue is
    closed or full, AlreadyInLine with the live number when this person has one in the scope,
    FormUsed when the key gave somebody else a number.
    """
    known = _issued_before(queue, key, person)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _issue(
                queue,
                person=person,
                source=source,
                key=key,
                actor=actor,
                lane=lane,
                priority=priority,
                errands=[(queue, service), *then],
                state=TicketState.PRINTING if printing else TicketState.WAITING,
            )
    except (IntegrityError, Refused):
        # The other tap of the same finger was first.
        known = _issued_before(queue, key, person)
        if known is not None:
            return known
        raise


def _issued_before(queue: Queue, key: str, person: Person) -> Ticket | None:
    """The number this form gave before; raises FormUsed when it was another person's.

    The browser goes back to a page that was sent: nobody gets the number of who stood before him.
    """
    if not key:
        raise ValueError("A ticket needs an idempotency key.")
    if len(key) > 80:
        raise WrongState(_("This form is not valid any more. Open the page again."))
    known = Ticket.objects.select_related("issued_in").filter(issue_key=key).first()
    if known is not None and known.issued_in.queue_id != queue.pk:
        raise WrongState(_("This form was sent before for something else. Open the page again."))
    if known is not None and not is_of(known, person):
        raise FormUsed
    return known


def _issue(
    queue: Queue,
    *,
    person: Person,
    source: str,
    key: str,
    actor: User | None,
    lane: str,
    priority: PriorityReason | None,
    errands: Sequence[tuple[Queue, Service | None]],
    state: str,
) -> Ticket:
    now = clock.now()
    local = local_day(queue, now)
    hours = site_hours(queue.site, local).on(local, agency_id=queue.agency_id)
    day = day_of(queue, local)
    verdict = can_issue(queue, hours, day, source=source, at=now)
    if not verdict:
        raise Refused(verdict.sentence)
    number = next_number(day, person=person, counts=True, by_staff=source in BY_STAFF)
    start = max(now, hours.opens_at)
    ticket = insert_ticket(
        day,
        number,
        person=person,
        source=source,
        key=key,
        actor=actor,
        lane=lane,
        priority=priority,
        errands=errands,
        state=state,
        start=start,
    )
    if source == Source.ONLINE:
        # At home there is no paper: without this the link lives in one browser only.
        tell_ticket(ticket, "issued", "1")
    return ticket


def next_number(day: QueueDay, *, person: Person, counts: bool, by_staff: bool) -> int:
    """The next number of the day: one conditional UPDATE that also keeps the quota.

    The row stays held until commit, so there is neither a gap nor a double. Who booked
    (`counts` is false) gets one also after the supervisor stopped the numbers.
    """
    rows = QueueDay.objects.filter(pk=day.pk, closed_at__isnull=True, ended_at__isnull=True)
    changes = {"last_number": F("last_number") + 1, "version": F("version") + 1}
    if counts:
        room = Q(walk_in_quota__isnull=True) | Q(walk_ins__lt=F("walk_in_quota"))
        if by_staff:
            # The desk may go over the quota: the quota rises with it and the figure shows it.
            QueueDay.objects.filter(pk=day.pk, walk_ins=F("walk_in_quota")).update(
                walk_in_quota=F("walk_in_quota") + 1
            )
        rows = rows.filter(room, stopped_at__isnull=True)
        changes["walk_ins"] = F("walk_ins") + 1
    if person.is_unkeyed:
        changes["unkeyed"] = F("unkeyed") + 1
    if not rows.update(**changes):
        day.refresh_from_db()
        if day.closed_at or day.ended_at or (counts and day.stopped_at):
            reason = day.closed_reason or _("the day has ended")
            raise Refused(_("This queue is closed today: %(reason)s.") % {"reason": reason})
        raise Refused(_full())
    return QueueDay.objects.values_list("last_number", flat=True).get(pk=day.pk)


def insert_ticket(
    day: QueueDay,
    number: int,
    *,
    person: Person,
    source: str,
    key: str,
    actor: User | None,
    lane: str,
    priority: PriorityReason | None,
    errands: Sequence[tuple[Queue, Service | None]],
    state: str,
    start: datetime,
    booking: Booking | None = None,
) -> Ticket:
    """Write the ticket with its first step, its errands and its live keys; inside an act."""
    now = clock.now()
    queue = day.queue
    ticket = Ticket.objects.create(
        issued_in=day,
        queue_day=day,
        letter=queue.letter,
        number=number,
        day=day.day,
        state=state,
        state_at=now,
        source=source,
        lane=lane,
        priority=priority if lane == Lane.PRIORITY else None,
        issued_at=now,
        start_at=start,
        due_at=start + timedelta(minutes=queue.target_of(lane)),
        booking=booking,
        owner=person.owner,
        contact_name=person.name,
        phone=person.phone,
        email=person.email,
        person_key=booking.person_key if booking else person_key(person, day.day),
        is_unkeyed=person.is_unkeyed,
        helped_by=person.helped_by,
        language=person.language,
        issue_key=key,
    )
    TicketStep.objects.create(
        ticket=ticket,
        act="issue",
        from_state="",
        to_state=state,
        actor=actor,
        actor_name=str(actor)[:200] if actor else "",
        queue_day=day,
        at=now,
    )
    Errand.objects.bulk_create(
        Errand(ticket=ticket, order=place, queue=at, service=service)
        for place, (at, service) in enumerate(errands)
    )
    claim_keys(person, day, ticket=ticket, booking=booking)
    return ticket


def claim_keys(
    person: Person, day: QueueDay, *, ticket: Ticket | None = None, booking: Booking | None = None
) -> None:
    """Make the person one in his scope; raises AlreadyInLine when he is there already.

    With both, the number takes over the keys of its booking: the person stays one.
    """
    if ticket is not None and booking is not None:
        LiveKey.objects.filter(booking=booking, is_live=True).update(ticket=ticket)
        return
    hashes = live_hashes(person, day.queue, day.day)
    rows = [LiveKey(hash=each, day=day.day, ticket=ticket, booking=booking) for each in hashes]
    try:
        with transaction.atomic():
            LiveKey.objects.bulk_create(rows)
    except IntegrityError as taken:
        raise already_in_line(hashes) from taken


def already_in_line(hashes: Sequence[str]) -> AlreadyInLine:
    """The refusal that names the live number or booking of this person."""
    found = held_by(hashes)
    if isinstance(found, Ticket):
        sentence = _("There is a live number already: %(number)s. One person, one number.")
        return AlreadyInLine(sentence % {"number": found.label}, found)
    if isinstance(found, Booking) and found.slot is not None:
        at = clock_words(clock.local(found.slot.starts_at, found.queue.site.time_zone))
        sentence = _("There is a booking for %(time)s already. Cancel it first, or come then.")
        return AlreadyInLine(sentence % {"time": at}, found)
    return AlreadyInLine(_("This person is in line already. One person, one number."), found)


__all__ = ["can_issue", "claim_keys", "insert_ticket", "issue", "next_number"]
