"""Blueprints this mall has published, and those of others that are being looked at here."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mpp.kit.models import Stamped, StoredFile, opaque_token


class Edition(Stamped):
    """A published blueprint of this mall: what visitors download. Editions are never changed."""

    number = models.PositiveIntegerField(_("edition"), unique=True)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    product = models.CharField(_("product"), max_length=40)
    counts = models.JSONField(_("contents"), default=dict)
    manifest_sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    act_key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("edition of the blueprint")
        verbose_name_plural = _("editions of the blueprint")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class Arrival(Stamped):
    """A blueprint of another mall, uploaded at the desk; it goes after a week.

    `kinds` and `objects_chosen` are what was chosen, `names` what is called otherwise here
    (object -> column -> text); they are kept while somebody works on it, so that nothing typed
    is lost.
    """

    token = models.CharField(max_length=40, unique=True, default=opaque_token, editable=False)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    expires_at = models.DateTimeField(_("kept until"))
    kinds = models.JSONField(default=list, blank=True)
    objects_chosen = models.JSONField(default=list, blank=True)
    is_chosen = models.BooleanField(default=False)
    names = models.JSONField(default=dict, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    act_key = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("uploaded blueprint")
        verbose_name_plural = _("uploaded blueprints")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(applied_at__isnull=True) | ~models.Q(act_key=""),
                name="arrival_applied_has_key",
            ),
        ]

    def __str__(self) -> str:
        return self.token
