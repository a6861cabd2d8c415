"""One address for both: the page of a number, or of a booking that has no number yet."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from counters.views.secrets import find_ticket, secret_page
from counters.views.ticket import ticket_page


@secret_page
@require_safe
def secret_link(request: HttpRequest, secret: str) -> HttpResponse:
    """What the link opens; anything that is no link of ours is 404."""
    ticket = find_ticket(secret)
    if ticket is not None:
        return ticket_page(request, ticket, secret)
    raise Http404
