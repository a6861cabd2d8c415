"""The catalogue: services and their published standards (UU 25/2009 art. 21)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counters.models.places import Agency
from mpp.kit.limits import count, place_in_order
from mpp.kit.models import Stamped


class LifeEvent(Stamped):
    """A situation in life under which people look for services."""

    key = models.SlugField(_("key"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    order = place_in_order()

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title


class Audience(models.TextChoices):
    PERSON = "person", _("for a person")
    BUSINESS = "business", _("for a business")
    BOTH = "both", _("for a person or a business")


class Channel(models.TextChoices):
    ONLINE = "online", _("online here")
    COUNTER = "counter", _("at the counter")
    NATIONAL_SYSTEM = "national_system", _("in a national system")


class Service(Stamped):
    """Something an agency does for people (layanan).

    `channel` is "online" only while a published permit type takes applications: `publish()` in
    permits writes it downwards, so that the catalogue needs to know nothing of permits.
    """

    key = models.SlugField(_("key"), max_length=80, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150, blank=True)
    summary = models.CharField(_("in one sentence"), max_length=300, blank=True)
    summary_en = models.CharField(_("in one sentence (English)"), max_length=300, blank=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience, default="person")
    channel = models.CharField(_("how"), max_length=16, choices=Channel, default="counter")
    system_name = models.CharField(_("national system"), max_length=80, blank=True)
    system_url = models.URLField(_("address of the system"), blank=True)
    synonyms = models.JSONField(_("everyday words"), default=list, blank=True)
    life_events = models.ManyToManyField(LifeEvent, blank=True, related_name="services")
    is_active = models.BooleanField(_("active"), default=True)
    paused_reason = models.CharField(_("paused because"), max_length=200, blank=True)
    order = place_in_order()
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="service_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="service_audience_known"
            ),
        ]
        indexes = [models.Index(fields=["agency", "order"], name="service_by_agency")]

    def __str__(self) -> str:
        return self.name


class TimeUnit(models.TextChoices):
    MINUTES = "minutes", _("minutes")
    HOURS = "hours", _("hours")
    WORKING_DAYS = "working_days", _("working days")


class StandardState(models.TextChoices):
    DRAFT = "draft", _("draft")
    CURRENT = "current", _("current")
    PAST = "past", _("past")


class ServiceStandard(Stamped):
    """One version of a service standard: the six published components and its decree (SK).

    Owns time limit, fee, intake days and the requirement rows: published facts live once. The
    list fields hold plain text lines. `assumed` names the fields no source gave.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="standards")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=8, choices=StandardState, default="draft")
    decree = models.CharField(_("decree number"), max_length=120, blank=True)
    decree_on = models.DateField(_("date of the decree"), null=True, blank=True)
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    limit_count = count(_("time limit"), most=1_000, null=True, blank=True)
    limit_unit = models.CharField(_("unit"), max_length=12, choices=TimeUnit, blank=True)
    intake_days = count(_("working days to check completeness"), most=30, default=1)
    fee_amount = models.DecimalField(
        _("fee in rupiah"), max_digits=14, decimal_places=0, null=True, blank=True
    )
    fee_text = models.TextField(_("fee"), blank=True)
    fee_text_en = models.TextField(_("fee (English)"), blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    product_en = models.CharField(_("product (English)"), max_length=200, blank=True)
    procedure = models.JSONField(_("procedure"), default=list, blank=True)
    procedure_en = models.JSONField(_("procedure (English)"), default=list, blank=True)
    complaints = models.TextField(_("complaints"), blank=True)
    complaints_en = models.TextField(_("complaints (English)"), blank=True)
    legal_basis = models.JSONField(_("legal basis"), default=list, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("service standard")
        verbose_name_plural = _("service standards")
        ordering = ["service", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["service", "version"], name="standard_version_once"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(state="current"), name="standard_one_current"
            ),
            models.CheckConstraint(
                condition=Q(state__in=StandardState.values), name="standard_state_known"
            ),
            models.CheckConstraint(
                condition=Q(limit_count__isnull=True) | ~Q(limit_unit=""),
                name="standard_limit_has_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} v{self.version}"


class StandardRequirement(models.Model):
    """One published requirement (persyaratan) of a standard."""

    standard = models.ForeignKey(
        ServiceStandard, on_delete=models.CASCADE, related_name="requirements"
    )
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("requirement"), max_length=250)
    title_en = models.CharField(_("requirement (English)"), max_length=250, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    note_en = models.CharField(_("note (English)"), max_length=400, blank=True)
    proof = models.CharField(_("proof"), max_length=30, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "key"], name="requirement_key_once"),
        ]

    def __str__(self) -> str:
        return self.title
