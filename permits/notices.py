"""What people are told, and when: one function per act, called inside the act's transaction."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.notices import notify
from counters.models import Posting
from mpp.kit import clock
from mpp.kit.references import format_code
from permits.definition import Stage
from permits.models import Application, CorrectionRound, Message, Opinion, Permit

KIND = "application"
ACTS = (
    "submitted",
    "corrections_asked",
    "corrections_cancelled",
    "resubmitted",
    "complete",
    "issued",
    "rejected",
    "completed",
    "withdrawn",
    "correction_due",
    "lapsed",
    "message",
    "opinion_asked",
    "opinion_given",
    "opinion_silent",
    "paper_changed",
)
SERVICE = gettext_noop("service")


def _citizen_path(application: Application) -> str:
    return reverse("permits:application-status", args=[application.public_ref])


def _desk_path(application: Application) -> str:
    return reverse("admin:permits_application_review", args=[application.public_ref])


def _applicants(application: Application) -> list[User]:
    """Who is told: the owner; of a business its owner's seat is only his while he is a member."""
    if application.business_id is None:
        return [application.owner] if application.owner_id else []
    members = User.objects.filter(
        memberships__business=application.business_id,
        memberships__ended_at__isnull=True,
        is_active=True,
    ).distinct()
    began = [person for person in members if person.pk == application.owner_id]
    return began or list(members)


def _tell(application: Application, act: str, key: str, **context) -> None:
    """Tell the applicant (nobody when the file has no account)."""
    for person in _applicants(application):
        notify(
            recipient=person,
            kind=f"permits.{act}",
            key=f"{act}:{application.pk}:{key}:{person.pk}",
            context=_context(application, context),
            object_kind=KIND,
            object_ref=application.public_ref,
            path=_citizen_path(application),
        )


def _context(application: Application, more: dict[str, Any]) -> dict[str, Any]:
    permit_type = application.version.permit_type
    names = {"service": permit_type.name, "service_en": permit_type.name_en}
    return {"number": application.public_ref, **names, **more}


def _tell_staff(person: User | None, application: Application, act: str, key: str, **context):
    """Tell one staff member with an address in the desk."""
    if person is None:
        return
    notify(
        recipient=person,
        kind=f"permits.{act}",
        key=f"{act}:{application.pk}:{key}:{person.pk}",
        context=_context(application, context),
        object_kind=KIND,
        object_ref=application.public_ref,
        path=_desk_path(application),
    )


def submitted(application: Application) -> None:
    """Your application has been sent: number, promise, tracking code."""
    _tell(
        application,
        "submitted",
        str(application.round),
        promised_at=application.promised_at,
        tracking_code=format_code(application.tracking_code),
    )


def corrections_asked(application: Application, round_: CorrectionRound) -> None:
    """Something is asked of you, until when; the clock rests."""
    _tell(
        application,
        "corrections_asked",
        str(round_.number),
        due_on=round_.due_on,
        count=round_.items.count(),
    )


def corrections_cancelled(application: Application) -> None:
    _tell(application, "corrections_cancelled", str(application.steps.count()))


def resubmitted(application: Application) -> None:
    """The colleague who asked learns that the answer is here."""
    _tell_staff(application.assignee, application, "resubmitted", str(application.round))


def complete(application: Application) -> None:
    """Your file is complete; the date is fixed now."""
    _tell(application, "complete", "1", promised_at=application.due_at)


def _posted(agency_id: int | None, role: str) -> QuerySet[User]:
    """Everybody posted in this role at this agency (None: at the operator of the mall)."""
    place = {"agency": agency_id} if agency_id else {"agency__is_operator": True}
    held = Posting.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now()), role__key=role, **place
    )
    return User.objects.filter(pk__in=held.values("user"), is_active=True)


def at_new_desk(application: Application, stage: Stage, asked: list[Opinion]) -> None:
    """Asked agencies learn of the question; the citizen sees the desk on the status page."""
    for opinion in asked:
        for person in _posted(opinion.agency_id, opinion.role):
            _tell_staff(
                person, application, "opinion_asked", str(opinion.pk), due_at=opinion.due_at
            )


def opinion_given(opinion: Opinion) -> None:
    _tell_staff(
        opinion.application.assignee,
        opinion.application,
        "opinion_given",
        str(opinion.pk),
        agency=str(opinion.agency),
    )


def opinion_silent(opinion: Opinion) -> None:
    """An agency kept silent: who has the file is told, and where the rule says `escalate` also
    the head of the silent agency and the mall's supervisors."""
    people = {opinion.application.assignee} - {None}
    if opinion.silence == "escalate":
        people |= set(_posted(opinion.agency_id, "head")) | set(_posted(None, "supervisor"))
    for person in people:
        _tell_staff(
            person,
            opinion.application,
            "opinion_silent",
            str(opinion.pk),
            agency=str(opinion.agency),
        )


def issued(application: Application, permit: Permit) -> None:
    """Your permit is issued."""
    _tell(application, "issued", "1", paper_number=permit.paper.number)


def rejected(application: Application) -> None:
    """We cannot approve this; why, and what you can do."""
    _tell(application, "rejected", "1", reason=application.decision.reason)


def completed(application: Application) -> None:
    _tell(application, "completed", "1")


def withdrawn(application: Application) -> None:
    _tell(application, "withdrawn", "1")


def message(application: Application, row: Message) -> None:
    """A new message: the other side is told, never its text in a mail."""
    if row.from_staff:
        _tell(application, "message", str(row.pk), office=row.office)
    else:
        _tell_staff(application.assignee, application, "message", str(row.pk), office="")


def paper_changed(permit: Permit, change: str) -> None:
    """Your permit was suspended, restored or revoked, and why."""
    _tell(
        permit.application,
        "paper_changed",
        str(permit.paper.permit_steps.count()),
        paper_number=permit.paper.number,
        change=change,
        reason=permit.paper.state_reason,
    )


def correction_due(application: Application, round_: CorrectionRound) -> None:
    """A reminder: the corrections are due soon."""
    _tell(application, "correction_due", str(round_.number), due_on=round_.due_on)


def lapsed(application: Application) -> None:
    """The corrections never came; the application ends and can be made again."""
    _tell(application, "lapsed", "1")
