"""Correction rounds: staff ask for everything at once; the clock rests until the answer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from counters.calendar import home_calendar
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from permits import notices, permissions
from permits.actions import base
from permits.actions.submissions import current_value, restore
from permits.casefile import CaseFile
from permits.deadlines import ClockEntry, TimeLimit, due_at, promise
from permits.models import (
    Application,
    CorrectionItem,
    CorrectionRound,
    Phase,
    RoundState,
    Verdict,
    VerdictOutcome,
)
from permits.workflow import Refused, require

LAPSE_AFTER = timedelta(days=14)


@act
def ask_corrections(
    application: Application,
    *,
    actor: User,
    items: Mapping[str, str],
    key: str,
    note: str = "",
    due_on: date | None = None,
) -> CorrectionRound:
    """Ask the citizen to put right `items` (target -> reason); the file waits, the clock rests.

    Raises Refused for an empty list, an unknown target, an empty reason, or a missing right;
    WrongState when the file moved meanwhile.
    """
    base.hold(application)
    if base.is_repeat(application, key, "ask_corrections", actor=actor):
        return application.correction_rounds.order_by("-number").first()
    require(permissions.can_work(actor, application))
    case = CaseFile(application)
    _check_items(case, items)
    now = clock.now()
    due_on = due_on or clock.local(now + base.CORRECTION_DAYS).date()
    if due_on <= clock.local(now).date():
        raise Refused(_("Give the applicant at least until tomorrow."), status=400)
    last = application.correction_rounds.order_by("-number").first()
    round_ = CorrectionRound.objects.create(
        application=application,
        number=(last.number if last else 0) + 1,
        note=note,
        stage_key=application.stage_key,
        asked_by=actor,
        asked_at=now,
        due_on=due_on,
    )
    CorrectionItem.objects.bulk_create(
        CorrectionItem(
            round=round_, target=target, reason=reason.strip(), before=current_value(case, target)
        )
        for target, reason in items.items()
    )
    _reject_documents(case, items, actor, now)
    due = application.due_at
    if application.complete_at:
        due = base.tick_clock(case, "pause", cause="correction", by=actor, now=now)
    base.step(
        application,
        Phase.NEEDS_CORRECTION,
        act="ask_corrections",
        from_=(Phase.SUBMITTED, Phase.IN_REVIEW),
        actor=actor,
        key=key,
        reason=note,
        columns={"due_at": due, "assignee": application.assignee or actor},
        where={"stage_key": application.stage_key},
    )
    application.refresh_from_db()
    notices.corrections_asked(application, round_)
    return round_


def _check_items(case: CaseFile, items: Mapping[str, str]) -> None:
    if case.stage is not None and not case.stage.corrections:
        raise Refused(_("Corrections cannot be asked at this stage."))
    if not items:
        raise Refused(_("Choose at least one thing to be corrected."), status=400)
    for target, reason in items.items():
        if target not in case.asked_targets:
            raise Refused(_("This form has no such part."), status=400)
        if not reason.strip():
            raise Refused(_("Write for each part what is wrong."), status=400)


def _reject_documents(case: CaseFile, items: Mapping[str, str], actor: User, now) -> None:
    """A document asked again is a refused document: the verdict says so with the same words."""
    for document in case.documents:
        reason = items.get(document.slot)
        verdict = case.verdicts.get(document.pk)
        if reason and (verdict is None or verdict.outcome == VerdictOutcome.ACCEPTED):
            Verdict.objects.create(
                document=document,
                outcome=VerdictOutcome.REJECTED,
                reason=reason.strip()[:400],
                by=actor,
                at=now,
            )


@act
def cancel_corrections(
    application: Application, *, actor: User, key: str, reason: str
) -> Application:
    """Take an open request back: the file returns as it was sent, the clock goes on.

    Changes the applicant made but did not send are undone.
    """
    base.hold(application)
    if base.is_repeat(application, key, "cancel_corrections", actor=actor):
        return application
    require(permissions.can_take(actor, application))
    case = CaseFile(application)
    if case.open_round is None:
        raise WrongState(_("There is nothing to correct on this application."), application.phase)
    now = clock.now()
    restore(case, now)
    base.step(
        application,
        Phase.IN_REVIEW,
        act="cancel_corrections",
        from_=(Phase.NEEDS_CORRECTION,),
        actor=actor,
        key=key,
        reason=reason,
        columns=_dates_after_cancel(case, actor, now),
    )
    application.correction_rounds.filter(state=RoundState.OPEN).update(
        state=RoundState.CANCELLED, answered_at=now
    )
    application.refresh_from_db()
    notices.corrections_cancelled(application)
    return application


def _dates_after_cancel(case: CaseFile, actor: User, now: datetime) -> dict[str, Any]:
    """The dates as if nothing had been asked: the rest is added, no more.

    Nothing changed in the file, so the office does not get its intake days again: otherwise
    asking and taking back would put off every promise.
    """
    dates = base.after_rest(case, by=actor, now=now)
    if case.application.complete_at:
        return dates
    entries = (
        ClockEntry("start", case.application.submissions.latest("round").at),
        ClockEntry("pause", case.open_round.asked_at),
        ClockEntry("resume", now),
    )
    calendar = home_calendar()
    due = due_at(entries, TimeLimit(base.intake_days(case)), calendar)
    return {"due_at": due, "promised_at": promise(due, 0, base.limit_of(case), calendar)}


@act
def remind_correction(round_: CorrectionRound) -> None:
    """Remind the applicant of an open request, once, a few days before it is due."""
    notices.correction_due(round_.application, round_)


@act
def lapse(application: Application) -> Application:
    """End a file whose corrections never came: two weeks after they were due.

    Called by the daily sweep; does nothing when the applicant was faster.
    """
    base.hold(application)
    case = CaseFile(application)
    round_ = case.open_round
    now = clock.now()
    if (
        application.phase != Phase.NEEDS_CORRECTION
        or round_ is None
        or clock.local(now).date() <= round_.due_on + LAPSE_AFTER
    ):
        return application
    columns = {"ended_at": now, "assignee": None}
    if application.complete_at:
        columns["due_at"] = base.tick_clock(case, "stop", cause="lapsed", by=None, now=now)
    base.step(
        application,
        Phase.LAPSED,
        act="lapse",
        from_=(Phase.NEEDS_CORRECTION,),
        actor=None,
        office="",
        columns=columns,
    )
    application.refresh_from_db()
    base.cancel_open_opinions(application)
    application.correction_rounds.filter(state=RoundState.OPEN).update(state=RoundState.CANCELLED)
    notices.lapsed(application)
    return application
