"""Who comes, who was there, and what they left behind."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp.kit.fields import EncryptedTextField
from mpp.kit.models import Paper, Stamped, Step
from visits.models.visits import Visit


class CheckInWay(models.TextChoices):
    DESK = "desk", _("by staff")
    SCAN = "scan", _("code scanned by staff")
    SELF = "self", _("by themselves, with the code on site")


class Participant(Stamped):
    """One member of a delegation. `staff_number` (NIP) and `phone` are deleted after a time.

    `is_walk_in` marks people added after the list was closed.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="participants")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=150)
    position = models.CharField(_("position"), max_length=150, blank=True)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    staff_number = EncryptedTextField(_("staff number (NIP)"), blank=True)
    phone = EncryptedTextField(_("mobile number"), blank=True)
    travel_order = models.CharField(_("travel order (SPPD) number"), max_length=100, blank=True)
    is_walk_in = models.BooleanField(_("added on the day"), default=False)
    checked_in_at = models.DateTimeField(_("came"), null=True, blank=True)
    checked_out_at = models.DateTimeField(_("left"), null=True, blank=True)
    check_in_way = models.CharField(_("how"), max_length=6, choices=CheckInWay, blank=True)
    checked_in_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The form that added this person: pressed twice, it adds one.
    key = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["visit", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(check_in_way__in=["", *CheckInWay.values]),
                name="participant_way_known",
            ),
            models.CheckConstraint(
                condition=Q(checked_out_at__isnull=True)
                | (Q(checked_in_at__isnull=False) & Q(checked_out_at__gte=F("checked_in_at"))),
                name="participant_left_after_coming",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True, check_in_way="")
                | (Q(checked_in_at__isnull=False) & ~Q(check_in_way="")),
                name="participant_came_somehow",
            ),
            models.UniqueConstraint(
                fields=["visit", "key"], condition=~Q(key=""), name="participant_key_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["visit"],
                condition=Q(checked_in_at__isnull=False, checked_out_at__isnull=True),
                name="participant_inside",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ItineraryItem(models.Model):
    """One part of a visit's own agenda, in local time of the site."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="itinerary")
    order = models.PositiveSmallIntegerField(_("order"))
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    title = models.CharField(_("part"), max_length=150)
    title_en = models.CharField(_("part (English)"), max_length=150, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    host = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("part of the agenda")
        verbose_name_plural = _("agenda")
        ordering = ["visit", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "order"], name="itineraryitem_order_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="itineraryitem_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Letter(Stamped):
    """A reply letter: one per revision of an approved visit, each with a number of the mall."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="letters")
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="visit_letter")

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["visit", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "revision"], name="letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.paper}"


class Attendance(Stamped):
    """The proof that a participant was there: one paper anyone can check."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="attendance"
    )
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="attendance")

    class Meta:
        verbose_name = _("proof of attendance")
        verbose_name_plural = _("proofs of attendance")

    def __str__(self) -> str:
        return f"{self.paper}"


class VisitPaperStep(Step):
    """One change of the state of a letter or proof: replaced, revoked."""

    OBJECT_FIELD = "paper"

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="visit_steps")

    class Meta:
        verbose_name = _("step of a visit paper")
        verbose_name_plural = _("steps of visit papers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "key"], condition=~Q(key=""), name="visitpaperstep_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper}: {self.to_state}"


class GuestEntry(models.Model):
    """A line in the guest book; shown to the public only when the desk says so."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="guest_entries")
    name = models.CharField(_("name"), max_length=150)
    position = models.CharField(_("position"), max_length=150, blank=True)
    message = models.TextField(_("message"))
    is_shown = models.BooleanField(_("shown publicly"), default=False)
    created_at = models.DateTimeField(_("written"))
    # The form it was written with: pressed twice, it writes one.
    key = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("guest book entry")
        verbose_name_plural = _("guest book")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "key"], condition=~Q(key=""), name="guestentry_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.message[:40]}"
