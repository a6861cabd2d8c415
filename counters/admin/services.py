"""Services with the versions of their standard, and life events."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters import actions
from counters import permissions as places
from counters.admin.base import DeskForm, LinesField, LinkLinesField, PlaceAdmin, renew
from counters.models import LifeEvent, Service, ServiceStandard


class StandardInline(admin.TabularInline):
    """The versions at a glance; each is edited on its own page, and only while a draft."""

    model = ServiceStandard
    extra = 0
    can_delete = False
    show_change_link = True
    ordering = ["-version"]
    fields = ["version", "state", "decree", "effective_on", "limit_count", "limit_unit"]
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("service standards")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class ServiceForm(DeskForm):
    name_fields = ("name", "name_en")
    system_url = forms.URLField(
        label=gettext_lazy("address of the system"),
        required=False,
        max_length=200,
        assume_scheme="https",
    )

    class Meta:
        field_classes = {
            "synonyms": LinesField,
            "sources": LinkLinesField,
            "assumed": LinesField,
        }


@admin.register(Service)
class ServiceAdmin(PlaceAdmin):
    form = ServiceForm
    list_display = ["name", "agency", "channel", "is_active", "reviewed_on"]
    list_filter = ["channel", "audience", "is_active", "life_events"]
    list_select_related = ["agency"]
    search_fields = ["name", "name_en", "key", "agency__abbr"]
    autocomplete_fields = ["agency", "life_events"]
    ordering = ["order", "key"]
    inlines = [StandardInline]
    fields = [
        "key",
        "agency",
        ("name", "name_en"),
        ("summary", "summary_en"),
        ("audience", "channel"),
        ("system_name", "system_url"),
        "synonyms",
        "life_events",
        "paused_reason",
        ("order", "is_active", "reviewed_on"),
        "sources",
        "assumed",
        "next_standard",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> list[str]:
        """Key and agency stay; "online" is written by publishing a permit type alone."""
        if obj is None:
            return ["next_standard"]
        fixed = ["key", "next_standard"]
        if obj.channel == "online":
            fixed.append("channel")
        return fixed if places.can_configure(request.user) else [*fixed, "agency"]

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Nobody can choose "online" by hand: nothing would take the applications."""
        if db_field.name == "channel":
            kwargs["choices"] = [pair for pair in db_field.choices if pair[0] != "online"]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.draft_view)
        own = path("<path:object_id>/draft/", view, name="counters_service_draft")
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("next standard"))
    def next_standard(self, service: Service) -> str:
        """The button that makes or opens the draft; its form stands at the page's end."""
        if not service.pk:
            return _("Save the service first.")
        return format_html(
            '<button class="button" formmethod="post" formaction="{}" formnovalidate>{}</button>',
            reverse("admin:counters_service_draft", args=[service.pk]),
            _("Write the next version"),
        )

    def draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make or open the draft of the next standard (POST) and go to it."""
        service = get_object_or_404(self.get_queryset(request), pk=row_number(object_id))
        if request.method != "POST" or not self.has_change_permission(request, service):
            messages.error(request, _("You cannot change this service."))
            return HttpResponseRedirect(
                reverse("admin:counters_service_change", args=[service.pk])
            )
        draft = actions.draft_standard(service)
        return HttpResponseRedirect(
            reverse("admin:counters_servicestandard_change", args=[draft.pk])
        )


def row_number(text: str) -> int:
    """A primary key from an address; 0 (which no row has) for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@admin.register(LifeEvent)
class LifeEventAdmin(admin.ModelAdmin):
    form = DeskForm
    list_display = ["title", "key", "icon", "order"]
    search_fields = ["title", "key"]
    ordering = ["order", "key"]
    fields = ["key", ("title", "title_en"), "icon", "order"]

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list[str]:
        return ["key"] if obj else []

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        renew()
