"""What remains of a visit: materials, photos, feedback, and what was built with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp.kit.models import Stamped, StoredFile
from visits.limits import place_in_order
from visits.models.places import Topic
from visits.models.visits import Visit


class MaterialAudience(models.TextChoices):
    PUBLIC = "public", _("for everybody")
    VISITORS = "visitors", _("for delegations that were here")


class Material(Stamped):
    """One version of a document delegations take home; the newest of a key is current."""

    key = models.SlugField(_("key"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    title = models.CharField(_("title"), max_length=150)
    title_en = models.CharField(_("title (English)"), max_length=150, blank=True)
    summary = models.CharField(_("in one sentence"), max_length=300, blank=True)
    summary_en = models.CharField(_("in one sentence (English)"), max_length=300, blank=True)
    audience = models.CharField(
        _("for whom"), max_length=8, choices=MaterialAudience, default="visitors"
    )
    topic = models.ForeignKey(
        Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="materials"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    order = place_in_order()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["order", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="material_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(is_current=True), name="material_one_current"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=MaterialAudience.values), name="material_audience_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class VisitPhoto(Stamped):
    """A photo of the delegation; it leaves the visit's own page only when `is_public`."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=150, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_public = models.BooleanField(_("shown publicly"), default=False)
    added_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["visit", "order", "pk"]

    def __str__(self) -> str:
        return self.caption or f"{self.file}"


def _score(name: str) -> Q:
    return Q(**{f"{name}__gte": 1}) & Q(**{f"{name}__lte": 4})


class VisitFeedback(models.Model):
    """What a delegation thought of its visit, on a scale from 1 to 4; once per visit."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="feedback")
    reception = models.PositiveSmallIntegerField(_("reception"))
    content = models.PositiveSmallIntegerField(_("content"))
    usefulness = models.PositiveSmallIntegerField(_("usefulness"))
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=_score("reception") & _score("content") & _score("usefulness"),
                name="visitfeedback_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit}"


class Adopted(models.TextChoices):
    YES = "yes", _("yes, in use")
    PARTLY = "partly", _("partly")
    PLANNED = "planned", _("planned")
    NO = "no", _("no")


class FollowUp(models.Model):
    """The question after 30, 90 or 180 days: what did you adopt?"""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="follow_ups")
    days = models.PositiveSmallIntegerField(_("days after the visit"))
    due_on = models.DateField(_("due"))
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    adopted = models.CharField(_("adopted"), max_length=8, choices=Adopted, blank=True)
    story = models.TextField(_("what was adopted"), blank=True)
    blueprint_version = models.CharField(_("blueprint in use"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["visit", "days"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "days"], name="followup_once"),
            models.CheckConstraint(
                condition=Q(adopted__in=["", *Adopted.values]), name="followup_adopted_known"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(adopted=""),
                name="followup_answer_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(asked_at__isnull=True), name="followup_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit}: {self.days}"
