"""Pages behind a secret link: finding the ticket or booking, and headers that keep it secret."""

import functools
import secrets
from collections.abc import Callable

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from counters.live import with_versions
from counters.models import Booking, Errand, Ticket
from mpp.kit.keys import link_token, read_link
from mpp.kit.secret_pages import sealed

LONGEST_KEY = 80
View = Callable[..., HttpResponse]


def new_key() -> str:
    """A key for one pressing of one form: repeated, it gives the first answer again."""
    return secrets.token_urlsafe(16)


def posted_key(request: HttpRequest) -> str:
    """The key a form was sent with, a new one when it has none."""
    key = request.POST.get("key", "").replace("\x00", "").strip()[:LONGEST_KEY]
    return key or new_key()


def renew_key(form: forms.Form) -> None:
    """Let a form that is shown again be another press; everything typed stays."""
    data = form.data.copy()
    data["key"] = new_key()
    form.data = data


def secret_of(row: Ticket | Booking) -> str:
    """The secret part of the address of a ticket or a booking."""
    kind = "ticket" if isinstance(row, Ticket) else "booking"
    return link_token(kind, row.pk, row.link_version)


def address_of(row: Ticket | Booking) -> str:
    """The secret address of a ticket or a booking."""
    return reverse("counters:ticket", args=[secret_of(row)])


def secret_page(view: View) -> View:
    """Open to whoever holds the link; nothing is kept, found by search or told to others."""

    @login_not_required
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return sealed(view(request, *args, **kwargs))

    return wrapped


def find_ticket(secret: str) -> Ticket | None:
    """The ticket behind a secret, its own or that of its booking; one query.

    It brings its queue, site, agency, counter, slot, present service and `site_version`; not
    the person, whom pages do not name.
    """
    known = read_link("ticket", secret)
    if known is not None:
        rows = Ticket.objects.filter(pk=known[0], link_version=known[1])
    else:
        known = read_link("booking", secret)
        if known is None:
            return None
        rows = Ticket.objects.filter(booking=known[0], booking__link_version=known[1])
    service = (
        Errand.objects.filter(ticket=OuterRef("pk"), ended_at__isnull=True)
        .order_by("order")
        .values("service__key")[:1]
    )
    rows = rows.select_related(
        "queue_day__queue__site", "queue_day__queue__agency", "counter", "booking__slot"
    ).defer("contact_name", "phone", "email", "booking__contact_name", "booking__phone")
    rows = with_versions(rows, "queue_day__queue__site_id")
    return rows.annotate(service_key=Subquery(service)).first()


def find_booking(secret: str) -> Booking | None:
    """The booking behind a secret with its queue and slot."""
    known = read_link("booking", secret)
    if known is None:
        return None
    return (
        Booking.objects.filter(pk=known[0], link_version=known[1])
        .select_related("queue__site", "queue__agency", "slot", "service", "priority")
        .first()
    )


def ticket_or_404(secret: str) -> Ticket:
    """The ticket behind a secret, or 404."""
    found = find_ticket(secret)
    if found is None:
        raise Http404
    return found


def booking_or_404(secret: str) -> Booking:
    """The booking behind a secret, or 404."""
    found = find_booking(secret)
    if found is None:
        raise Http404
    return found
