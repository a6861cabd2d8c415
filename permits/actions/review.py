"""Work on a file at the desk, short of deciding: take, judge, tick, declare complete, write."""

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.models import StoredFile
from mpp.kit.transactions import act
from permits import notices, permissions
from permits.actions import base
from permits.casefile import CaseFile
from permits.models import (
    Application,
    ChecklistMark,
    Document,
    Message,
    Phase,
    Verdict,
    VerdictOutcome,
)
from permits.workflow import Refused, require

AT_WORK = (Phase.SUBMITTED, Phase.IN_REVIEW)


@act
def take(application: Application, *, actor: User, key: str = "") -> Application:
    """Take a file nobody works on. Two at once: one gets it, the other is told."""
    application.refresh_from_db()
    require(permissions.can_take(actor, application))
    if application.assignee_id == actor.pk:
        return application
    waiting = application.phase == Phase.NEEDS_CORRECTION
    base.step(
        application,
        Phase.NEEDS_CORRECTION if waiting else Phase.IN_REVIEW,
        act="take",
        from_=(Phase.NEEDS_CORRECTION,) if waiting else AT_WORK,
        actor=actor,
        key=key,
        columns={"assignee": actor},
        where={"assignee__isnull": True, "stage_key": application.stage_key},
    )
    application.refresh_from_db()
    return application


@act
def release(application: Application, *, actor: User, key: str = "") -> Application:
    """Put a taken file back on the pile; only who has it or a supervisor may."""
    application.refresh_from_db()
    require(permissions.can_release(actor, application))
    base.step(
        application,
        application.phase,
        act="release",
        from_=(application.phase,),
        actor=actor,
        key=key,
        columns={"assignee": None},
        where={"assignee": application.assignee_id},
    )
    application.refresh_from_db()
    return application


@act
def assign(application: Application, *, actor: User, to: User, key: str = "") -> Application:
    """Give a file to a colleague at the same desk (supervisor or head)."""
    application.refresh_from_db()
    require(permissions.can_assign(actor, application, to))
    base.step(
        application,
        application.phase,
        act="assign",
        from_=(application.phase,),
        actor=actor,
        key=key,
        columns={"assignee": to},
        where={"assignee": application.assignee_id},
    )
    application.refresh_from_db()
    return application


@act
def judge_document(document: Document, *, actor: User, outcome: str, reason: str = "") -> Verdict:
    """Say of a document version whether it is accepted; a refusal needs its reason."""
    application = document.application
    application.refresh_from_db()
    require(permissions.can_work(actor, application))
    if document.removed_at is not None:
        raise Refused(
            _("The applicant has replaced this document. Look at the new one."), status=409
        )
    if not document.file.is_openable:
        raise Refused(_("This document is still waiting for its scan."), status=409)
    if outcome not in VerdictOutcome.values:
        raise Refused(_("Choose whether the document is accepted."), status=400)
    if outcome == VerdictOutcome.REJECTED and not reason.strip():
        raise Refused(_("Write for the applicant what is wrong with it."), status=400)
    return Verdict.objects.create(
        document=document,
        outcome=outcome,
        reason=reason.strip()[:400] if outcome == VerdictOutcome.REJECTED else "",
        by=actor,
        at=clock.now(),
    )


@act
def tick(application: Application, *, actor: User, item_key: str, done: bool) -> Application:
    """Tick or untick one line of the stage's checklist."""
    application.refresh_from_db()
    require(permissions.can_work(actor, application))
    stage = CaseFile(application).stage
    if stage is None or item_key not in {item.key for item in stage.checklist}:
        raise Refused(_("The checklist of this stage has no such line."), status=400)
    mark = {
        "application": application,
        "stage_key": application.stage_key,
        "item_key": item_key,
    }
    if done:
        ChecklistMark.objects.bulk_create(
            [ChecklistMark(**mark, by=actor, at=clock.now())], ignore_conflicts=True
        )
    else:
        ChecklistMark.objects.filter(**mark).delete()
    return application


@act
def declare_complete(application: Application, *, actor: User, key: str = "") -> Application:
    """Declare the file complete: the legal clock starts now (UU 30/2014 art. 53)."""
    application.refresh_from_db()
    require(permissions.can_declare_complete(actor, application))
    return _start_clock(application, actor=actor, cause="declared", key=key)


@act
def presume_complete(application: Application) -> Application:
    """Presume completeness when nobody declared it or asked for a correction in time.

    Called by the daily sweep; the ledger says `presumed`. Does nothing when it came too late.
    """
    application.refresh_from_db()
    if application.complete_at or application.phase not in AT_WORK:
        return application
    return _start_clock(application, actor=None, cause="presumed", key="")


def _start_clock(
    application: Application, *, actor: User | None, cause: str, key: str
) -> Application:
    case = CaseFile(application)
    now = clock.now()
    if cause == "presumed":
        # The law counts from the day it should have been declared, not from our sweep.
        now = min(now, application.due_at or now)
    due = base.tick_clock(case, "start", cause=cause, by=actor, now=now)
    base.step(
        application,
        Phase.IN_REVIEW,
        act="declare_complete" if cause == "declared" else "presume_complete",
        from_=AT_WORK,
        actor=actor,
        key=key,
        columns={"complete_at": now, "due_at": due, "promised_at": due},
        where={"complete_at__isnull": True},
    )
    application.refresh_from_db()
    notices.complete(application)
    return application


@act
def post_message(
    application: Application,
    *,
    actor: User,
    body: str,
    key: str,
    from_staff: bool,
    file: StoredFile | None = None,
) -> Message:
    """Write into the thread of a file; the other side gets a notice. Same key = same message."""
    again = application.messages.filter(key=key).first() if key else None
    if again is not None:
        return again
    if from_staff:
        require(permissions.can_write(actor, application))
    text = body.strip()
    if not text:
        raise Refused(_("Write your message first."), status=400)
    try:
        message = Message.objects.create(
            application=application,
            author=actor,
            author_name=str(actor),
            office=base.office_of(actor, application) if from_staff else "",
            from_staff=from_staff,
            body=text,
            file=file,
            key=key,
            at=clock.now(),
        )
    except IntegrityError as clash:
        raise Refused(_("This message has been sent already."), status=409) from clash
    notices.message(application, message)
    return message
