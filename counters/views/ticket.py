"""The page of one number behind its secret link, its live fragment, and what its owner may do."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from counters import actions, live, ranges
from counters.actions.base import UNDO_LIMIT
from counters.actions.undo import can_undo
from counters.live import QueueNow
from counters.models import Ticket, TicketState
from counters.published import current_standard, published
from counters.ranges import Wait
from counters.views import ticket_words as words
from counters.views.secrets import (
    new_key,
    posted_key,
    secret_page,
    ticket_or_404,
)
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.papers import qr_svg
from mpp.kit.states import WrongState

log = logging.getLogger("counters.ticket")


@dataclass(frozen=True, slots=True)
class Seen:
    """A number as its page shows it at one moment."""

    ticket: Ticket
    there: QueueNow
    wait: Wait | None
    at: datetime

    @property
    def site_version(self) -> int | None:
        return self.ticket.site_version

    def etag(self) -> str:
        """Changes whenever the page would say something else."""
        ticket, wait = self.ticket, self.wait
        parts = (
            ticket.pk,
            ticket.state,
            ticket.state_at,
            ticket.call_count,
            ticket.queue_day.version,
            self.site_version,
            wait and (wait.low_at, wait.high_at, wait.count),
            self.there.hours.break_at(self.at),
            self.there.hours.closes_at,
            self.there.hours.opens_at and self.at < self.there.hours.opens_at,
            ticket.state == TicketState.CANCELLED and self.at <= ticket.state_at + UNDO_LIMIT,
            ticket.state == TicketState.MISSED and bool(actions.can_come_back(ticket, self.at)),
            ticket.held_until and ticket.held_until < self.at,
            get_language(),
        )
        return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def look(ticket: Ticket) -> Seen:
    """The number in its line; no further query while the picture of the queue is kept."""
    now = clock.now()
    day = ticket.queue_day
    there = live.picture(day.queue, day, ticket.site_version)
    wait = ranges.wait_of(there, ticket, now) if ticket.state == TicketState.WAITING else None
    return Seen(ticket, there, wait, now)


def ticket_page(request: HttpRequest, ticket: Ticket, secret: str) -> HttpResponse:
    """The whole page of a number."""
    seen = look(ticket)
    context = {
        "ticket": ticket,
        "live": fragment(request, seen, secret),
        "etag": seen.etag(),
        "live_url": reverse("counters:ticket-live", args=[secret]),
        "service_name": _service_name(ticket),
        "bring": bring_html(ticket.service_key),
        "rest": _further(ticket),
        "share_url": request.build_absolute_uri(reverse("counters:ticket", args=[secret])),
        "file_url": _file_url(request, ticket),
    }
    return render(request, "counters/ticket.html", context)


def _file_url(request: HttpRequest, ticket: Ticket) -> str:
    """Where the owner who is signed in sees the application of this number."""
    if ticket.owner_id is None or ticket.owner_id != request.user.pk:
        return ""
    return reverse("permits:ticket-file", args=[ticket.pk])


def fragment(request: HttpRequest, seen: Seen, secret: str) -> SafeString:
    """The part of the page that changes; keeps the range that it shows."""
    ticket, there = seen.ticket, seen.there
    if seen.wait is not None:
        _keep_range(seen)
    zone = there.queue.site.time_zone
    address = reverse("counters:ticket", args=[secret])
    context = {
        "ticket": ticket,
        "number": ticket.label,
        "queue_name": text_of(there.queue, "name"),
        "agency": there.queue.agency.abbr,
        "service_name": _service_name(ticket),
        "head": words.head(ticket, there, seen.wait, seen.at),
        "beads": words.beads(there, seen.wait),
        "pairs": words.pairs(ticket, there),
        "qr": qr_of(address) if ticket.is_live else "",
        "order": words.order(there, ticket.pk) if seen.wait is not None else [],
        "bound": words.bound_words(there),
        "outages": [
            *words.stop_row(ticket, there),
            *words.outage_rows(live.outages_of(there.queue, seen.site_version), zone),
        ],
        "may": words.may(ticket),
        "seconds": words.seconds_of(ticket, seen.wait),
        "updated": words.at_words(seen.at, zone),
        "page_url": address,
        "cancel_url": f"{address}batal/",
        "defer_url": f"{address}mundur/",
        "come_back_url": f"{address}kembali/",
        "undo_url": f"{address}urung/" if _may_undo(request, ticket) else "",
        "undo_until": words.at_words(ticket.state_at + UNDO_LIMIT, zone),
        "again_url": reverse("counters:queue-detail", args=[there.queue.key]),
        "key": new_key(),
    }
    return render_to_string("counters/_ticket_live.html", context, request)


def _may_undo(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether whoever left the line may have the number back; only then it costs queries."""
    return ticket.state == TicketState.CANCELLED and bool(can_undo(ticket, _actor(request)))


def _keep_range(seen: Seen) -> None:
    """Keep what is shown. A busy database costs a figure, never the page of somebody waiting."""
    try:
        ranges.keep(seen.ticket, seen.wait, seen.at)
    except OperationalError as fault:
        log.warning("range of ticket %s was not kept: %s", seen.ticket.pk, fault)


def qr_of(address: str) -> SafeString:
    """The secret address as a QR code: our own drawing, no text of anybody in it."""
    return SafeString(qr_svg(absolute(address), dark="#0D1430"))


def absolute(address: str) -> str:
    """An address as it stands in a QR code or a calendar."""
    return f"{settings.SITE_URL}{address}"


def _service_name(ticket: Ticket) -> str:
    service = published().services.get(ticket.service_key or "")
    return text_of(service, "name") if service else ""


def bring_html(service_key: str | None) -> SafeString:
    """What to bring: the requirements of the standard in force; drawn once and held."""
    known = published()
    service = known.services.get(service_key or "")
    if service is None:
        return SafeString("")
    return known.fragment(("bring", service.key), lambda: _draw_bring(service))


def _draw_bring(service: Any) -> str:
    standard = current_standard(service)
    rows = standard.requirements.all() if standard else []
    needs = [{"title": text_of(r, "title"), "note": text_of(r, "note")} for r in rows]
    url = reverse("counters:service-detail", args=[service.key])
    context = {"needs": needs, "url": url, "name": text_of(service, "name")}
    return render_to_string("counters/_bring.html", context)


def _further(ticket: Ticket) -> list[str]:
    """What comes after the present errand of this visit, in words."""
    rows = ticket.errands.filter(ended_at__isnull=True).select_related("service", "queue__agency")
    return [
        text_of(row.service, "name") if row.service else text_of(row.queue, "name")
        for row in rows.order_by("order")[1:]
    ]


# --- views --------------------------------------------------------------------------------
@secret_page
@require_safe
def ticket_live(request: HttpRequest, secret: str) -> HttpResponse:
    """The live part alone; 304 while nothing on it would change."""
    seen = look(ticket_or_404(secret))
    etag = seen.etag()
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = HttpResponse(fragment(request, seen, secret))
    response.headers["ETag"] = etag
    return response


def ticket_cancel(request: HttpRequest, ticket: Ticket, secret: str) -> HttpResponse:
    """Leave the line, after a page that says what follows."""
    if request.method == "POST":
        return _act(request, ticket, secret, actions.cancel)
    if ticket.state not in words.CAN_CANCEL:
        return told(request, ticket, secret, _cannot_cancel(ticket))
    context = {
        "number": ticket.label,
        "key": new_key(),
        "back_url": reverse("counters:ticket", args=[secret]),
    }
    return render(request, "counters/ticket_cancel.html", context)


def _cannot_cancel(ticket: Ticket) -> str:
    if ticket.is_live:
        return _("You are at the counter now. Tell the officer there.")
    return _("This number has ended already.")


@secret_page
@require_POST
def ticket_defer(request: HttpRequest, secret: str) -> HttpResponse:
    """Let others go first by some minutes."""
    minutes = request.POST.get("minutes", "")
    value = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else 0
    return _act(request, ticket_or_404(secret), secret, actions.defer, minutes=value)


@secret_page
@require_POST
def ticket_come_back(request: HttpRequest, secret: str) -> HttpResponse:
    """Back to the line after a missed call, once."""
    return _act(request, ticket_or_404(secret), secret, actions.come_back)


@secret_page
@require_POST
def ticket_undo(request: HttpRequest, secret: str) -> HttpResponse:
    """Back to the line after leaving it, within five minutes, by whoever left."""
    return _act(request, ticket_or_404(secret), secret, actions.undo)


def _actor(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _act(
    request: HttpRequest, ticket: Ticket, secret: str, act: Any, **given: Any
) -> HttpResponse:
    """Do one act of the owner and go back to the page; a refusal is told there."""
    try:
        act(ticket, actor=_actor(request), key=posted_key(request), **given)
    except (actions.Refused, WrongState) as fault:
        return told(request, ticket, secret, fault.sentence)
    return redirect("counters:ticket", secret)


def told(request: HttpRequest, ticket: Ticket, secret: str, sentence: str) -> HttpResponse:
    """The page that says why something was refused, with the way back."""
    context = {
        "number": ticket.label,
        "sentence": sentence,
        "back_url": reverse("counters:ticket", args=[secret]),
    }
    return render(request, "counters/ticket_refused.html", context, status=409)
