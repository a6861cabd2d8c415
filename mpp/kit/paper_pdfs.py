"""The signed PDFs of papers, made by the worker from what the act froze."""

import json
import logging

from django.core.files.base import ContentFile
from django.db import transaction

from mpp.kit import clock, signing
from mpp.kit.files import discard, store_bytes
from mpp.kit.models import Paper, PdfState
from mpp.kit.papers import render

log = logging.getLogger("mpp.kit.papers")
PDF_ATTEMPTS = 5


def make_pdf(paper: Paper) -> bool:
    """Render and sign one pending paper; True when it is ready now. Safe to run twice."""
    try:
        content = json.loads(paper.payload)
        pdf = signing.sign_pdf(
            render(content, layout=content.get("layout", "permit")),
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
    """Make the PDFs that wait, broken ones last; how many are ready now."""
    waiting = Paper.objects.filter(pdf_state=PdfState.PENDING).order_by(
        "pdf_attempts", "created_at"
    )
    ready = 0
    for paper in waiting[:limit]:
        try:
            ready += make_pdf(paper)
        except Exception:
            log.exception("the PDF of paper %s could not be made", paper.pk)
    return ready
