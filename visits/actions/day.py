"""The day itself: coming and leaving, people added late, and how a visit ends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.transactions import act
from mpp.kit.wording import when
from visits import checkin, letters, notices
from visits.actions import base
from visits.actions.approval import check_state
from visits.actions.people import clean_person
from visits.models import CheckInWay, FollowUp, Participant, Visit
from visits.permissions import can_work
from visits.states import MAY_CHECK_IN, VisitState
from visits.workflow import Refused, require

# Added by the delegation itself; the desk may add any number.
MOST_WALK_INS = 20
# Two people of one name and position are not added within this time.
TWIN_TIME = timedelta(minutes=1)


def _check_day(visit: Visit) -> None:
    """Only an approved visit on its day: a list of what is allowed, not of what is not."""
    if visit.state not in MAY_CHECK_IN:
        sentence = _("Nobody can check in: this visit is %(state)s.")
        raise Refused(sentence % {"state": visit.get_state_display()}, status=409)
    if clock.today(visit.site.time_zone) != visit.slot.day.date:
        raise Refused(_("Check-in is possible on the day of the visit only."), status=409)


def _let_in(participant: Participant, *, actor: User | None, way: str) -> Participant:
    visit = participant.visit
    base.hold(visit)
    _check_day(visit)
    now = clock.now()
    there = Participant.objects.filter(pk=participant.pk, visit=visit, checked_in_at__isnull=True)
    if not there.update(checked_in_at=now, check_in_way=way, checked_in_by=actor, updated_at=now):
        participant.refresh_from_db()
        sentence = _("%(name)s came already: %(when)s.")
        raise Refused(
            sentence % {"name": participant.name, "when": when(participant.checked_in_at)},
            status=409,
        )
    if visit.state == VisitState.APPROVED:
        base.step(
            visit,
            VisitState.ARRIVED,
            act="arrive",
            actor=actor,
            columns={"arrived_at": now},
        )
    participant.refresh_from_db()
    return participant


@act
def check_in(participant: Participant, *, actor: User, way: str = CheckInWay.DESK) -> Participant:
    """Staff let a participant in, by name or scanned code; the first one moves the visit."""
    require(can_work(actor))
    return _let_in(participant, actor=actor, way=way)


@act
def self_check_in(participant: Participant, *, code: str) -> Participant:
    """A participant checks in alone; only who is on site knows the code shown there."""
    _need_code(participant.visit, code)
    return _let_in(participant, actor=None, way=CheckInWay.SELF)


@act
def add_walk_in(
    visit: Visit, *, actor: User, values: Mapping[str, Any], key: str = ""
) -> Participant:
    """Add somebody who stands there but not in the list, marked as such, and let him in."""
    base.hold(visit)
    require(can_work(actor))
    columns = clean_person(values)
    if known := base.made_before(visit.participants.all(), key, columns["name"]):
        return known
    _check_day(visit)
    return _let_in(_added(visit, columns, key), actor=actor, way=CheckInWay.DESK)


@act
def join_on_site(
    visit: Visit, *, code: str, values: Mapping[str, Any], key: str = ""
) -> Participant:
    """Somebody not in the list joins his delegation alone, with the code shown on site."""
    base.hold(visit)
    columns = clean_person(values)
    # Before the code: it may have turned between two presses.
    if known := base.made_before(visit.participants.all(), key, columns["name"]):
        return known
    _need_code(visit, code)
    _check_day(visit)
    if visit.participants.filter(is_walk_in=True).count() >= MOST_WALK_INS:
        raise Refused(_("Ask the host to add more people."), status=409)
    return _let_in(_added(visit, columns, key), actor=None, way=CheckInWay.SELF)


def _added(visit: Visit, columns: dict[str, Any], key: str) -> Participant:
    """A new row of somebody who was not in the list.

    Raises Refused when the same person was added within the last minute: on another page, or
    by the host and the delegation at once. Each row would become a proof of attendance.
    """
    twins = visit.participants.filter(
        is_walk_in=True,
        name__iexact=columns["name"],
        position__iexact=columns.get("position", ""),
        created_at__gt=clock.now() - TWIN_TIME,
    )
    if twins.exists():
        sentence = _("%(name)s was added a moment ago. Is it another person? Write the position.")
        raise Refused(sentence % {"name": columns["name"]}, status=409, field="name")
    return Participant.objects.create(
        visit=visit,
        order=visit.participants.count() + 1,
        is_walk_in=True,
        key=key,
        **columns,
    )


def _need_code(visit: Visit, code: str) -> None:
    if not checkin.fits(visit.site, code):
        raise Refused(
            _("This is not the code shown on site now. Look again."), status=400, field="code"
        )


@act
def check_out(participant: Participant, *, actor: User | None) -> Participant:
    """A participant leaves the building. Raises Refused when he is not inside."""
    if actor is not None:
        require(can_work(actor))
    now = clock.now()
    inside = Participant.objects.filter(
        pk=participant.pk, checked_in_at__isnull=False, checked_out_at__isnull=True
    )
    if not inside.update(checked_out_at=Greatest(F("checked_in_at"), now), updated_at=now):
        raise Refused(
            _("%(name)s is not in the building.") % {"name": participant.name}, status=409
        )
    participant.refresh_from_db()
    return participant


@act
def take_back_check_in(participant: Participant, *, actor: User, reason: str) -> Participant:
    """Correct a mistaken check-in while the visit is in the building; the history keeps it.

    With the last one the visit is approved again: nobody has come.
    """
    visit = participant.visit
    base.hold(visit)
    require(can_work(actor))
    reason = base.reason_of(reason, _("Write why the check-in was wrong."))
    check_state(visit, "take_back")
    there = Participant.objects.filter(pk=participant.pk, checked_in_at__isnull=False)
    if not there.update(
        checked_in_at=None,
        checked_out_at=None,
        check_in_way="",
        checked_in_by=None,
        updated_at=clock.now(),
    ):
        raise Refused(_("%(name)s did not come.") % {"name": participant.name}, status=409)
    is_empty = not visit.participants.filter(checked_in_at__isnull=False).exists()
    base.step(
        visit,
        VisitState.APPROVED if is_empty else VisitState.ARRIVED,
        act="take_back",
        actor=actor,
        reason=f"{participant.name}: {reason}",
        columns={"arrived_at": None} if is_empty else {},
    )
    participant.refresh_from_db()
    return participant


@act
def complete(visit: Visit, *, actor: User | None, key: str = "") -> Visit:
    """The visit is over: everybody is checked out, who was there gets a proof.

    By staff, or by the worker at the end of the day (`actor` None).
    """
    base.hold(visit)
    if actor is not None:
        require(can_work(actor))
    if base.is_repeat(visit, key, "complete", actor):
        return visit
    check_state(visit, "complete")
    end = clock.now() if actor is not None else min(clock.now(), visit.slot.ends_at)
    base.step(
        visit,
        VisitState.COMPLETED,
        act="complete",
        actor=actor,
        key=key,
        columns={"active_key": None, "ended_at": clock.now()},
    )
    _check_everybody_out(visit, end)
    there = visit.participants.filter(checked_in_at__isnull=False).select_related(
        "visit__site", "visit__slot__day", "visit__host", "visit__disposed_to"
    )
    for person in there:
        letters.write_proof(person)
    for days in base.rules_of(visit).follow_up_days:
        FollowUp.objects.get_or_create(
            visit=visit,
            days=days,
            defaults={"due_on": visit.slot.day.date + timedelta(days=days)},
        )
    notices.completed(visit)
    return visit


def _check_everybody_out(visit: Visit, end: datetime) -> None:
    inside = visit.participants.filter(checked_in_at__isnull=False, checked_out_at__isnull=True)
    inside.update(checked_out_at=Greatest(F("checked_in_at"), end), updated_at=clock.now())


@act
def close(visit: Visit, *, actor: User, note: str = "", key: str = "") -> Visit:
    """Close a visit after its report; only the follow-up goes on."""
    base.hold(visit)
    require(can_work(actor))
    if base.is_repeat(visit, key, "close", actor):
        return visit
    check_state(visit, "close")
    base.step(visit, VisitState.CLOSED, act="close", actor=actor, key=key, reason=note.strip())
    return visit


@act
def no_show(visit: Visit, *, actor: User | None, key: str = "") -> Visit:
    """Nobody came: after the end of the session only."""
    base.hold(visit)
    if actor is not None:
        require(can_work(actor))
    if base.is_repeat(visit, key, "no_show", actor):
        return visit
    check_state(visit, "no_show")
    if clock.now() < visit.slot.ends_at:
        raise Refused(_("The session is not over yet."), status=409)
    base.step(
        visit,
        VisitState.NO_SHOW,
        act="no_show",
        actor=actor,
        key=key,
        columns={"active_key": None, "ended_at": clock.now()},
    )
    return visit
