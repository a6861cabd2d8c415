"""Checking a paper: by its code, or by the PDF somebody was given."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pypdfium2 as pdfium
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mpp.kit import pages
from mpp.kit.models import Paper, PaperState
from mpp.kit.references import normalise_code
from mpp.kit.signing import PdfCheck, check_pdf

State = Literal["valid", "expired", "suspended", "revoked", "replaced"]
PRINTED_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3,6}")
SEARCHED_PAGES = 20
HEADINGS: dict[str, Promise] = {
    "valid": _("Genuine and still valid"),
    "expired": _("Genuine, but expired"),
    "suspended": _("Genuine, but suspended"),
    "revoked": _("Genuine, but revoked"),
    "replaced": _("Genuine, but replaced by a newer one"),
}
TONES = {
    "valid": "good",
    "expired": "expired",
    "suspended": "expired",
    "revoked": "revoked",
    "replaced": "expired",
}
ICONS = {
    "valid": "check-lg",
    "expired": "clock-fill",
    "suspended": "pause-circle-fill",
    "revoked": "x-lg",
    "replaced": "arrow-repeat",
}


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """What we say of an uploaded PDF: the check of its bytes, and the paper it names, if any.

    `is_original` is True only when the file is byte for byte the one we signed for that paper.
    """

    check: PdfCheck
    paper: Paper | None
    is_original: bool


def paper_by_code(text: str) -> Paper | None:
    """The paper behind a typed or scanned code; None for an unknown or impossible code."""
    code = normalise_code(text)
    return Paper.objects.filter(code=code).first() if code else None


def state_of(paper: Paper, today: date) -> State:
    """The state a stranger is told: the stored one, or expired when its last day is over."""
    if paper.state == PaperState.VALID and paper.valid_until and paper.valid_until < today:
        return "expired"
    return paper.state


def check_upload(content: bytes) -> UploadAnswer:
    """Check an uploaded PDF and find the paper it is or claims to be. Never raises."""
    check = check_pdf(content)
    if check.outcome == "not_pdf":
        return UploadAnswer(check, None, False)
    paper = Paper.objects.filter(pdf__sha256=check.sha256).first()
    if paper is not None:
        return UploadAnswer(check, paper, check.outcome == "intact")
    return UploadAnswer(check, _named_in(content), False)


def _named_in(content: bytes) -> Paper | None:
    """The paper whose code is printed in the file: what it claims to be, not what it is."""
    try:
        text = _text_of(content)
    except (pages.PageTrouble, pdfium.PdfiumError, ValueError):
        return None
    for match in PRINTED_CODE.findall(text)[:20]:
        paper = paper_by_code(match)
        if paper is not None:
            return paper
    return None


def _text_of(content: bytes) -> str:
    document = pdfium.PdfDocument(content)
    try:
        count = min(len(document), SEARCHED_PAGES)
        return "\n".join(document[n].get_textpage().get_text_bounded() for n in range(count))
    finally:
        document.close()
