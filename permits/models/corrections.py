"""Correction rounds: everything that has to be put right, asked at once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp.kit.fields import EncryptedTextField
from permits.models.applications import Application


class RoundState(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CANCELLED = "cancelled", _("cancelled")


class CorrectionRound(models.Model):
    """One request for corrections; at most one is open per application."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="correction_rounds"
    )
    number = models.PositiveSmallIntegerField(_("round"))
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.OPEN)
    note = models.TextField(_("note"), blank=True)
    stage_key = models.CharField(max_length=60)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("to be answered by"))
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction round")
        verbose_name_plural = _("correction rounds")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="open"), name="round_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RoundState.values), name="round_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} #{self.number}"


class CorrectionItem(models.Model):
    """A field (`field:<key>`) or a slot (`req:<key>`) to put right, and why."""

    round = models.ForeignKey(CorrectionRound, on_delete=models.PROTECT, related_name="items")
    target = models.CharField(max_length=70)
    reason = models.TextField(_("reason"))
    before = EncryptedTextField(blank=True)
    after = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction item")
        verbose_name_plural = _("correction items")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "target"], name="correctionitem_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="correctionitem_has_reason"),
        ]

    def __str__(self) -> str:
        return self.target
