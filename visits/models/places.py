"""When delegations can come: rules, sessions, closed days, and the places taken per day."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counters.models import Site
from mpp.kit.models import Stamped
from visits.limits import (
    LARGEST_GROUP,
    MOST_GROUPS,
    MOST_PEOPLE,
    count,
    days_of_list,
    number_prefix,
    number_that_counts,
    place_in_order,
    weekdays_of_list,
)


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
    lead_days = count(_("working days before a visit"), most=60, default=3)
    answer_days = count(_("working days to answer"), most=60, default=2)
    offer_days = count(_("working days an offer holds"), most=60, default=2)
    horizon_days = count(_("days open in advance"), least=1, most=730, default=120)
    day_groups = count(_("groups a day"), least=1, most=MOST_GROUPS, default=2)
    day_people = count(_("people a day"), least=1, most=MOST_PEOPLE, default=80)
    size_max = count(_("people in a group at most"), least=1, most=LARGEST_GROUP, default=40)
    cutoff_hours = count(
        _("hours before the visit until which the list may change"), most=720, default=24
    )
    retention_months = count(
        _("months after which staff numbers and phones are deleted"),
        least=1,
        most=120,
        default=6,
    )
    follow_up_days = models.JSONField(
        _("days until a follow-up"), default=follow_up_days, validators=[days_of_list], blank=True
    )
    number_prefix = models.CharField(
        _("prefix of request numbers"),
        max_length=5,
        default="KUNJ",
        validators=[number_prefix],
    )
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
    groups_max = count(_("groups at most"), least=1, most=MOST_GROUPS, default=1)
    people_max = count(_("people at most"), least=1, most=MOST_PEOPLE, default=40)
    order = place_in_order()
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

    def clean(self) -> None:
        """The end after the begin."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("A session ends after it begins.")})


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

    def clean(self) -> None:
        """The days in order."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first.")})


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
    groups_max = count(_("groups at most"), most=MOST_GROUPS)
    people_max = count(_("people at most"), most=MOST_PEOPLE)
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
    groups_max = count(_("groups at most"), most=MOST_GROUPS)
    people_max = count(_("people at most"), most=MOST_PEOPLE)
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
    order = place_in_order()
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
    number_format = models.CharField(
        _("form of the number"), max_length=80, blank=True, validators=[number_that_counts]
    )
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
    order = place_in_order()
    title = models.CharField(_("part"), max_length=150)
    title_en = models.CharField(_("part (English)"), max_length=150, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    minutes = count(_("minutes"), least=5, most=480, default=15)

    class Meta:
        verbose_name = _("part of the usual agenda")
        verbose_name_plural = _("usual agenda")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title
