"""What a permit says: placeholders filled, validity, number, masked holder; and the PDFs."""

import json
import logging
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from mpp.kit import clock, signing
from mpp.kit.files import discard, store_bytes
from mpp.kit.models import Installation, Paper, PdfState
from mpp.kit.papers import PaperPayload, render
from mpp.kit.references import format_code
from permits.casefile import CaseFile
from permits.conditions import is_empty
from permits.definition import DocumentTemplate
from permits.display import shown_value

log = logging.getLogger("permits.papers")
PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
NUMBER_PART = re.compile(r"\{(seq(?::0(\d))?|year|month|month_roman)\}")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PDF_ATTEMPTS = 5
PAPER_LANGUAGE = "id"


def paper_number(pattern: str, sequence: int, day: date) -> str:
    """The number of a paper from its pattern: {seq}, {seq:04}, {year}, {month}, {month_roman}.

    A closed list of parts, never `str.format`: the pattern is data that staff edit.
    """

    def part(match: re.Match) -> str:
        name = match.group(1)
        if name.startswith("seq"):
            return f"{sequence:0{int(match.group(2) or 1)}d}"
        if name == "year":
            return str(day.year)
        return f"{day.month:02}" if name == "month" else ROMAN[day.month - 1]

    return NUMBER_PART.sub(part, pattern)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month when there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(template: DocumentTemplate, answers: Mapping[str, Any], day: date) -> date | None:
    """Until when a paper issued on `day` holds: years, months, days, an answer's date, or None."""
    rule = template.validity
    if rule is None:
        return None
    if rule.until_field:
        value = answers.get(rule.until_field)
        value = value.get("to") if isinstance(value, Mapping) else value
        return date.fromisoformat(value) if value else None
    if rule.days:
        return day + timedelta(days=rule.days)
    months = 12 * (rule.years or 0) + (rule.months or 0)
    return add_months(day, months) - timedelta(days=1) if months else None


def answer_texts(case: CaseFile) -> dict[str, str]:
    """The answers as `answer.<key>` -> shown text; hidden fields say nothing on a paper."""
    return {
        f"answer.{field.key}": shown_value(field, case.visible_answers[field.key])
        for field in case.definition.all_fields()
        if not is_empty(case.visible_answers.get(field.key))
    }


def placeholders(case: CaseFile, number: str, issued_on: date, until: date | None) -> dict:
    """The closed list of what a template may name, as shown texts."""
    return {
        "holder": case.application.holder_name or str(case.application.owner or ""),
        "number": number,
        "issued_on": date_format(issued_on, "j F Y"),
        "valid_until": date_format(until, "j F Y") if until else _("no end date"),
        "service": case.service.name,
        "application": case.application.public_ref,
        **answer_texts(case),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace `{placeholders}` of the closed list; an unknown one becomes empty."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), text)


def payload(
    case: CaseFile, *, number: str, code: str, issued_on: date, valid_until: date | None
) -> dict:
    """The frozen content of a paper: final texts without markup.

    In Indonesian whoever decides or looks: the law's language (UU 24/2009 art. 27).
    """
    with override(PAPER_LANGUAGE):
        return _payload(case, number=number, code=code, issued_on=issued_on, until=valid_until)


def _payload(
    case: CaseFile, *, number: str, code: str, issued_on: date, until: date | None
) -> dict:
    template = case.definition.document
    values = placeholders(case, number, issued_on, until)
    mall = Installation.objects.order_by("pk").first() or Installation(name="MPP")
    address = f"{settings.SITE_URL}/verifikasi/"
    content: PaperPayload = {
        "installation": mall.name,
        "region": mall.region_name,
        "agency": case.service.agency.name,
        "address": mall.address,
        "title": template.title,
        "number": number,
        "opening": fill(template.opening, values),
        "rows": [{"label": row.label, "value": fill(row.value, values)} for row in template.rows],
        "paragraphs": [fill(text, values) for text in template.paragraphs],
        "legal_basis": list(template.legal_basis),
        "place_and_date": f"{mall.region_name}, {date_format(issued_on, 'j F Y')}",
        "signatory": {"position": template.signatory.position if template.signatory else ""},
        "verify_url": f"{address}{code}/",
        "verify_address": address.removeprefix("https://"),
        "verify_code": format_code(code),
        "demo_authority": signing.current_signer().is_demo,
    }
    return {
        **content,
        "code": code,
        "issuer": case.service.agency.name,
        "application": case.application.public_ref,
        "version": case.application.version.digest,
        "issued_on": issued_on.isoformat(),
        "valid_until": until.isoformat() if until else "",
    }


def preview(case: CaseFile) -> bytes:
    """The paper as it would be issued today, marked as a preview, unsigned."""
    today = clock.today()
    template = case.definition.document
    content = payload(
        case,
        number=NUMBER_PART.sub("...", template.number_format),
        code="0" * 16,
        issued_on=today,
        valid_until=valid_until(template, case.visible_answers, today),
    )
    return render(content, preview=True)


def make_pdf(paper: Paper) -> bool:
    """Render and sign one pending paper; True when it is ready now. Safe to run twice."""
    try:
        content = json.loads(paper.payload)
        pdf = signing.sign_pdf(
            render(content),
            reason=f"{paper.title} {paper.number}",
            location=content.get("region", ""),
        )
    except Exception as fault:  # the row keeps the reason; the worker tries again
        attempts = paper.pdf_attempts + 1
        Paper.objects.filter(pk=paper.pk, pdf_state=PdfState.PENDING).update(
            pdf_attempts=attempts,
            pdf_error=type(fault).__name__,
            pdf_state=PdfState.FAILED if attempts >= PDF_ATTEMPTS else PdfState.PENDING,
        )
        raise
    with transaction.atomic():
        stored = store_bytes(
            ContentFile(pdf), name=f"{paper.number.replace('/', '-')}.pdf", mime="application/pdf"
        )
        made = Paper.objects.filter(pk=paper.pk, pdf_state=PdfState.PENDING).update(
            pdf=stored, pdf_state=PdfState.READY, pdf_error="", updated_at=clock.now()
        )
        if not made:
            discard(stored)
    return bool(made)


def make_pending(limit: int = 20) -> int:
    """Make the PDFs that wait; how many are ready now. One broken paper never stops the others."""
    waiting = Paper.objects.filter(kind="permit", pdf_state=PdfState.PENDING).order_by(
        "pdf_attempts", "created_at"
    )
    ready = 0
    for paper in waiting[:limit]:
        try:
            ready += make_pdf(paper)
        except Exception:
            log.exception("the PDF of paper %s could not be made", paper.pk)
    return ready
