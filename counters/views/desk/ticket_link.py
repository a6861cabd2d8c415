"""A new secret link for somebody at the counter who lost the page of his number."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from counters import actions
from counters.actions import Refused
from counters.views.desk.console import act_urls, line_ticket, render_ticket
from counters.views.desk.frame import counter_of, page, posted_key, told
from counters.views.secrets import address_of
from mpp.kit.papers import qr_svg
from mpp.kit.states import WrongState


@require_POST
@told
def renew(request: HttpRequest, pk: int, ticket_pk: int) -> HttpResponse:
    """Make the link new and show it as a code for the person's phone; the old one has ended."""
    counter = counter_of(request, pk)
    ticket = line_ticket(counter, ticket_pk)
    try:
        actions.renew_link(ticket, actor=request.user, key=posted_key(request))
    except (Refused, WrongState) as refusal:
        ticket = line_ticket(counter, ticket_pk)
        return render_ticket(request, counter, ticket, status=409, problem=refusal.sentence)
    context = page(
        request,
        ticket.label,
        current="console",
        counter=counter,
        ticket=ticket,
        qr=qr_svg(settings.SITE_URL + address_of(ticket)),
        urls=act_urls(counter.pk),
    )
    answer = render(request, "admin/counters/console/link.html", context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
