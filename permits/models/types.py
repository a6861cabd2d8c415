"""What can be applied for: a permit type per service and its frozen versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models import Service, ServiceStandard
from mpp.kit.models import Stamped


class PermitType(Stamped):
    """A service that can be applied for here."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="permit_type")
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150, blank=True)
    code = models.CharField(_("short code"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("permit type")
        verbose_name_plural = _("permit types")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class PermitVersion(Stamped):
    """Sections, fields, requirements, stages, actions, deadlines, fee text and document template
    of a permit type, frozen together.

    A draft is edited as a definition (data); publishing validates it, writes one canonical JSON
    with its sha256, and from then on the row never changes but for its state. Old applications
    keep their version.
    """

    permit_type = models.ForeignKey(PermitType, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default="draft")
    standard = models.ForeignKey(
        ServiceStandard,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="permit_versions",
        verbose_name=_("service standard"),
    )
    definition = models.TextField(_("definition"), editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("permit version")
        verbose_name_plural = _("permit versions")
        ordering = ["permit_type", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit_type", "number"], name="permitversion_number_once"
            ),
            models.UniqueConstraint(
                fields=["permit_type"],
                condition=Q(state="published"),
                name="permitversion_one_published",
            ),
            models.UniqueConstraint(
                fields=["permit_type"],
                condition=Q(state="draft"),
                name="permitversion_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="permitversion_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (~Q(digest="") & Q(published_at__isnull=False)),
                name="permitversion_published_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permit_type} v{self.number}"
