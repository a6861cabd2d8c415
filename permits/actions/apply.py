"""What the citizen does: start, answer, attach, send, answer corrections, withdraw."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Business, Mandate, User
from counters.calendar import home_calendar
from mpp.kit import clock
from mpp.kit.keys import lookup_hash
from mpp.kit.models import Installation, StoredFile
from mpp.kit.references import CODE_80_BIT, application_number, new_code
from mpp.kit.sequences import next_value
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from permits import answers as answer_rows
from permits import notices
from permits.actions import base
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.completeness import missing_in
from permits.deadlines import promise
from permits.definition import Field, Requirement
from permits.models import (
    Application,
    CorrectionItem,
    Document,
    NameToken,
    PermitVersion,
    Phase,
    RoundState,
    Submission,
    VersionState,
)
from permits.workflow import Refused

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


def _hold(application: Application) -> None:
    """Hold the row while it may still be edited, or refuse: a sent file never changes silently."""
    held = Application.objects.filter(pk=application.pk, phase__in=EDITABLE).update(
        updated_at=clock.now()
    )
    if not held:
        raise Refused(
            _("This application has been sent. It can only be changed when we ask you to."),
            status=409,
        )


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
    _hold(application)
    application.refresh_from_db()
    case = CaseFile(application)
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
    _hold(application)
    application.refresh_from_db()
    case = CaseFile(application)
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
    _hold(application)
    application.refresh_from_db()
    _check_target(CaseFile(application), document.slot)
    Document.objects.filter(
        pk=document.pk, application=application, removed_at__isnull=True
    ).update(removed_at=clock.now())


def snapshot(case: CaseFile) -> tuple[str, str]:
    """What is sent, as canonical JSON of our own making, and its sha256."""
    content = {
        "version": case.application.version.digest,
        "answers": case.visible_answers,
        "documents": [
            {"slot": d.slot, "position": d.position, "sha256": d.file.sha256, "id": d.pk}
            for d in case.documents
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def _write_submission(case: CaseFile, *, actor: User, key: str, now) -> Submission:
    application = case.application
    text, digest = snapshot(case)
    submission = Submission.objects.create(
        application=application,
        round=application.round,
        content=text,
        sha256=digest,
        key=key,
        by=actor,
        at=now,
    )
    application.documents.filter(round__isnull=True, removed_at__isnull=True).update(
        round=application.round
    )
    return submission


def _holder(case: CaseFile) -> tuple[str, str]:
    """Name and NIK of the holder, frozen at submit: business, typed answers, or the owner."""
    application = case.application
    if application.business_id:
        return application.business.name, ""
    owner = application.owner
    niks = [f for f in case.definition.all_fields() if f.prefill == "profile.nik"]
    names = [f for f in case.definition.all_fields() if f.prefill == "profile.full_name"]
    nik = next((case.answers.get(f.key) for f in niks if case.answers.get(f.key)), "")
    name = next((case.answers.get(f.key) for f in names if case.answers.get(f.key)), "")
    return name or (owner.full_name if owner else ""), nik or (owner.nik if owner else "")


def name_tokens(name: str) -> set[str]:
    """The words of a name for searching: lower case, at most 40 characters, at least two."""
    return {word[:40] for word in name.casefold().replace(".", " ").split() if len(word) > 1}


@act
def submit(application: Application, *, actor: User, key: str) -> Application:
    """Send a draft: number, promise, first desk, submission and notice in one transaction.

    The same key again gives the same application. Raises Refused when something is missing or
    the version was retired, WrongState when it was sent already under another key.
    """
    application.refresh_from_db()
    if application.phase != Phase.DRAFT:
        return _already_sent(application, key)
    _hold(application)
    case = CaseFile(application)
    if application.version.state != VersionState.PUBLISHED:
        raise Refused(_("This form has a new version. Look at what changed first."), status=409)
    if missing_in(case):
        raise Refused(_("Some parts are not complete yet."), status=409)
    now = clock.now()
    year = clock.local(now).year
    stage = case.definition.stages[0]
    prefix = Installation.objects.values_list("reference_prefix", flat=True).first() or "MPP"
    holder_name, holder_nik = _holder(case)
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
            "number": application_number(prefix, year, next_value("application", year)),
            "submitted_at": now,
            "promised_at": _promise(case, now),
            "due_at": base.end_of_day(now, _intake_days(case)),
            "holder_name": holder_name,
            "holder_nik": holder_nik,
            "holder_nik_hash": lookup_hash(holder_nik, "nik") if holder_nik else "",
            "round": F("round") + 1,
        },
    )
    application.refresh_from_db()
    case = CaseFile(application)
    _write_submission(case, actor=actor, key=key, now=now)
    NameToken.objects.bulk_create(
        [NameToken(application=application, token=t) for t in sorted(name_tokens(holder_name))],
        ignore_conflicts=True,
    )
    base.enter_stage(application, stage, now)
    notices.submitted(application)
    return application


def _already_sent(application: Application, key: str) -> Application:
    if application.steps.filter(key=key).exists():
        return application
    raise WrongState(_("This application has been sent already."), application.phase)


def _intake_days(case: CaseFile) -> int:
    standard = case.application.version.standard
    return standard.intake_days if standard else 1


def _promise(case: CaseFile, now):
    return promise(now, _intake_days(case), base.limit_of(case), home_calendar())


@act
def resubmit(application: Application, *, actor: User, key: str) -> Application:
    """Answer the open correction round: only asked things changed, the clock goes on.

    Raises Refused when an asked thing was not changed, WrongState when no round is open.
    """
    application.refresh_from_db()
    if application.steps.filter(key=key).exists():
        return application
    if application.phase != Phase.NEEDS_CORRECTION:
        raise WrongState(_("There is nothing to correct on this application."), application.phase)
    _hold(application)
    case = CaseFile(application)
    now = clock.now()
    left = unanswered_items(case)
    if left:
        raise Refused(_("Some corrections are not done yet."), status=409)
    if missing_in(case):
        raise Refused(_("Some parts are not complete yet."), status=409)
    round_ = case.open_round
    due = application.due_at
    if application.complete_at:
        due = base.tick_clock(case, "resume", cause="correction", by=actor, now=now)
    else:
        due = base.end_of_day(now, _intake_days(case))
    base.step(
        application,
        Phase.IN_REVIEW,
        act="resubmit",
        from_=(Phase.NEEDS_CORRECTION,),
        actor=actor,
        key=key,
        office="",
        columns={
            "due_at": due,
            "promised_at": due if application.complete_at else _promise(case, now),
            "round": F("round") + 1,
        },
    )
    application.refresh_from_db()
    _close_items(case, now)
    type(round_).objects.filter(pk=round_.pk, state=RoundState.OPEN).update(
        state=RoundState.ANSWERED, answered_at=now
    )
    _write_submission(CaseFile(application), actor=actor, key=key, now=now)
    notices.resubmitted(application)
    return application


def current_value(case: CaseFile, target: str) -> str:
    """What stands at a target now, as text for before/after: JSON of the value or of the files."""
    if target.startswith(FIELD) and target not in {d.slot for d in case.documents}:
        value = case.answers.get(target.removeprefix(FIELD))
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    files = [d.file.sha256 for d in case.documents_in(target)]
    return json.dumps({"files": files, "documents": [d.pk for d in case.documents_in(target)]})


def unanswered_items(case: CaseFile) -> list[CorrectionItem]:
    """The asked things that are still exactly as they were."""
    if case.open_round is None:
        return []
    return [
        item
        for item in case.open_round.items.all()
        if current_value(case, item.target) == item.before
    ]


def _close_items(case: CaseFile, now) -> None:
    for item in case.open_round.items.all():
        item.after = current_value(case, item.target)
        item.answered_at = now
        item.save(update_fields=["after", "answered_at"])


@act
def withdraw(application: Application, *, actor: User, key: str, reason: str = "") -> Application:
    """End the application at the citizen's wish, before a decision."""
    now = clock.now()
    application.refresh_from_db()
    was_sent = application.phase != Phase.DRAFT
    base.step(
        application,
        Phase.WITHDRAWN,
        act="withdraw",
        from_=NOT_FINAL,
        actor=actor,
        key=key,
        reason=reason,
        office="",
        columns={"ended_at": now, "assignee": None},
    )
    application.refresh_from_db()
    base.cancel_open_opinions(application)
    application.correction_rounds.filter(state=RoundState.OPEN).update(state=RoundState.CANCELLED)
    if was_sent:
        notices.withdrawn(application)
    return application
