"""Permit types in the desk: the list with states; a type opens in the editor."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.models import Agency
from counters.permissions import PUBLISHING_ROLES, can_configure, can_publish, postings_of
from permits.models import PermitType, PermitVersion
from permits.models.applications import Phase
from permits.views.editor import exchange, start
from permits.views.editor.urls import editor_urls

RUNNING = (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [
            ("draft", _("has a draft")),
            ("published", _("published")),
            ("closed", _("not published")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "closed":
            open_ids = PermitVersion.objects.filter(state="published").values("permit_type_id")
            return queryset.exclude(pk__in=open_ids)
        if self.value() in ("draft", "published"):
            return queryset.filter(versions__state=self.value())
        return queryset


@admin.register(PermitType)
class PermitTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "agency", "shown_versions", "running"]
    list_filter = [StateFilter]
    search_fields = ["key", "name", "name_en", "service__agency__abbr"]
    ordering = ["name"]
    list_per_page = 50
    actions = None
    show_full_result_count = False
    change_list_template = "admin/permits/editor/type_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Types of the agencies for which this person may publish, with versions and counts."""
        rows = super().get_queryset(request).select_related("service__agency")
        if not can_configure(request.user):
            held = [p.agency_id for p in postings_of(request.user) if p.role in PUBLISHING_ROLES]
            rows = rows.filter(service__agency_id__in=held)
        versions = PermitVersion.objects.order_by("-number").defer("definition")
        under_way = Q(versions__applications__phase__in=RUNNING)
        return rows.prefetch_related(Prefetch("versions", versions)).annotate(
            running_count=Count("versions__applications", filter=under_way, distinct=True)
        )

    @admin.display(description=gettext_lazy("agency"), ordering="service__agency__abbr")
    def agency(self, row: PermitType) -> Agency:
        return row.service.agency

    @admin.display(description=gettext_lazy("versions"))
    def shown_versions(self, row: PermitType) -> str:
        """The draft, the published one, or the last one when the type is closed."""
        rows = list(row.versions.all())
        live = [one for one in rows if one.state != "retired"] or rows[:1]
        links = [
            (
                reverse("admin:permits_permitversion_change", args=[one.pk]),
                one.number,
                one.get_state_display(),
            )
            for one in live
        ]
        return format_html_join(", ", '<a href="{}">v{} {}</a>', links) or format_html("–")

    @admin.display(description=gettext_lazy("under way"), ordering="running_count")
    def running(self, row: PermitType) -> int:
        return row.running_count

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        own = [
            path("import/", view(exchange.import_type), name="permits_permittype_import"),
            path("new/", view(start.new_type), name="permits_permittype_new"),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        """A type opens with its draft, else the published, else the last version."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        rank = {"draft": 0, "published": 1}
        rows = sorted(row.versions.all(), key=lambda one: (rank.get(one.state, 2), -one.number))
        if not rows:
            raise PermissionDenied(_("This permit type has no version. Import one."))
        return redirect("admin:permits_permitversion_change", rows[0].pk)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        extra = {
            "import_url": reverse("admin:permits_permittype_import"),
            "new_url": reverse("admin:permits_permittype_new"),
            "title": _("Permit types"),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can_publish(request.user)

    def has_view_permission(self, request: HttpRequest, obj: PermitType | None = None) -> bool:
        return can_publish(request.user, obj.service.agency if obj else None)

    def has_change_permission(self, request: HttpRequest, obj: PermitType | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PermitType | None = None) -> bool:
        return False


@admin.register(PermitVersion)
class PermitVersionAdmin(admin.ModelAdmin):
    """Only addresses: every page of a version is one of the editor's own."""

    def get_urls(self) -> list:
        return editor_urls(self.admin_site)

    def get_model_perms(self, request: HttpRequest) -> dict:
        return {}
