"""A queue number for an application: taking it, and what each page shows of the other."""

from typing import Any

from allauth.core.ratelimit import consume
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from counters import actions as hall
from counters.hall_now import hall_now
from counters.models import LIVE, Queue, Ticket
from counters.views.queues import is_open, queue_url, state_words, waiting_words
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
        application=application, ticket__state__in=LIVE
    ).select_related("ticket"),
    int,
)


def live_numbers(application: Application) -> list[dict[str, str]]:
    """The live numbers taken for an application; one query."""
    return [
        {"number": link.ticket.label, "url": address_of(link.ticket)}
        for link in _LINKS.rows(application.pk)
    ]


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
    if application.phase not in (Phase.DRAFT, *OPEN_PHASES):
        words = _("This application has ended. Take a number without it.")
        return refusal_page(request, application, words)
    if request.method == "POST":
        return _take(request, application)
    return number_page(request, application)


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
            "book_url": queue_url(row.queue, service.key) if row.queue.takes_bookings else "",
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
    link = (
        TicketLink.objects.filter(ticket=ticket, application__in=mine)
        .select_related("application")
        .first()
    )
    if link is None:
        if not Ticket.objects.filter(pk=ticket, owner=request.user).exists():
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
