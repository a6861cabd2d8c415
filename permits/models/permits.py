"""The issued permit, its history, and the scope of a mandate."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate
from mpp.kit.models import Paper, Stamped, Step
from permits.models.applications import Application
from permits.models.types import PermitType


class Permit(Stamped):
    """An issued permit: one application, one paper. What a stranger may check is the Paper."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="permit"
    )
    permit_type = models.ForeignKey(PermitType, on_delete=models.PROTECT, related_name="permits")
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="permit")
    holder_name = models.CharField(_("holder"), max_length=200)

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")

    def __str__(self) -> str:
        return self.paper.number


class PermitStep(Step):
    """One change of a paper's state: suspended, restored, revoked, replaced."""

    OBJECT_FIELD = "paper"

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="permit_steps")

    class Meta:
        verbose_name = _("permit step")
        verbose_name_plural = _("permit steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "key"], condition=~Q(key=""), name="permitstep_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper}: {self.to_state}"


class MandateScope(models.Model):
    """A permit type a mandate covers; a mandate without rows covers all."""

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="scopes")
    permit_type = models.ForeignKey(PermitType, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("scope of a mandate")
        verbose_name_plural = _("scopes of a mandate")
        constraints = [
            models.UniqueConstraint(fields=["mandate", "permit_type"], name="mandatescope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mandate}: {self.permit_type}"
