"""How places change hands: the inner part of approve, offer, accept, reschedule, cancel.

Each runs inside the transaction of an act that holds the visit's row already.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from visits import agenda, hosting, letters, notices
from visits.actions import base
from visits.availability import can_receive, frame_of
from visits.models import Visit, VisitSession, VisitSlot
from visits.states import TABLE, VisitState
from visits.workflow import Refused, require


def check_session(visit: Visit, session: VisitSession, day: date) -> None:
    """Refuse a session the site does not hold on that day, or that has begun."""
    require(can_receive(frame_of(visit.site), session, day))
    begins = clock.instant(day, session.starts_at, visit.site.time_zone)
    if begins <= clock.now():
        raise Refused(_("This session is over already."), status=400, field="session")


def check_state(visit: Visit, act: str) -> None:
    """Raise WrongState before anything is taken for an act that cannot begin here."""
    if visit.state not in TABLE[act][0]:
        labels = dict(visit._meta.get_field("state").flatchoices)
        sentence = _("This is no longer possible, someone was faster. It is now: %(state)s.")
        raise base.WrongState(
            sentence % {"state": labels.get(visit.state, visit.state)}, visit.state
        )


def settle(
    visit: Visit,
    slot: VisitSlot,
    *,
    act: str,
    actor: User | None,
    key: str,
    reason: str,
    columns: dict[str, Any],
) -> None:
    """Make the visit an approved one in `slot`, which is taken already; frees its old place."""
    old = base.place_of(visit)
    had_place = old is not None
    old_begin = agenda.hours_of(visit)[0] if had_place else None
    old_host = visit.host
    base.step(
        visit,
        VisitState.APPROVED,
        act=act,
        actor=actor,
        key=key,
        reason=reason,
        columns={
            "slot": slot,
            "offer_slot": None,
            "offer_until": None,
            "revision": visit.revision + 1 if had_place else visit.revision,
            "decided_at": clock.now(),
            "answer_due_at": None,
            "active_key": base.week_key(visit, slot.day.date),
            **columns,
        },
    )
    base.free(visit, old)
    if had_place:
        agenda.shift(visit, old_begin)
        agenda.hand_over(visit, old_host)
    else:
        agenda.draft(visit)
    letters.write_reply(visit, actor=actor)


def accept_offer(visit: Visit, *, key: str) -> None:
    """The held place becomes the visit's own."""
    check_state(visit, "accept")
    was_approved = visit.slot_id is not None
    settle(
        visit,
        visit.offer_slot,
        act="accept",
        actor=None,
        key=key,
        reason="",
        columns={"merged_into": None},
    )
    notices.approved(visit, is_change=was_approved)
    notices.for_desk(visit, "accept")


def end_offer(visit: Visit, *, act: str, actor: User | None, reason: str, key: str) -> None:
    """Decline or expire: back to the old place if there is one, else waiting or expired."""
    check_state(visit, act)
    offered = visit.offer_slot
    columns: dict[str, Any] = {"offer_slot": None, "offer_until": None}
    if visit.slot_id is not None:
        to = VisitState.APPROVED
    elif act == "expire":
        to = VisitState.EXPIRED
        columns |= {"active_key": None, "ended_at": clock.now()}
    else:
        to = VisitState.SUBMITTED
        rules = base.rules_of(visit)
        columns["answer_due_at"] = base.after_working_days(visit, rules.answer_days)
    base.step(visit, to, act=act, actor=actor, reason=reason, key=key, columns=columns)
    base.free_offer(visit, offered)


def cancel(visit: Visit, *, act: str, actor: User | None, reason: str, key: str) -> None:
    """End a visit that lies ahead; whatever places it holds are free at once."""
    check_state(visit, act)
    place, offered = base.place_of(visit), visit.offer_slot
    to = (
        VisitState.CANCELLED_BY_GUEST if act == "cancel_by_guest" else VisitState.CANCELLED_BY_HOST
    )
    base.step(
        visit,
        to,
        act=act,
        actor=actor,
        reason=reason,
        key=key,
        columns={
            "active_key": None,
            "offer_slot": None,
            "offer_until": None,
            "merged_into": None,
            "answer_due_at": None,
            "ended_at": clock.now(),
            "end_reason": reason,
            # The calendar entry of an approved visit is taken back by a higher SEQUENCE.
            "revision": visit.revision + (1 if place else 0),
        },
    )
    base.free(visit, place)
    base.free_offer(visit, offered)
    if place is not None:
        letters.end_letters(visit, actor=actor, reason=reason)


def hosted_slot(
    visit: Visit,
    session: VisitSession,
    day: date,
    *,
    host: User,
    people: int,
    groups: int = 1,
) -> VisitSlot:
    """Take the place and the host's duty for a session; raises Refused when either is taken."""
    check_session(visit, session, day)
    slot = base.occupy(visit, session, day, people=people, groups=groups)
    hosting.assign(host, slot)
    return slot
