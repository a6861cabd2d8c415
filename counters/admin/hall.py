"""Texts on the boards."""

from django.contrib import admin

from counters import permissions as places
from counters.actions.base import touch_site
from counters.admin.base import DeskForm
from counters.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    """Plain texts, in Indonesian and English, by the operator of the mall."""

    form = DeskForm
    list_display = ["text", "site", "zone", "starts_at", "ends_at", "is_active"]
    list_filter = ["is_active", "site"]
    list_select_related = ["site"]
    search_fields = ["text", "key"]
    ordering = ["order", "key"]
    fields = [
        ("site", "key"),
        "text",
        "text_en",
        "zone",
        ("starts_at", "ends_at"),
        ("is_active", "is_spoken"),
        "order",
    ]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["site", "key"] if obj else []

    def has_module_permission(self, request) -> bool:
        return places.can_configure(request.user)

    def has_view_permission(self, request, obj=None) -> bool:
        return places.can_configure(request.user)

    def has_add_permission(self, request) -> bool:
        return places.can_configure(request.user)

    def has_change_permission(self, request, obj=None) -> bool:
        return places.can_configure(request.user)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        touch_site(obj.site_id)
