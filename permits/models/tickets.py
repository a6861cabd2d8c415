"""A number in the queue that was taken for an application."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from counters.models import Ticket
from mpp.kit.models import Stamped
from permits.models.applications import Application


class TicketLink(Stamped):
    """This number is about that application: the counter sees what is missing before it calls.

    One number is about one application; an application may have several numbers in its life.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="link")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="ticket_links"
    )

    class Meta:
        verbose_name = _("number of an application")
        verbose_name_plural = _("numbers of applications")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.ticket_id} -> {self.application_id}"
