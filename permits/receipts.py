"""The receipt of a sent application: number, promise, what was sent. It is not a permit."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mpp.kit.installation import installation
from mpp.kit.papers import PaperPayload, render
from mpp.kit.references import format_code
from mpp.kit.wording import date_id, time_id
from permits import rules
from permits.casefile import FIELD, REQUIREMENT, CaseFile


def slot_title(case: CaseFile, slot: str) -> str:
    """The name of a document slot (`req:<key>` or `field:<key>`) in the active language."""
    kind, _colon, key = slot.partition(":")
    if f"{kind}:" == REQUIREMENT and case.definition.has_requirement(key):
        return rules.hint(case.definition.requirement(key), "title")
    if f"{kind}:" == FIELD and case.definition.has_field(key):
        return rules.hint(case.definition.field(key), "label")
    return key


def receipt_payload(case: CaseFile) -> PaperPayload:
    """What the receipt says, in the active language. The QR code leads to the tracking page."""
    application = case.application
    mall = installation()
    track = f"{settings.SITE_URL}{reverse('permits:track')}"
    sent_at = f"{date_id(application.submitted_at)}, {time_id(application.submitted_at)}"
    rows = [
        {"label": _("Service"), "value": rules.hint(application.version.permit_type, "name")},
        {"label": _("Holder"), "value": application.holder_name},
        {"label": _("Sent"), "value": sent_at},
        {"label": _("Tracking code"), "value": format_code(application.tracking_code)},
    ]
    return {
        "language": get_language() or "id",
        "installation": mall.name,
        "region": mall.region_name,
        "address": mall.address,
        "title": _("Receipt of your application"),
        "number": application.public_ref,
        "rows": [{"label": str(row["label"]), "value": str(row["value"])} for row in rows],
        "sent": sorted({slot_title(case, document.slot) for document in case.documents}),
        "highlight": {
            "label": _("Finished at the latest"),
            "value": date_id(application.promised_at),
            "note": _("The time stops while we wait for something from you."),
        },
        "verify_url": track,
        "verify_address": track.partition("://")[2],
    }


def receipt_pdf(case: CaseFile) -> bytes:
    """The receipt as a PDF (A5). Raises `mpp.kit.papers.PaperTrouble`."""
    return render(receipt_payload(case), layout="receipt")
