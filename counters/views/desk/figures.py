"""Figures of the queue for supervisors: a period, tables, the map of the week, files."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from counters import figures, figures_tables
from counters import permissions as places
from counters.models import Agency, Lane, Site
from counters.views.desk.frame import Denied, page, told
from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin

LONGEST_DAYS = 400
FRESH_SECONDS = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"


class PeriodForm(SafeFormMixin, forms.Form):
    """Which days, agency and class."""

    dari = forms.DateField(label=_("From"), required=False, widget=DayInput(format="%Y-%m-%d"))
    sampai = forms.DateField(label=_("To"), required=False, widget=DayInput(format="%Y-%m-%d"))
    instansi = forms.ModelChoiceField(
        label=_("Agency"), queryset=Agency.objects.none(), required=False, to_field_name="key"
    )
    kelas = forms.ChoiceField(
        label=_("Class"), choices=[("", _("all")), *Lane.choices], required=False
    )

    def __init__(self, *args: Any, scope: frozenset[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agency.objects.filter(is_active=True).order_by("order", "key")
        self.scope = scope
        self.fields["instansi"].queryset = rows if scope is None else rows.filter(pk__in=scope)
        self.fields["instansi"].empty_label = _("all")

    def clean(self) -> dict[str, Any]:
        """Thirty days unless somebody asks for others, a year and a bit at most."""
        data = super().clean()
        first, last = figures.last_days(30)
        data["sampai"] = data.get("sampai") or last
        data["dari"] = data.get("dari") or min(first, data["sampai"])
        if data["dari"] > data["sampai"]:
            raise ValidationError(_("The first day lies after the last one."))
        if data["sampai"] - data["dari"] > timedelta(days=LONGEST_DAYS):
            raise ValidationError(_("Choose at most 400 days."))
        return data

    def period(self) -> figures.Period:
        """What was asked, cut to what this person supervises."""
        data = self.cleaned_data if self.is_valid() else {}
        first, last = figures.last_days(30)
        agency = data.get("instansi")
        return figures.Period(
            first=data.get("dari") or first,
            last=data.get("sampai") or last,
            agencies=frozenset({agency.pk}) if agency else self.scope,
            lane=data.get("kelas") or "",
        )


def period_form(request: HttpRequest) -> PeriodForm:
    """The filter of the address; Denied for people who supervise nothing."""
    if not places.can_supervise(request.user):
        raise Denied(_("Only supervisors see the figures of the desk."))
    return PeriodForm(request.GET, scope=places.supervised_ids(request.user))


def count_today(last: date) -> None:
    """Count today anew when it is asked for, at most once a minute."""
    cache = caches["local"]
    for site in Site.objects.all():
        today = clock.today(site.time_zone)
        if last >= today and cache.add(f"figures:{site.pk}", 1, FRESH_SECONDS):
            figures.rebuild(site, today)


@require_GET
@told
def show(request: HttpRequest) -> HttpResponse:
    """The page; a bad filter shows its sentence and the usual thirty days."""
    form = period_form(request)
    is_fine = form.is_valid()
    period = form.period()
    count_today(period.last)
    made = figures.report(period)
    agencies = {agency.pk: agency for agency in form.fields["instansi"].queryset}
    context = page(
        request,
        str(_("Queue figures")),
        current="figures",
        form=form,
        first=period.first,
        last=period.last,
        total=figures_tables.row_of(made.total),
        has_figures=bool(made.total.issued or made.total.no_shows),
        agencies=[
            {"name": str(agencies[pk]), **figures_tables.row_of(tally)}
            for pk, tally in made.agencies
            if pk in agencies
        ],
        hours=[
            {"name": figures_tables.hour_words(hour), **figures_tables.row_of(tally)}
            for hour, tally in made.hours
        ],
        lanes=[{"name": name, **figures_tables.row_of(tally)} for name, tally in made.lanes],
        heat=figures_tables.heat_rows(made),
        heat_hours=[figures_tables.hour_words(hour) for hour in made.shown_hours],
        query=request.GET.urlencode(),
    )
    status = 200 if is_fine else 400
    return render(request, "admin/counters/figures.html", context, status=status)


@require_GET
@told
def download(request: HttpRequest, kind: str) -> HttpResponse:
    """The counted rows of the period as CSV or Excel file."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    form = period_form(request)
    period = form.period()
    count_today(period.last)
    rows = figures_tables.detail_rows(period)
    if kind == "csv":
        body, mime = figures_tables.csv_bytes(figures_tables.HEADS, rows), "text/csv"
    else:
        body, mime = figures_tables.xlsx_bytes(figures_tables.HEADS, rows), XLSX
    return as_file(body, mime, f"antrean-{period.first}-{period.last}.{kind}")


def as_file(body: bytes, mime: str, name: str) -> HttpResponse:
    """A file to save."""
    response = HttpResponse(body, content_type=f"{mime}; charset=utf-8" if "csv" in mime else mime)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
