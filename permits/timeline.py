"""The journey of a file in plain words: what happened, where it is now, what comes. Pure."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from mpp.kit.wording import date_id, time_id
from permits import rules
from permits.casefile import CaseFile
from permits.models import ApplicationStep, Phase

# Inner movements of a desk are shown as "who has it now", not as a line each.
QUIET_ACTS = frozenset({"take", "release", "assign", "issue"})


def _at(at) -> str:
    return f"{date_id(at, 'day')}, {time_id(at)}"


def _title(case: CaseFile, step: ApplicationStep) -> str:
    stage = _stage_name(case, step.to_stage)
    match step.act:
        case "submit":
            return _("You sent the application")
        case "ask_corrections":
            return _("Something must be corrected")
        case "cancel_corrections":
            return _("The request for corrections was taken back")
        case "resubmit":
            return _("You sent the corrections")
        case "declare_complete" | "presume_complete":
            return _("The file was declared complete")
        case "forward":
            return _("Passed on to: %(stage)s") % {"stage": stage}
        case "send_back":
            return _("Returned to: %(stage)s") % {"stage": stage}
        case "approve":
            return _("The application was approved")
        case "reject":
            return _("The application was not approved")
        case "hand_over":
            return _("Handed over to you")
        case "complete":
            return _("The service is finished")
        case "withdraw":
            return _("You withdrew the application")
        case "lapse":
            return _("The time to answer has passed")
    return stage or step.act


def _stage_name(case: CaseFile, key: str) -> str:
    return rules.hint(case.definition.stage(key), "name") if case.definition.has_stage(key) else ""


def who(step: ApplicationStep, citizen_ids: set[int]) -> str:
    """Name and office of whoever did it; only the office where a region hides names."""
    if step.actor_id is None:
        return (
            _("By the system, because the time was over") if step.act == "presume_complete" else ""
        )
    if step.actor_id in citizen_ids and not step.office:
        return ""
    names = [step.actor_name] if settings.STAFF_NAME_SHOWN or not step.office else []
    return ", ".join(filter(None, [*names, step.office]))


def rows(case: CaseFile, steps: Iterable[ApplicationStep]) -> list[dict[str, Any]]:
    """The lines of the timeline, oldest first, with what is now and what comes at the end."""
    application = case.application
    citizens = {application.owner_id, application.filed_by_id}
    found = [
        {
            "state": "bad" if step.act == "reject" else "past",
            "icon": "x-lg" if step.act == "reject" else "check-lg",
            "title": _title(case, step),
            "text": _at(step.at),
            "by": who(step, citizens),
        }
        for step in steps
        if step.act not in QUIET_ACTS
    ]
    return found + _now(case) + _next(case)


def _now(case: CaseFile) -> list[dict[str, Any]]:
    application = case.application
    if application.phase == Phase.NEEDS_CORRECTION:
        title, icon, by = _("Waiting for you"), "pencil", ""
    elif application.phase in (Phase.SUBMITTED, Phase.IN_REVIEW):
        title, icon, by = _stage_name(case, application.stage_key), "three-dots", holder_of(case)
    else:
        return []
    return [{"state": "now", "icon": icon, "title": title, "text": _waiting(case), "by": by}]


def holder_of(case: CaseFile) -> str:
    """Who has the file now: name and office, or the office alone."""
    application = case.application
    office = rules.hint(application.desk_agency, "name") if application.desk_agency else ""
    if application.assignee and settings.STAFF_NAME_SHOWN:
        return _("With %(name)s, %(office)s") % {"name": application.assignee, "office": office}
    return _("With %(office)s") % {"office": office} if office else ""


def _waiting(case: CaseFile) -> str:
    """Which other agencies are asked meanwhile."""
    if case.stage is None or case.stage.opinions is None:
        return ""
    asked = [
        rules.hint(opinion.agency, "name") for opinion in case.gate() if opinion.state == "asked"
    ]
    if not asked:
        return ""
    return _("Waiting for the opinion of %(agencies)s.") % {"agencies": ", ".join(asked)}


def _next(case: CaseFile) -> list[dict[str, Any]]:
    application = case.application
    if application.phase not in (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION):
        return []
    due = application.due_at if application.complete_at else application.promised_at
    title = _("The permit can be downloaded") if case.definition.document else _("Finished")
    day = _("At the latest %(day)s") % {"day": date_id(due, "day")} if due else ""
    return [{"state": "next", "icon": "flag", "title": title, "text": day, "by": ""}]
