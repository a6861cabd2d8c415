"""A queue number for an application: taking it, and what each page shows of the other."""

from collections.abc import Callable
from typing import Any

from allauth.core.ratelimit import consume
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from counters import actions as hall
from counters.hall_now import hall_now
from counters.models import LIVE, LIVE_BOOKING, Booking, Queue, Ticket
from counters.views.queues import is_open, slot_words, state_words, waiting_words
from counters.views.secrets import address_of
from counters.words import text_of
from mpp.kit.prepared import Prepared
from mpp.kit.states import WrongState
from permits import actions, labels
from permits.casefile import CaseFile
from permits.completeness import missing_in
from permits.models import OPEN_PHASES, Application, Phase, TicketLink
from permits.versions import version_with_path
from permits.views.access import own_application, refusal_page, service_name
from permits.views.sending import new_key, posted_key
from permits.workflow import Refused

_LINKS = Prepared(
    lambda application: TicketLink.objects.filter(
        Q(ticket__state__in=LIVE) | Q(booking__state__in=LIVE_BOOKING), application=application
    ).select_related("ticket", "booking__slot", "booking__queue__site", "booking__ticket"),
    int,
)


def live_numbers(application: Application) -> list[dict[str, str]]:
    """The live numbers and booked times of an application, as links; one query."""
    return [_link_row(link) for link in _LINKS.rows(application.pk)]


def _link_row(link: TicketLink) -> dict[str, str]:
    ticket = link.ticket or getattr(link.booking, "ticket", None)
    if ticket is not None:
        text = _("Your queue number %(number)s") % {"number": ticket.label}
        return {"text": text, "icon": "ticket-perforated", "url": address_of(ticket)}
    text = _("Your booked time: %(when)s") % {"when": slot_words(link.booking)}
    return {"text": text, "icon": "calendar-check", "url": address_of(link.booking)}


def missing_words(case: CaseFile) -> list[str]:
    """What the counter would miss: the gaps of a draft, the asked corrections of a sent file."""
    if case.application.phase == Phase.DRAFT:
        return [missing.sentence for missing in missing_in(case)]
    if case.application.phase == Phase.NEEDS_CORRECTION and case.open_round is not None:
        return [item.reason for item in case.open_round.items.all()]
    return []


@require_http_methods(["GET", "POST"])
def application_number(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a number for this application; what is missing is said before anybody leaves home."""
    application = own_application(request, ref)
    if has_ended(application):
        return ended_page(request, application)
    if request.method == "POST":
        return _take(request, application)
    return number_page(request, application)


def has_ended(application: Application) -> bool:
    """Whether nobody needs to come for this application any more."""
    return application.phase not in (Phase.DRAFT, *OPEN_PHASES)


def ended_page(request: HttpRequest, application: Application) -> HttpResponse:
    """The refusal of an application that has ended."""
    words = _("This application has ended. Take a number without it.")
    return refusal_page(request, application, words)


def number_page(
    request: HttpRequest, application: Application, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The queues of the service, and what is missing."""
    service = application.version.permit_type.service
    rows = [
        {
            "pk": row.queue.pk,
            "name": text_of(row.queue, "name"),
            "site": text_of(row.queue.site, "name"),
            "state": state_words(row),
            "waiting": waiting_words(row.waiting),
            "can_now": is_open(row) and row.queue.takes_online and not row.is_full,
            "book_url": _book_url(application, row.queue),
        }
        for row in hall_now().serving(service.key)
    ]
    context = {
        "service_name": service_name(application),
        "number": application.public_ref,
        "missing": missing_words(CaseFile(application)),
        "rows": rows,
        "numbers": live_numbers(application),
        "refused": refused,
        "key": new_key(),
        "back_url": reverse("permits:application-status", args=[application.public_ref]),
        "queues_url": reverse("counters:queue-list"),
    }
    return render(request, "permits/number.html", context, status=status)


def _book_url(application: Application, queue: Queue) -> str:
    if not queue.takes_bookings:
        return ""
    return reverse("permits:application-booking", args=[application.public_ref, queue.pk])


def _take(request: HttpRequest, application: Application) -> HttpResponse:
    wanted = request.POST.get("queue", "")
    service = application.version.permit_type.service_id
    queue = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        rows = Queue.objects.filter(pk=int(wanted), services=service, is_active=True)
        queue = rows.select_related("site", "agency").first()
    if queue is None:
        words = _("Choose one of the queues.")
        return number_page(request, application, refused=words, status=422)
    if not consume(request, action="queue_person", key=f"user:{request.user.pk}"):
        words = _("Too many attempts. Wait a minute, then try again.")
        return number_page(request, application, refused=words, status=429)
    try:
        ticket = actions.take_number(
            application, actor=request.user, queue=queue, key=posted_key(request) or new_key()
        )
    except (Refused, hall.Refused, WrongState) as fault:
        return number_page(request, application, refused=fault.sentence, status=409)
    return redirect(address_of(ticket))


@require_GET
def ticket_file(request: HttpRequest, ticket: int) -> HttpResponse:
    """The application behind one's own number: its state, and what is missing. Else 404."""
    mine = Application.objects.visible_to_citizen(request.user)
    link = TicketLink.of_ticket(ticket).filter(application__in=mine)
    return _file_page(
        request, link, has_one=Ticket.objects.filter(pk=ticket, owner=request.user).exists
    )


@require_GET
def booking_file(request: HttpRequest, booking: int) -> HttpResponse:
    """The same for one's own booking, before it has a number."""
    mine = Application.objects.visible_to_citizen(request.user)
    link = TicketLink.objects.filter(booking=booking, application__in=mine)
    return _file_page(
        request, link, has_one=Booking.objects.filter(pk=booking, owner=request.user).exists
    )


def _file_page(
    request: HttpRequest, links: QuerySet[TicketLink], *, has_one: Callable[[], bool]
) -> HttpResponse:
    link = links.select_related("application").first()
    if link is None:
        if not has_one():
            raise Http404
        return render(request, "permits/ticket_file.html", {"number": ""})
    application = link.application
    application.version = version_with_path(application.version_id)
    return render(request, "permits/ticket_file.html", file_context(application))


def file_context(application: Application) -> dict[str, Any]:
    """What a number's page says about its application."""
    return {
        "service_name": service_name(application),
        "number": application.public_ref,
        "status": labels.phase_label(application),
        "missing": missing_words(CaseFile(application)),
        "url": reverse("permits:application-status", args=[application.public_ref]),
    }
