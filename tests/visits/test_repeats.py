"""A button pressed twice is one act; a key of another act or person repeats nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Delivery
from mpp.kit import clock
from mpp.kit.states import WrongState
from tests.factories import visits as make
from tests.visits import test_table as table
from tests.web import Person
from visits import actions, checkin
from visits.links import visit_path
from visits.models import Visit, VisitDay
from visits.states import VisitState
from visits.workflow import Refused

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
    "agenda": S.APPROVED,
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


# --- acts that add a row ------------------------------------------------------------------
@pytest.fixture
def came(site, desk):
    """A visit in the building, on its day."""
    visit = table.arrived(desk)
    with table.at(visit):
        yield visit


def pressed_twice(page, values, field):
    """Send one form two times, as a second press before the answer does."""
    form = next(form for form in page.page.forms if field in form.names)
    data = {name: found[0] for name, found in form.values.items() if found} | values
    address = form.action or page.address
    return [page.client.post(address, data).status_code for _press in range(2)]


def test_the_desk_adds_nobody_twice(came, desk, client):
    page = Person()
    page.client.force_login(desk.host)
    page.open(reverse("admin:visits_visit_day", args=[came.number]))
    assert pressed_twice(page, {"name": "Ani", "what": "in"}, "position") == [302, 302]
    page.open(page.address)
    assert pressed_twice(page, {"name": "Ima", "what": "list"}, "position") == [302, 302]
    assert sorted(came.participants.values_list("name", flat=True)) == ["Ani", "Ima", "Rina"]


def test_the_delegation_adds_nobody_twice(came, site):
    code = checkin.code_now(site)
    page = Person().open(f"{visit_path(came)}hadir/")
    assert pressed_twice(page, {"name": "Ani", "code": code, "join": "1"}, "name") == [302, 302]
    assert came.participants.filter(name="Ani", checked_in_at__isnull=False).count() == 1


def test_one_person_of_the_list_is_not_added_twice(site):
    visit = make.sent()
    page = Person().open(f"{visit_path(visit)}peserta/tambah/")
    assert pressed_twice(page, {"name": "Ani", "save": "1"}, "name") == [302, 302]
    assert visit.participants.count() == 1


def test_the_guest_book_is_written_once(came):
    page = Person().open(f"{visit_path(came)}buku-tamu/")
    assert pressed_twice(page, {"name": "Rina", "message": "Maju."}, "message") == [302, 302]
    assert came.guest_entries.count() == 1
    with pytest.raises(Refused, match="buku tamu"):
        actions.sign_guest_book(came, name="Rina", message="Maju.", key="another page")


def test_two_people_at_two_counters_add_one_person(came, desk):
    values = {"name": "Ani", "position": "Staf"}
    actions.add_walk_in(came, actor=desk.host, values=values, key="a")
    with pytest.raises(Refused, match="baru saja") as refused:
        actions.add_walk_in(came, actor=desk.second, values={**values, "name": "ANI"}, key="b")
    assert refused.value.field == "name"
    actions.add_walk_in(came, actor=desk.second, values={**values, "position": "Kasi"}, key="c")
    with table.time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        actions.add_walk_in(came, actor=desk.second, values=values, key="d")
    with pytest.raises(WrongState):
        actions.add_walk_in(came, actor=desk.host, values={"name": "Budi"}, key="a")
    assert came.participants.filter(name="Ani").count() == 3
