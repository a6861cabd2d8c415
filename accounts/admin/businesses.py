"""Businesses and who may act for them; changed by their owners, read here."""

from django.contrib import admin

from accounts.admin.base import ReadOnly
from accounts.models import Business


@admin.register(Business)
class BusinessAdmin(ReadOnly):
    list_display = ["name", "nib", "created_at"]
    search_fields = ["name", "nib"]
    ordering = ["name", "pk"]
    fields = ["name", "nib", "address", "region_code", "created_at"]
    list_per_page = 50
