"""Notices: the inbox in the portal and the outbox per channel."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Notice(models.Model):
    """One message about one act, in the inbox exactly once (`key` is UNIQUE).

    Higher objects are named as text (kind, reference, path), never by a foreign key. A notice
    may go to an address without an account (`recipient` empty).
    """

    key = models.CharField(max_length=120, unique=True)
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    language = models.CharField(max_length=2, default="id")
    object_kind = models.CharField(max_length=40, blank=True)
    object_ref = models.CharField(max_length=60, blank=True)
    path = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [models.Index(fields=["recipient", "-created_at"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.subject


class NoticeFile(models.Model):
    """The one small text file a notice carries; it goes out with its mail.

    Frozen with the notice, so that a mail tried again is the same mail.
    """

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(_("name"), max_length=80)
    mime = models.CharField(_("kind"), max_length=80)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("file of a notice")
        verbose_name_plural = _("files of notices")

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Delivery(models.Model):
    """One notice through one channel: written with the act, sent by the worker, retried."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=20)
    address = models.CharField(_("address"), max_length=254)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    # What this channel carries when it is not the notice's own text (a short message).
    text = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=200)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="delivery_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="delivery_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.notice}"


class Text(models.Model):
    """A region's own wording of a mail or letter; without a row the file in templates/ holds."""

    key = models.SlugField(_("key"), max_length=80)
    language = models.CharField(_("language"), max_length=2, default="id")
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(fields=["key", "language"], name="text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"
