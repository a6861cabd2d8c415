"""The hall: devices, announcements, disruptions, paper blocks, shown ranges and figures."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models.places import Agency, Counter, Site
from counters.models.queue import Lane, Queue, QueueDay, Ticket
from mpp.kit.models import Stamped, Step


class CounterStep(Step):
    """One line of a counter's day: opened, paused, closed, disrupted, by whom and why."""

    OBJECT_FIELD = "counter"

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        verbose_name = _("counter step")
        verbose_name_plural = _("counter steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "key"], condition=~Q(key=""), name="counterstep_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counter_id} {self.to_state}"


class SiteLive(models.Model):
    """A number that rises when something on a site's boards changed beside the queues."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="live")
    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = _("live version")
        verbose_name_plural = _("live versions")

    def __str__(self) -> str:
        return str(self.version)


class DeviceKind(models.TextChoices):
    KIOSK = "kiosk", _("kiosk")
    BOARD = "board", _("board")


class Device(Stamped):
    """A kiosk or a board of a site. Only the hash of its token is kept."""

    key = models.SlugField(_("key"), max_length=60)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="devices")
    kind = models.CharField(_("kind"), max_length=8, choices=DeviceKind)
    name = models.CharField(_("name"), max_length=80)
    zone = models.CharField(_("zone"), max_length=40, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["site", "kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="device_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Announcement(Stamped):
    """A text on the boards of a site: in the ticker, or in the middle for a while."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="announcements")
    key = models.SlugField(_("key"), max_length=60)
    text = models.CharField(_("text"), max_length=200)
    text_en = models.CharField(_("text (English)"), max_length=200, blank=True)
    zone = models.CharField(_("zone"), max_length=40, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_spoken = models.BooleanField(_("also spoken"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="announcement_key_once"),
        ]

    def __str__(self) -> str:
        return self.text


class Disruption(models.Model):
    """A national system or the power is down: told on the board, ticket pages and the desk."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="disruptions")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="disruptions"
    )
    system_name = models.CharField(_("what is down"), max_length=80)
    note = models.CharField(_("what people should know"), max_length=200, blank=True)
    note_en = models.CharField(_("the same in English"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    began_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("disruption")
        verbose_name_plural = _("disruptions")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["site"], condition=Q(ended_at__isnull=True), name="disruption_now"
            ),
        ]

    def __str__(self) -> str:
        return self.system_name


class PaperBlock(models.Model):
    """Numbers set aside for a day without network: printed, used by hand, keyed in later."""

    queue_day = models.ForeignKey(QueueDay, on_delete=models.PROTECT, related_name="paper_blocks")
    first = models.PositiveIntegerField(_("first number"))
    last = models.PositiveIntegerField(_("last number"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("block of paper numbers")
        verbose_name_plural = _("blocks of paper numbers")
        ordering = ["queue_day", "first"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="paperblock_in_order"),
            models.UniqueConstraint(fields=["queue_day", "first"], name="paperblock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class ShownRange(models.Model):
    """A range of waiting that was shown to somebody, and whether it came true."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ranges")
    shown_at = models.DateTimeField(_("shown"))
    ahead = models.PositiveSmallIntegerField(_("people before"))
    point_minutes = models.FloatField(_("middle of the estimate (min)"))
    low_at = models.DateTimeField(_("from"))
    high_at = models.DateTimeField(_("until"))
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    is_hit = models.BooleanField(_("came true"), null=True, blank=True)

    class Meta:
        verbose_name = _("shown range")
        verbose_name_plural = _("shown ranges")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low_at__lte=F("high_at")), name="shownrange_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.shown_at:%H:%M}"


class LearnedWait(models.Model):
    """What `counters.estimates` learned about a queue from past days (plain data)."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="learned")
    data = models.JSONField(default=dict)
    learned_at = models.DateTimeField(_("learned"))
    day_count = models.PositiveSmallIntegerField(_("days"), default=0)

    class Meta:
        verbose_name = _("learned waiting time")
        verbose_name_plural = _("learned waiting times")

    def __str__(self) -> str:
        return str(self.queue_id)


class QueueFact(models.Model):
    """Counted facts of a queue per day, hour of issue and class; rebuilt from tickets."""

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="facts")
    day = models.DateField(_("day"))
    hour = models.PositiveSmallIntegerField(_("hour"))
    lane = models.CharField(_("class"), max_length=8, choices=Lane)
    issued = models.PositiveIntegerField(_("issued"), default=0)
    called = models.PositiveIntegerField(_("called"), default=0)
    served = models.PositiveIntegerField(_("served"), default=0)
    within_target = models.PositiveIntegerField(_("called within the target"), default=0)
    abandoned = models.PositiveIntegerField(_("left before the call"), default=0)
    no_shows = models.PositiveIntegerField(_("did not come when called"), default=0)
    wait_seconds = models.PositiveBigIntegerField(_("seconds waited"), default=0)
    longest_wait = models.PositiveIntegerField(_("longest wait (s)"), default=0)
    service_seconds = models.PositiveBigIntegerField(_("seconds of service"), default=0)
    ranges = models.PositiveIntegerField(_("ranges shown"), default=0)
    range_hits = models.PositiveIntegerField(_("ranges that came true"), default=0)
    # Minutes -> people: what the middle and the slowest tenth are read from.
    waits = models.JSONField(_("waits by minutes"), default=dict, blank=True)
    services = models.JSONField(_("services by minutes"), default=dict, blank=True)

    class Meta:
        verbose_name = _("queue fact")
        verbose_name_plural = _("queue facts")
        ordering = ["-day", "queue", "hour"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "day", "hour", "lane"], name="queuefact_once"
            ),
        ]
        indexes = [models.Index(fields=["day", "queue"], name="queuefact_by_day")]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.day} {self.hour}"
