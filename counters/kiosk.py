"""What a kiosk offers, and what it finds by a scanned code, a phone number or a NIK."""

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.identity import clean_nik, clean_phone
from counters.models import (
    LIVE,
    Agency,
    Booking,
    BookingState,
    LiveKey,
    PriorityReason,
    Queue,
    Service,
    Site,
    Ticket,
)
from counters.persons import Person, live_hashes
from counters.words import text_of
from mpp.kit.keys import read_link

MOST_DIGITS = 20
SECRET = re.compile(r"[A-Za-z0-9_-]{20,60}")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing a person can come for: a service in a queue, or the queue itself."""

    queue: Queue
    service: Service | None
    name: str
    note: str = ""


def agencies_at(site: Site) -> list[Agency]:
    """The agencies that give numbers at this site, in their order; one query."""
    return list(
        Agency.objects.filter(queues__site=site, queues__is_active=True, is_active=True)
        .distinct()
        .order_by("order", "key")
    )


def offers_of(site: Site, agency: str) -> list[Offer]:
    """What people come to this agency for, by its key; two queries."""
    queues = (
        Queue.objects.filter(site=site, agency__key=agency, agency__is_active=True, is_active=True)
        .select_related("agency", "site")
        .prefetch_related("services")
        .order_by("order", "key")
    )
    found = []
    for queue in queues:
        services = [row for row in queue.services.all() if row.is_active]
        if len(services) < 2:
            found.append(Offer(queue, next(iter(services), None), text_of(queue, "name")))
            continue
        found += [Offer(queue, row, text_of(row, "name")) for row in services]
        other = _("Something else: %(queue)s") % {"queue": text_of(queue, "name")}
        found.append(Offer(queue, None, other))
    return found


def queue_at(site: Site, key: str) -> Queue | None:
    """A queue of this site that gives numbers."""
    return (
        Queue.objects.filter(site=site, key=key, is_active=True)
        .select_related("agency", "site")
        .first()
    )


def reasons() -> list[PriorityReason]:
    """Why somebody may go first, as buttons."""
    return list(PriorityReason.objects.filter(is_active=True))


def person_of(text: str, language: str) -> Person:
    """The person behind typed digits: 16 are a NIK, else a mobile number; empty is nobody.

    Raises ValidationError with the sentence for the field.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if not digits:
        return Person(language=language)
    if re.fullmatch("[0-9]{16}", digits):
        return Person(nik=clean_nik(digits), language=language)
    if re.fullmatch("[0-9]{14,}", digits) and not digits.startswith("0"):
        raise ValidationError(
            _("A NIK has 16 digits, you wrote %(count)s.") % {"count": len(digits)}
        )
    return Person(phone=clean_phone(digits), language=language)


def secret_in(code: str) -> str:
    """The secret of a scanned code: a whole address, its path, or the secret alone."""
    path = re.split("[?#]", code.strip()[:300])[0]
    return next((part for part in reversed(path.split("/")) if SECRET.fullmatch(part)), "")


def scanned(code: str) -> Ticket | Booking | None:
    """The number or booking behind a scanned code; None for anything else."""
    secret = secret_in(code)
    known = read_link("ticket", secret) if secret else None
    if known is not None:
        return _ticket_rows().filter(pk=known[0], link_version=known[1]).first()
    known = read_link("booking", secret) if secret else None
    if known is None:
        return None
    return _booking_rows().filter(pk=known[0], link_version=known[1]).first()


def found_by(person: Person, site: Site, day: date) -> Ticket | Booking | None:
    """The live number, else the next booking, of this person at the site today.

    The hashes of all scopes of the site are asked at once; which one fits is not told.
    """
    if person.is_unkeyed:
        return None
    hashes: set[str] = set()
    for queue in Queue.objects.filter(site=site):
        hashes |= set(live_hashes(person, queue, day))
    rows = LiveKey.objects.filter(hash__in=hashes, is_live=True, day=day)
    keys = list(rows.values_list("ticket_id", "booking_id"))
    tickets = {ticket for ticket, _booking in keys if ticket}
    ticket = _ticket_rows().filter(pk__in=tickets, state__in=LIVE).order_by("due_at").first()
    if ticket is not None:
        return ticket
    bookings = {booking for _ticket, booking in keys if booking}
    here = Q(queue__site=site) & Q(state__in=[BookingState.BOOKED, BookingState.CHECKED_IN])
    return _booking_rows().filter(here, pk__in=bookings).order_by("slot__starts_at").first()


def _ticket_rows():
    return Ticket.objects.select_related(
        "queue_day__queue__site", "queue_day__queue__agency", "counter"
    ).defer("contact_name", "phone", "email")


def _booking_rows():
    return Booking.objects.select_related("queue__site", "queue__agency", "slot")


def ticket_at(site: Site, pk: int) -> Ticket | None:
    """A number of this site by its key, with what its paper shows."""
    return _ticket_rows().filter(pk=pk, queue_day__queue__site=site).first()


__all__ = [
    "MOST_DIGITS",
    "Offer",
    "agencies_at",
    "found_by",
    "offers_of",
    "person_of",
    "queue_at",
    "reasons",
    "scanned",
    "secret_in",
    "ticket_at",
]
