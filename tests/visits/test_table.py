"""Every pair of a state and an act: what the table allows happens, nothing else does."""

from datetime import time, timedelta

import pytest
import time_machine

from mpp.kit.states import WrongState
from tests.factories import visits as make
from visits import actions, invariants, sweeps
from visits.models import ItineraryItem, Visit, VisitDay
from visits.states import TABLE, VisitState
from visits.workflow import Refused

pytestmark = pytest.mark.django_db
S = VisitState


def offered(desk):
    return actions.offer(
        make.sent(),
        actor=desk.host,
        session=make.session(),
        date=make.open_day(),
        host=desk.host,
        key="o",
    )


def arrived(desk):
    visit = make.approved(desk.host)
    person = actions.add_participants(visit, rows=[{"name": "Rina"}])[0]
    with at(visit):
        actions.check_in(person, actor=desk.host)
    return Visit.objects.get(pk=visit.pk)


def completed(desk):
    visit = arrived(desk)
    with at(visit):
        return actions.complete(visit, actor=desk.host, key="c")


def no_show(desk):
    visit = make.approved(desk.host)
    with at(visit, hours=8):
        return actions.no_show(visit, actor=desk.host, key="n")


def expired(desk):
    visit = offered(desk)
    with time_machine.travel(visit.offer_until + timedelta(minutes=1)):
        sweeps.expire_offers()
    return Visit.objects.get(pk=visit.pk)


def at(visit, hours: int = 1):
    return time_machine.travel(visit.slot.starts_at + timedelta(hours=hours), tick=False)


MAKERS = {
    S.DRAFT: lambda desk: make.draft(),
    S.SUBMITTED: lambda desk: make.sent(),
    S.NEEDS_INFO: lambda desk: actions.ask(make.sent(), actor=desk.host, text="?", key="a"),
    S.UNDER_REVIEW: lambda desk: make.decided_by(make.sent(), desk.host),
    S.OFFERED: offered,
    S.APPROVED: lambda desk: make.approved(desk.host),
    S.ARRIVED: arrived,
    S.COMPLETED: completed,
    S.CLOSED: lambda desk: actions.close(completed(desk), actor=desk.host, key="z"),
    S.REJECTED: lambda desk: actions.reject(make.sent(), actor=desk.host, reason="-", key="r"),
    S.EXPIRED: expired,
    S.CANCELLED_BY_GUEST: lambda desk: actions.cancel_by_guest(
        make.approved(desk.host), reason="-", key="g"
    ),
    S.CANCELLED_BY_HOST: lambda desk: actions.cancel_by_host(
        make.approved(desk.host), actor=desk.host, reason="-", key="h"
    ),
    S.NO_SHOW: no_show,
}


def other_place():
    return {"session": make.session("siang"), "date": make.open_day(1)}


ACTS = {
    "submit": lambda v, d: actions.submit(v, key="t"),
    "ask": lambda v, d: actions.ask(v, actor=d.host, text="?", key="t"),
    "answer": lambda v, d: actions.answer(v, text="!", key="t"),
    "dispose": lambda v, d: actions.dispose(
        v, actor=d.host, leader=d.leader, host=d.host, key="t"
    ),
    "offer": lambda v, d: actions.offer(v, actor=d.host, host=d.host, key="t", **other_place()),
    "accept": lambda v, d: actions.accept(v, key="t"),
    "decline": lambda v, d: actions.decline(v, key="t"),
    "expire": lambda v, d: sweeps.expire_offer(v),
    "approve": lambda v, d: actions.approve(
        v, actor=d.host, host=d.host, key="t", **other_place()
    ),
    "reject": lambda v, d: actions.reject(v, actor=d.host, reason="x", key="t"),
    "reschedule": lambda v, d: actions.reschedule(
        v, actor=d.host, reason="x", key="t", **other_place()
    ),
    "resize": lambda v, d: actions.resize(v, actor=d.host, size=15, key="t"),
    "propose": lambda v, d: actions.propose(v, wishes=[tuple(other_place().values())], key="t"),
    "merge": lambda v, d: actions.merge(v, actor=d.host, into=the_lead(d), key="t"),
    "cancel_by_guest": lambda v, d: actions.cancel_by_guest(v, reason="x", key="t"),
    "cancel_by_host": lambda v, d: actions.cancel_by_host(v, actor=d.host, reason="x", key="t"),
    "arrive": lambda v, d: actions.add_walk_in(v, actor=d.host, values={"name": "Ani"}),
    "take_back": lambda v, d: actions.take_back_check_in(first_of(v), actor=d.host, reason="x"),
    "agenda": lambda v, d: actions.edit_agenda(v, actor=d.host, lines=[part()], key="t"),
    "no_show": lambda v, d: actions.no_show(v, actor=d.host, key="t"),
    "complete": lambda v, d: actions.complete(v, actor=d.host, key="t"),
    "close": lambda v, d: actions.close(v, actor=d.host, key="t"),
}


def the_lead(desk):
    return make.approved(desk.host, size=5)


def part(begin: int = 9, **values):
    return ItineraryItem(starts_at=time(begin), ends_at=time(begin + 1), title="Paparan", **values)


def first_of(visit):
    return visit.participants.first()


def moment(act, visit):
    """The time at which the act is possible at all: its own limits are tested elsewhere."""
    if act == "expire" and visit.offer_until:
        return visit.offer_until + timedelta(seconds=1)
    if act in ("arrive", "no_show", "complete", "take_back") and visit.slot_id:
        hours = 8 if act == "no_show" else 1
        return visit.slot.starts_at + timedelta(hours=hours)
    return None


def test_the_table_names_every_act():
    assert set(ACTS) == set(TABLE)
    assert set(MAKERS) == set(VisitState)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", list(VisitState))
def test_every_pair(site, desk, state, act):
    visit = MAKERS[state](desk)
    assert visit.state == state
    if act == "take_back" and not visit.participants.exists():
        visit.participants.create(name="Rina")
    steps = visit.steps.count()
    allowed = state in TABLE[act][0] or (act == "arrive" and state == S.ARRIVED)
    at_time = moment(act, visit)
    travel = time_machine.travel(at_time, tick=False) if at_time else None
    try:
        if travel:
            travel.start()
        if allowed:
            ACTS[act](visit, desk)
        else:
            with pytest.raises((WrongState, Refused)):
                ACTS[act](visit, desk)
    finally:
        if travel:
            travel.stop()
    visit.refresh_from_db()
    if allowed:
        targets = {*TABLE[act][1], S.ARRIVED} if act == "arrive" else TABLE[act][1]
        assert visit.state in targets
        assert visit.steps.count() == steps + (0 if act == "arrive" and state == S.ARRIVED else 1)
    else:
        assert visit.state == state
        assert visit.steps.count() == steps
    assert not [p for p in invariants.problems() if not p.startswith("V4")]
    for day in VisitDay.objects.all():
        assert 0 <= day.groups <= day.groups_max
