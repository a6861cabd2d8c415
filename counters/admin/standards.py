"""Versions of a service standard: written while a draft, then put into force by an act."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from counters import actions
from counters import permissions as places
from counters.admin.base import DeskForm, LinesField, LinkLinesField, PlaceAdmin
from counters.admin.services import row_number
from counters.models import ServiceStandard, StandardRequirement, StandardState


class StandardForm(DeskForm):
    class Meta:
        field_classes = {
            "procedure": LinesField,
            "procedure_en": LinesField,
            "legal_basis": LinesField,
            "sources": LinkLinesField,
            "assumed": LinesField,
        }


class RequirementInline(admin.TabularInline):
    """The requirement rows of a draft; of a published version only to read."""

    model = StandardRequirement
    form = DeskForm
    extra = 0
    fields = ["key", "title", "title_en", "note", "note_en", "proof", "order"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


def _is_draft(standard: ServiceStandard | None) -> bool:
    return standard is None or standard.state == StandardState.DRAFT


@admin.register(ServiceStandard)
class ServiceStandardAdmin(PlaceAdmin):
    """Made from the service's page; what was in force stays as it was."""

    form = StandardForm
    agency_path = "service__agency"
    list_display = ["service", "version", "state", "decree", "effective_on"]
    list_filter = ["state"]
    list_select_related = ["service"]
    search_fields = ["service__name", "decree"]
    ordering = ["service__order", "-version"]
    inlines = [RequirementInline]
    change_form_template = "admin/counters/servicestandard/change_form.html"
    fields = [
        ("service", "version", "state"),
        ("decree", "decree_on", "effective_on"),
        ("limit_count", "limit_unit", "intake_days"),
        "fee_amount",
        ("fee_text", "fee_text_en"),
        ("product", "product_en"),
        ("procedure", "procedure_en"),
        ("complaints", "complaints_en"),
        "legal_basis",
        "sources",
        "assumed",
    ]
    readonly_fields = ["service", "version", "state"]

    def agency_id_of(self, obj: ServiceStandard) -> int | None:
        return obj.service.agency_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only drafts: a standard that has been in force is never rewritten."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.put_in_force_view)
        own = path(
            "<path:object_id>/put-in-force/", view, name="counters_servicestandard_put_in_force"
        )
        return [own, *super().get_urls()]

    def put_in_force_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then put the draft into force; a refusal says why (403)."""
        standard = get_object_or_404(self.get_queryset(request), pk=row_number(object_id))
        verdict = actions.can_put_in_force(standard)
        may = places.can_publish(request.user, self.agency_id_of(standard))
        may = may and request.user.has_perm("counters.change_servicestandard")
        if request.method == "POST" and may and verdict:
            return self._put_in_force(request, standard)
        refusal = verdict.sentence if may else _("You may not publish for this agency.")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Put the standard into force"),
            "opts": self.opts,
            "standard": standard,
            "refusal": refusal,
        }
        page = "admin/counters/servicestandard/put_in_force.html"
        return render(request, page, context, status=403 if refusal else 200)

    def _put_in_force(self, request: HttpRequest, standard: ServiceStandard) -> HttpResponse:
        try:
            actions.put_in_force(standard)
            messages.success(request, _("The standard is in force now."))
        except actions.Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(
            reverse("admin:counters_servicestandard_change", args=[standard.pk])
        )
