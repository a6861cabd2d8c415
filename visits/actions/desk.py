"""What the visit desk decides: ask, dispose, offer, approve, reject, reschedule, cancel, merge."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.transactions import act
from visits import agenda, capacity, hosting, letters, notices
from visits.actions import approval, base
from visits.models import Visit, VisitSession, VisitSlot
from visits.permissions import can_host, can_work
from visits.states import VisitState
from visits.workflow import Refused, require


def _begin(visit: Visit, act_name: str, actor: User, key: str) -> bool:
    """Hold the row and judge right and state; False when this key did it already."""
    base.hold(visit)
    require(can_work(actor))
    if base.is_repeat(visit, key, act_name, actor):
        return False
    approval.check_state(visit, act_name)
    return True


def _host_for(visit: Visit, named: User | None) -> User:
    """The host named now, else the visit's own; raises Refused when there is none who may."""
    host = named or visit.host
    if host is None:
        raise Refused(_("Choose who receives the delegation."), status=400, field="host")
    require(can_host(host))
    return host


@act
def ask(visit: Visit, *, actor: User, text: str, key: str = "") -> Visit:
    """Ask the delegation something; the days to answer stand still until it answers."""
    if not _begin(visit, "ask", actor, key):
        return visit
    question = base.reason_of(text, _("Write the question."))
    base.step(
        visit,
        VisitState.NEEDS_INFO,
        act="ask",
        actor=actor,
        key=key,
        reason=question,
        columns={"answer_days_left": base.days_left(visit), "answer_due_at": None},
    )
    notices.asked(visit, question)
    return visit


@act
def dispose(
    visit: Visit, *, actor: User, leader: User, host: User, note: str = "", key: str = ""
) -> Visit:
    """Hand a request to the leader who decides, with the host who would receive (disposisi)."""
    if not _begin(visit, "dispose", actor, key):
        return visit
    require(can_host(leader))
    require(can_host(host))
    base.step(
        visit,
        VisitState.UNDER_REVIEW,
        act="dispose",
        actor=actor,
        key=key,
        reason=note.strip(),
        columns={"disposed_to": leader, "host": host},
    )
    notices.disposed(visit, actor)
    return visit


@act
def offer(
    visit: Visit,
    *,
    actor: User,
    session: VisitSession,
    date: date,
    host: User | None = None,
    note: str = "",
    until: datetime | None = None,
    key: str = "",
) -> Visit:
    """Offer another session and hold its place until a deadline (the rules' days by default).

    An approved visit keeps its old place as well until the delegation has answered.
    """
    if not _begin(visit, "offer", actor, key):
        return visit
    host = _host_for(visit, host)
    if visit.slot_id and host.pk != visit.host_id:
        sentence = _("Offer this date with the present host, then change the host.")
        raise Refused(sentence, status=400, field="host")
    if visit.slot and (visit.slot.session_id, visit.slot.day.date) == (session.pk, date):
        raise Refused(_("The visit has this date already."), status=400, field="session")
    people = visit.places if visit.slot_id else visit.size
    slot = approval.hosted_slot(visit, session, date, host=host, people=people)
    until = _deadline(visit, slot, until)
    base.step(
        visit,
        VisitState.OFFERED,
        act="offer",
        actor=actor,
        key=key,
        reason=note.strip(),
        columns={
            "offer_slot": slot,
            "offer_until": until,
            "host": host,
            "places": people,
            "answer_due_at": None,
        },
    )
    notices.offered(visit)
    return visit


def _deadline(visit: Visit, slot: VisitSlot, wanted: datetime | None) -> datetime:
    """Until when an offer holds: not beyond either begin, or the day itself would be open.

    On the day of its old or its new session a visit must be approved or gone.
    """
    until = wanted or base.after_working_days(visit, base.rules_of(visit).offer_days)
    until = min([until, slot.starts_at, *([visit.slot.starts_at] if visit.slot_id else [])])
    if until <= clock.now():
        raise Refused(_("The deadline lies in the past."), status=400, field="until")
    return until


@act
def approve(
    visit: Visit,
    *,
    actor: User,
    session: VisitSession,
    date: date,
    host: User | None = None,
    merge_with: Visit | None = None,
    note: str = "",
    key: str = "",
) -> Visit:
    """Approve for a session: the place is taken in one statement, or nothing changes.

    With `merge_with` (an approved visit of that session) the group shares its place and only
    the people count. Raises Refused when the day is full or the host is elsewhere.
    """
    if not _begin(visit, "approve", actor, key):
        return visit
    base.need_letter(visit)
    host = _host_for(visit, host)
    lead = _lead_of(merge_with, session, date) if merge_with else None
    slot = approval.hosted_slot(
        visit, session, date, host=host, people=visit.size, groups=0 if lead else 1
    )
    approval.settle(
        visit,
        slot,
        act="approve",
        actor=actor,
        key=key,
        reason=note.strip(),
        columns={"host": host, "places": visit.size, "merged_into": lead},
    )
    notices.approved(visit, is_change=False)
    return visit


def _lead_of(other: Visit, session: VisitSession, day: date) -> Visit:
    """The visit whose group place is shared; raises Refused when it is not in that session."""
    lead = Visit.objects.select_for_update(no_key=True).get(pk=other.merged_into_id or other.pk)
    if lead.state != VisitState.APPROVED:
        raise Refused(_("The other group is not approved any more."), status=409)
    if (lead.slot.session_id, lead.slot.day.date) != (session.pk, day):
        raise Refused(_("Groups can only be merged in the same session."), status=400)
    return lead


@act
def reject(visit: Visit, *, actor: User, reason: str, key: str = "") -> Visit:
    """Reject a request with a reason the delegation reads."""
    if not _begin(visit, "reject", actor, key):
        return visit
    reason = base.reason_of(reason, _("Write the reason. The delegation will read it."))
    base.step(
        visit,
        VisitState.REJECTED,
        act="reject",
        actor=actor,
        key=key,
        reason=reason,
        columns={
            "active_key": None,
            "answer_due_at": None,
            "answer_days_left": None,
            "decided_at": clock.now(),
            "ended_at": clock.now(),
            "end_reason": reason,
        },
    )
    notices.rejected(visit)
    return visit


@act
def reschedule(
    visit: Visit,
    *,
    actor: User,
    session: VisitSession,
    date: date,
    host: User | None = None,
    reason: str,
    key: str = "",
) -> Visit:
    """Move an approved visit: the new place is taken before the old one is free.

    The revision rises, so calendars follow. The same session with another host changes the host.
    """
    if not _begin(visit, "reschedule", actor, key):
        return visit
    reason = base.reason_of(reason, _("Write the reason. The delegation will read it."))
    old_host, host = visit.host, host or visit.host
    require(can_host(host))
    if (visit.slot.session_id, visit.slot.day.date) == (session.pk, date):
        return _change_host(visit, host, actor=actor, reason=reason, key=key)
    old = visit.slot
    slot = approval.hosted_slot(visit, session, date, host=host, people=visit.places)
    approval.settle(
        visit,
        slot,
        act="reschedule",
        actor=actor,
        key=key,
        reason=reason,
        columns={"host": host, "merged_into": None},
    )
    hosting.release(old_host, old)
    notices.approved(visit, is_change=True)
    return visit


def _change_host(visit: Visit, host: User, *, actor: User, reason: str, key: str) -> Visit:
    old = visit.host
    if host.pk == old.pk:
        raise Refused(_("The visit has this date already."), status=400, field="session")
    hosting.assign(host, visit.slot)
    base.step(
        visit,
        VisitState.APPROVED,
        act="reschedule",
        actor=actor,
        key=key,
        reason=reason,
        columns={"host": host, "revision": visit.revision + 1},
    )
    hosting.release(old, visit.slot)
    agenda.hand_over(visit, old)
    letters.write_reply(visit, actor=actor)
    notices.approved(visit, is_change=True)
    return visit


@act
def cancel_by_host(visit: Visit, *, actor: User, reason: str, key: str = "") -> Visit:
    """Cancel an approved or offered visit by the host, with a reason the delegation reads."""
    if not _begin(visit, "cancel_by_host", actor, key):
        return visit
    reason = base.reason_of(reason, _("Write the reason. The delegation will read it."))
    approval.cancel(visit, act="cancel_by_host", actor=actor, reason=reason, key=key)
    notices.cancelled(visit)
    return visit


@act
def resize(visit: Visit, *, actor: User, size: int, key: str = "") -> Visit:
    """Change the number of people; an approved visit takes or gives back the difference.

    Its letter says how many come, so it gets a new one, and the delegation is told.
    """
    if not _begin(visit, "resize", actor, key):
        return visit
    if not 1 <= size <= base.rules_of(visit).size_max:
        sentence = _("A group has 1 to %(count)s people.")
        raise Refused(
            sentence % {"count": base.rules_of(visit).size_max}, status=400, field="size"
        )
    columns: dict[str, int] = {"size": size}
    is_told = visit.state == VisitState.APPROVED and size != visit.size
    if visit.state == VisitState.APPROVED:
        if size < visit.participants.filter(is_walk_in=False).count():
            raise Refused(_("More people than that stand in the list."), status=409, field="size")
        _take_difference(visit, size - visit.places)
        columns |= {"places": size, "revision": visit.revision + int(is_told)}
    base.step(
        visit,
        visit.state,
        act="resize",
        actor=actor,
        key=key,
        reason=f"{visit.size} -> {size}",
        columns=columns,
        from_=(visit.state,),
    )
    if is_told:
        letters.write_reply(visit, actor=actor)
        notices.resized(visit, actor)
    return visit


def _take_difference(visit: Visit, people: int) -> None:
    if people < 0:
        capacity.give_back(visit.slot, groups=0, people=-people)
    elif people and not capacity.take(visit.slot, groups=0, people=people):
        sentence = _("There is no place for %(people)s more people in this session.")
        raise Refused(sentence % {"people": people}, status=409, field="size")


@act
def merge(visit: Visit, *, actor: User, into: Visit, key: str = "") -> Visit:
    """Let two approved groups of one session share one group place; people still count."""
    if not _begin(visit, "merge", actor, key):
        return visit
    if visit.merged_into_id:
        raise Refused(_("This group is merged already."), status=409)
    lead = _lead_of(into, visit.slot.session, visit.slot.day.date)
    if lead.pk == visit.pk:
        raise Refused(_("Choose another group."), status=400, field="into")
    base.step(
        visit,
        VisitState.APPROVED,
        act="merge",
        actor=actor,
        key=key,
        reason=str(lead),
        columns={"merged_into": lead},
    )
    Visit.objects.filter(merged_into=visit).update(merged_into=lead)
    capacity.give_back(visit.slot, groups=1, people=0)
    return visit
