"""Figures of the queue as tables for people and for spreadsheets, in the page's language."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from openpyxl import Workbook

from counters.figures import Period, Report, facts_in
from counters.models import Agency, Lane
from counters.tally import FEWEST, Tally, tally_of
from counters.words import is_english
from mpp.kit.exports import safe_cell


def number_words(value: float | int | None) -> str:
    """A figure as text: `1.234,5` (id), `1,234.5` (en); a dash where nothing was counted."""
    if value is None:
        return "–"
    text = f"{value:,.1f}".removesuffix(".0")
    return text if is_english() else text.translate(str.maketrans(".,", ",."))


def row_of(tally: Tally, *, is_public: bool = False) -> dict[str, str]:
    """The figures of one row in words; small groups are left out of what is published."""
    if is_public and tally.is_small:
        hidden = ("wait", "wait_median", "wait_p90", "service_median", "service_p90")
        return {
            "is_small": "yes",
            "issued": "",
            **dict.fromkeys((*hidden, "on_time", "hit"), "–"),
            "out_of_order": number_words(tally.out_of_order),
        }
    return {
        "is_small": "",
        "issued": number_words(tally.issued),
        "called": number_words(tally.called),
        "served": number_words(tally.served),
        "wait": number_words(tally.wait_minutes),
        "wait_median": number_words(tally.wait_median),
        "wait_p90": number_words(tally.wait_p90),
        "longest": number_words(tally.longest_minutes),
        "on_time": _percent(tally.on_time_percent),
        "abandoned": _percent(tally.abandoned_percent),
        "no_shows": number_words(tally.no_shows),
        "service": number_words(tally.service_minutes),
        "service_median": number_words(tally.service_median),
        "service_p90": number_words(tally.service_p90),
        "out_of_order": number_words(tally.out_of_order),
        "hit": _percent(tally.hit_percent if tally.ranges >= FEWEST or not is_public else None),
    }


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{value}%"


def heat_rows(report: Report, *, is_public: bool = False) -> list[dict[str, Any]]:
    """The map weekday x hour: each cell with its mean wait, its shade and its words."""
    hours = report.shown_hours
    weekdays = sorted({weekday for weekday, _hour in report.heat})
    return [
        {
            "label": str(WEEKDAYS[weekday - 1]),
            "cells": [
                _cell(report.heat.get((weekday, hour), Tally()), is_public) for hour in hours
            ],
        }
        for weekday in weekdays
    ]


def _cell(tally: Tally, is_public: bool) -> dict[str, Any]:
    hidden = is_public and tally.is_small
    return {
        "shade": 0 if hidden else tally.shade,
        "text": "–" if hidden else number_words(tally.wait_minutes),
    }


def hour_words(hour: int) -> str:
    """`08.00` (id) or `08:00` (en)."""
    return f"{hour:02d}{':' if is_english() else '.'}00"


HEADS = (
    "tanggal",
    "instansi",
    "antrean",
    "jam",
    "kelas",
    "diambil",
    "dipanggil",
    "dilayani",
    "sesuai_target",
    "batal_sebelum_dipanggil",
    "tidak_datang",
    "detik_menunggu",
    "detik_terlama",
    "detik_dilayani",
    "perkiraan",
    "perkiraan_tepat",
    "menit_menunggu_rata_rata",
    "menit_menunggu_median",
    "menit_menunggu_p90",
    "menit_dilayani_rata_rata",
    "menit_dilayani_median",
    "menit_dilayani_p90",
)


def detail_rows(period: Period) -> Iterable[list[Any]]:
    """Every counted row of a period for a spreadsheet; nothing a person typed can run in it."""
    lanes = {str(key): str(label) for key, label in Lane.choices}
    facts = facts_in(period).select_related("queue__agency")
    for fact in facts.order_by("day", "queue__order", "queue_id", "hour", "lane"):
        tally = tally_of(fact)
        yield [
            safe_cell(value)
            for value in (
                fact.day,
                fact.queue.agency.abbr,
                fact.queue.name,
                fact.hour,
                lanes.get(fact.lane, fact.lane),
                fact.issued,
                fact.called,
                fact.served,
                fact.within_target,
                fact.abandoned,
                fact.no_shows,
                fact.wait_seconds,
                fact.longest_wait,
                fact.service_seconds,
                fact.ranges,
                fact.range_hits,
                tally.wait_minutes,
                tally.wait_median,
                tally.wait_p90,
                tally.service_minutes,
                tally.service_median,
                tally.service_p90,
            )
        ]


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file that spreadsheets open with the right letters."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(heads)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def xlsx_bytes(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as an Excel file with its head row fixed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(_("Queue figures"))[:31])
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


PUBLIC_HEADS = (
    "instansi",
    "jam",
    "dipanggil",
    "rata_rata_menunggu_menit",
    "median_menunggu_menit",
    "p90_menunggu_menit",
    "sesuai_target_persen",
    "perkiraan",
    "perkiraan_tepat_persen",
)


def public_rows(
    found: Iterable[tuple[int, int, Tally]], agencies: dict[int, Agency]
) -> Iterable[list[Any]]:
    """What everybody may take: per agency and hour; small groups without figures."""
    for agency, hour, tally in found:
        if agency not in agencies:
            continue
        head = [agencies[agency].abbr, hour]
        if tally.is_small:
            shown: list[Any] = [f"<{FEWEST}", "", "", "", "", "", ""]
        else:
            is_told = tally.ranges >= FEWEST
            shown = [
                tally.called,
                tally.wait_minutes,
                tally.wait_median,
                tally.wait_p90,
                tally.on_time_percent,
                tally.ranges if is_told else "",
                tally.hit_percent if is_told else "",
            ]
        yield [safe_cell(value) for value in (*head, *shown)]
