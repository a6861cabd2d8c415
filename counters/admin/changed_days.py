"""Changed days: closing a day (or other hours for it) with the consequence before the yes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counters import actions
from counters.actions.days import Consequences, can_change_day, consequences
from counters.admin.displaced import person_row
from counters.admin.hall_base import HallAdmin, own_agencies
from counters.admin.hours import SpansField
from counters.hours import read_spans
from counters.models import Agency, Counter, DayChange, Site
from mpp.kit import clock
from mpp.kit.fields import SafeCharField, SafeFormMixin

# More names than these are a number.
LISTED = 100


class ChangeDayForm(SafeFormMixin, forms.Form):
    """Which day changes for whom, how, and why."""

    site = forms.ModelChoiceField(
        Site.objects.order_by("order", "key"), label=gettext_lazy("Site")
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Agency"),
        required=False,
        empty_label=gettext_lazy("the whole building"),
        help_text=gettext_lazy("Leave both empty to close the whole building."),
    )
    counter = forms.ModelChoiceField(
        Counter.objects.none(),
        label=gettext_lazy("Counter"),
        required=False,
        empty_label=gettext_lazy("all counters"),
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    spans = SpansField(
        label=gettext_lazy("Hours on this day"),
        help_text=gettext_lazy("Empty: closed. Else like 08.00-12.00, 13.00-14.00."),
    )
    reason = SafeCharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("People read it on the page and in the message."),
    )
    reason_en = SafeCharField(
        label=gettext_lazy("Reason (English)"), max_length=200, required=False
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own = own_agencies(actor)
        self.fields["agency"].queryset = own.order_by("order", "key")
        self.fields["counter"].queryset = Counter.objects.filter(agency__in=own).order_by(
            "order", "key"
        )
        if not self.is_bound:
            self.initial.setdefault("site", self.fields["site"].queryset.first())

    def clean_day(self):
        """A day to come, in the site's zone; not years ahead by a slip of the key."""
        day = self.cleaned_data["day"]
        site = self.cleaned_data.get("site")
        today = clock.today(site.time_zone if site else None)
        if day < today:
            raise forms.ValidationError(_("This day is over."))
        if (day - today).days > 400:
            raise forms.ValidationError(_("Choose a day within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        """One level, of the site, and one's own."""
        cleaned = super().clean()
        agency, counter = cleaned.get("agency"), cleaned.get("counter")
        if agency and counter and counter.agency_id != agency.pk:
            self.add_error("counter", _("This counter belongs to another agency."))
        if counter and cleaned.get("site") and counter.site_id != cleaned["site"].pk:
            self.add_error("counter", _("This counter stands at another site."))
        if not {"agency", "counter"} & set(self.errors):
            verdict = can_change_day(self.actor, agency, counter)
            if not verdict:
                self.add_error("agency", _("Choose your agency or one of its counters."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """What the act is called with."""
        data = self.cleaned_data
        counter = data["counter"]
        return {
            "spans": read_spans(data["spans"]),
            "reason": data["reason"],
            "agency": None if counter else data["agency"],
            "counter": counter,
        }


@admin.register(DayChange)
class DayChangeAdmin(HallAdmin):
    agency_paths = ("agency", "counter__agency")
    list_display = ["day", "site", "of_whom", "shown_hours", "reason"]
    list_filter = ["site", "day"]
    list_select_related = ["site", "agency", "counter"]
    search_fields = ["reason"]
    date_hierarchy = "day"
    ordering = ["-day", "site"]
    change_form_template = "admin/counters/daychange/change_form.html"
    fields = ["site", "agency", "counter", "day", "shown_hours", "reason", "reason_en"]
    readonly_fields = ["shown_hours"]

    def agency_id_of(self, obj: DayChange) -> int | None:
        return obj.counter.agency_id if obj.counter_id else obj.agency_id

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A changed day is taken back and made anew, so that its consequence is seen."""
        return False

    @admin.display(description=gettext_lazy("of"))
    def of_whom(self, change: DayChange) -> str:
        """Whose day this is."""
        return str(change.counter or change.agency or _("the whole building"))

    @admin.display(description=gettext_lazy("hours"))
    def shown_hours(self, change: DayChange) -> str:
        """The hours, or that it is closed."""
        return SpansField().prepare_value(change.spans) or _("closed")

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.reopen_view)
        own = path("<int:pk>/batalkan/", view, name="counters_daychange_reopen")
        return [own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None):
        """Ask, show what follows, and only then do it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ChangeDayForm(
            request.POST if request.method == "POST" else None,
            actor=request.user,
            initial={"day": request.GET.get("day", "")} if request.method == "GET" else None,
        )
        found = None
        if request.method == "POST" and form.is_valid():
            site, day = form.cleaned_data["site"], form.cleaned_data["day"]
            if "confirm" in request.POST:
                return self._change(request, form)
            found = consequences(site, day, **form.given())
        return self._page(request, form, found)

    def _change(self, request: HttpRequest, form: ChangeDayForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            found = actions.change_day(
                data["site"],
                data["day"],
                actor=request.user,
                reason_en=data["reason_en"],
                **form.given(),
            )
        except actions.Refused as refused:
            form.add_error(None, refused.sentence)
            return self._page(request, form, None)
        told = ngettext(
            "The day is changed. %(count)s booking was moved to choosing again.",
            "The day is changed. %(count)s bookings were moved to choosing again.",
            len(found.bookings),
        )
        messages.success(request, told % {"count": len(found.bookings)})
        return redirect("admin:counters_daychange_changelist")

    def _page(
        self, request: HttpRequest, form: ChangeDayForm, found: Consequences | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close a day"),
            "opts": self.opts,
            "form": form,
            "found": found,
            "people": [person_row(row) for row in found.bookings[:LISTED]] if found else [],
            "more": max(len(found.bookings) - LISTED, 0) if found else 0,
            "back": reverse("admin:counters_daychange_changelist"),
        }
        return render(request, "admin/counters/daychange/close.html", context)

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a changed day back: asked first, done by POST."""
        change = get_object_or_404(self.get_queryset(request), pk=pk)
        refusal = can_change_day(request.user, change.agency, change.counter).sentence
        if request.method == "POST" and not refusal:
            actions.reopen_day(change, actor=request.user)
            messages.success(request, _("The usual hours hold again on this day."))
            return redirect("admin:counters_daychange_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take the change back"),
            "opts": self.opts,
            "change": change,
            "whom": self.of_whom(change),
            "hours": self.shown_hours(change),
            "refusal": refusal,
            "back": reverse("admin:counters_daychange_changelist"),
        }
        status = 403 if refusal else 200
        return render(request, "admin/counters/daychange/reopen.html", context, status=status)
