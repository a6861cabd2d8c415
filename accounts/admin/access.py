"""The data-access log: read, never edited, by anybody."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.base import ReadOnly
from accounts.identity import mask_name
from accounts.models import AccessEvent


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnly):
    list_display = ["at", "actor_name", "office", "shown_subject", "object_kind", "purpose"]
    list_filter = ["object_kind"]
    list_select_related = ["subject"]
    search_fields = ["actor_name", "object_ref", "file_ref"]
    ordering = ["-pk"]
    list_per_page = 50
    show_full_result_count = False
    fields = [
        "at",
        "actor_name",
        "office",
        "shown_subject",
        "object_kind",
        "object_ref",
        "file_ref",
        "purpose",
        "seal",
    ]

    @admin.display(description=gettext_lazy("person"))
    def shown_subject(self, event: AccessEvent) -> str:
        """Masked: reading the log must not be a way around it."""
        return mask_name(event.subject.full_name) if event.subject else "–"
