"""A study visit: the request, its wishes, its history, and who receives it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models import Site
from mpp.kit.models import Stamped, Step, StoredFile
from visits.models.places import Topic, VisitSession, VisitSlot
from visits.querysets import VisitQuerySet
from visits.states import ENDED_WITH_REASON, LIVE, VisitState


class InstitutionKind(models.TextChoices):
    REGENCY = "regency", _("regency")
    CITY = "city", _("city")
    PROVINCE = "province", _("province")
    MINISTRY = "ministry", _("ministry or national agency")
    PARLIAMENT = "parliament", _("parliament or regional council")
    UNIVERSITY = "university", _("university or school")
    OTHER = "other", _("other")


class LeaderRank(models.TextChoices):
    HEAD_OF_REGION = "head_of_region", _("head or deputy head of a region, minister")
    SECRETARY = "secretary", _("regional secretary or echelon I")
    OFFICE_HEAD = "office_head", _("head of an office or echelon II")
    DIVISION_HEAD = "division_head", _("head of a division or echelon III")
    LEGISLATOR = "legislator", _("member of parliament or council")
    ACADEMIC = "academic", _("lecturer or student")
    OTHER = "other", _("other")


class Visit(Stamped):
    """One request of one institution from draft to its end.

    `slot` is the place it holds, `offer_slot` the one held for it until `offer_until`. A visit
    with `merged_into` shares the group place of another one. `revision` is the SEQUENCE of the
    calendar file, `uid` its constant name. The secret link is signed from pk and `link_version`.
    """

    reference = models.CharField(_("draft"), max_length=20, unique=True)
    number = models.CharField(_("number"), max_length=30, null=True, blank=True, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visits")
    state = models.CharField(
        _("state"), max_length=20, choices=VisitState, default=VisitState.DRAFT
    )
    language = models.CharField(_("language of letters"), max_length=2, default="id")
    # Who comes
    institution_kind = models.CharField(
        _("kind of institution"), max_length=12, choices=InstitutionKind, blank=True
    )
    region_code = models.CharField(_("region"), max_length=13, blank=True)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    leader_name = models.CharField(_("leader of the delegation"), max_length=150, blank=True)
    leader_position = models.CharField(_("position of the leader"), max_length=150, blank=True)
    leader_rank = models.CharField(_("rank"), max_length=16, choices=LeaderRank, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=150, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    contact_phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    size = models.PositiveSmallIntegerField(_("number of people"), null=True, blank=True)
    # Why
    letter_number = models.CharField(_("letter number"), max_length=100, blank=True)
    letter_on = models.DateField(_("date of the letter"), null=True, blank=True)
    letter_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    purpose = models.TextField(_("purpose"), blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="visits")
    special_needs = models.TextField(_("special needs"), blank=True)
    languages = models.CharField(_("languages spoken"), max_length=100, blank=True)
    # What was decided
    disposed_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    host = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="hosted_visits"
    )
    slot = models.ForeignKey(
        VisitSlot, on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    offer_slot = models.ForeignKey(
        VisitSlot, on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )
    offer_until = models.DateTimeField(_("offer holds until"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    # How many people the place was taken for; the size may be corrected afterwards.
    places = models.PositiveSmallIntegerField(_("places taken"), default=0)
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    uid = models.CharField(max_length=80, unique=True)
    active_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    end_reason = models.TextField(_("reason of the end"), blank=True)
    # When
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer_due_at = models.DateTimeField(_("answer until"), null=True, blank=True)
    # While a question is open the clock stands: what is left is counted in working days.
    answer_days_left = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    contacts_deleted_at = models.DateTimeField(_("contacts deleted"), null=True, blank=True)
    # Consent to be named in the public list; withdrawn by emptying it.
    listed_at = models.DateTimeField(_("named in the public list since"), null=True, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("study visit")
        verbose_name_plural = _("study visits")
        permissions = [("host_visits", _("Can receive study visits"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VisitState.values), name="visit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(institution_kind__in=["", *InstitutionKind.values]),
                name="visit_institution_known",
            ),
            models.CheckConstraint(
                condition=Q(leader_rank__in=["", *LeaderRank.values]), name="visit_rank_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled_by_guest"])
                | (
                    Q(number__isnull=False)
                    & Q(submitted_at__isnull=False)
                    & Q(size__gte=1)
                    & ~Q(institution_kind="")
                ),
                name="visit_sent_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(LIVE)) & Q(active_key__isnull=False)
                | ~Q(state__in=list(LIVE)) & Q(active_key__isnull=True),
                name="visit_live_has_key",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "arrived", "completed", "closed", "no_show"])
                | (Q(slot__isnull=False) & Q(host__isnull=False)),
                name="visit_approved_has_place",
            ),
            models.CheckConstraint(
                condition=Q(state="offered")
                & Q(offer_slot__isnull=False)
                & Q(offer_until__isnull=False)
                | ~Q(state="offered") & Q(offer_slot__isnull=True),
                name="visit_offer_has_place",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(ENDED_WITH_REASON)) | ~Q(end_reason=""),
                name="visit_end_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "answer_due_at", "id"], name="visit_pile"),
            models.Index(fields=["slot", "state"], name="visit_by_slot"),
        ]

    def __str__(self) -> str:
        return self.number or self.reference

    @property
    def public_ref(self) -> str:
        """What people read aloud: the number once sent, the draft reference before."""
        return self.number or self.reference


class VisitWish(models.Model):
    """One of up to three sessions a delegation would like, the first first."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="wishes")
    order = models.PositiveSmallIntegerField(_("order"))
    session = models.ForeignKey(VisitSession, on_delete=models.PROTECT, related_name="wishes")
    date = models.DateField(_("day"))

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["visit", "order"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "order"], name="visitwish_order_once"),
            models.UniqueConstraint(
                fields=["visit", "session", "date"], name="visitwish_session_once"
            ),
            models.CheckConstraint(
                condition=Q(order__gte=1) & Q(order__lte=3), name="visitwish_three"
            ),
        ]
        indexes = [models.Index(fields=["date", "session"], name="visitwish_day")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.session}"


class VisitStep(Step):
    """One line of a visit's history: what happened, by whom, why."""

    OBJECT_FIELD = "visit"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(_("act"), max_length=40)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "key"], condition=~Q(key=""), name="visitstep_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit}: {self.act}"


class HostDay(models.Model):
    """The row that makes duties of one host on one day wait for each other."""

    host = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    date = models.DateField(_("day"))
    changes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a host")
        verbose_name_plural = _("days of hosts")
        constraints = [models.UniqueConstraint(fields=["host", "date"], name="hostday_once")]

    def __str__(self) -> str:
        return f"{self.host} {self.date:%Y-%m-%d}"


class HostDuty(models.Model):
    """A host receives whoever comes in this session; merged groups share one duty."""

    host = models.ForeignKey(User, on_delete=models.PROTECT, related_name="visit_duties")
    slot = models.ForeignKey(VisitSlot, on_delete=models.CASCADE, related_name="duties")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("duty of a host")
        verbose_name_plural = _("duties of hosts")
        ordering = ["starts_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["host", "slot"], name="hostduty_once")]
        indexes = [models.Index(fields=["host", "starts_at"], name="hostduty_times")]

    def __str__(self) -> str:
        return f"{self.host}: {self.slot}"
