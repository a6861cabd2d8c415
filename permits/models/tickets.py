"""A number in the queue, or a booked time, that was taken for an application."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counters.models import Booking, Ticket
from mpp.kit.models import Stamped
from permits.models.applications import Application


class TicketLink(Stamped):
    """This number is about that application: the counter sees what is missing before it calls.

    One number is about one application; an application may have several numbers in its life. A
    booking is linked before it has a number; the number it becomes at check-in is about the same.
    """

    ticket = models.OneToOneField(
        Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="link"
    )
    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="link"
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="ticket_links"
    )

    class Meta:
        verbose_name = _("number of an application")
        verbose_name_plural = _("numbers of applications")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) ^ Q(booking__isnull=False),
                name="ticketlink_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id or self.booking_id} -> {self.application_id}"

    @classmethod
    def of_ticket(cls, ticket: int) -> models.QuerySet["TicketLink"]:
        """The link of a number (primary key): its own, or that of the booking it came from."""
        return cls.objects.filter(Q(ticket=ticket) | Q(booking__ticket=ticket))
