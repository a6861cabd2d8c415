"""When the worker last did what: its heartbeat and the daily jobs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One periodic job of the worker; the row named `worker` is its heartbeat.

    `next_at` is moved by a conditional UPDATE before a job runs, so two workers never run the
    same daily job, and a killed one is run again when its lease is over.
    """

    name = models.SlugField(_("name"), unique=True)
    last_at = models.DateTimeField(_("last run"), null=True, blank=True)
    next_at = models.DateTimeField(_("next run"))
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.name
