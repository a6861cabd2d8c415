"""What the desk's read-only pages share."""

from django.contrib import admin
from django.http import HttpRequest


class NoDelete(admin.ModelAdmin):
    """Nobody deletes rows in the desk: retention jobs do, and say what they did."""

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class ReadOnly(NoDelete):
    """Rows that the portal writes and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
