"""Slots and bookings, to be read: names masked, states changed by acts only."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.identity import mask_name, normalise_phone
from counters import actions
from counters import permissions as places
from counters.actions.slots import conflicts
from counters.admin.hall_base import HallAdmin
from counters.models import Booking, LiveKey, Queue, Site, Slot
from counters.persons import Person, live_hashes
from counters.words import clock_words
from mpp.kit import clock
from mpp.kit.states import WrongState

# A phone is looked for on these days around today: the hashes say the day.
DAYS_BACK, DAYS_AHEAD = 14, 30


class ReadOnly(HallAdmin):
    """Rows made by acts and jobs."""

    agency_paths = ("queue__agency",)

    def agency_id_of(self, obj: Slot | Booking) -> int | None:
        return obj.queue.agency_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def _time_of(slot: Slot) -> str:
    return clock_words(clock.local(slot.starts_at, slot.queue.site.time_zone))


@admin.register(Slot)
class SlotAdmin(ReadOnly):
    list_display = ["day", "shown_time", "queue", "minutes", "shown_places", "is_open"]
    list_filter = ["queue", "day"]
    list_select_related = ["queue__site"]
    date_hierarchy = "day"
    ordering = ["starts_at", "queue"]
    fields = ["queue", "day", "starts_at", "minutes", "capacity", "taken", "closed_at"]

    @admin.display(description=gettext_lazy("time"), ordering="starts_at")
    def shown_time(self, slot: Slot) -> str:
        """Its start on the wall clock of the site."""
        return _time_of(slot)

    @admin.display(description=gettext_lazy("taken"))
    def shown_places(self, slot: Slot) -> str:
        """Taken of all places."""
        return f"{slot.taken}/{slot.capacity}"

    @admin.display(description=gettext_lazy("open"), boolean=True)
    def is_open(self, slot: Slot) -> bool:
        """Whether it takes bookings."""
        return slot.closed_at is None


class OutsideHours(admin.SimpleListFilter):
    """Bookings whose time the hours do not hold any more."""

    title = gettext_lazy("hours")
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("outside", _("outside the hours now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "outside":
            return queryset
        return queryset.filter(pk__in=outside_the_hours(request))


def outside_the_hours(request: HttpRequest) -> list[int]:
    """Primary keys of the conflicts this person may see."""
    everything = places.can_configure(request.user)
    own = None if everything else places.supervised_ids(request.user)
    return [row.pk for site in Site.objects.all() for row in conflicts(site, own)]


@admin.register(Booking)
class BookingAdmin(ReadOnly):
    list_display = ["day", "shown_time", "queue", "shown_name", "state", "change_count"]
    list_filter = [OutsideHours, "state", "day", "queue"]
    list_select_related = ["queue__site", "slot__queue__site", "owner"]
    search_fields = ["queue__name"]
    search_help_text = gettext_lazy("A whole mobile number, or a queue")
    date_hierarchy = "day"
    ordering = ["-day", "slot__starts_at"]
    actions = ["ask_for_another_time"]
    fields = [
        "queue",
        "day",
        "shown_time",
        "state",
        "state_at",
        "shown_name",
        "service",
        "priority",
        "change_count",
        "created_at",
        "reminded_at",
    ]
    readonly_fields = ["shown_time", "shown_name"]

    def has_view_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Supervisors of queues; who configures the mall opens nobody's booking."""
        return super().has_view_permission(request, obj) and places.can_supervise(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and places.can_supervise(request.user)

    @admin.display(description=gettext_lazy("time"), ordering="slot__starts_at")
    def shown_time(self, booking: Booking) -> str:
        """The booked time; empty on the waiting list."""
        return _time_of(booking.slot) if booking.slot_id else ""

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, booking: Booking) -> str:
        """The name, masked: a list opens nobody's data."""
        name = booking.contact_name or (booking.owner.full_name if booking.owner_id else "")
        return mask_name(name) if name else ""

    def get_search_results(self, request, queryset, search_term):
        """A whole mobile number is found by its hashes; it never stands in a query itself."""
        phone = normalise_phone(search_term)
        if phone is None:
            return super().get_search_results(request, queryset, search_term)
        found = LiveKey.objects.filter(hash__in=_hashes(phone), booking__isnull=False)
        return queryset.filter(pk__in=found.values("booking")), False

    @admin.action(
        description=gettext_lazy("Ask to choose another time"), permissions=["supervise"]
    )
    def ask_for_another_time(self, request: HttpRequest, rows: QuerySet) -> None:
        """Displace the chosen bookings; their people are told and choose another time."""
        count = 0
        for booking in rows.select_related("queue__site", "queue__agency", "slot", "owner"):
            if not places.can_supervise(request.user, booking.queue.agency_id):
                continue
            try:
                actions.displace(
                    booking,
                    actor=request.user,
                    reason="Jam layanan berubah",
                    reason_en="The opening hours have changed",
                )
                count += 1
            except WrongState:
                continue
        told = ngettext(
            "%(count)s person was asked to choose another time.",
            "%(count)s people were asked to choose another time.",
            count,
        )
        messages.success(request, told % {"count": count})

    def has_supervise_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return places.can_supervise(request.user)


def _hashes(phone: str) -> list[str]:
    """The hashes of a mobile number in every queue on the days around today."""
    today = clock.today()
    days = [today + timedelta(days=n) for n in range(-DAYS_BACK, DAYS_AHEAD + 1)]
    person = Person(phone=phone)
    queues = Queue.objects.all()
    return list({h for queue in queues for day in days for h in live_hashes(person, queue, day)})
