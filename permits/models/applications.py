"""An application (permohonan): its phase, answers, submissions, clock and history."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Business, Mandate, User
from counters.models import Agency
from mpp.kit.fields import EncryptedTextField
from mpp.kit.models import Stamped, Step, StoredFile
from permits.models.types import PermitVersion
from permits.querysets import ApplicationQuerySet


class Phase(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("sent")
    IN_REVIEW = "in_review", _("being checked")
    NEEDS_CORRECTION = "needs_correction", _("waiting for you")
    APPROVED = "approved", _("approved")
    ISSUED = "issued", _("issued")
    COMPLETED = "completed", _("completed")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


OPEN_PHASES = (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION, Phase.APPROVED)
AT_DESK = (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)


class Application(Stamped):
    """One file from draft to its end.

    Phase is code, path is rows: `stage_key`, `desk_agency` and `desk_role` say where it lies.
    `reference` names the draft and never changes; `number` is given at submit and is what
    people read aloud. Neither opens anything by itself.
    """

    reference = models.CharField(_("draft"), max_length=20, unique=True)
    number = models.CharField(_("number"), max_length=30, null=True, blank=True, unique=True)
    version = models.ForeignKey(
        PermitVersion, on_delete=models.PROTECT, related_name="applications"
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    holder_name = models.CharField(_("holder"), max_length=200, blank=True)
    holder_nik = EncryptedTextField(_("NIK"), blank=True)
    holder_nik_hash = models.CharField(max_length=64, blank=True, db_index=True)
    phase = models.CharField(_("phase"), max_length=18, choices=Phase, default=Phase.DRAFT)
    stage_key = models.CharField(_("stage"), max_length=60, blank=True)
    desk_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    desk_role = models.CharField(_("role at the desk"), max_length=50, blank=True)
    assignee = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    complete_at = models.DateTimeField(_("declared complete"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    handed_over_to = models.CharField(_("handed over to"), max_length=150, blank=True)
    tracking_code = models.CharField(max_length=32, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    round = models.PositiveSmallIntegerField(_("round"), default=0)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.CheckConstraint(
                condition=Q(phase__in=Phase.values), name="application_phase_known"
            ),
            models.CheckConstraint(
                condition=Q(phase="draft")
                | (Q(number__isnull=False) & Q(submitted_at__isnull=False))
                | Q(phase__in=["withdrawn", "lapsed"]),
                name="application_sent_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(phase__in=["issued", "completed", "rejected", "withdrawn", "lapsed"])
                | Q(ended_at__isnull=False),
                name="application_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="application_mine"),
            models.Index(
                fields=["desk_agency", "due_at", "id"],
                condition=Q(phase__in=["submitted", "in_review", "needs_correction"]),
                name="application_desk",
            ),
            models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(phase__in=["submitted", "in_review", "needs_correction"]),
                name="application_assigned",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.reference

    @property
    def public_ref(self) -> str:
        """What stands in the address: the number once sent, the draft reference before."""
        return self.number or self.reference


class ApplicationStep(Step):
    """One line of a file's history: what happened, at which stage, by whom, why."""

    OBJECT_FIELD = "application"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(_("act"), max_length=40)
    from_stage = models.CharField(max_length=60, blank=True)
    to_stage = models.CharField(max_length=60, blank=True)
    office = models.CharField(_("office"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key"],
                condition=~Q(key=""),
                name="applicationstep_key_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.act}"


class Answer(models.Model):
    """The value of one field (JSON text; NIK, NPWP and sensitive fields encrypted).

    `row_id` is empty except inside a repeating group, where it names the row.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    field_key = models.CharField(max_length=60)
    row_id = models.CharField(max_length=20, blank=True)
    value = models.TextField()
    is_encrypted = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "field_key", "row_id"], name="answer_once"
            ),
        ]

    def __str__(self) -> str:
        return self.field_key


class Submission(models.Model):
    """What exactly was sent in a round: canonical JSON made by us, with its sha256.

    The text is encrypted as a whole because it holds NIKs. Before/after and the decision read
    this, never the live answers.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="submissions"
    )
    round = models.PositiveSmallIntegerField(_("round"))
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round"], name="submission_once_a_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} #{self.round}"


class ClockEvent(models.Model):
    """One entry of the legal clock's ledger; due dates are a pure function of the ledger."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="clock_events"
    )
    kind = models.CharField(_("kind"), max_length=8)
    cause = models.CharField(_("cause"), max_length=60, blank=True)
    days = models.SmallIntegerField(_("working days"), default=0)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("clock entry")
        verbose_name_plural = _("clock entries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["start", "pause", "resume", "extend", "stop"]),
                name="clockevent_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Decision(models.Model):
    """The decision on an application: one for ever, with its reason."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="decision"
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=10,
        choices=[("approved", _("approved")), ("rejected", _("rejected"))],
    )
    reason = models.TextField(_("reason"), blank=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="approved") | ~Q(reason=""), name="decision_refusal_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.outcome}"


class ChecklistMark(models.Model):
    """One ticked line of a stage's checklist."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="checklist_marks"
    )
    stage_key = models.CharField(max_length=60)
    item_key = models.CharField(max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("checklist mark")
        verbose_name_plural = _("checklist marks")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage_key", "item_key"], name="checklistmark_once"
            ),
        ]

    def __str__(self) -> str:
        return self.item_key


class Message(models.Model):
    """A message between the applicant and the desk, with an optional attachment."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    office = models.CharField(max_length=200, blank=True)
    from_staff = models.BooleanField(default=False)
    body = models.TextField(_("message"))
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="message"
    )
    key = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key"], condition=~Q(key=""), name="message_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:40]}"


class NameToken(models.Model):
    """A word of the holder's name, for searching by name at any size on both databases."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="name_tokens"
    )
    token = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("name token")
        verbose_name_plural = _("name tokens")
        constraints = [
            models.UniqueConstraint(fields=["application", "token"], name="nametoken_once"),
        ]
        indexes = [models.Index(fields=["token", "application"], name="nametoken_find")]

    def __str__(self) -> str:
        return self.token
