"""Taking a number at the counter for an application, or booking a time for it."""

from django.utils.translation import gettext as _

from accounts.models import User
from counters import actions as hall
from counters.models import Booking, Queue, Service, Slot, Source, Ticket
from counters.persons import Person
from mpp.kit.transactions import act
from permits import permissions
from permits.models import OPEN_PHASES, Application, Phase, TicketLink
from permits.workflow import Refused, require


@act
def take_number(application: Application, *, actor: User, queue: Queue, key: str) -> Ticket:
    """A number of today for the person who represents this application; the same key is one.

    The number knows the application, so the counter sees what is missing. Raises Refused here
    or from the queue (closed, full, AlreadyInLine).
    """
    service = _service_of(application, actor)
    ticket = hall.issue(
        queue,
        person=Person.of(actor),
        source=Source.ONLINE,
        key=key,
        actor=actor,
        service=service,
    )
    TicketLink.objects.get_or_create(ticket=ticket, defaults={"application": application})
    return ticket


@act
def book_time(application: Application, *, actor: User, slot: Slot, key: str) -> Booking:
    """Hold a time for the person who represents this application; the same key is one booking.

    The number it becomes at check-in knows the application too. Raises Refused here or from the
    queue (full, past, closed, AlreadyInLine).
    """
    booking = hall.hold_place(
        slot,
        person=Person.of(actor),
        key=key,
        actor=actor,
        service=_service_of(application, actor),
    )
    TicketLink.objects.get_or_create(booking=booking, defaults={"application": application})
    return booking


def _service_of(application: Application, actor: User) -> Service:
    """The service people come for; raises Refused for strangers and for what has ended."""
    require(permissions.can_represent(actor, application))
    if application.phase not in (Phase.DRAFT, *OPEN_PHASES):
        raise Refused(_("This application has ended. Take a number without it."))
    return application.version.permit_type.service
