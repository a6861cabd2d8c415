"""The visit desk in the admin: own pages for visits, stock pages for what a region sets up."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from counters import permissions as places
from mpp.kit.fields import SafeFormMixin
from visits import capacity
from visits.models import (
    AgendaTemplate,
    Blackout,
    LetterTemplate,
    Topic,
    Visit,
    VisitDay,
    VisitRules,
    VisitSession,
)
from visits.permissions import can_configure
from visits.views.desk.urls import patterns


class SetupForm(SafeFormMixin, forms.ModelForm):
    """Base of the forms of what a region sets up."""


class WeekdaysField(forms.TypedMultipleChoiceField):
    """A JSON list of weekdays as boxes to tick."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        kwargs |= {
            "choices": [(str(number), WEEKDAYS[number]) for number in range(7)],
            "coerce": int,
            "widget": forms.CheckboxSelectMultiple,
        }
        super().__init__(*args, **kwargs)


class SessionForm(SetupForm):
    """A session; its weekdays are ticked."""

    class Meta:
        model = VisitSession
        fields = [
            "site",
            "key",
            "name",
            "name_en",
            "weekdays",
            "starts_at",
            "ends_at",
            "room",
            "groups_max",
            "people_max",
            "order",
            "is_active",
        ]
        field_classes = {"weekdays": WeekdaysField}


class FollowUpDaysField(forms.CharField):
    """A JSON list of days, written as "30, 90, 180"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        """Different numbers in order; how many and how large is the column's own rule."""
        parts = {part.strip() for part in super().clean(value).split(",")} - {""}
        if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
            raise ValidationError(_("Write days like 30, 90, 180; at most six."))
        return sorted({int(part) for part in parts})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown."""
        return super().has_changed(self.prepare_value(initial), data)


class RulesForm(SetupForm):
    """The rules of a site."""

    class Meta:
        model = VisitRules
        fields = [
            "key",
            "site",
            "is_active",
            "lead_days",
            "answer_days",
            "offer_days",
            "horizon_days",
            "day_groups",
            "day_people",
            "size_max",
            "cutoff_hours",
            "retention_months",
            "follow_up_days",
            "number_prefix",
            "note",
            "note_en",
        ]
        field_classes = {"follow_up_days": FollowUpDaysField}

    def clean_number_prefix(self) -> str:
        """Small letters are written large."""
        return self.cleaned_data["number_prefix"].upper()


class DayForm(SetupForm):
    """How much one day takes; never less than it holds already."""

    class Meta:
        model = VisitDay
        fields = ["groups_max", "people_max"]

    def clean(self) -> dict[str, Any]:
        """Not below what is taken."""
        data = super().clean()
        for name, taken in (("groups_max", "groups"), ("people_max", "people")):
            if data.get(name) is not None and data[name] < getattr(self.instance, taken):
                self.add_error(name, _("This day holds more than that already."))
        return data


class SetupAdmin(admin.ModelAdmin):
    """Rows a region sets up: for the visit desk and who configures the mall."""

    form = SetupForm
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(can_configure(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(can_configure(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(can_configure(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(can_configure(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing that visits may stand on is deleted: it is switched off."""
        return False


@admin.register(VisitRules)
class VisitRulesAdmin(SetupAdmin):
    """Rules per site; coming days follow them."""

    form = RulesForm
    list_display = ("site", "is_active", "lead_days", "answer_days", "day_groups", "day_people")

    def save_model(self, request: HttpRequest, obj: VisitRules, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        capacity.follow_rules(obj)


@admin.register(VisitSession)
class VisitSessionAdmin(SetupAdmin):
    """Sessions; coming days follow their places, never their hours."""

    form = SessionForm
    list_display = (
        "name",
        "site",
        "starts_at",
        "ends_at",
        "groups_max",
        "people_max",
        "is_active",
    )
    list_filter = ("site", "is_active")
    list_select_related = ("site",)

    def save_model(self, request: HttpRequest, obj: VisitSession, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        capacity.follow_session(obj)


@admin.register(Blackout)
class BlackoutAdmin(SetupAdmin):
    """Closed periods; they may be deleted, nothing stands on them."""

    fields = ("site", "starts_on", "ends_on", "reason", "reason_en")
    list_display = ("starts_on", "ends_on", "site", "reason")
    list_select_related = ("site",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(can_configure(request.user))


@admin.register(Topic)
class TopicAdmin(SetupAdmin):
    """Topics of visits."""

    list_display = ("name", "name_en", "order", "is_active")
    fields = ("key", "name", "name_en", "order", "is_active")


@admin.register(LetterTemplate)
class LetterTemplateAdmin(SetupAdmin):
    """Templates of papers: plain text with a closed list of placeholders."""

    list_display = ("title", "kind", "number_format")
    fields = (
        "key",
        "kind",
        "title",
        "number_format",
        "opening",
        "body",
        "notes",
        "signatory",
    )


@admin.register(AgendaTemplate)
class AgendaTemplateAdmin(SetupAdmin):
    """The parts of the usual agenda; they may be deleted, visits hold copies."""

    list_display = ("title", "minutes", "place", "order")
    fields = ("key", "title", "title_en", "place", "minutes", "order")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(can_configure(request.user))


@admin.register(VisitDay)
class VisitDayAdmin(SetupAdmin):
    """Days with places taken; how much a day takes can be changed for that day alone."""

    form = DayForm
    list_display = ("date", "site", "groups", "groups_max", "people", "people_max")
    list_select_related = ("site",)
    readonly_fields = ("site", "date", "groups", "people")
    fields = ("site", "date", "groups", "groups_max", "people", "people_max")
    date_hierarchy = "date"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: VisitDay, form: Any, change: bool) -> None:
        """Store the limits alone: what is taken may change meanwhile."""
        VisitDay.objects.filter(
            pk=obj.pk, groups__lte=obj.groups_max, people__lte=obj.people_max
        ).update(groups_max=obj.groups_max, people_max=obj.people_max)


@admin.register(Visit)
class VisitAdmin(admin.ModelAdmin):
    """Everything below /admin/visits/visit/ is an own page; the stock ones lead there."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        """The desk's own pages in front of the stock ones."""
        return patterns(self.admin_site.admin_view) + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        return super().get_queryset(request).visible_to(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the list of models: the desk's navigation leads to the own pages."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(places.postings_of(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:visits_visit_list")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        visit = self.get_object(request, object_id)
        if visit is None:
            return redirect("admin:visits_visit_list")
        return redirect("admin:visits_visit_review", visit.number)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)
