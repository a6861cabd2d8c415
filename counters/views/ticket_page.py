"""One address for both: the page of a number, or of a booking that has no number yet."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from counters.views.booking import booking_page, cancel_page
from counters.views.secrets import booking_or_404, find_ticket, secret_page
from counters.views.ticket import ticket_cancel, ticket_page


@secret_page
@require_safe
def secret_link(request: HttpRequest, secret: str) -> HttpResponse:
    """What the link opens; anything that is no link of ours is 404."""
    ticket = find_ticket(secret)
    if ticket is not None:
        return ticket_page(request, ticket, secret)
    return booking_page(request, booking_or_404(secret), secret)


@secret_page
@require_http_methods(["GET", "POST"])
def secret_cancel(request: HttpRequest, secret: str) -> HttpResponse:
    """Leave the line, or give a booking back; a page of its own that asks first."""
    ticket = find_ticket(secret)
    if ticket is not None:
        return ticket_cancel(request, ticket, secret)
    return cancel_page(request, booking_or_404(secret), secret)
