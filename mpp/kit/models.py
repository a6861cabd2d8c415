"""The ground floor: four tables every room stands on, and two abstract bases."""

import secrets

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mpp.kit.fields import EncryptedTextField
from mpp.kit.references import PREFIX


def opaque_token() -> str:
    """128 random bits as text: a name that says nothing and cannot be guessed."""
    return secrets.token_urlsafe(16)


class Stamped(models.Model):
    """When a row was made and last changed (UTC)."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


class Step(models.Model):
    """One line of an append-only history, written only by `mpp.kit.states.move`.

    A concrete step adds the foreign key to its object, names it in `OBJECT_FIELD`, and a
    UNIQUE constraint on (object, key) where key is not empty: the idempotency of an act.
    """

    OBJECT_FIELD = ""
    is_repeat = False

    from_state = models.CharField(_("from"), max_length=40)
    to_state = models.CharField(_("to"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    actor_name = models.CharField(_("name"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    key = models.CharField(_("idempotency key"), max_length=80, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        abstract = True


class Installation(Stamped):
    """The one row that says whose mall this is: names, zone, contact, theme.

    `revision` rises with every save; caches of public fragments carry it in their key.
    """

    key = models.SlugField(_("key"), unique=True, default="main")
    name = models.CharField(_("name of the mall"), max_length=120)
    region_name = models.CharField(_("region"), max_length=120)
    region_code = models.CharField(_("region code"), max_length=13, blank=True)
    reference_prefix = models.CharField(
        _("prefix of numbers"),
        max_length=5,
        default="MPP",
        validators=[RegexValidator(f"^{PREFIX.pattern}$", _("2 to 5 capital letters."))],
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    whatsapp = models.CharField("WhatsApp", max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    privacy_contact = models.CharField(_("data protection contact"), max_length=200, blank=True)
    motif = models.CharField(_("motif"), max_length=40, default="kawung")
    theme = models.JSONField(_("theme"), default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")

    def __str__(self) -> str:
        return f"{self.name}, {self.region_name}"

    def save(self, *args, **kwargs) -> None:
        """Save and raise the revision, so that cached fragments are made anew."""
        if self.pk:
            self.revision += 1
        super().save(*args, **kwargs)


class Sequence(models.Model):
    """A gapless counter per kind and local year (see `mpp.kit.sequences.next_value`)."""

    kind = models.CharField(_("kind"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("sequence")
        verbose_name_plural = _("sequences")
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="sequence_one_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.value}"


class ScanState(models.TextChoices):
    PENDING = "pending", _("waiting for the scan")
    CLEAN = "clean", _("clean")
    INFECTED = "infected", _("infected")


class StoredFile(models.Model):
    """One private file: opaque path on disk, sha256, type by content, state of the scan."""

    token = models.CharField(max_length=40, unique=True, default=opaque_token, editable=False)
    path = models.CharField(max_length=120, unique=True)
    shown_name = models.CharField(_("name"), max_length=160)
    mime = models.CharField(_("type"), max_length=60)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    pages = models.PositiveIntegerField(_("pages"), default=1)
    sha256 = models.CharField(max_length=64, db_index=True)
    source_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    scan_state = models.CharField(
        _("scan"), max_length=10, choices=ScanState, default=ScanState.PENDING
    )
    scan_detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(scan_state__in=ScanState.values), name="storedfile_scan_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(scan_state="pending"),
                name="storedfile_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def is_openable(self) -> bool:
        """Whether anyone may open it: only a clean file is shown."""
        return self.scan_state == ScanState.CLEAN


class PaperState(models.TextChoices):
    VALID = "valid", _("valid")
    SUSPENDED = "suspended", _("suspended")
    REVOKED = "revoked", _("revoked")
    REPLACED = "replaced", _("replaced")


class PdfState(models.TextChoices):
    PENDING = "pending", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class Paper(Stamped):
    """A paper anyone can check at /verifikasi/: a permit, later a proof of attendance.

    True from the moment the act commits; the signed PDF is made afterwards by the worker from
    `payload` (canonical JSON, frozen, `payload_sha256`) and has a state of its own. "Expired"
    is not stored: it follows from `valid_until`.
    """

    kind = models.CharField(_("kind"), max_length=40)
    code = models.CharField(_("check code"), max_length=32, unique=True)
    number = models.CharField(_("number"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    issuer = models.CharField(_("issued by"), max_length=200)
    holder_masked = models.CharField(_("holder, masked"), max_length=200)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=PaperState, default=PaperState.VALID
    )
    state_reason = models.TextField(_("reason"), blank=True)
    state_at = models.DateTimeField(_("state since"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    # Encrypted, because a template may print a NIK.
    payload = EncryptedTextField(_("content"), editable=False)
    payload_sha256 = models.CharField(max_length=64, editable=False)
    pdf_state = models.CharField(
        _("PDF"), max_length=10, choices=PdfState, default=PdfState.PENDING
    )
    pdf_attempts = models.PositiveSmallIntegerField(default=0)
    pdf_error = models.CharField(max_length=200, blank=True)
    pdf = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="paper"
    )

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PaperState.values), name="paper_state_known"
            ),
            models.CheckConstraint(
                condition=Q(pdf_state__in=PdfState.values), name="paper_pdf_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(pdf_state="ready") | Q(pdf__isnull=False),
                name="paper_ready_has_pdf",
            ),
            models.CheckConstraint(
                condition=Q(state="valid") | ~Q(state_reason=""),
                name="paper_state_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(pdf_state="pending"),
                name="paper_pdf_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.number
