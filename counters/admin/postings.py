"""Who serves where. Saving calls the acts, so that staff rights follow at once."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters import actions
from counters.admin.base import PlaceAdmin
from counters.models import Posting


@admin.register(Posting)
class PostingAdmin(PlaceAdmin):
    list_display = ["user", "agency", "role", "counter", "ended_at"]
    list_filter = ["role", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "agency", "role", "counter"]
    search_fields = ["user__full_name", "agency__abbr"]
    autocomplete_fields = ["user", "agency", "counter"]
    ordering = ["-pk"]
    fields = ["user", "agency", "role", "counter"]
    actions = ["end_postings"]

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list[str]:
        """A posting is ended and made anew, never turned into another person's or role's."""
        return ["user", "agency", "role"] if obj else []

    def save_model(self, request: HttpRequest, obj: Posting, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        actions.follow_postings(obj.user)

    @admin.action(description=gettext_lazy("End these postings"), permissions=["change"])
    def end_postings(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End the picked postings that are in force."""
        rows = list(queryset.filter(ended_at__isnull=True).select_related("user"))
        for posting in rows:
            actions.end_posting(posting)
        messages.success(request, _("Postings ended: %(count)s") % {"count": len(rows)})
