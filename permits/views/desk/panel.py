"""Who is in front of me: the application behind a number, as a part of the counter's screen."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from accounts.access import record_access
from counters.models import AT_COUNTER, Ticket
from counters.permissions import can_serve
from permits import permissions
from permits.casefile import CaseFile
from permits.models import TicketLink
from permits.versions import version_with_path
from permits.views.desk.frame import frame
from permits.views.desk.opening import Opened, find, open_file, told
from permits.views.numbers import file_context, missing_words
from permits.workflow import Refused

COUNTER = "counter"


@require_GET
@told
def ticket_panel(request: HttpRequest, ticket: int) -> HttpResponse:
    """The application of a number: for whoever serves it now, or may see the file anyway.

    The opening is recorded with its purpose, as on every page of the desk. A number without an
    application says so; numbers of other agencies are 404.
    """
    row = Ticket.objects.filter(pk=ticket).select_related("counter__agency").first()
    if row is None:
        raise Http404
    link = TicketLink.of_ticket(row.pk).select_related("application__owner").first()
    serves = _serves(request, row)
    if link is None:
        if not serves:
            raise Http404
        return _page(request, row, {"file": None})
    application = link.application
    if application.number is None:
        return _draft(request, row, link, serves)
    if serves:
        case = CaseFile(find(request.user, application.number))
        opened = Opened(case, request.user, COUNTER, _purpose(row), str(row.counter.agency))
    else:
        opened = open_file(request, application.number)
    opened.record()
    found = file_context(opened.application)
    found |= {"holder": opened.application.holder_name, "url": opened.url()}
    return _page(request, row, {"file": found})


def _serves(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether this very person has the number at his counter now."""
    counter = ticket.counter
    return bool(
        counter is not None
        and ticket.state in AT_COUNTER
        and counter.staffed_by_id == request.user.pk
        and can_serve(request.user, counter)
    )


def _purpose(ticket: Ticket) -> str:
    with override("id"):
        return _("Service at %(counter)s") % {"counter": ticket.counter.name}


def _draft(request: HttpRequest, ticket: Ticket, link: TicketLink, serves: bool) -> HttpResponse:
    """Not sent yet: only what is missing, only for whoever serves the number, and recorded."""
    if not serves:
        raise Http404
    application = link.application
    application.version = version_with_path(application.version_id)
    if permissions.is_party(request.user, application):
        raise Refused(_("This is your own file. A colleague must handle it."))
    record_access(
        actor=request.user,
        office=str(ticket.counter.agency),
        subject=application.owner,
        object_kind="application",
        object_ref=application.reference,
        purpose=_purpose(ticket),
        file_ref=application.reference,
    )
    found = file_context(application) | {
        "holder": "",
        "url": "",
        "missing": missing_words(CaseFile(application)),
    }
    return _page(request, ticket, {"file": found})


def _page(request: HttpRequest, ticket: Ticket, context: dict) -> HttpResponse:
    title = _("Application of number %(number)s") % {"number": ticket.label}
    return render(request, "admin/permits/ticket_panel.html", {**frame(request, title), **context})
