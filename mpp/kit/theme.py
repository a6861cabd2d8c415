"""A region's colours as data, and the gate that keeps them readable.

A theme may change the nila (indigo) ramp, the motif and nothing else; meaning-bearing colours
(success, warning, danger, "now") are the product's. Contrast is the WCAG 2.2 formula.
Pure functions: no database, no settings.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from django.utils.translation import gettext as _

TEXT_MINIMUM = 4.5  # WCAG 2.2, 1.4.3
CONTROL_MINIMUM = 3.0  # WCAG 2.2, 1.4.11
HEX = re.compile(r"#[0-9a-fA-F]{6}")
# How strongly the hero's motif is drawn over its ground: tile opacity times layer opacity.
MOTIF_STRENGTH = 0.55 * 0.34

DEFAULT_THEME: dict[str, str] = {
    "nila-950": "#0D1430",
    "nila-900": "#141E47",
    "nila-800": "#1E2C66",
    "nila-700": "#2B3D87",
    "nila-600": "#3A51AE",
    "nila-300": "#AEBAE6",
    "nila-200": "#CBD3F0",
    "nila-100": "#E4E9F8",
    "nila-50": "#F2F4FC",
}

# What a theme cannot change but its colours must stand beside.
FIXED: dict[str, str] = {
    "white": "#FFFFFF",
    "gading-50": "#FBF8F2",
    "gading-100": "#F4EEE2",
    "gading-200": "#E6DCC8",
    "tinta": "#1A1C2B",
    "tinta-2": "#474A5E",
    "kunyit": "#F5B82E",
}

TEXT_PAIRS = [
    ("white", "nila-950"),
    ("white", "nila-900"),
    ("white", "nila-800"),
    ("white", "nila-700"),
    ("nila-200", "nila-950"),
    ("nila-200", "nila-900"),
    ("kunyit", "nila-950"),
    ("kunyit", "nila-900"),
    ("nila-950", "kunyit"),
    ("white", "motif"),
    ("nila-200", "motif"),
    ("kunyit", "motif"),
    ("nila-800", "nila-100"),
    ("nila-800", "nila-50"),
    ("nila-800", "gading-50"),
    ("nila-800", "gading-200"),
    ("nila-700", "gading-50"),
    ("nila-700", "gading-100"),
    ("nila-700", "white"),
    ("nila-950", "nila-200"),
    ("tinta", "nila-50"),
    ("tinta", "nila-100"),
    ("tinta-2", "nila-50"),
    ("tinta-2", "nila-100"),
]
CONTROL_PAIRS = [
    ("nila-950", "gading-50"),
    ("nila-950", "kunyit"),
    ("nila-800", "white"),
    ("nila-700", "gading-200"),
    ("nila-600", "white"),
    ("nila-300", "nila-900"),
]

# One 28-pixel tile each; `{ink}` is the colour, drawn at 55 % opacity.
MOTIFS: dict[str, str] = {
    "kawung": (
        '<g fill="{ink}" fill-opacity=".55">'
        '<path d="M14 14c8 1 12 8 12 12-4 0-11-4-12-12Z"/>'
        '<path d="M14 14c-1 8-8 12-12 12 0-4 4-11 12-12Z"/>'
        '<path d="M14 14C6 13 2 6 2 2c4 0 11 4 12 12Z"/>'
        '<path d="M14 14c1-8 8-12 12-12 0 4-4 11-12 12Z"/></g>'
    ),
    "tumpal": (
        '<path fill="{ink}" fill-opacity=".55" d="M0 28 7 4l7 24 7-24 7 24zM12 0h4l-2 6z"/>'
    ),
    "gringsing": (
        '<g fill="none" stroke="{ink}" stroke-opacity=".55" stroke-width="2">'
        '<path d="M2 14a12 12 0 0 0 24 0M-12 0a12 12 0 0 0 24 0M16 0a12 12 0 0 0 24 0"/></g>'
    ),
    "plain": "",
}


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance 0..1 of "#RRGGBB" (WCAG 2.2 definition)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1..21 of two "#RRGGBB" colours, whichever is lighter."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(over: str, under: str, strength: float) -> str:
    """The colour seen when `over` lies on `under` with opacity `strength` (0..1)."""
    mixed = (
        round(top * strength + bottom * (1 - strength))
        for top, bottom in zip(_channels(over), _channels(under), strict=True)
    )
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def complete(theme: Mapping[str, str]) -> dict[str, str]:
    """The whole ramp: the theme's colours, the default where it names none."""
    return {name: theme.get(name) or default for name, default in DEFAULT_THEME.items()}


def check_theme(tokens: Mapping[str, str], motif: str = "kawung") -> list[str]:
    """Sentences saying why a theme cannot be used; an empty list means it can.

    `tokens` maps nila steps ("nila-800") to "#RRGGBB"; missing steps are the default's. Each
    text pair needs 4.5, each control pair 3.0 (WCAG 2.2, 1.4.3 and 1.4.11).
    """
    problems = [
        _("A theme cannot change “%(name)s”.") % {"name": name}
        for name in tokens
        if name not in DEFAULT_THEME
    ]
    problems += [
        _("“%(value)s” is not a colour like #1E2C66.") % {"value": value}
        for name, value in tokens.items()
        if name in DEFAULT_THEME and not (isinstance(value, str) and HEX.fullmatch(value))
    ]
    if motif not in MOTIFS:
        problems.append(_("There is no motif “%(name)s”.") % {"name": motif})
    if problems:
        return problems
    colours = {**FIXED, **complete(tokens)}
    colours["motif"] = blend(colours["nila-300"], colours["nila-900"], MOTIF_STRENGTH)
    return [
        sentence
        for pairs, minimum in ((TEXT_PAIRS, TEXT_MINIMUM), (CONTROL_PAIRS, CONTROL_MINIMUM))
        for sentence in _too_weak(colours, pairs, minimum)
    ]


def _too_weak(
    colours: Mapping[str, str], pairs: list[tuple[str, str]], minimum: float
) -> list[str]:
    return [
        _("%(front)s on %(back)s reaches a contrast of %(ratio)s; it needs %(minimum)s.")
        % {"front": front, "back": back, "ratio": f"{ratio:.1f}", "minimum": minimum}
        for front, back in pairs
        if (ratio := contrast(colours[front], colours[back])) < minimum
    ]


def motif_url(motif: str, ink: str) -> str:
    """A motif's tile as a CSS `url()` in the colour `ink`, or `none` for the plain one."""
    drawing = MOTIFS.get(motif, "")
    if not drawing:
        return "none"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">'
        f"{drawing.format(ink=ink)}</svg>"
    )
    return f"url('data:image/svg+xml,{quote(svg, safe=' =:/')}')"


def theme_css(tokens: Mapping[str, str], motif: str = "kawung") -> str:
    """The style sheet of a region: one `:root` rule overriding the product's defaults.

    A theme that does not pass `check_theme` gives the default's colours: a bad row in the
    database must not make the site unreadable.
    """
    usable = not check_theme(tokens, motif)
    colours = complete(tokens if usable else {})
    motif = motif if usable else "kawung"
    lines = [f"--{name}:{value};" for name, value in colours.items()]
    lines.append(f"--motif:{motif_url(motif, colours['nila-300'])};")
    return ":root{" + "".join(lines) + "}\n"
