"""What every act shares: the step with its office, entering a stage, the clock's ledger."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from counters.calendar import home_calendar
from counters.models import Agency
from mpp.kit import clock
from mpp.kit.states import move
from permits.casefile import CaseFile
from permits.deadlines import ClockEntry, TimeLimit, due_at, intake_due
from permits.definition import Stage
from permits.models import Application, ApplicationStep, ClockEvent, Opinion, OpinionState


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
    """Ask the opinions of the gate when a file comes into a stage; returns the new ones."""
    if stage.opinions is None:
        return []
    asked = []
    for request in stage.opinions.requests:
        earlier = application.opinions.filter(stage_key=stage.key, request_key=request.key)
        if earlier.filter(state__in=(OpinionState.ASKED, OpinionState.GIVEN)).exists():
            continue
        asked.append(
            Opinion.objects.create(
                application=application,
                stage_key=stage.key,
                request_key=request.key,
                attempt=earlier.count() + 1,
                agency=agency_for(application, request.agency),
                role=request.role,
                silence=stage.opinions.silence,
                asked_at=now,
                due_at=end_of_day(now, stage.opinions.due_days),
            )
        )
    return asked


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


CORRECTION_DAYS = timedelta(days=14)
