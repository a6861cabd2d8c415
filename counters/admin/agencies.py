"""Agencies and their counters."""

from django.contrib import admin

from counters.admin.base import DeskForm, LinesField, LinkLinesField, PlaceAdmin
from counters.models import Agency, Counter


class AgencyForm(DeskForm):
    name_fields = ("name", "name_en", "abbr")

    class Meta:
        field_classes = {"sources": LinkLinesField, "assumed": LinesField}


@admin.register(Agency)
class AgencyAdmin(PlaceAdmin):
    form = AgencyForm
    agency_path = "pk"
    list_display = ["abbr", "name", "kind", "is_operator", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["abbr", "name", "key"]
    ordering = ["order", "key"]
    fields = [
        "key",
        ("abbr", "kind"),
        ("name", "name_en"),
        ("summary", "summary_en"),
        ("hours", "hours_en"),
        ("order", "is_operator", "is_active"),
        "sources",
        "assumed",
    ]

    def agency_id_of(self, obj: Agency) -> int | None:
        return obj.pk

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """A key never changes once it exists; who operates the mall is not an agency's choice."""
        fixed = ["key"] if obj else []
        return fixed if request.user.is_superuser else [*fixed, "is_operator", "is_active"]


class CounterForm(DeskForm):
    class Meta:
        field_classes = {"assumed": LinesField}


@admin.register(Counter)
class CounterAdmin(PlaceAdmin):
    form = CounterForm
    list_display = ["name", "site", "agency", "zone", "floor"]
    list_filter = ["site"]
    list_select_related = ["site", "agency"]
    search_fields = ["name", "zone", "agency__abbr"]
    autocomplete_fields = ["site", "agency"]
    ordering = ["site__order", "order", "key"]
    fields = ["site", "agency", "key", "name", ("zone", "floor"), "order", "assumed"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["key"] if obj else []
