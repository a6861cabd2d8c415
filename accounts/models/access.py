"""Who opened whose data, when and why (UU 27/2022 art. 31-32), sealed in a chain."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class AccessEvent(models.Model):
    """One opening of a person's file or document by staff, once per actor, object, purpose, hour.

    The object is named as text (kind, reference); `hour` is the UTC hour bucket that makes the
    insert idempotent.
    """

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=200)
    office = models.CharField(_("office"), max_length=200, blank=True)
    subject = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="access_events"
    )
    # Sealed with the row; stays when the person's account is erased.
    subject_ref = models.CharField(max_length=20, blank=True)
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=80)
    file_ref = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200)
    hour = models.CharField(max_length=13)
    at = models.DateTimeField(_("at"))
    seal = models.ForeignKey(
        "Seal", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )

    class Meta:
        verbose_name = _("opening of data")
        verbose_name_plural = _("openings of data")
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "object_kind", "object_ref", "purpose", "hour"],
                name="accessevent_once_an_hour",
            ),
        ]
        indexes = [
            models.Index(fields=["file_ref", "-at"], name="accessevent_file"),
            models.Index(fields=["subject", "-at"], name="accessevent_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.object_kind} {self.object_ref}"


class Seal(models.Model):
    """A link of the chain: sha256 over the previous seal and the events it covers."""

    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True)
    events_count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return self.digest[:12]
