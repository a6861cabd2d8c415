"""Work on a file at the desk, short of deciding: take, judge, tick, declare complete, write."""

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


@act
def take(application: Application, *, actor: User, key: str = "") -> Application:
    """Take a file nobody works on. Two at once: one gets it, the other is told."""
    base.hold(application)
    if base.is_repeat(application, key, "take", actor=actor):
        return application
    require(permissions.can_take(actor, application))
    if application.assignee_id == actor.pk:
        return application
    waiting = application.phase == Phase.NEEDS_CORRECTION
    base.step(
        application,
        Phase.NEEDS_CORRECTION if waiting else Phase.IN_REVIEW,
        act="take",
        from_=(Phase.NEEDS_CORRECTION,) if waiting else base.AT_WORK,
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
    base.hold(application)
    if base.is_repeat(application, key, "release", actor=actor):
        return application
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
    base.hold(application)
    if base.is_repeat(application, key, "assign", actor=actor):
        return application
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
    base.hold(application)
    document.refresh_from_db(fields=["removed_at", "file"])
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
    base.hold(application)
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
    base.hold(application)
    if base.is_repeat(application, key, "declare_complete", actor=actor):
        return application
    require(permissions.can_declare_complete(actor, application))
    base.start_clock(application, actor=actor, cause="declared", key=key, at=clock.now())
    return application


@act
def presume_complete(application: Application) -> Application:
    """Presume completeness when nobody declared it or asked for a correction in time.

    Called by the worker; the ledger says `presumed`. Does nothing when it came too late, or the
    file went to the applicant and back meanwhile and has a new date.
    """
    base.hold(application)
    due = application.due_at
    if application.complete_at or application.phase not in base.AT_WORK:
        return application
    if due is None or due >= clock.now():
        return application
    # The law counts from the day it should have been declared, not from our sweep.
    base.start_clock(application, actor=None, cause="presumed", key="", at=due)
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
    base.hold(application)
    right = permissions.can_write if from_staff else permissions.can_write_to_desk
    require(right(actor, application))
    text = body.strip()
    again = application.messages.filter(key=key).first() if key else None
    if again is not None:
        if (again.author_id, again.body) == (actor.pk, text):
            return again
        raise Refused(
            _("This form was sent before for something else. Open the page again."), status=409
        )
    if not text:
        raise Refused(_("Write your message first."), status=400)
    message = Message.objects.create(
        application=application,
        author=actor,
        author_name=str(actor)[:200],
        office=base.office_of(actor, application) if from_staff else "",
        from_staff=from_staff,
        body=text,
        file=file,
        key=key,
        at=clock.now(),
    )
    notices.message(application, message)
    return message
