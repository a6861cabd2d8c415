"""Bookings: slots with counted places, bookings with history, and what makes a person one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models.catalogue import Service
from counters.models.queue import PriorityReason, Queue, Ticket
from mpp.kit.fields import EncryptedTextField
from mpp.kit.models import Step


class Slot(models.Model):
    """Places of a queue that start at one moment; `taken` is changed by one statement only."""

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="slots")
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    capacity = models.PositiveSmallIntegerField(_("places"))
    taken = models.PositiveSmallIntegerField(_("taken"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "starts_at"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("capacity")), name="slot_not_overbooked"
            ),
        ]
        indexes = [models.Index(fields=["queue", "day", "starts_at"], name="slot_by_day")]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def free(self) -> int:
        """Places left."""
        return 0 if self.closed_at else max(self.capacity - self.taken, 0)


class BookingState(models.TextChoices):
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("a place is offered")
    HELD = "held", _("held for you")
    BOOKED = "booked", _("booked")
    CHECKED_IN = "checked_in", _("here")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    NO_SHOW = "no_show", _("did not come")
    DISPLACED = "displaced", _("the counter closes, choose another time")


LIVE_BOOKING = (
    BookingState.WAITING,
    BookingState.OFFERED,
    BookingState.HELD,
    BookingState.BOOKED,
    BookingState.CHECKED_IN,
    BookingState.DISPLACED,
)


class Booking(models.Model):
    """A place of a person in a slot, or on the waiting list of a day (no slot yet).

    `holds_place` says whether it is counted in `slot.taken`; whoever turns it off by a
    conditional UPDATE lowers `taken`, nobody else. After a cancellation it stays on until
    `release_at`, a random moment, so that a place cannot be handed on. The secret link is
    `link_token("booking", pk, link_version)`.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=BookingState)
    state_at = models.DateTimeField(_("since"))
    holds_place = models.BooleanField(_("counts as taken"), default=False)
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    release_at = models.DateTimeField(_("the place returns"), null=True, blank=True)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    priority = models.ForeignKey(
        PriorityReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    contact_name = EncryptedTextField(_("name"), blank=True)
    phone = EncryptedTextField(_("mobile number"), blank=True)
    email = EncryptedTextField(_("e-mail"), blank=True)
    person_key = models.CharField(max_length=64, blank=True, editable=False)
    helped_by = models.CharField(_("booked by a helper"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, default="id")
    created_at = models.DateTimeField(_("made"))
    make_key = models.CharField(max_length=80, unique=True, editable=False)
    link_version = models.PositiveSmallIntegerField(default=1)
    change_count = models.PositiveSmallIntegerField(_("changed"), default=0)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("contact forgotten"), null=True, blank=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BookingState.values), name="booking_state_known"
            ),
            models.CheckConstraint(
                condition=Q(holds_place=False) | Q(slot__isnull=False),
                name="booking_place_has_slot",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "held", "booked", "checked_in", "done"])
                | Q(holds_place=True),
                name="booking_live_holds_place",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "held"]) | Q(expires_at__isnull=False),
                name="booking_hold_has_end",
            ),
        ]
        indexes = [
            models.Index(fields=["slot", "state"], name="booking_by_slot"),
            models.Index(fields=["queue", "day", "state"], name="booking_by_day"),
            models.Index(fields=["owner", "-id"], name="booking_mine"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["held", "offered"]),
                name="booking_expiring",
            ),
            models.Index(
                fields=["release_at"],
                condition=Q(holds_place=True, release_at__isnull=False),
                name="booking_cooling",
            ),
            models.Index(fields=["day", "person_key"], name="booking_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.day:%Y-%m-%d} {self.pk}"


class BookingStep(Step):
    """One line of a booking's history."""

    OBJECT_FIELD = "booking"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(_("act"), max_length=20)
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("booking step")
        verbose_name_plural = _("booking steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "key"], condition=~Q(key=""), name="bookingstep_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.act}"


class LiveKey(models.Model):
    """One way by which a person is known to have a live number or booking on a day.

    `hash` is the keyed hash of scope, day and NIK, phone or account; it is UNIQUE while live.
    So one person has one live number per scope, whichever way he came. Kept when the number
    ends (not live), so that repeated use of one phone can be counted without knowing it.
    """

    hash = models.CharField(max_length=64)
    is_live = models.BooleanField(default=True)
    day = models.DateField()
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="live_keys"
    )
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="live_keys"
    )

    class Meta:
        verbose_name = _("live key")
        verbose_name_plural = _("live keys")
        constraints = [
            models.UniqueConstraint(
                fields=["hash"], condition=Q(is_live=True), name="livekey_once"
            ),
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(booking__isnull=False),
                name="livekey_of_something",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="livekey_by_day")]

    def __str__(self) -> str:
        return self.hash[:8]
