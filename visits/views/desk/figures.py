"""The page of figures, and the same as CSV and as a spreadsheet."""

import csv
import io
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from openpyxl import Workbook

from mpp.kit import clock
from mpp.kit.exports import safe_cell
from visits import figures
from visits.views.desk.forms import PeriodForm
from visits.views.desk.frame import at, frame, only_desk, told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _period(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    """The asked days; this year when nothing (or nothing readable) was asked."""
    today = clock.today()
    first, last = today.replace(month=1, day=1), today
    asked = {name: request.GET.get(name, "") for name in ("dari", "sampai")}
    if not any(asked.values()):
        asked = {"dari": first.isoformat(), "sampai": last.isoformat()}
    form = PeriodForm(asked)
    if form.is_valid():
        return form, form.cleaned_data["dari"], form.cleaned_data["sampai"]
    return form, first, last


def _tables(found: list[dict]) -> list[dict[str, Any]]:
    return [
        {"title": _("By month"), "head": _("Month"), "lines": figures.by_month(found)},
        {"title": _("By province"), "head": _("Province"), "lines": figures.by_origin(found)},
        {"title": _("By region"), "head": _("Region"), "lines": figures.by_region(found)},
        {"title": _("By kind"), "head": _("Kind"), "lines": figures.by_kind(found)},
        {"title": _("By topic"), "head": _("Topic"), "lines": figures.by_topic(found)},
    ]


@require_GET
@told
def page(request: HttpRequest) -> HttpResponse:
    """Visits and people by origin, month and topic; people are counted by check-in."""
    only_desk(request)
    form, first, last = _period(request)
    found = figures.rows(first, last)
    query = f"?dari={first.isoformat()}&sampai={last.isoformat()}"
    context = {
        **frame(request, _("Figures of visits"), current="figures"),
        "form": form,
        "tables": _tables(found),
        "visits": len(found),
        "people": sum(row["people"] for row in found),
        "csv_url": f"{at('figures_csv')}{query}",
        "xlsx_url": f"{at('figures_xlsx')}{query}",
    }
    status = 400 if form.errors else 200
    return render(request, "admin/visits/figures.html", context, status=status)


COLUMNS = ("day", "number", "institution", "kind", "region_code", "region", "province", "people")


def _head() -> list[str]:
    return [
        _("Day"),
        _("Number"),
        _("Institution"),
        _("Kind"),
        _("Region code"),
        _("Region"),
        _("Province"),
        _("People"),
    ]


def _named(response: HttpResponse, ending: str, first: date, last: date) -> HttpResponse:
    name = f"kunjungan-{first.isoformat()}-{last.isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@told
def as_csv(request: HttpRequest) -> HttpResponse:
    """One line per visit; no names of people."""
    only_desk(request)
    _form, first, last = _period(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(_head())
    for row in figures.rows(first, last):
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return _named(response, "csv", first, last)


@require_GET
@told
def as_xlsx(request: HttpRequest) -> HttpResponse:
    """The lines and the tables as a spreadsheet, one sheet each."""
    only_desk(request)
    _form, first, last = _period(request)
    found = figures.rows(first, last)
    book = Workbook()
    sheet = book.active
    sheet.title = _("Visits")
    sheet.append(_head())
    for row in found:
        sheet.append([safe_cell(row[name]) for name in COLUMNS])
    for table in _tables(found):
        sheet = book.create_sheet(table["title"][:31])
        sheet.append([table["head"], _("Visits"), _("People")])
        for line in table["lines"]:
            sheet.append([safe_cell(line.name), line.visits, line.people])
    content = io.BytesIO()
    book.save(content)
    return _named(HttpResponse(content.getvalue(), content_type=XLSX), "xlsx", first, last)
