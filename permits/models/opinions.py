"""Opinions of other agencies, asked in a gate of a stage."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models import Agency
from mpp.kit.models import StoredFile
from permits.models.applications import Application


class OpinionState(models.TextChoices):
    ASKED = "asked", _("asked")
    GIVEN = "given", _("given")
    SILENT = "silent", _("no answer in time")
    CANCELLED = "cancelled", _("no longer needed")


class OpinionAnswer(models.TextChoices):
    AGREE = "agree", _("no objection")
    CONDITIONS = "conditions", _("agreed with conditions")
    OBJECT = "object", _("objection")


class Opinion(models.Model):
    """One asked opinion: question, due date, what silence means, and the answer."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    stage_key = models.CharField(max_length=60)
    request_key = models.CharField(max_length=60)
    attempt = models.PositiveSmallIntegerField(default=1)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=50)
    state = models.CharField(max_length=10, choices=OpinionState, default=OpinionState.ASKED)
    silence = models.CharField(max_length=14, default="block")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=12, choices=OpinionAnswer, blank=True)
    text = models.TextField(_("opinion"), blank=True)
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="opinion"
    )
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage_key", "request_key", "attempt"], name="opinion_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OpinionState.values), name="opinion_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="given") | (~Q(answer="") & Q(given_at__isnull=False)),
                name="opinion_given_has_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at"],
                condition=Q(state="asked"),
                name="opinion_desk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.agency}"
