"""Issuing: number without gaps, permit and paper; later suspending and revoking."""

import hashlib
import json
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.identity import mask_name
from accounts.models import User
from mpp.kit import clock
from mpp.kit.models import Paper, PaperState
from mpp.kit.references import CODE_80_BIT, new_code
from mpp.kit.sequences import next_value
from mpp.kit.states import move
from mpp.kit.transactions import act
from permits import notices, papers, permissions
from permits.actions import base
from permits.casefile import CaseFile
from permits.models import Permit, PermitStep
from permits.workflow import Refused, require

# The states a paper may go to, and from where. Revoked is final.
PAPER_MOVES = {
    "suspend": (PaperState.SUSPENDED, (PaperState.VALID,)),
    "restore": (PaperState.VALID, (PaperState.SUSPENDED,)),
    "revoke": (PaperState.REVOKED, (PaperState.VALID, PaperState.SUSPENDED)),
}


def issue(case: CaseFile, *, actor: User, now: datetime) -> Permit:
    """The permit of an approved file, inside the transaction of the decision.

    Number: gapless per type and year (`mpp.kit.sequences`). The paper's content is frozen as
    canonical JSON; the worker makes and signs the PDF from exactly that.
    """
    application = case.application
    template = case.definition.document
    day = clock.local(now).date()
    sequence = next_value(f"permit:{template.sequence}", day.year)
    number = papers.paper_number(template.number_format, sequence, day)
    until = papers.valid_until(template, case.visible_answers, day)
    payload = papers.payload(
        case, number=number, code=new_code(CODE_80_BIT), issued_on=day, valid_until=until
    )
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    paper = Paper.objects.create(
        kind="permit",
        code=payload["code"],
        number=number,
        title=template.title,
        title_en=template.title_en,
        issuer=payload["issuer"],
        holder_masked=mask_name(application.holder_name),
        issued_on=day,
        valid_until=until,
        payload=text,
        payload_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    return Permit.objects.create(
        application=application,
        permit_type=application.version.permit_type,
        paper=paper,
        holder_name=application.holder_name,
    )


@act
def change_paper(permit: Permit, *, actor: User, change: str, reason: str, key: str) -> Paper:
    """Suspend, restore or revoke an issued permit; /verifikasi/ follows at once.

    Raises Refused without right or reason, WrongState when its state does not allow it.
    """
    base.hold(permit.application)
    require(permissions.can_change_paper(actor, permit.application))
    if change not in PAPER_MOVES:
        raise Refused(_("Choose what should happen to this permit."), status=400)
    if not reason.strip():
        raise Refused(_("Write the reason. The holder will read it."), status=400)
    to, from_ = PAPER_MOVES[change]
    now = clock.now()
    done = move(
        permit.paper,
        to,
        from_=from_,
        actor=actor,
        reason=reason.strip(),
        key=key,
        step_model=PermitStep,
        extra={
            "state_reason": "" if to == PaperState.VALID else reason.strip(),
            "state_at": now,
            "updated_at": now,
        },
    )
    permit.paper.refresh_from_db()
    if not done.is_repeat:
        notices.paper_changed(permit, change)
    return permit.paper


def expires(paper: Paper, today: date) -> bool:
    """Whether the paper's time is over on this day."""
    return paper.valid_until is not None and paper.valid_until < today
