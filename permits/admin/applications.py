"""Applications, opinions and permits in the admin: read-only doors to the desk's own pages.

A stock change page would show a person's data without a purpose, so every row leads to the
review page, where the opening is recorded.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from counters import permissions as places
from permits.models import Application, Opinion, Permit
from permits.views.desk.issued import visible_permits
from permits.views.desk.urls import patterns


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nobody adds, changes or deletes here; whoever is posted may look at his agency's rows."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(places.postings_of(request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the list of models: the desk's navigation leads to the own pages."""
        return False


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    """The work list and everything below it."""

    def get_urls(self) -> list[URLPattern]:
        """The desk's own pages in front of the stock ones."""
        return patterns(self.admin_site.admin_view) + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return super().get_queryset(request).visible_to_desk(request.user)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("admin:permits_application_worklist")

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        return to_review(request, self.get_object(request, object_id))

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        return to_review(request, self.get_object(request, object_id))


def to_review(request: HttpRequest, application: Application | None) -> HttpResponse:
    """The review page of a file, or the work list when there is none for this person."""
    if application is None:
        return redirect("admin:permits_application_worklist")
    return redirect("admin:permits_application_review", application.number)


@admin.register(Permit)
class PermitAdmin(ReadOnlyAdmin):
    """Issued permits: the stock pages lead to our own."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Permit]:
        return visible_permits(request.user)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("admin:permits_application_papers")

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        permit = self.get_object(request, object_id)
        if permit is None:
            return redirect("admin:permits_application_papers")
        return redirect("admin:permits_application_paper", permit.application.number)

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        return self.change_view(request, object_id)


@admin.register(Opinion)
class OpinionAdmin(ReadOnlyAdmin):
    """Opinions asked and given, without their texts."""

    list_display = ("application", "agency", "state", "answer", "asked_at", "due_at", "given_at")
    list_filter = ("state", "answer")
    list_select_related = ("application", "agency")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opinion]:
        seen = Application.objects.visible_to_desk(request.user).values("pk")
        return super().get_queryset(request).filter(application__in=seen)

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        opinion = self.get_object(request, object_id)
        return to_review(request, opinion.application if opinion else None)

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        return self.change_view(request, object_id)
