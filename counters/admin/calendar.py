"""Sites with their hours, and the days on which no clock runs."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.admin.base import DeskForm, LinesField, renew
from counters.models import Holiday, Site


class SiteForm(DeskForm):
    name_fields = ("name", "name_en")
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("open weekdays"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        field_classes = {"assumed": LinesField}

    def clean_time_zone(self) -> str:
        """A zone that Python knows: a promise is computed in it."""
        zone = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Example: Asia/Jakarta."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Opening comes before closing."""
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("The site must open before it closes."))
        return cleaned


class CalendarAdmin(admin.ModelAdmin):
    """Places and days of the whole mall: by role, not by agency."""

    form = DeskForm

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        renew()

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        renew()


@admin.register(Site)
class SiteAdmin(CalendarAdmin):
    form = SiteForm
    list_display = ["name", "opens_at", "closes_at", "time_zone"]
    search_fields = ["name", "key"]
    ordering = ["order", "key"]
    fields = [
        "key",
        ("name", "name_en"),
        "address",
        "time_zone",
        "weekdays",
        ("opens_at", "closes_at"),
        "order",
        "assumed",
    ]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["key"] if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Holiday)
class HolidayAdmin(CalendarAdmin):
    list_display = ["day", "name", "kind", "is_closed"]
    list_filter = ["is_closed", "kind"]
    search_fields = ["name"]
    date_hierarchy = "day"
    ordering = ["-day"]
    fields = ["day", "name", "kind", "is_closed"]
