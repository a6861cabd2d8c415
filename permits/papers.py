"""What a permit says: placeholders filled, validity, number, masked holder."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from mpp.kit import clock, signing
from mpp.kit.models import Installation
from mpp.kit.paper_pdfs import make_pdf, make_pending
from mpp.kit.paper_texts import NUMBER_PART, fill, paper_number
from mpp.kit.papers import PaperPayload, render
from mpp.kit.references import format_code
from permits.casefile import CaseFile
from permits.conditions import is_empty
from permits.definition import DocumentTemplate
from permits.display import shown_value

PAPER_LANGUAGE = "id"


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


__all__ = [
    "add_months",
    "answer_texts",
    "fill",
    "make_pdf",
    "make_pending",
    "paper_number",
    "payload",
    "placeholders",
    "preview",
    "valid_until",
]
