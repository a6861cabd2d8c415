"""The queue: queues as data, their days, tickets with history, calls, errands.

State table and invariants: docs/queue.md. States are written by `mpp.kit.states.move` only; what
must never break is repeated here as UNIQUE and CHECK, on both databases.
"""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters.models.catalogue import Service
from counters.models.places import Agency, Counter, Site
from mpp.kit.fields import EncryptedTextField
from mpp.kit.limits import count, minutes, place_in_order
from mpp.kit.models import Stamped, Step

MOST_WALK_INS = 100_000


class Scope(models.TextChoices):
    """Within what one person has one live number."""

    QUEUE = "queue", _("this queue")
    AGENCY = "agency", _("this agency")
    MALL = "mall", _("the whole mall")


class Identity(models.TextChoices):
    """Whether a NIK or mobile number is asked for at the kiosk."""

    NONE = "none", _("not asked")
    OPTIONAL = "optional", _("may be given")
    REQUIRED = "required", _("must be given")


class Lane(models.TextChoices):
    """The class of a ticket, which sets its target."""

    WALK_IN = "walk_in", _("walk-in")
    BOOKED = "booked", _("booked")
    PRIORITY = "priority", _("priority")


class PriorityReason(Stamped):
    """Why somebody is served first (UU 25/2009 art. 29): a code, never a medical detail."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    order = place_in_order()
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("priority reason")
        verbose_name_plural = _("priority reasons")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class Queue(Stamped):
    """One line of people with one letter, served by one or more counters of an agency.

    Everything that differs between regions is a column: targets (minutes from the start of
    waiting until the call, per class), quota, slots, windows, limits.
    """

    key = models.SlugField(_("key"), max_length=60)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="queues")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="queues")
    letter = models.CharField(_("letter"), max_length=2)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    services = models.ManyToManyField(Service, blank=True, related_name="queues")
    counters = models.ManyToManyField(Counter, blank=True, related_name="queues")
    scope = models.CharField(_("one number per"), max_length=8, choices=Scope, default="agency")
    identity = models.CharField(
        _("NIK or phone at the kiosk"), max_length=8, choices=Identity, default="optional"
    )
    target_walk_in = minutes(_("target for walk-ins (min)"), default=30)
    target_booked = minutes(_("target for booked (min)"), default=10)
    target_priority = minutes(_("target for priority (min)"), default=5)
    service_minutes = minutes(_("usual service (min)"), least=1, default=10)
    walk_in_quota = models.PositiveIntegerField(
        _("walk-ins a day"), null=True, blank=True, validators=[MaxValueValidator(MOST_WALK_INS)]
    )
    takes_online = models.BooleanField(_("numbers from home"), default=True)
    takes_bookings = models.BooleanField(_("bookings"), default=True)
    slot_minutes = minutes(_("length of a slot (min)"), least=5, default=30)
    booked_percent = count(_("share kept for bookings (%)"), most=100, default=50)
    book_days_ahead = count(_("bookable days ahead"), most=90, default=14)
    hold_minutes = minutes(_("a hold lasts (min)"), default=10)
    early_minutes = minutes(_("check-in opens before (min)"), default=30)
    late_minutes = minutes(_("late after (min)"), default=15)
    release_from_minutes = minutes(_("a cancelled place returns after at least (min)"), default=5)
    release_to_minutes = minutes(_("a cancelled place returns after at most (min)"), default=30)
    most_changes = count(_("other times at most"), most=100, default=3)
    offer_minutes = minutes(_("an offer lasts (min)"), default=30)
    grace_minutes = minutes(_("come back within (min)"), default=30)
    come_back_minutes = minutes(_("target after coming back (min)"), default=10)
    least_calls = count(_("calls before nobody came"), most=100, default=1)
    most_calls = count(_("calls at most"), least=1, most=100, default=3)
    most_defers = count(_("moves back at most"), most=100, default=2)
    is_active = models.BooleanField(_("active"), default=True)
    order = place_in_order()
    assumed = models.JSONField(_("assumed fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="queue_key_once"),
            models.UniqueConstraint(fields=["site", "letter"], name="queue_letter_once"),
            models.CheckConstraint(
                condition=Q(booked_percent__lte=100), name="queue_percent_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5), name="queue_slot_five_minutes"
            ),
            models.CheckConstraint(
                condition=Q(release_from_minutes__lte=F("release_to_minutes")),
                name="queue_release_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"

    def target_of(self, lane: str) -> int:
        """Minutes from the start of waiting until the call that this class is promised."""
        return {
            Lane.BOOKED: self.target_booked,
            Lane.PRIORITY: self.target_priority,
        }.get(lane, self.target_walk_in)

    @property
    def overtaking_minutes(self) -> int:
        """Nobody whose turn began more than this many minutes later is called before you."""
        targets = (self.target_walk_in, self.target_booked, self.target_priority)
        return max(targets) - min(targets)


class QueueDay(models.Model):
    """A queue on one local day: the counted row behind numbers and quota.

    `version` rises with every act that changes who waits, is called or served here: live pages
    ask for it alone. The row is updated first in each act, which is also the lock order.

    Closed means nobody is served; stopped by its supervisor means no new numbers and places,
    while whoever has one (a number, a booking, a further service of a visit) is still served.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="days")
    day = models.DateField(_("day"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    walk_ins = models.PositiveIntegerField(_("walk-ins"), default=0)
    walk_in_quota = models.PositiveIntegerField(_("walk-ins at most"), null=True, blank=True)
    unkeyed = models.PositiveIntegerField(_("without NIK or phone"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_reason = models.CharField(_("closed because"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(_("no new numbers since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = _("queue day")
        verbose_name_plural = _("queue days")
        ordering = ["-day", "queue"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "day"], name="queueday_once"),
            models.CheckConstraint(
                condition=Q(walk_in_quota__isnull=True) | Q(walk_ins__lte=F("walk_in_quota")),
                name="queueday_within_quota",
            ),
        ]
        indexes = [models.Index(fields=["day", "queue"], name="queueday_by_day")]

    def __str__(self) -> str:
        return f"{self.queue} {self.day:%Y-%m-%d}"

    @property
    def gives_none(self) -> bool:
        """Whether no new number and no new place is given on this day any more."""
        return bool(self.closed_at or self.stopped_at or self.ended_at)


class TicketState(models.TextChoices):
    PRINTING = "printing", _("being printed")
    WAITING = "waiting", _("waiting")
    CALLED = "called", _("called")
    SERVING = "serving", _("being served")
    HELD = "held", _("on hold")
    MISSED = "missed", _("did not come")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


LIVE = (
    TicketState.PRINTING,
    TicketState.WAITING,
    TicketState.CALLED,
    TicketState.SERVING,
    TicketState.HELD,
    TicketState.MISSED,
)
AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
ENDED = (TicketState.DONE, TicketState.CANCELLED, TicketState.EXPIRED)


class Source(models.TextChoices):
    ONLINE = "online", _("from home")
    KIOSK = "kiosk", _("kiosk")
    DESK = "desk", _("desk")
    BOOKING = "booking", _("booking")
    PAPER = "paper", _("paper number")


class Ticket(models.Model):
    """One number of one person on one day.

    `issued_in` never changes and owns the number; `queue_day` is where it waits now. Called in
    the order (due_at, id), where due_at = start_at + the target of its class. The secret link
    is `link_token("ticket", pk, link_version)`. Name and contact are there for the calling of a
    person without an account and go when the retention job says so.
    """

    issued_in = models.ForeignKey(QueueDay, on_delete=models.PROTECT, related_name="issued")
    queue_day = models.ForeignKey(QueueDay, on_delete=models.PROTECT, related_name="tickets")
    letter = models.CharField(_("letter"), max_length=2)
    number = models.PositiveIntegerField(_("number"))
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=TicketState)
    state_at = models.DateTimeField(_("since"))
    source = models.CharField(_("taken"), max_length=8, choices=Source)
    lane = models.CharField(_("class"), max_length=8, choices=Lane, default=Lane.WALK_IN)
    priority = models.ForeignKey(
        PriorityReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(_("issued"))
    start_at = models.DateTimeField(_("waiting counts from"))
    due_at = models.DateTimeField(_("due"))
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    call_count = models.PositiveSmallIntegerField(_("calls"), default=0)
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    first_called_at = models.DateTimeField(_("first called"), null=True, blank=True)
    served_at = models.DateTimeField(_("service began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=40, blank=True)
    held_until = models.DateTimeField(_("on hold until"), null=True, blank=True)
    came_back = models.BooleanField(_("came back once"), default=False)
    defer_count = models.PositiveSmallIntegerField(_("moved back"), default=0)
    wanted_counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    booking = models.OneToOneField(
        "counters.Booking", on_delete=models.PROTECT, null=True, blank=True, related_name="ticket"
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    contact_name = EncryptedTextField(_("name"), blank=True)
    phone = EncryptedTextField(_("mobile number"), blank=True)
    email = EncryptedTextField(_("e-mail"), blank=True)
    person_key = models.CharField(max_length=64, blank=True, editable=False)
    is_unkeyed = models.BooleanField(_("without NIK or phone"), default=False)
    helped_by = models.CharField(_("taken by a helper"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, default="id")
    issue_key = models.CharField(max_length=80, unique=True, editable=False)
    link_version = models.PositiveSmallIntegerField(default=1)
    near_at = models.DateTimeField(_("told that the turn is near"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("contact forgotten"), null=True, blank=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["issued_in", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=["called", "serving"]),
                name="ticket_one_per_counter",
            ),
            models.UniqueConstraint(
                fields=["person_key"],
                condition=Q(state__in=["called", "serving"]) & ~Q(person_key=""),
                name="ticket_person_at_one_counter",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TicketState.values), name="ticket_state_known"
            ),
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="ticket_lane_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["called", "serving"]) | Q(counter__isnull=False),
                name="ticket_called_has_counter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "cancelled", "expired"])
                | Q(ended_at__isnull=False),
                name="ticket_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(lane="priority") | Q(priority__isnull=False),
                name="ticket_priority_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue_day", "due_at", "id"],
                condition=Q(state="waiting"),
                name="ticket_waiting_order",
            ),
            models.Index(fields=["queue_day", "state"], name="ticket_by_day_state"),
            models.Index(fields=["owner", "-id"], name="ticket_mine"),
            models.Index(fields=["day", "person_key"], name="ticket_by_person"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as it is called: `D 007`."""
        return f"{self.letter} {self.number:03d}"

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.state in LIVE


class TicketStep(Step):
    """One line of a ticket's history. `act` is the verb; order changes carry their reason."""

    OBJECT_FIELD = "ticket"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(_("act"), max_length=20)
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    queue_day = models.ForeignKey(
        QueueDay, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    before = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("ticket step")
        verbose_name_plural = _("ticket steps")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "key"], condition=~Q(key=""), name="ticketstep_key_once"
            ),
        ]
        indexes = [models.Index(fields=["counter", "-id"], name="ticketstep_by_counter")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.act}"
