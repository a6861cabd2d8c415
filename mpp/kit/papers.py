"""Papers as PDF/A: the layouts in `typst/` filled with data that are never read as markup."""

import json
import logging
import re
import unicodedata
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

import segno
import typst
from django.utils import translation
from django.utils.translation import gettext as _

from mpp.kit import clock

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
LAYOUTS = {"permit": "permit.typ", "receipt": "receipt.typ", "list": "list.typ"}
# Loaded once: reading the fonts costs more than a page.
FONTS = typst.Fonts(
    include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")]
)
ACCENT = "#1E2C66"
STAND_IN = "?"
LONG_WORD = re.compile(r"\S{30,}")


class Row(TypedDict):
    """One line of the table of facts."""

    label: str
    value: str


class Signatory(TypedDict):
    """Who signs: position, name, and a line below (rank or staff number)."""

    position: str
    name: NotRequired[str]
    detail: NotRequired[str]


class Highlight(TypedDict):
    """The framed promise of a receipt: what, the date, how it is counted."""

    label: str
    value: str
    note: NotRequired[str]


class PaperPayload(TypedDict):
    """Everything a paper says, as final texts in one language (`language`, "id" or "en").

    The caller resolves languages, dates and placeholders; this is also the canonical JSON that
    a Paper freezes. `rows`, `paragraphs`, `legal_basis`, `notes` and `sent` are lists of texts.
    `verify_url` goes into the QR code and must carry no personal data; `verify_address` is the
    same for people to type. `accent` is a colour "#RRGGBB" of the mark. The layout "list" draws
    `cells` (lines of texts) under the heads `columns` with relative `widths`.
    """

    installation: str
    title: str
    number: str
    language: NotRequired[str]
    region: NotRequired[str]
    agency: NotRequired[str]
    address: NotRequired[str]
    accent: NotRequired[str]
    opening: NotRequired[str]
    rows: NotRequired[list[Row]]
    paragraphs: NotRequired[list[str]]
    legal_basis: NotRequired[list[str]]
    place_and_date: NotRequired[str]
    signatory: NotRequired[Signatory]
    verify_url: NotRequired[str]
    verify_address: NotRequired[str]
    verify_code: NotRequired[str]
    demo_authority: NotRequired[bool]
    notes: NotRequired[list[str]]
    highlight: NotRequired[Highlight]
    sent: NotRequired[list[str]]
    layout: NotRequired[str]
    columns: NotRequired[list[str]]
    widths: NotRequired[list[int]]
    cells: NotRequired[list[list[str]]]
    landscape: NotRequired[bool]


class PaperTrouble(Exception):
    """The paper could not be set; the message is for the log."""


def render(
    payload: PaperPayload,
    *,
    layout: Literal["permit", "receipt", "list"] = "permit",
    preview: bool = False,
) -> bytes:
    """Return the paper as PDF/A-2b, unsigned. `preview` marks every page as not valid.

    Missing keys count as empty. Raises PaperTrouble when the layout cannot be set.
    """
    pdf, warnings = render_with_warnings(payload, layout=layout, preview=preview)
    for warning in warnings:
        logger.warning("paper layout %s: %s", layout, warning)
    return pdf


def render_with_warnings(
    payload: PaperPayload, *, layout: str = "permit", preview: bool = False
) -> tuple[bytes, list[str]]:
    """As `render`, with the compiler's warnings (an unknown font is only a warning)."""
    data = json.dumps(_fill(payload, preview=preview), ensure_ascii=False)
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(HERE / "typst" / LAYOUTS[layout]),
            root=str(HERE / "typst"),
            font_paths=FONTS,
            sys_inputs={"data": data},
            pdf_standards="a-2b",
            timestamp=int(clock.now().timestamp()),
        )
    except typst.TypstError as error:
        raise PaperTrouble(error.message) from error
    return pdf, [warning.message for warning in warnings]


def qr_svg(url: str, *, dark: str = "#000000", border: int = 0) -> str:
    """The address as an SVG picture (no size of its own, no style attributes)."""
    return segno.make_qr(url, error="m").svg_inline(
        dark=dark, border=border, omitsize=True, svgclass=None, lineclass=None
    )


def printable(text: str) -> str:
    """Text the fonts can show: PDF/A refuses a character without a glyph.

    Composes accents, drops control and invisible marks, shows an unknown letter by its base
    letter or else as a question mark, and lets very long words break.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    shown = "".join(map(_printable_character, composed))
    return LONG_WORD.sub(lambda word: "\u200b".join(_pieces(word[0])), shown)


def _pieces(word: str) -> list[str]:
    return [word[start : start + 15] for start in range(0, len(word), 15)]


def _read_coverage() -> frozenset[int]:
    points: set[int] = set()
    for line in (HERE / "fonts" / "coverage.txt").read_text(encoding="ascii").split():
        first, last = (int(part, 16) for part in line.split("-"))
        points.update(range(first, last + 1))
    return frozenset(points)


COVERAGE = _read_coverage()


def _printable_character(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return ""
    if ord(character) in COVERAGE:
        return character
    if category == "Zs":
        return " "
    if category in {"Mn", "Me", "Sk"}:
        return ""
    base = unicodedata.normalize("NFKD", character)
    if base != character and all(ord(part) in COVERAGE for part in base[:1]):
        return base[:1]
    return STAND_IN


def _clean(value: object) -> object:
    """The same structure with every text made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value


def _fill(payload: PaperPayload, *, preview: bool) -> dict:
    """All keys a layout reads, the fixed words in the paper's language included."""
    texts = ("installation", "title", "number", "region", "agency", "address", "opening")
    texts += ("place_and_date", "verify_address", "verify_code")
    lists = ("rows", "paragraphs", "legal_basis", "notes", "sent", "columns", "widths", "cells")
    data = {key: payload.get(key) or "" for key in texts}
    data |= {key: payload.get(key) or [] for key in lists}
    data["signatory"] = {"position": "", "name": "", "detail": ""} | payload.get("signatory", {})
    data["highlight"] = {"label": "", "value": "", "note": ""} | payload.get("highlight", {})
    language = "en" if payload.get("language") == "en" else "id"
    with translation.override(language):
        words = _fixed_words(preview=preview, demo=payload.get("demo_authority", False))
    filled = _clean(data | {"words": words})
    accent = payload.get("accent", "")
    filled["accent"] = accent if re.fullmatch(r"#[0-9A-Fa-f]{6}", accent) else ACCENT
    url = payload.get("verify_url", "")
    filled["qr"] = qr_svg(url).replace("<svg", _SVG_OPEN, 1) if url else ""
    return filled | {"language": language, "landscape": bool(payload.get("landscape"))}


_SVG_OPEN = '<svg xmlns="http://www.w3.org/2000/svg"'


def _fixed_words(*, preview: bool, demo: bool) -> dict[str, str]:
    demo_notice = _(
        "Example: signed by this demo's own authority, not a certified electronic signature."
    )
    return {
        "number": _("Number:"),
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "legal_basis": _("Legal basis"),
        "signed": _("Signed electronically"),
        "verify": _("Check whether this paper is genuine"),
        "code": _("Code:"),
        "qr": _("QR code of the check address"),
        "sent": _("What was sent"),
        "receipt": _("This receipt is not a permit. You need no broker and pay nothing else."),
        "preview": _("PREVIEW") if preview else "",
        "demo": demo_notice if demo else "",
    }
