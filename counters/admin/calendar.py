"""Sites with their hours, and the days on which no clock runs."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counters.admin.base import DeskForm, LinesField, renew
from counters.admin.displaced import follow_now
from counters.models import Holiday, Site
from counters.workdays import seed_holidays
from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin


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
        follow_now(request)

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
    change_list_template = "admin/counters/holiday/change_list.html"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.suggest_view)
        return [path("usulan/", view, name="counters_holiday_suggest"), *super().get_urls()]

    def suggest_view(self, request: HttpRequest) -> HttpResponse:
        """The holidays a year is thought to have, to be ticked; only chosen ones become rows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET or None
        year = _year_of(data.get("year", "") if data else "")
        form = SuggestedForm(request.POST if request.method == "POST" else None, year=year)
        if request.method == "POST" and form.is_valid():
            return self._add(request, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Suggested holidays"),
            "opts": self.opts,
            "form": form,
            "year": year,
            "years": years(),
            "rows": form.rows,
            "back": reverse("admin:counters_holiday_changelist"),
        }
        return render(request, "admin/counters/holiday/suggest.html", context)

    def _add(self, request: HttpRequest, form: "SuggestedForm") -> HttpResponse:
        chosen = set(form.cleaned_data["days"])
        rows = [
            Holiday(day=r.day, name=r.name, kind=r.kind) for r in form.rows if r.code in chosen
        ]
        Holiday.objects.bulk_create(rows, ignore_conflicts=True)
        renew()
        told = ngettext("%(count)s day was added.", "%(count)s days were added.", len(rows))
        messages.success(request, told % {"count": len(rows)})
        follow_now(request)
        return redirect("admin:counters_holiday_changelist")


# Holidays on the same date each year: New Year, labour, Pancasila, independence, Christmas.
FIXED = frozenset({(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)})


def years() -> list[int]:
    """The years that are suggested: this one and the two after it."""
    now = clock.today().year
    return [now, now + 1, now + 2]


def _year_of(text: str) -> int:
    """The asked year; the present one for anything else."""
    return next((year for year in years() if str(year) == text.strip()), years()[0])


class Suggested:
    """One suggested day; `is_known` says that the table has it already."""

    def __init__(self, day: date, name: str, kind: str, *, is_known: bool) -> None:
        self.day, self.kind, self.is_known = day, kind, is_known
        self.name = name.replace("(perkiraan)", "").strip()
        # The joint decree of a coming year is not out yet, or the moon decides.
        is_fixed = kind == "public" and (day.month, day.day) in FIXED
        coming = day.year > clock.today().year and not is_fixed
        self.is_estimated = "(perkiraan)" in name or coming
        self.code = day.isoformat()


class SuggestedForm(SafeFormMixin, forms.Form):
    """Which of the suggested days become rows."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        error_messages={
            "required": gettext_lazy("Tick at least one day."),
            "invalid_choice": gettext_lazy("Choose only days of this list."),
        },
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = set(Holiday.objects.filter(day__year=year).values_list("day", flat=True))
        self.rows = [
            Suggested(day, name, kind, is_known=day in known)
            for day, name, kind in seed_holidays(year)
        ]
        self.fields["days"].choices = [(r.code, r.name) for r in self.rows if not r.is_known]
        ticked = set(self.data.getlist("days")) if self.is_bound else None
        for row in self.rows:
            row.is_ticked = not row.is_estimated if ticked is None else row.code in ticked
