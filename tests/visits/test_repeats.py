"""A button pressed twice is one act; a key of another act or person repeats nothing."""

import pytest

from accounts.models import Delivery
from mpp.kit.states import WrongState
from tests.factories import visits as make
from tests.visits import test_table as table
from visits import actions
from visits.models import Visit, VisitDay
from visits.states import VisitState

pytestmark = pytest.mark.django_db
S = VisitState

# Every act that takes a key, and where it starts from here.
KEYED = {
    "submit": S.DRAFT,
    "ask": S.SUBMITTED,
    "answer": S.NEEDS_INFO,
    "dispose": S.SUBMITTED,
    "offer": S.SUBMITTED,
    "accept": S.OFFERED,
    "decline": S.OFFERED,
    "approve": S.UNDER_REVIEW,
    "reject": S.SUBMITTED,
    "reschedule": S.APPROVED,
    "resize": S.APPROVED,
    "propose": S.SUBMITTED,
    "merge": S.APPROVED,
    "cancel_by_guest": S.APPROVED,
    "cancel_by_host": S.APPROVED,
    "complete": S.ARRIVED,
    "close": S.COMPLETED,
    "no_show": S.APPROVED,
}


def taken():
    return list(VisitDay.objects.order_by("date").values_list("date", "groups", "people"))


def do(act, visit, desk):
    """The act of the table at a moment when it is possible."""
    at = table.moment(act, visit)
    if at is None:
        return table.ACTS[act](visit, desk)
    with table.time_machine.travel(at, tick=False):
        return table.ACTS[act](visit, desk)


@pytest.mark.parametrize("act", KEYED)
def test_pressed_twice_is_done_once(site, desk, act, monkeypatch):
    """Second press: same answer, no second line of history, mail or place."""
    lead = make.approved(desk.host, size=5) if act == "merge" else None
    monkeypatch.setattr(table, "the_lead", lambda desk: lead)
    visit = table.MAKERS[KEYED[act]](desk)
    do(act, visit, desk)
    visit = Visit.objects.get(pk=visit.pk)
    after = (visit.state, visit.revision, visit.steps.count(), taken(), Delivery.objects.count())
    again = do(act, Visit.objects.get(pk=visit.pk), desk)
    again.refresh_from_db()
    assert after == (
        again.state,
        again.revision,
        again.steps.count(),
        taken(),
        Delivery.objects.count(),
    )


def test_a_key_that_served_another_act_is_told_and_changes_nothing(site, desk):
    visit = actions.ask(make.sent(), actor=desk.host, text="Berapa orang?", key="k")
    with pytest.raises(WrongState, match="untuk hal lain|something else"):
        actions.reject(visit, actor=desk.host, reason="Penuh.", key="k")
    with pytest.raises(WrongState):
        actions.answer(visit, text="20 orang.", key="k")
    visit.refresh_from_db()
    assert (visit.state, visit.end_reason) == (S.NEEDS_INFO, "")
    assert visit.steps.count() == 2


def test_a_colleagues_key_repeats_nothing(site, desk):
    visit = actions.ask(make.sent(), actor=desk.host, text="Berapa orang?", key="k")
    with pytest.raises(WrongState):
        actions.ask(visit, actor=desk.second, text="Kapan?", key="k")
    assert visit.steps.filter(act="ask").get().actor == desk.host
