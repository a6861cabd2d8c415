"""The icons of the interface, drawn into the page so that no request is needed for them."""

import json
from functools import lru_cache
from pathlib import Path

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

ICONS_FILE = Path(__file__).with_name("icons.json")


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
