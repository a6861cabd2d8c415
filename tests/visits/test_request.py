"""The delegation's side: draft, send, answer, accept, decline, cancel."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Delivery
from counters.calendar import calendar_of, closed_days
from counters.workdays import add_working_days
from mpp.kit import clock
from mpp.kit.states import WrongState
from tests.factories import visits as make
from visits import actions
from visits.models import Blackout, Visit, VisitDay
from visits.states import VisitState
from visits.workflow import Refused

pytestmark = pytest.mark.django_db


def test_a_request_gets_a_number_and_a_date_for_the_answer(site):
    visit = make.sent()
    assert visit.state == VisitState.SUBMITTED
    assert visit.number.startswith("KUNJ-")
    assert visit.answer_due_at > clock.now()
    assert Delivery.objects.get(address=visit.contact_email).notice.kind == "visits.submitted"
    assert not VisitDay.objects.exists(), "a pending request takes no place"


def test_sending_twice_with_one_key_is_one_request(site):
    visit = make.draft()
    first = actions.submit(visit, key="k").number
    assert actions.submit(Visit.objects.get(pk=visit.pk), key="k").number == first
    with pytest.raises(WrongState):
        actions.submit(visit, key="other")


@pytest.mark.parametrize(
    "column",
    ["institution", "leader_name", "contact_email", "size", "contact_phone", "purpose"],
)
def test_what_is_missing_is_named(site, column):
    visit = make.draft(**{column: None if column == "size" else ""})
    assert actions.missing(visit) == [column]
    with pytest.raises(Refused):
        actions.submit(visit)
    visit.refresh_from_db()
    assert visit.state == VisitState.DRAFT


def test_one_open_request_per_institution_and_week(site):
    make.sent(institution="Setda Tanah Laut")
    twin = make.draft(institution="SETDA  tanah-laut")
    with pytest.raises(Refused, match="minggu itu|that week"):
        actions.submit(twin)
    later = make.draft(institution="Setda Tanah Laut", day=make.open_day(weeks=1))
    assert actions.submit(later).state == VisitState.SUBMITTED


def test_a_cancelled_request_frees_the_week(site):
    visit = make.sent(institution="Setda Tanah Laut")
    actions.cancel_by_guest(visit, reason="Ditunda.", key="b")
    assert make.sent(institution="Setda Tanah Laut").state == VisitState.SUBMITTED


def test_wishes_are_judged(site):
    too_soon = make.draft(wishes=[(make.session(), clock.today() + timedelta(days=1))])
    with pytest.raises(Refused) as refused:
        actions.submit(too_soon)
    assert refused.value.field == "wish_1"
    day = make.open_day()
    Blackout.objects.create(starts_on=day, ends_on=day, reason="Upacara")
    with pytest.raises(Refused, match="Upacara"):
        actions.submit(make.draft(day=day))
    friday = make.draft(wishes=[(make.session(), make.open_day(weekday=4))])
    with pytest.raises(Refused):
        actions.submit(friday)


def test_a_group_larger_than_allowed_is_told_so(site):
    with pytest.raises(Refused) as refused:
        actions.submit(make.draft(size=400))
    assert refused.value.field == "size"


def test_a_full_session_cannot_be_wished(site, desk):
    day = make.open_day()
    make.approved(desk.host, day=day, size=40)
    with pytest.raises(Refused) as refused:
        actions.submit(make.draft(day=day, size=20))
    assert refused.value.field == "wish_1"


def test_a_sent_request_cannot_be_changed(site):
    visit = make.sent()
    with pytest.raises(Refused):
        actions.save(visit, values={"size": 5})


def test_the_letter_may_follow_but_nothing_is_approved_without_it(site, desk):
    visit = make.draft(letter_number="")
    actions.submit(visit)
    make.decided_by(visit, desk.host)
    place = {"session": make.session(), "date": make.open_day()}
    with pytest.raises(Refused) as refused:
        actions.approve(visit, actor=desk.host, **place)
    assert refused.value.field == "letter_file"
    assert not VisitDay.objects.exists()
    actions.attach_letter(visit, number="000/1/SETDA")
    assert actions.approve(visit, actor=desk.host, **place).state == VisitState.APPROVED
    with pytest.raises(Refused):
        actions.attach_letter(visit, file=make.letter())


def test_one_form_is_one_draft(site):
    first = actions.start(site, key="k" * 20)
    assert actions.start(site, key="k" * 20).pk == first.pk
    assert actions.start(site, key="j" * 20).pk != first.pk
    assert len(first.reference) <= 20


def test_other_sessions_are_wished_and_the_week_follows(site, desk):
    visit, day = make.sent(), make.open_day(weeks=2)
    before = visit.active_key
    actions.propose(visit, wishes=[(make.session("siang"), day)], note="Rapat.", key="u")
    assert [wish.date for wish in visit.wishes.all()] == [day]
    assert visit.active_key != before
    approved = make.approved(desk.host)
    key = approved.active_key
    actions.propose(approved, wishes=[(make.session("siang"), day)], key="u")
    assert (approved.state, approved.active_key) == (VisitState.APPROVED, key)


@pytest.mark.parametrize("day", ["a working day", "a Sunday"])
def test_the_clock_stands_while_we_wait_for_an_answer(site, desk, day):
    zone = site.time_zone
    sunday = clock.today(zone) + timedelta(days=6 - clock.today(zone).weekday() + 7)
    start = (
        sunday
        if day == "a Sunday"
        else add_working_days(sunday, 1, calendar_of(site, closed_days(site)))
    )
    with time_machine.travel(datetime.combine(start, time(9), ZoneInfo(zone)), tick=False):
        visit = make.sent()
        left, due = 2, visit.answer_due_at
        actions.ask(visit, actor=desk.host, text="Berapa orang?", key="t")
        assert visit.state == VisitState.NEEDS_INFO
        assert visit.answer_due_at is None
        assert visit.answer_days_left == left
        actions.answer(visit, text="20 orang.", key="j")
        assert visit.state == VisitState.SUBMITTED
        assert visit.answer_due_at == due
        assert visit.answer_days_left is None


def test_a_link_made_new_closes_the_old_one(site):
    visit = make.sent()
    from visits.querysets import secret_of

    old = secret_of(visit)
    assert Visit.objects.by_link(old).get() == visit
    actions.renew_link(visit)
    assert not Visit.objects.by_link(old).exists()
    assert Visit.objects.by_link(secret_of(visit)).get() == visit
    assert not Visit.objects.by_link("x" * 38).exists()
