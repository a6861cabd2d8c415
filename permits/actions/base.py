"""What every act shares: holding the file, the step with its office, the gate, the ledger."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from counters.calendar import home_calendar
from counters.models import Agency
from mpp.kit.states import WrongState, move
from permits import notices
from permits.casefile import CaseFile
from permits.deadlines import ClockEntry, TimeLimit, due_at, intake_due, promise
from permits.definition import Opinions, Stage
from permits.models import (
    Application,
    ApplicationStep,
    ClockEvent,
    Opinion,
    OpinionAnswer,
    OpinionState,
    Phase,
)

AT_WORK = (Phase.SUBMITTED, Phase.IN_REVIEW)


def hold(application: Application) -> None:
    """Read the file anew and hold its row until the act is over.

    What rights and guards look at cannot change between the look and the step: a second act on
    the same file waits here. On SQLite the transaction itself holds the whole database
    (IMMEDIATE); the conditional UPDATE of `move` stands behind both.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update(no_key=True))


def is_repeat(application: Application, key: str, *acts: str, actor: User | None) -> bool:
    """Whether this person did one of `acts` on the file under this key already.

    Raises WrongState when the key served something else: what was meant now is never dropped
    silently. An empty key repeats nothing.
    """
    done = application.steps.filter(key=key).first() if key else None
    if done is None:
        return False
    if done.act not in acts or done.actor_id != getattr(actor, "pk", None):
        sentence = _("This form was sent before for something else. Open the page again.")
        raise WrongState(sentence, application.phase)
    return True


def office_of(actor: User | None, application: Application) -> str:
    """The office a staff member acts for on this file; empty for the citizen."""
    if actor is None or not actor.is_staff or application.desk_agency is None:
        return ""
    return str(application.desk_agency)


def step(
    application: Application,
    to: str,
    *,
    act: str,
    from_: Collection[str],
    actor: User | None,
    key: str = "",
    reason: str = "",
    columns: dict[str, Any] | None = None,
    where: dict[str, Any] | None = None,
    office: str | None = None,
) -> ApplicationStep:
    """Move the phase through the one door and write the step with act, stages and office.

    `columns` are changed in the same UPDATE, `where` are further conditions on the row as it is
    in the database now (a stale page fails here). Raises WrongState.
    """
    columns = columns or {}
    return move(
        application,
        to,
        from_=from_,
        actor=actor,
        reason=reason,
        key=key,
        step_model=ApplicationStep,
        state_field="phase",
        extra=columns,
        where=where,
        step_fields={
            "act": act,
            "from_stage": application.stage_key,
            "to_stage": columns.get("stage_key", application.stage_key),
            "office": office_of(actor, application) if office is None else office,
        },
    )


def agency_for(application: Application, key: str) -> Agency:
    """The agency a stage or an opinion names; "service" is the service's own."""
    if key == "service":
        return application.version.permit_type.service.agency
    return Agency.objects.get(key=key)


def desk_columns(application: Application, stage: Stage) -> dict[str, Any]:
    """The columns that put a file onto the desk of a stage."""
    return {
        "stage_key": stage.key,
        "desk_agency": agency_for(application, stage.agency),
        "desk_role": stage.role,
        "assignee": None,
    }


def end_of_day(start: datetime, days: int) -> datetime:
    """Closing time of the working day `days` working days after `start`."""
    return intake_due(start, days, home_calendar())


def enter_stage(application: Application, stage: Stage, now: datetime) -> list[Opinion]:
    """Ask the opinions of the gate when a file comes into a stage; returns the new ones.

    What was answered before still counts, except an objection and silence: they are asked anew,
    or a file that was put right could never pass the gate again.
    """
    if stage.opinions is None:
        return []
    asked = []
    for request in stage.opinions.requests:
        earlier = application.opinions.filter(stage_key=stage.key, request_key=request.key)
        last = earlier.order_by("-attempt").first()
        if last is not None and _still_counts(last):
            continue
        asked.append(
            Opinion.objects.create(
                application=application,
                stage_key=stage.key,
                request_key=request.key,
                attempt=last.attempt + 1 if last else 1,
                agency=agency_for(application, request.agency),
                role=request.role,
                silence=stage.opinions.silence,
                asked_at=now,
                due_at=end_of_day(now, stage.opinions.due_days),
            )
        )
    return asked


def _still_counts(opinion: Opinion) -> bool:
    """Whether an opinion of an earlier visit spares the agency a second question."""
    if opinion.state == OpinionState.GIVEN:
        return opinion.answer != OpinionAnswer.OBJECT
    return opinion.state == OpinionState.ASKED


def give_time_again(application: Application, rule: Opinions, now: datetime) -> None:
    """Open questions get their full time anew: nobody can judge a file being put right."""
    application.opinions.filter(stage_key=application.stage_key, state=OpinionState.ASKED).update(
        due_at=end_of_day(now, rule.due_days)
    )


def cancel_open_opinions(application: Application) -> None:
    """Opinions nobody needs any more once the file has left the gate or ended."""
    application.opinions.filter(state=OpinionState.ASKED).update(state=OpinionState.CANCELLED)


def limit_of(case: CaseFile) -> TimeLimit:
    """The legal time limit of the file's pinned standard; 5 working days when none is set.

    UU 30/2014 art. 53 as changed by UU 6/2023: five working days after "received complete".
    """
    standard = case.application.version.standard
    if standard is None or not standard.limit_count:
        return TimeLimit(5, "working_days")
    return TimeLimit(standard.limit_count, standard.limit_unit)


def ledger(application: Application) -> list[ClockEntry]:
    """The clock's entries as the pure functions of `deadlines` want them."""
    rows = ClockEvent.objects.filter(application=application).order_by("id")
    return [ClockEntry(row.kind, row.at, row.cause, row.days) for row in rows]


def tick_clock(
    case: CaseFile, kind: str, *, cause: str, by: User | None, now: datetime
) -> datetime | None:
    """Add an entry to the ledger and return the due date that follows from all of them."""
    application = case.application
    ClockEvent.objects.create(application=application, kind=kind, cause=cause, at=now, by=by)
    return due_at(ledger(application), limit_of(case), home_calendar())


def intake_days(case: CaseFile) -> int:
    """Working days the office has to say whether a sent file is complete."""
    standard = case.application.version.standard
    return standard.intake_days if standard else 1


def promised(case: CaseFile, sent_at: datetime) -> datetime:
    """The latest end that is promised to a file sent at `sent_at`."""
    return promise(sent_at, intake_days(case), limit_of(case), home_calendar())


def start_clock(
    application: Application, *, actor: User | None, cause: str, key: str, at: datetime
) -> None:
    """The file is complete since `at`: the legal clock starts (UU 30/2014 art. 53)."""
    due = tick_clock(CaseFile(application), "start", cause=cause, by=actor, now=at)
    step(
        application,
        Phase.IN_REVIEW,
        act="declare_complete" if cause == "declared" else "presume_complete",
        from_=AT_WORK,
        actor=actor,
        key=key,
        columns={"complete_at": at, "due_at": due, "promised_at": due},
        where={"complete_at__isnull": True},
    )
    application.refresh_from_db()
    notices.complete(application)


def after_rest(case: CaseFile, *, by: User, now: datetime) -> dict[str, Any]:
    """The dates of a file that comes back from the applicant; open opinions get their time anew.

    With the clock started it goes on. Before, the office gets its intake days again, because
    what it has to look at has changed.
    """
    if case.stage is not None and case.stage.opinions:
        give_time_again(case.application, case.stage.opinions, now)
    if case.application.complete_at:
        due = tick_clock(case, "resume", cause="correction", by=by, now=now)
        return {"due_at": due, "promised_at": due}
    return {"due_at": end_of_day(now, intake_days(case)), "promised_at": promised(case, now)}


CORRECTION_DAYS = timedelta(days=14)
