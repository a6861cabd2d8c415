"""What the calendar shows: free, few, full, closed; and how often it asks."""

from datetime import timedelta

import pytest

from mpp.kit import clock
from tests.factories import visits as make
from visits import availability
from visits.models import Blackout, VisitRules

pytestmark = pytest.mark.django_db


def day_of(site, day):
    return availability.days(site, day, day)[0]


def test_a_free_day_names_its_sessions(site):
    day = day_of(site, make.open_day())
    assert day.state == "free"
    assert [opening.session.key for opening in day.openings] == ["pagi", "siang"]
    assert not day.is_shut


def test_waiting_requests_are_counted_and_take_no_place(site):
    day = make.open_day()
    make.sent(day=day)
    make.sent(day=day)
    found = day_of(site, day)
    assert (found.pending, found.openings[0].pending) == (2, 2)
    assert found.openings[0].groups_left == 2


def test_few_and_full(site, desk):
    day = make.open_day()
    make.approved(desk.host, day=day, size=45)
    found = day_of(site, day)
    assert [opening.state for opening in found.openings] == ["full", "free"]
    assert found.openings[1].people_left == 15
    make.approved(desk.second, key="siang", day=day, size=5)
    found = day_of(site, day)
    assert found.state == "full", "the day takes two groups whatever its sessions hold"


def test_closed_days_say_why(site):
    day = make.open_day()
    Blackout.objects.create(starts_on=day, ends_on=day, reason="Upacara", reason_en="Ceremony")
    assert (day_of(site, day).state, day_of(site, day).reason) == ("closed", "Upacara")
    yesterday = clock.today() - timedelta(days=1)
    assert day_of(site, yesterday).is_shut
    far = clock.today() + timedelta(days=400)
    assert day_of(site, far).state == "closed"
    sunday = day + timedelta(days=6 - day.weekday())
    assert day_of(site, sunday).state == "closed"


def test_a_day_too_near_is_closed_for_requests_only(site):
    day = clock.today() + timedelta(days=1)
    while day.weekday() > 3:
        day += timedelta(days=1)
    VisitRules.objects.update(lead_days=30)
    found = day_of(site, day)
    assert found.state == "closed"
    assert not found.is_shut or not availability.frame_of(site).calendar.is_open(day)


def test_a_site_without_rules_receives_nobody(site):
    VisitRules.objects.update(is_active=False)
    assert day_of(site, clock.today()).state == "closed"


def test_a_month_asks_as_often_as_a_day(site, desk, django_assert_max_num_queries):
    make.approved(desk.host)
    first = make.open_day()
    with django_assert_max_num_queries(8):
        availability.days(site, first, first + timedelta(days=60))
