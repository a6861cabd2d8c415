"""Documents of an application: versions, and a verdict per document."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp.kit.models import StoredFile
from permits.models.applications import Application


class Document(models.Model):
    """One uploaded file for a requirement (or a file field), kept in versions.

    `slot` is `req:<key>` or `field:<key>`; `removed_at` hides a version but keeps it when it was
    ever sent. Only the newest versions that are not removed count.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="documents"
    )
    slot = models.CharField(max_length=70)
    position = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="documents")
    reused_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reuses"
    )
    round = models.PositiveSmallIntegerField(_("sent in round"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["slot", "position", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "slot", "position", "version"],
                name="document_version_once",
            ),
            models.UniqueConstraint(
                fields=["application", "slot", "position"],
                condition=Q(removed_at__isnull=True),
                name="document_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} v{self.version}"


class VerdictOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("to be corrected")


class Verdict(models.Model):
    """What staff found of one document version; a refusal names its reason. Newest wins."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="verdicts")
    outcome = models.CharField(_("verdict"), max_length=10, choices=VerdictOutcome)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accepted") | ~Q(reason=""), name="verdict_refusal_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.outcome}"
