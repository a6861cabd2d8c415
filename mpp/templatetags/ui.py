"""Tags and filters of the interface: icons, dates, money, sizes, masks, languages.

Loaded as a template builtin, so no page needs `{% load %}`.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

ICONS_FILE = Path(__file__).with_name("icons.json")
NBSP = "\N{NO-BREAK SPACE}"
# Indonesia's three zones by their distance from UTC in hours (Keppres 41/1987).
ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}


def is_english() -> bool:
    """Whether the page is being written in English now (else Indonesian)."""
    return (get_language() or "id").startswith("en")


# --- Icons ------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def icon_drawings() -> dict[str, str]:
    """Icon name -> SVG inner markup (bootstrap-icons, MIT), read once per process."""
    return json.loads(ICONS_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=512)
def icon_svg(name: str, css_class: str = "") -> SafeString:
    """The inlined SVG of an icon, hidden from screen readers: words stand beside it.

    Raises TemplateSyntaxError for a name that is not in icons.json, so a typing error cannot
    reach a page.
    """
    drawing = icon_drawings().get(name)
    if drawing is None:
        raise template.TemplateSyntaxError(f"No icon is called {name!r}; see icons.json.")
    css = f"icon {css_class}".strip()
    return mark_safe(  # noqa: S308 - our own committed file
        f'<svg class="{conditional_escape(css)}" viewBox="0 0 16 16" aria-hidden="true">'
        f"{drawing}</svg>"
    )


class IconNode(template.Node):
    """`{% icon %}` with a name known only when the page is drawn."""

    def __init__(self, name: Any, css_class: Any) -> None:
        self.name, self.css_class = name, css_class

    def render(self, context: template.Context) -> str:
        css_class = self.css_class.resolve(context) if self.css_class else ""
        return icon_svg(str(self.name.resolve(context)), css_class)


@register.tag
def icon(parser: Any, token: Any) -> template.Node:
    """`{% icon "name" %}` or `{% icon "name" "css-class" %}`; literals cost nothing later."""
    parts = token.split_contents()[1:]
    if not 1 <= len(parts) <= 2:
        raise template.TemplateSyntaxError("icon takes a name and, if wanted, a class")
    expressions = [parser.compile_filter(part) for part in parts]
    if all(isinstance(e.var, str) and not e.filters for e in expressions):
        return template.base.TextNode(icon_svg(*[str(e.var) for e in expressions]))
    return IconNode(expressions[0], expressions[1] if len(parts) == 2 else None)


# --- Numbers, dates ---------------------------------------------------------------------------
def _grouped(number: int) -> str:
    text = f"{number:,}"
    return text if is_english() else text.replace(",", ".")


@register.filter
def rupiah(value: Any) -> str:
    """Whole rupiah as people write it: "Rp30.000"; 0 is "Gratis"; None or "" is empty."""
    if value is None or value == "":
        return ""
    amount = int(Decimal(str(value)))
    if amount == 0:
        return _("Free")
    return f"{'-' if amount < 0 else ''}Rp{_grouped(abs(amount))}"


@register.filter
def thousands(value: Any) -> str:
    """A whole number with its thousands marked: 1.250 (id), 1,250 (en)."""
    return "" if value is None or value == "" else _grouped(int(value))


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
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


@register.filter
def time_id(value: datetime | None) -> str:
    """The time of day with its zone: "14.05 WIB" (id), "14:05 WIB" (en). None is empty."""
    if not value:
        return ""
    local = _local(value)
    mark = ":" if is_english() else "."
    offset = local.utcoffset() if isinstance(local, datetime) else None
    zone = ZONE_NAMES.get(int(offset.total_seconds() // 3600), "") if offset is not None else ""
    return f"{local:%H}{mark}{local:%M}{NBSP if zone else ''}{zone}"


@register.filter
def when(value: date | datetime | None, style: str = "full") -> str:
    """`<time>` with the date in words, and the time of day if there is one."""
    if not value:
        return ""
    words = date_id(value, style)
    if isinstance(value, datetime):
        words = f"{words}, {time_id(value)}"
    return format_html('<time datetime="{}">{}</time>', _local(value).isoformat(), words)


@register.filter
def file_size(value: int | None) -> str:
    """Bytes as people say them: "640 KB", "4,8 MB" (id) or "4.8 MB" (en)."""
    if value is None or value == "":
        return ""
    size = int(value)
    if size < 1000:
        return f"{size}{NBSP}byte"
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}{NBSP}KB"
    text = f"{size / 1_000_000:.1f}".removesuffix(".0")
    return f"{text if is_english() else text.replace('.', ',')}{NBSP}MB"


# --- Words of people --------------------------------------------------------------------------
@register.filter
def masked_nik(value: str | None) -> str:
    """First four and last four of a 16-digit NIK; anything else is masked whole."""
    text = str(value or "")
    if len(text) == 16 and text.isdigit():
        return f"{text[:4]}********{text[-4:]}"
    return "*" * len(text)


@register.filter
def bdi(value: Any) -> str:
    """What a person typed, fenced so that right-to-left marks cannot reorder the page."""
    return format_html("<bdi>{}</bdi>", "" if value is None else value)


@register.filter
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


# --- Addresses --------------------------------------------------------------------------------
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


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """`{% qs page=2 %}`: this page's query with that change. Not for use inside long loops."""
    return query_string(context["request"].GET, **changes)


# --- Forms (used by the crispy pack) ----------------------------------------------------------
@register.filter
def field_kind(field: Any) -> str:
    """How the pack draws a bound field: "hidden", "choices", "fieldset", "check" or "plain"."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    input_type = getattr(widget, "input_type", "")
    if widget.use_fieldset:
        return "choices" if input_type in ("radio", "checkbox") else "fieldset"
    return "check" if input_type == "checkbox" else "plain"


@register.filter
def within(path: str, url: str) -> str:
    """The value of `aria-current` for a link to `url` on the page `path`; "" if elsewhere."""
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""


@register.filter
def problems(form: Any) -> list[dict[str, str]]:
    """A bound form's errors for the error summary, in field order: [{url, text}]."""
    found = [{"url": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        suffix = "_0" if field_kind(field) in ("choices", "fieldset") else ""
        url = f"#{field.auto_id}{suffix}"
        found += [{"url": url, "text": text} for text in field.errors]
    return found
