"""Days on which no clock runs: an editable table, seeded from the `holidays` package."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mpp.kit.models import Stamped


class Holiday(Stamped):
    """A national holiday or joint leave day (cuti bersama) on which the mall is closed."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=20, default="public")
    is_closed = models.BooleanField(_("closed"), default=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
