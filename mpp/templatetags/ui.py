"""Tags and filters of the interface: icons, dates, money, sizes, masks, languages.

Loaded as a template builtin, so no page needs `{% load %}`.
"""

from typing import Any

from django import template

from mpp.kit.drawn import bar_html, label_html
from mpp.kit.icons import icon_drawings, icon_svg
from mpp.kit.wording import (
    bdi,
    date_id,
    file_size,
    masked_nik,
    pick,
    query_string,
    rupiah,
    thousands,
    time_id,
    when,
)

register = template.Library()

for words in (rupiah, thousands, date_id, time_id, when, file_size, masked_nik, bdi, pick):
    register.filter(words)

# In rows of lists: `{{ row.bar|bar_html }}`, `{{ row.stage|label_html }}`.
register.filter(bar_html)
register.filter(label_html)


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


@register.filter
def known_icon(name: str, fallback: str) -> str:
    """`name` if there is such an icon, else `fallback`: for names that come from rows."""
    return name if name in icon_drawings() else fallback


# --- Addresses --------------------------------------------------------------------------------
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
def without_placeholder(field: Any) -> Any:
    """The bound field without the sample text other packages put inside the box.

    It vanishes while typing and looks like an answer; labels and hints stand above instead.
    """
    field.field.widget.attrs.pop("placeholder", None)
    return field


@register.filter
def problems(form: Any) -> list[dict[str, str]]:
    """A bound form's errors for the error summary, in field order: [{url, text}]."""
    found = [{"url": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        suffix = "_0" if field_kind(field) in ("choices", "fieldset") else ""
        url = f"#{field.auto_id}{suffix}"
        found += [{"url": url, "text": text} for text in field.errors]
    return found
