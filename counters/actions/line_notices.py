"""Telling people in line what becomes of their number: inbox, else e-mail, else a short message.

Written inside the act that closes, opens or ends something, by whoever's conditional UPDATE
changed it, so nobody is told twice and nobody waits without knowing.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.utils import translation

from accounts.notices import notify
from counters.actions.booking_base import tell
from counters.models import Booking, Counter, Queue, Ticket, TicketState
from counters.words import clock_words
from mpp.kit import clock
from mpp.kit.keys import link_token
from mpp.kit.transactions import act

# Who still waits for a call; whoever stands at a counter is told there.
IN_LINE = (TicketState.PRINTING, TicketState.WAITING, TicketState.HELD, TicketState.MISSED)


def tell_ticket(
    ticket: Ticket,
    what: str,
    mark: str,
    *,
    reason: tuple[str, str] = ("", ""),
    until: datetime | None = None,
    **more: object,
) -> int:
    """Write one notice about a number (with queue, site and owner); 0 when nobody can be told.

    `what` names the texts `emails/counters/ticket_<what>_*.txt`, `mark` what makes it news
    again. `reason` is Indonesian and English, `until` a time of day at the site.
    """
    address = "" if ticket.owner_id else ticket.email or ticket.phone
    if not (ticket.owner_id or address):
        return 0
    queue = ticket.queue_day.queue
    language = ticket.owner.language if ticket.owner_id else ticket.language
    with translation.override(language or "id"):
        english = language == "en"
        notify(
            kind=f"counters.ticket_{what}",
            key=f"ticket:{ticket.pk}:{what}:{mark}",
            recipient=ticket.owner if ticket.owner_id else None,
            address=address,
            language=language,
            object_kind="ticket",
            object_ref=ticket.label,
            path=f"/antrean/{link_token('ticket', ticket.pk, ticket.link_version)}/",
            context={
                "name": ticket.contact_name or (str(ticket.owner) if ticket.owner_id else ""),
                "number": ticket.label,
                "queue": (queue.name_en if english else "") or queue.name,
                "site": (queue.site.name_en if english else "") or queue.site.name,
                "reason": (reason[1] if english else "") or reason[0],
                "until": clock_words(clock.local(until, queue.site.time_zone)) if until else "",
                **more,
            },
        )
    return 1


def tell_line(
    queue: Queue,
    day: date,
    what: str,
    *,
    at: datetime,
    states: Collection[str] = IN_LINE,
    **more,
) -> int:
    """Tell everybody in a line; `at` is the moment of the change. How many were told."""
    rows = Ticket.objects.filter(queue_day__queue=queue, queue_day__day=day, state__in=states)
    return _tell_all(rows, what, at, **more)


def tell_freed(counter: Counter, at: datetime, queues: Collection[int] | None = None) -> int:
    """Tell those who waited for this counter alone that another one calls them now.

    With `queues` (their keys) only those in these.
    """
    rows = Ticket.objects.filter(wanted_counter=counter, state__in=IN_LINE)
    if queues is not None:
        rows = rows.filter(queue_day__queue__in=queues)
    return _tell_all(rows, "freed", at, counter=counter.name)


def _tell_all(rows: Iterable[Ticket], what: str, at: datetime, **more) -> int:
    rows = rows.select_related("queue_day__queue__site", "owner").order_by("id")
    mark = f"{at:%Y%m%d%H%M%S%f}"
    return sum(tell_ticket(ticket, what, mark, **more) for ticket in rows)


@act
def send_link(row: Ticket | Booking) -> int:
    """Send the link of a live number or booking once more, only to the contact kept with it.

    0 when no contact is kept; then only the counter helps. How often is the caller's matter.
    """
    now = clock.now()
    if isinstance(row, Ticket):
        return tell_ticket(row, "issued", f"{now:%Y%m%d%H%M%S%f}")
    if not can_send_link(row):
        return 0
    tell(row, "link", key=f"{now:%Y%m%d%H%M%S%f}")
    return 1


def can_send_link(row: Ticket | Booking) -> bool:
    """Whether a contact is kept to which the link may go."""
    return bool(row.owner_id or row.email or row.phone)


__all__ = ["IN_LINE", "can_send_link", "send_link", "tell_freed", "tell_line", "tell_ticket"]
