"""What the citizen does: start, answer, attach, send, answer corrections, withdraw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Business, Mandate, User
from mpp.kit import clock
from mpp.kit.models import Installation, StoredFile
from mpp.kit.references import CODE_80_BIT, application_number, new_code
from mpp.kit.sequences import next_value
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from permits import answers as answer_rows
from permits import notices, permissions
from permits.actions import base
from permits.actions.submissions import (
    close_items,
    holder_columns,
    index_holder,
    name_tokens,
    unanswered_items,
    write_submission,
)
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.completeness import missing_in
from permits.definition import Field, Requirement
from permits.models import (
    Application,
    Document,
    PermitVersion,
    Phase,
    RoundState,
    VersionState,
)
from permits.workflow import Refused, require

EDITABLE = (Phase.DRAFT, Phase.NEEDS_CORRECTION)
NOT_FINAL = (Phase.DRAFT, Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)


@act
def start(
    version: PermitVersion,
    *,
    owner: User | None,
    filed_by: User,
    business: Business | None = None,
    mandate: Mandate | None = None,
) -> Application:
    """A new draft on the published version. Raises Refused when it takes no applications."""
    if version.state != VersionState.PUBLISHED:
        raise Refused(_("This service does not take applications here at the moment."), status=409)
    return Application.objects.create(
        reference=f"D{new_code(CODE_80_BIT)}",
        version=version,
        owner=owner,
        filed_by=filed_by,
        business=business,
        mandate=mandate,
        tracking_code=new_code(CODE_80_BIT),
    )


def _hold(application: Application, actor: User) -> CaseFile:
    """Hold the row while it may still be edited, or refuse: a sent file never changes silently."""
    base.hold(application)
    require(permissions.can_represent(actor, application))
    held = Application.objects.filter(pk=application.pk, phase__in=EDITABLE).update(
        updated_at=clock.now()
    )
    if not held:
        raise Refused(
            _("This application has been sent. It can only be changed when we ask you to."),
            status=409,
        )
    return CaseFile(application)


def _check_target(case: CaseFile, target: str) -> None:
    allowed = case.editable_targets()
    if allowed is not None and target not in allowed:
        raise Refused(_("We did not ask you to change this part."), status=409)


@act
def save_answers(
    application: Application, *, actor: User, values: Mapping[str, Any]
) -> Application:
    """Store plain values by field key (see `permits.answers`), in a draft or a correction.

    In a correction only the asked fields may change; others raise Refused.
    """
    case = _hold(application, actor)
    for key in values:
        _check_target(case, f"{FIELD}{key}")
    answer_rows.store(application, case.definition, values)
    return application


@act
def attach(
    application: Application,
    *,
    actor: User,
    slot: str,
    file: StoredFile,
    position: int | None = None,
    reused_from: Document | None = None,
) -> Document:
    """Put a stored file into a slot (`req:<key>` or `field:<key>`); replaces what lies there.

    `position` is the place in a slot that takes several files; None means the next free one.
    """
    case = _hold(application, actor)
    _check_target(case, slot)
    room = _files_allowed(case, slot)
    now = clock.now()
    current = {document.position: document for document in case.documents_in(slot)}
    same = next((d for d in current.values() if d.file.sha256 == file.sha256), None)
    if same is not None:
        return same
    if position is None:
        free = [number for number in range(1, room + 1) if number not in current]
        position = free[0] if free else room
    if not 1 <= position <= room:
        raise Refused(_("There is no room for another file here."), status=409)
    latest = (
        application.documents.filter(slot=slot, position=position).order_by("-version").first()
    )
    if position in current:
        Document.objects.filter(pk=current[position].pk).update(removed_at=now)
    return Document.objects.create(
        application=application,
        slot=slot,
        position=position,
        version=latest.version + 1 if latest else 1,
        file=file,
        reused_from=reused_from,
        by=actor,
        uploaded_at=now,
    )


def asked_file(case: CaseFile, slot: str) -> Requirement | Field | None:
    """The requirement or file field behind a slot, or None when the form has none such."""
    kind, _colon, key = slot.partition(":")
    if f"{kind}:" == REQUIREMENT and case.definition.has_requirement(key):
        return case.definition.requirement(key)
    if f"{kind}:" == FIELD and case.definition.has_field(key):
        field = case.definition.field(key)
        return field if field.type == "file" else None
    return None


def _files_allowed(case: CaseFile, slot: str) -> int:
    """How many files a slot takes; raises Refused for a slot the definition does not know."""
    asked = asked_file(case, slot)
    if asked is not None:
        return asked.max_files
    raise Refused(_("This form does not ask for such a document."), status=404)


@act
def remove_document(application: Application, *, actor: User, document: Document) -> None:
    """Take a document out of its slot. A version that was sent once is kept."""
    _check_target(_hold(application, actor), document.slot)
    Document.objects.filter(
        pk=document.pk, application=application, removed_at__isnull=True
    ).update(removed_at=clock.now())


@act
def submit(application: Application, *, actor: User, key: str) -> Application:
    """Send a draft: number, promise, first desk, submission and notice in one transaction.

    The same key again gives the same application. Raises Refused when something is missing or
    the version was retired, WrongState when it was sent already under another key.
    """
    base.hold(application)
    if base.is_repeat(application, key, "submit", actor=actor):
        return application
    if application.phase != Phase.DRAFT:
        raise WrongState(_("This application has been sent already."), application.phase)
    case = _hold(application, actor)
    if application.version.state != VersionState.PUBLISHED:
        raise Refused(_("This form has a new version. Look at what changed first."), status=409)
    if missing_in(case):
        raise Refused(_("Some parts are not complete yet."), status=409)
    now = clock.now()
    stage = case.definition.stages[0]
    base.step(
        application,
        Phase.SUBMITTED,
        act="submit",
        from_=(Phase.DRAFT,),
        actor=actor,
        key=key,
        office="",
        columns={
            **base.desk_columns(application, stage),
            **holder_columns(case),
            "number": _next_number(now),
            "submitted_at": now,
            "promised_at": base.promised(case, now),
            "due_at": base.end_of_day(now, base.intake_days(case)),
            "round": F("round") + 1,
        },
    )
    application.refresh_from_db()
    write_submission(CaseFile(application), actor=actor, key=key, now=now)
    index_holder(application)
    asked = base.enter_stage(application, stage, now)
    notices.submitted(application)
    notices.at_new_desk(application, stage, asked)
    if base.intake_days(case) == 0:
        base.start_clock(application, actor=None, cause="presumed", key="", at=now)
    return application


def _next_number(now: datetime) -> str:
    """The next public number of this local year."""
    year = clock.local(now).year
    prefix = Installation.objects.values_list("reference_prefix", flat=True).first() or "MPP"
    return application_number(prefix, year, next_value("application", year))


@act
def resubmit(application: Application, *, actor: User, key: str) -> Application:
    """Answer the open correction round: only asked things changed, the clock goes on.

    Raises Refused when an asked thing was not changed, WrongState when no round is open.
    """
    base.hold(application)
    if base.is_repeat(application, key, "resubmit", actor=actor):
        return application
    if application.phase != Phase.NEEDS_CORRECTION:
        raise WrongState(_("There is nothing to correct on this application."), application.phase)
    case = _hold(application, actor)
    if unanswered_items(case):
        raise Refused(_("Some corrections are not done yet."), status=409)
    if missing_in(case):
        raise Refused(_("Some parts are not complete yet."), status=409)
    now = clock.now()
    base.step(
        application,
        Phase.IN_REVIEW,
        act="resubmit",
        from_=(Phase.NEEDS_CORRECTION,),
        actor=actor,
        key=key,
        office="",
        columns={
            **base.after_rest(case, by=actor, now=now),
            **holder_columns(case),
            "round": F("round") + 1,
        },
    )
    close_items(case, now)
    application.correction_rounds.filter(state=RoundState.OPEN).update(
        state=RoundState.ANSWERED, answered_at=now
    )
    application.refresh_from_db()
    case = CaseFile(application)
    write_submission(case, actor=actor, key=key, now=now)
    index_holder(application)
    asked = base.enter_stage(application, case.stage, now)
    notices.resubmitted(application)
    notices.at_new_desk(application, case.stage, asked)
    return application


@act
def withdraw(application: Application, *, actor: User, key: str, reason: str = "") -> Application:
    """End the application at the citizen's wish, before a decision."""
    base.hold(application)
    if base.is_repeat(application, key, "withdraw", actor=actor):
        return application
    require(permissions.can_represent(actor, application))
    was_sent = application.phase != Phase.DRAFT
    now = clock.now()
    columns = {"ended_at": now, "assignee": None}
    if application.complete_at and application.phase in NOT_FINAL:
        case = CaseFile(application)
        columns["due_at"] = base.tick_clock(case, "stop", cause="withdrawn", by=actor, now=now)
    base.step(
        application,
        Phase.WITHDRAWN,
        act="withdraw",
        from_=NOT_FINAL,
        actor=actor,
        key=key,
        reason=reason,
        office="",
        columns=columns,
    )
    application.refresh_from_db()
    base.cancel_open_opinions(application)
    application.correction_rounds.filter(state=RoundState.OPEN).update(state=RoundState.CANCELLED)
    if was_sent:
        notices.withdrawn(application)
    return application


__all__ = ["name_tokens", "unanswered_items"]
