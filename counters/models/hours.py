"""When a site, an agency in it or one counter is open: week plans and changed days."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counters.models.places import Agency, Counter, Site
from mpp.kit.limits import minutes
from mpp.kit.models import Stamped

LAST_TICKET_MINUTES = 30


class WeekPlan(Stamped):
    """The weekly hours of a site, of an agency at it, or of one counter.

    `days` maps a weekday ("0" is Monday) to its open spans in order, `["08:00-12:00",
    "13:00-15:00"]`; the gap between two spans is a break, a weekday that is missing is closed.
    With dates it counts only from `starts_on` to `ends_on` (Ramadan, say) and goes before the
    plan without dates. The plans of site, agency and counter are cut with each other
    (`counters.hours`), so nobody is open while the building is closed.
    """

    key = models.SlugField(_("key"), max_length=60)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="week_plans")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="week_plans"
    )
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="week_plans"
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    days = models.JSONField(_("hours per weekday"), default=dict)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    last_ticket_minutes = minutes(
        _("last ticket, minutes before closing"), default=LAST_TICKET_MINUTES
    )
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("week plan")
        verbose_name_plural = _("week plans")
        ordering = ["site", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="weekplan_key_once"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, ends_on__isnull=True)
                | Q(starts_on__lte=F("ends_on")),
                name="weekplan_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | Q(counter__isnull=True),
                name="weekplan_of_one_level",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DayChange(Stamped):
    """One day that differs: closed, or with other hours, for a site, an agency or a counter."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="day_changes")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="day_changes"
    )
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="day_changes"
    )
    day = models.DateField(_("day"))
    spans = models.JSONField(_("hours"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    reason_en = models.CharField(_("reason (English)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("changed day")
        verbose_name_plural = _("changed days")
        ordering = ["-day", "site"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "day"],
                condition=Q(agency__isnull=True, counter__isnull=True),
                name="daychange_site_once",
            ),
            models.UniqueConstraint(
                fields=["site", "agency", "day"],
                condition=Q(agency__isnull=False),
                name="daychange_agency_once",
            ),
            models.UniqueConstraint(
                fields=["counter", "day"],
                condition=Q(counter__isnull=False),
                name="daychange_counter_once",
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | Q(counter__isnull=True),
                name="daychange_of_one_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.reason}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing is open on that day."""
        return not self.spans
