"""Roles at the desk, as data."""

from django.contrib import admin

from accounts.admin.base import NoDelete
from accounts.models import Role


@admin.register(Role)
class RoleAdmin(NoDelete):
    list_display = ["name", "key", "order"]
    fields = ["key", "name", "name_en", "rights", "order"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """The key is what postings and permit types name: fixed once it exists."""
        return ["key"] if obj else []
