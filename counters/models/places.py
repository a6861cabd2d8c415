"""Sites, agencies, counters and who is posted where."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from mpp.kit.limits import place_in_order
from mpp.kit.models import Stamped


def monday_to_friday() -> list[int]:
    """The usual working week (Perpres 21/2023): Monday is 0."""
    return [0, 1, 2, 3, 4]


class Site(Stamped):
    """One building of the mall, with its hours and time zone."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    opens_at = models.TimeField(_("opens at"), default=time(8, 0))
    closes_at = models.TimeField(_("closes at"), default=time(15, 0))
    weekdays = models.JSONField(_("open weekdays"), default=monday_to_friday)
    order = place_in_order()
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class AgencyKind(models.TextChoices):
    REGIONAL = "regional", _("regional office")
    PROVINCIAL = "provincial", _("provincial office")
    NATIONAL = "national", _("national office")
    JUDICIAL = "judicial", _("court")
    STATE_OWNED = "state_owned", _("state-owned company")
    REGION_OWNED = "region_owned", _("region-owned company")
    PUBLIC_BODY = "public_body", _("public body")
    PRIVATE = "private", _("private company")


class Agency(Stamped):
    """An agency that serves in the mall. Exactly one is the operator (Perpres 89/2021)."""

    key = models.SlugField(_("key"), unique=True)
    abbr = models.CharField(_("abbreviation"), max_length=40)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AgencyKind)
    summary = models.CharField(_("what it does"), max_length=300, blank=True)
    summary_en = models.CharField(_("what it does (English)"), max_length=300, blank=True)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    hours_en = models.CharField(_("hours (English)"), max_length=200, blank=True)
    is_operator = models.BooleanField(_("operator of the mall"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    order = place_in_order()
    sources = models.JSONField(_("sources"), default=list, blank=True)
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_operator"],
                condition=Q(is_operator=True),
                name="agency_one_operator",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AgencyKind.values), name="agency_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.abbr or self.name


class CounterState(models.TextChoices):
    OPEN = "open", _("open")
    PAUSED = "paused", _("on a break")
    CLOSED = "closed", _("closed")
    DISRUPTED = "disrupted", _("disrupted")


class Counter(Stamped):
    """One window (loket) of an agency in a site.

    `state` says whether it serves now (moved by the acts of the queue, history in
    `CounterStep`); `staffed_by` is who sits at it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="counters")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="counters")
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=60)
    zone = models.CharField(_("zone"), max_length=40, blank=True)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    order = place_in_order()
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=CounterState, default=CounterState.CLOSED
    )
    state_reason = models.CharField(_("reason"), max_length=200, blank=True)
    state_at = models.DateTimeField(_("since"), null=True, blank=True)
    back_at = models.DateTimeField(_("back at"), null=True, blank=True)
    staffed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="counter_key_once"),
            models.CheckConstraint(
                condition=Q(state__in=CounterState.values), name="counter_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Posting(Stamped):
    """Which staff member serves which agency in which role: the only source of object rights."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="postings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="postings")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="postings")
    counter = models.ForeignKey(
        Counter, on_delete=models.SET_NULL, null=True, blank=True, related_name="postings"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(ended_at__isnull=True),
                name="posting_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}, {self.agency}"
