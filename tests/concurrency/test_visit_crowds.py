"""Eight officers, one last place; one host, two sessions; one participant, eight scanners."""

from datetime import date

import pytest
from django.db import connection

from mpp.kit import clock
from tests.concurrency import crowd
from tests.conftest import make_person, post
from tests.factories import visits as make
from visits import actions, invariants
from visits.models import HostDuty, Visit, VisitDay, VisitSession
from visits.states import VisitState

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ROUNDS = 5
OFFICERS = 8


@pytest.fixture(autouse=True)
def _on_a_file():
    """Other processes cannot see a database in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and (":memory:" in name or "mode=memory" in name):
        pytest.skip("needs TEST_SQLITE_FILE=1 or PostgreSQL (make test does both)")


@pytest.fixture
def officers(settings, tmp_path):
    """A site that takes one group a day, and eight officers who may all host."""
    settings.DATA_DIR = tmp_path
    make.make_site(day_groups=1, horizon_days=365)
    people = [
        post(
            make_person(f"petugas{n}.tamu@contoh.id", f"Petugas {n}", is_staff=True),
            "dpmptsp",
            "host",
        )
        for n in range(OFFICERS)
    ]
    return people


def oks(outcomes) -> list:
    return [each["ok"] for each in outcomes if "ok" in each]


def requests_for(officers, count: int, day: date) -> list[dict]:
    """`count` requests that wait for a decision, each before another officer."""
    found = []
    for number in range(count):
        officer = officers[number]
        visit = make.decided_by(make.sent(day=day, size=5), officer)
        found.append(
            {
                "visit": visit.pk,
                "actor": officer.pk,
                "host": officer.pk,
                "session": make.session().pk,
                "date": day.isoformat(),
                "key": f"a{visit.pk}",
            }
        )
    return found


def without(guard: str, arguments: list[dict], folder) -> list[dict]:
    """The same round with a guard dropped; all look before anybody writes."""
    meet = [str(folder), len(arguments)]
    return [{**each, "broken": guard, "meet": meet} for each in arguments]


def approved_on(day: date) -> int:
    return Visit.objects.filter(state=VisitState.APPROVED, slot__day__date=day).count()


def test_eight_officers_approve_the_last_place_and_one_gets_it(officers, tmp_path):
    days = [make.open_day(week) for week in range(ROUNDS)]
    rounds = [requests_for(officers, OFFICERS, day) for day in days]
    for day, outcomes in zip(days, crowd.run("approve_visit", rounds, tmp_path), strict=True):
        assert len(oks(outcomes)) == 1, outcomes
        assert [o["error"] for o in outcomes if "error" in o] == ["Refused"] * (OFFICERS - 1)
        assert approved_on(day) == 1
        assert (VisitDay.objects.get(date=day).groups, approved_on(day)) == (1, 1)
    assert invariants.problems() == []


def test_control_without_the_condition_the_last_place_is_given_twice(officers, tmp_path):
    days = [make.open_day(week) for week in range(ROUNDS)]
    for day in days:
        make.capacity_for(day)
    rounds = [
        without("place", requests_for(officers, 3, day), tmp_path / f"meet-{day}") for day in days
    ]
    results = crowd.run("approve_visit", rounds, tmp_path)
    harmed = [day for day in days if approved_on(day) > 1]
    assert len(harmed) == ROUNDS, results
    assert any(problem.startswith("V1") for problem in invariants.problems())


def overlapping(officers, day: date) -> list[dict]:
    """Two requests for sessions that overlap, both with the first officer as host."""
    late, _made = VisitSession.objects.get_or_create(
        site=make.session().site,
        key="tengah",
        defaults={
            "name": "Sesi tengah",
            "weekdays": [0, 1, 2, 3],
            "starts_at": "10:00",
            "ends_at": "12:00",
        },
    )
    both = requests_for(officers, 2, day)
    both[1]["session"] = late.pk
    return [{**each, "host": officers[0].pk} for each in both]


def test_one_host_gets_one_of_two_sessions_at_once(officers, tmp_path):
    make.make_site(day_groups=4, horizon_days=365)
    days = [make.open_day(week) for week in range(ROUNDS)]
    rounds = [overlapping(officers, day) for day in days]
    for outcomes in crowd.run("approve_visit", rounds, tmp_path):
        assert len(oks(outcomes)) == 1, outcomes
    assert invariants.problems() == []


def test_control_without_the_hosts_day_he_is_in_two_sessions(officers, tmp_path):
    make.make_site(day_groups=4, horizon_days=365)
    days = [make.open_day(week) for week in range(ROUNDS)]
    rounds = [
        without("host", overlapping(officers, day), tmp_path / f"meet-{day}") for day in days
    ]
    results = crowd.run("approve_visit", rounds, tmp_path)
    # The duties themselves: without a transaction one act may still fail at its letter's number.
    duties = HostDuty.objects.filter(host=officers[0])
    harmed = [day for day in days if duties.filter(slot__day__date=day).count() == 2]
    assert len(harmed) == ROUNDS, results
    assert any(problem.startswith("V2") for problem in invariants.problems())


def test_eight_scans_of_one_badge_let_one_person_in_once(officers, tmp_path):
    visit = make.approved(officers[0], size=5)
    people = actions.add_participants(visit, rows=[{"name": f"P{n}"} for n in range(ROUNDS)])
    # Processes have the real clock: the visit is today.
    VisitDay.objects.filter(pk=visit.slot.day_id).update(date=clock.today())
    rounds = [
        [{"person": person.pk, "actor": officer.pk} for officer in officers] for person in people
    ]
    for outcomes in crowd.run("check_in", rounds, tmp_path):
        assert len(oks(outcomes)) == 1, outcomes
    visit.refresh_from_db()
    assert visit.state == VisitState.ARRIVED
    assert visit.steps.filter(act="arrive").count() == 1
