"""Numbers, dates, sizes and rows in the words of the page's language.

Pure functions: views use them directly, templates through the tags of the interface.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NBSP = "\N{NO-BREAK SPACE}"
# Indonesia's three zones by their distance from UTC in hours (Keppres 41/1987).
ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}
# Limits are set in units of 1,024, so sizes are shown in them: 20 MB is 20 MB everywhere.
KILO = 1024


def is_english() -> bool:
    """Whether the page is being written in English now (else Indonesian)."""
    return (get_language() or "id").startswith("en")


def _grouped(number: int) -> str:
    text = f"{number:,}"
    return text if is_english() else text.replace(",", ".")


def rupiah(value: Any) -> str:
    """Whole rupiah as people write it: "Rp30.000"; 0 is "Gratis"; None or "" is empty."""
    if value is None or value == "":
        return ""
    amount = int(Decimal(str(value)))
    if amount == 0:
        return _("Free")
    return f"{'-' if amount < 0 else ''}Rp{_grouped(abs(amount))}"


def thousands(value: Any) -> str:
    """A whole number with its thousands marked: 1.250 (id), 1,250 (en)."""
    return "" if value is None or value == "" else _grouped(int(value))


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def date_id(value: date | datetime | None, style: str = "full") -> str:
    """A date in words, in the page's language and active zone.

    Day, month and year are held together by non-breaking spaces; after the weekday a line may
    break, so that a long date fits a phone of 320 px.

    Styles: "full" = Jumat, 27 November 2026; "day" = Jumat, 27 November;
    "plain" = 27 November 2026; "month" = November 2026. None is empty.
    """
    if not value:
        return ""
    day = _local(value)
    weekday = f"{WEEKDAYS[day.weekday()]}{'' if is_english() else ','}"
    month = MONTHS[day.month]
    if style == "full":
        return f"{weekday} {day.day}{NBSP}{month}{NBSP}{day.year}"
    if style == "day":
        return f"{weekday} {day.day}{NBSP}{month}"
    if style == "plain":
        return f"{day.day}{NBSP}{month}{NBSP}{day.year}"
    return f"{month}{NBSP}{day.year}"


def time_id(value: datetime | None) -> str:
    """The time of day with its zone: "14.05 WIB" (id), "14:05 WIB" (en). None is empty."""
    if not value:
        return ""
    local = _local(value)
    mark = ":" if is_english() else "."
    offset = local.utcoffset() if isinstance(local, datetime) else None
    zone = ZONE_NAMES.get(int(offset.total_seconds() // 3600), "") if offset is not None else ""
    return f"{local:%H}{mark}{local:%M}{NBSP if zone else ''}{zone}"


def when(value: date | datetime | None, style: str = "full") -> str:
    """`<time>` with the date in words, and the time of day if there is one."""
    if not value:
        return ""
    words = date_id(value, style)
    if isinstance(value, datetime):
        words = f"{words}, {time_id(value)}"
    return format_html('<time datetime="{}">{}</time>', _local(value).isoformat(), words)


def file_size(value: int | None) -> str:
    """Bytes as people say them: "640 KB", "4,8 MB" (id) or "4.8 MB" (en)."""
    if value is None or value == "":
        return ""
    size = int(value)
    if size < KILO:
        return f"{size}{NBSP}byte"
    if size < KILO * KILO:
        return f"{max(1, round(size / KILO))}{NBSP}KB"
    text = f"{size / KILO / KILO:.1f}".removesuffix(".0")
    return f"{text if is_english() else text.replace('.', ',')}{NBSP}MB"


def masked_nik(value: str | None) -> str:
    """First four and last four of a 16-digit NIK; anything else is masked whole."""
    text = str(value or "")
    if len(text) == 16 and text.isdigit():
        return f"{text[:4]}********{text[-4:]}"
    return "*" * len(text)


def bdi(value: Any) -> str:
    """What a person typed, fenced so that right-to-left marks cannot reorder the page."""
    return format_html("<bdi>{}</bdi>", "" if value is None else value)


def pick(obj: Any, field: str) -> str:
    """`field` of an object or dict in the page's language; Indonesian where English is empty."""
    read = (
        obj.get if isinstance(obj, dict) else lambda name, default="": getattr(obj, name, default)
    )
    if obj is None:
        return ""
    if is_english():
        english = read(f"{field}_en", "")
        if english:
            return english
    return read(field, "") or ""


def query_string(params: QueryDict, **changes: Any) -> str:
    """`?a=b...` from `params` with changes; None or "" removes, a list gives several values."""
    params = params.copy()
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        elif isinstance(value, list | tuple):
            params.setlist(key, [str(item) for item in value])
        else:
            params[key] = str(value)
    text = params.urlencode()
    return f"?{text}" if text else "?"
