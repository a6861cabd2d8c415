"""Calls of numbers to counters, and the errands of a visit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counters.models.catalogue import Service
from counters.models.places import Counter, Site
from counters.models.queue import Queue, Ticket


class Call(models.Model):
    """One call of a number to a counter; its id is the cursor of boards, recall is a new row."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="calls")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="calls")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="calls")
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    is_recall = models.BooleanField(_("recall"), default=False)
    key = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "key"], condition=~Q(key=""), name="call_key_once"
            ),
        ]
        indexes = [models.Index(fields=["site", "day", "-id"], name="call_by_site")]

    def __str__(self) -> str:
        return f"{self.ticket_id} -> {self.counter_id}"


class Errand(models.Model):
    """One of the services a person came for; one ticket has one errand under way at most."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="errands")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        ordering = ["ticket", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(began_at__isnull=False, ended_at__isnull=True),
                name="errand_one_under_way",
            ),
            models.UniqueConstraint(fields=["ticket", "order"], name="errand_order_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.order}"
