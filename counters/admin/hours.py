"""Week plans: one line per weekday, as people write hours."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.admin.base import LinesField, renew
from counters.admin.displaced import follow_now
from counters.admin.hall_base import HallAdmin, HallForm
from counters.hours import BadSpan, read_spans, write_spans
from counters.models import WeekPlan
from mpp.kit.fields import SafeCharField

MOST_SPANS = 6
DAY_FIELDS = [f"day_{day}" for day in range(7)]


class SpansField(SafeCharField):
    """Open hours of one day on one line: "08.00-12.00, 13.00-15.00"; empty is closed.

    The value is a list of spans as they are stored; a fault is told in one sentence.
    """

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"size": 40})
        super().__init__(**{"required": False, "max_length": 120, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """A stored list as people write it; what was typed stays as typed."""
        if isinstance(value, list):
            return ", ".join(str(span).replace(":", ".") for span in value)
        return value

    def clean(self, value: Any) -> list[str]:
        """The spans in order, `["08:00-12:00", ...]`."""
        text = super().clean(value)
        parts = [part for part in re.split(r"[,;]", text) if part.strip()]
        if len(parts) > MOST_SPANS:
            raise ValidationError(_("Write at most six spans of hours a day."))
        try:
            return write_spans(read_spans(parts))
        except BadSpan as wrong:
            if str(wrong) == "overlap":
                raise ValidationError(
                    _("These hours overlap. The gap between two spans is the break.")
                ) from wrong
            sentence = _("We could not read %(text)s. Write hours like 08.00-12.00, 13.00-15.00.")
            raise ValidationError(sentence % {"text": f"“{str(wrong).strip()}”"}) from wrong

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown."""
        return super().has_changed(self.prepare_value(initial), data)


def _day_field(day: int) -> SpansField:
    """The line of one weekday, named as the calendar names it."""
    return SpansField(
        label=WEEKDAYS[day],
        help_text=gettext_lazy("Empty: closed. Else like 08.00-12.00, 13.00-14.00."),
    )


class WeekPlanForm(HallForm):
    name_fields = ("name", "name_en")
    day_0, day_1, day_2, day_3 = (_day_field(day) for day in range(4))
    day_4, day_5, day_6 = (_day_field(day) for day in range(4, 7))

    class Meta:
        model = WeekPlan
        exclude = ["days"]
        field_classes = {"assumed": LinesField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.days if isinstance(self.instance.days, dict) else {}
        for day, name in enumerate(DAY_FIELDS):
            if name in self.fields:
                self.initial.setdefault(name, stored.get(str(day), []))

    def clean(self) -> dict[str, Any]:
        """At least one open day, dates in order; then the days go into the row."""
        cleaned = super().clean()
        days = {str(n): cleaned[name] for n, name in enumerate(DAY_FIELDS) if cleaned.get(name)}
        if not days and not any(name in self.errors for name in DAY_FIELDS):
            self.add_error("day_0", _("Write the hours of at least one day."))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if bool(first) != bool(last) and not {"starts_on", "ends_on"} & set(self.errors):
            self.add_error(
                "ends_on" if first else "starts_on", _("Write both dates, or neither of them.")
            )
        elif first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first."))
        if "day_0" in self.fields:
            self.instance.days = days
        return cleaned


@admin.register(WeekPlan)
class WeekPlanAdmin(HallAdmin):
    form = WeekPlanForm
    agency_paths = ("agency", "counter__agency")
    list_display = ["name", "site", "of_whom", "starts_on", "ends_on", "last_ticket_minutes"]
    list_filter = ["site"]
    list_select_related = ["site", "agency", "counter"]
    search_fields = ["name", "key"]
    ordering = ["site", "key"]
    fields = [
        ("site", "key"),
        ("name", "name_en"),
        ("agency", "counter"),
        *DAY_FIELDS,
        ("starts_on", "ends_on"),
        "last_ticket_minutes",
        "assumed",
    ]

    def agency_id_of(self, obj: WeekPlan) -> int | None:
        return obj.counter.agency_id if obj.counter_id else obj.agency_id

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["site", "key"] if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        """A plan is removed when it ended; nothing else hangs on it."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj) and (
            obj is None or self.has_change_permission(request, obj)
        )

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        follow_now(request)

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        renew()
        follow_now(request)

    @admin.display(description=gettext_lazy("of"))
    def of_whom(self, plan: WeekPlan) -> str:
        """Whose hours these are."""
        return str(plan.counter or plan.agency or _("the whole building"))
