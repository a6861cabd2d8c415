"""When delegations can come: rules, sessions, closed days, and the places taken per day."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counters.models import Site
from mpp.kit.models import Stamped


def weekdays_of_list(value: object) -> None:
    """A list of different weekdays from 0 (Monday) to 6; raises ValidationError otherwise."""
    is_list = isinstance(value, list) and all(type(day) is int for day in value)
    if not is_list or len(set(value)) != len(value) or not set(value) <= set(range(7)):
        raise ValidationError(_("Choose weekdays from Monday to Sunday."))


def follow_up_days() -> list[int]:
    """After how many days we ask what the visitors adopted."""
    return [30, 90, 180]


class VisitRules(Stamped):
    """What a site promises and asks of delegations. One row per site.

    Days called working days follow the site's calendar. `day_groups` and `day_people` are the
    most a whole day takes, whatever its sessions hold.
    """

    key = models.SlugField(_("key"), unique=True)
    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="visit_rules")
    is_active = models.BooleanField(_("takes visits"), default=True)
    lead_days = models.PositiveSmallIntegerField(_("working days before a visit"), default=3)
    answer_days = models.PositiveSmallIntegerField(_("working days to answer"), default=2)
    offer_days = models.PositiveSmallIntegerField(_("working days an offer holds"), default=2)
    horizon_days = models.PositiveSmallIntegerField(_("days open in advance"), default=120)
    day_groups = models.PositiveSmallIntegerField(_("groups a day"), default=2)
    day_people = models.PositiveSmallIntegerField(_("people a day"), default=80)
    size_max = models.PositiveSmallIntegerField(_("people in a group at most"), default=40)
    cutoff_hours = models.PositiveSmallIntegerField(
        _("hours before the visit until which the list may change"), default=24
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months after which staff numbers and phones are deleted"), default=6
    )
    follow_up_days = models.JSONField(_("days until a follow-up"), default=follow_up_days)
    number_prefix = models.CharField(_("prefix of request numbers"), max_length=5, default="KUNJ")
    note = models.TextField(_("what delegations should know"), blank=True)
    note_en = models.TextField(_("what delegations should know (English)"), blank=True)

    class Meta:
        verbose_name = _("visit rules")
        verbose_name_plural = _("visit rules")
        ordering = ["site__order", "key"]

    def __str__(self) -> str:
        return f"{self.site}"


class VisitSession(Stamped):
    """A fixed hour on certain weekdays at which a site receives delegations."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visit_sessions")
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    weekdays = models.JSONField(_("weekdays"), validators=[weekdays_of_list])
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    groups_max = models.PositiveSmallIntegerField(
        _("groups at most"), default=1, validators=[MinValueValidator(1)]
    )
    people_max = models.PositiveSmallIntegerField(
        _("people at most"), default=40, validators=[MinValueValidator(1)]
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("visit session")
        verbose_name_plural = _("visit sessions")
        ordering = ["site", "order", "starts_at", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="visitsession_key_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="visitsession_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(groups_max__gte=1) & Q(people_max__gte=1),
                name="visitsession_has_room",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.starts_at:%H.%M}-{self.ends_at:%H.%M})"


class Blackout(Stamped):
    """Days on which a site (or, without one, every site) receives nobody.

    Approved visits on them are not touched: the desk lists them as affected.
    """

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="visit_blackouts"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=150)
    reason_en = models.CharField(_("reason (English)"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="blackout_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d}: {self.reason}"


def _taken_within(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(groups__lte=F("groups_max")) & Q(people__lte=F("people_max")),
        name=f"{name}_within_limits",
    )


class VisitDay(Stamped):
    """What is taken on one day at one site. `groups` and `people` change by conditional UPDATE.

    The row is made when the first place of the day is taken; until then the rules say what the
    day would hold.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visit_days")
    date = models.DateField(_("day"))
    groups_max = models.PositiveSmallIntegerField(_("groups at most"))
    people_max = models.PositiveSmallIntegerField(_("people at most"))
    groups = models.PositiveSmallIntegerField(_("groups taken"), default=0)
    people = models.PositiveSmallIntegerField(_("people taken"), default=0)

    class Meta:
        verbose_name = _("visit day")
        verbose_name_plural = _("visit days")
        ordering = ["date", "site"]
        constraints = [
            models.UniqueConstraint(fields=["site", "date"], name="visitday_once"),
            _taken_within("visitday"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class VisitSlot(models.Model):
    """One session on one day: the place a group takes. Times are frozen when it is made."""

    day = models.ForeignKey(VisitDay, on_delete=models.PROTECT, related_name="slots")
    session = models.ForeignKey(VisitSession, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    groups_max = models.PositiveSmallIntegerField(_("groups at most"))
    people_max = models.PositiveSmallIntegerField(_("people at most"))
    groups = models.PositiveSmallIntegerField(_("groups taken"), default=0)
    people = models.PositiveSmallIntegerField(_("people taken"), default=0)

    class Meta:
        verbose_name = _("session on a day")
        verbose_name_plural = _("sessions on days")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["day", "session"], name="visitslot_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="visitslot_ends_after_start"
            ),
            _taken_within("visitslot"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.session}"


class Topic(Stamped):
    """A subject delegations come to learn about."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class LetterKind(models.TextChoices):
    REPLY = "reply", _("reply letter")
    ATTENDANCE = "attendance", _("proof of attendance")
    AGENDA = "agenda", _("agenda")
    STAMP_LIST = "stamp_list", _("list for travel orders")


class LetterTemplate(Stamped):
    """The wording of a paper. Placeholders like `{institution}` are replaced by plain text;
    nothing in it is ever run.

    `number_format` knows {seq}, {seq:03}, {year}, {month} and {month_roman}. `body` holds one
    paragraph per line.
    """

    key = models.SlugField(_("key"), unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind, unique=True)
    title = models.CharField(_("title"), max_length=150)
    number_format = models.CharField(_("form of the number"), max_length=80, blank=True)
    opening = models.TextField(_("opening"), blank=True)
    body = models.TextField(_("paragraphs"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    signatory = models.CharField(_("position of who signs"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("letter template")
        verbose_name_plural = _("letter templates")
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values), name="lettertemplate_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgendaTemplate(Stamped):
    """One part of the usual agenda; approving a visit copies them into its own agenda."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("part"), max_length=150)
    title_en = models.CharField(_("part (English)"), max_length=150, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=15, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )

    class Meta:
        verbose_name = _("part of the usual agenda")
        verbose_name_plural = _("usual agenda")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title
