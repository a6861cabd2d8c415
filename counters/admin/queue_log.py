"""Numbers, calls and the days of counters in the desk: to read, masked, never to change."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.identity import mask_name
from counters import permissions as places
from counters.models import Call, CounterStep, QueueFact, Ticket


class QueueLogAdmin(admin.ModelAdmin):
    """Rows of the agencies one supervises; a superuser without a posting sees none."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    agency_path = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Only rows of one's own agencies; the operator's supervisor sees all."""
        rows = super().get_queryset(request)
        scope = places.supervised_ids(request.user)
        return rows if scope is None else rows.filter(**{f"{self.agency_path}__in": scope})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return places.can_supervise(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return places.can_supervise(request.user)


@admin.register(Ticket)
class TicketAdmin(QueueLogAdmin):
    """Numbers without the person: neither name nor contact in the clear."""

    agency_path = "queue_day__queue__agency"
    list_display = ("label", "day", "state", "lane", "source", "shown_name", "counter", "result")
    list_filter = ("state", "lane", "source", "day")
    list_select_related = ("counter",)
    ordering = ("-id",)
    fields = (
        "label",
        "day",
        "state",
        "state_at",
        "lane",
        "source",
        "shown_name",
        "issued_at",
        "start_at",
        "due_at",
        "first_called_at",
        "served_at",
        "ended_at",
        "call_count",
        "defer_count",
        "came_back",
        "is_unkeyed",
        "helped_by",
        "result",
    )
    readonly_fields = fields

    @admin.display(description=_("number"))
    def label(self, row: Ticket) -> str:
        return row.label

    @admin.display(description=_("name"))
    def shown_name(self, row: Ticket) -> str:
        return mask_name(row.contact_name)


@admin.register(Call)
class CallAdmin(QueueLogAdmin):
    """Every call that stood on a board."""

    agency_path = "counter__agency"
    list_display = ("ticket", "counter", "at", "is_recall")
    list_filter = ("is_recall", "day")
    list_select_related = ("ticket", "counter")
    ordering = ("-id",)
    fields = ("ticket", "counter", "day", "at", "is_recall")


@admin.register(CounterStep)
class CounterStepAdmin(QueueLogAdmin):
    """When a counter was opened, paused and closed, by whom and why."""

    agency_path = "counter__agency"
    list_display = ("counter", "from_state", "to_state", "actor_name", "reason", "at")
    list_filter = ("to_state",)
    list_select_related = ("counter",)
    ordering = ("-id",)
    fields = ("counter", "from_state", "to_state", "actor_name", "reason", "at")


@admin.register(QueueFact)
class QueueFactAdmin(QueueLogAdmin):
    """The counted facts behind the page of figures."""

    agency_path = "queue__agency"
    list_display = ("queue", "day", "hour", "lane", "issued", "called", "served", "no_shows")
    list_filter = ("lane", "day")
    list_select_related = ("queue",)
    ordering = ("-day", "queue", "hour")
