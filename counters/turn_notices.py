"""Telling people that their turn is near, and that they are called; the worker asks each round.

It looks only into queue days whose version rose since it looked last, so an idle hall costs one
query. What was told stands in the rows (`near_at`, the key of the notice): a worker that was
killed or runs twice tells nobody twice.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from accounts.notices import notify
from counters.live import NEAR
from counters.models import Call, QueueDay, Site, Ticket, TicketState
from mpp.kit import clock
from mpp.kit.keys import link_token

# A call older than this is no news any more: the number was missed or is being served.
CALL_IS_NEWS = timedelta(minutes=3)
# Versions this process has looked at; empty after a start, then everything is looked at once.
_seen: dict[int, int] = {}


def tell_turns() -> int:
    """Tell whom it concerns in every queue that changed; how many notices were due."""
    now = clock.now()
    days = {clock.local(now, site.time_zone).date() for site in Site.objects.only("time_zone")}
    told = 0
    rows = list(QueueDay.objects.filter(day__in=days).values_list("pk", "version"))
    for pk, version in rows:
        if _seen.get(pk) != version:
            told += _tell_near(pk, now) + _tell_called(pk, now)
            # Only now: after a fault it is looked at again.
            _seen[pk] = version
    for pk in set(_seen) - {pk for pk, _version in rows}:
        del _seen[pk]
    return told


def _tell_near(queue_day: int, now: datetime) -> int:
    """Whoever has three people before him or fewer, once per number."""
    first = (
        Ticket.objects.filter(queue_day=queue_day, state=TicketState.WAITING)
        .select_related("queue_day__queue__site", "queue_day__queue__agency", "owner")
        .order_by("due_at", "id")[: NEAR + 1]
    )
    told = 0
    for ahead, ticket in enumerate(first):
        if ticket.near_at is None:
            told += _near(ticket, ahead, now)
    return told


def _near(ticket: Ticket, ahead: int, now: datetime) -> int:
    with transaction.atomic():
        rows = Ticket.objects.filter(pk=ticket.pk, state=TicketState.WAITING, near_at__isnull=True)
        if not rows.update(near_at=now):
            return 0
        # After moving back it is news again: the key names how often.
        return _tell(ticket, "near", f"{ticket.defer_count}", ahead=ahead)


def _tell_called(queue_day: int, now: datetime) -> int:
    calls = (
        Call.objects.filter(ticket__queue_day=queue_day, at__gte=now - CALL_IS_NEWS)
        .filter(ticket__state=TicketState.CALLED, is_recall=False)
        .select_related(
            "counter",
            "ticket__queue_day__queue__site",
            "ticket__queue_day__queue__agency",
            "ticket__owner",
        )
        .order_by("id")
    )
    told = 0
    for call in calls:
        with transaction.atomic():
            told += _tell(call.ticket, "called", f"{call.pk}", counter=call.counter.name)
    return told


def _tell(ticket: Ticket, what: str, mark: str, **more: object) -> int:
    """Write the notice to the inbox, else to e-mail or mobile; 0 when nobody can be told."""
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
                **more,
            },
        )
    return 1
