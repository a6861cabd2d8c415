"""The calendar of a site, its hours in words, and the promised date."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.cache import caches
from django.utils import translation

from counters import calendar, words
from counters.models import ServiceStandard, Site
from counters.promises import limit_days, promise_if_sent
from counters.workdays import MONDAY_TO_FRIDAY, Calendar
from permits.deadlines import TimeLimit, promise
from tests.factories.counters import HolidayFactory, SiteFactory

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CALENDAR = Calendar(closed=frozenset({date(2026, 12, 25)}), closing=time(15, 0))


def standard(count, unit="working_days", intake=1) -> ServiceStandard:
    return ServiceStandard(limit_count=count, limit_unit=unit, intake_days=intake)


# --- Promises ----------------------------------------------------------------------------
def test_promise_adds_intake_and_limit():
    found = promise_if_sent(standard(5), MONDAY, CALENDAR)
    assert (found.day, found.working_days) == (date(2026, 12, 1), 6)
    assert found.bar.pieces == ["rest"] * 6


def test_promise_without_a_limit_is_none():
    assert promise_if_sent(standard(None, ""), MONDAY, CALENDAR) is None


def test_long_promise_is_one_line():
    assert promise_if_sent(standard(28), MONDAY, CALENDAR).bar.pieces == []


@pytest.mark.parametrize(
    ("count", "unit", "days"),
    [(5, "working_days", 5), (30, "minutes", 0), (24, "hours", 1), (47, "hours", 1)],
)
def test_limit_in_whole_days(count, unit, days):
    assert limit_days(standard(count, unit)) == days


@pytest.mark.parametrize("hour", [0, 1, 7, 8, 17, 23])
@pytest.mark.parametrize("day", [23, 27, 28, 29])
@pytest.mark.parametrize(
    ("count", "unit", "intake"),
    [(5, "working_days", 1), (0, "working_days", 0), (15, "minutes", 0), (48, "hours", 2)],
)
def test_promise_is_the_one_an_application_stores(day, hour, count, unit, intake):
    at = datetime(2026, 11, day, hour, 30, tzinfo=UTC)
    stored = promise(at, intake, TimeLimit(count, unit), CALENDAR)
    found = promise_if_sent(standard(count, unit, intake), at, CALENDAR)
    assert found.day == CALENDAR.day_of(stored)


# --- Calendar ----------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.usefixtures("empty_mall")
def test_home_calendar_is_the_first_sites_with_the_closed_days():
    HolidayFactory()
    HolidayFactory(day=date(2026, 12, 24), is_closed=False)
    SiteFactory(key="b", order=2)
    SiteFactory(key="a", order=1, opens_at=time(9), closes_at=time(14), weekdays=[1, 3])
    found = calendar.home_calendar()
    assert found == Calendar(
        closed=frozenset({date(2026, 12, 25)}),
        weekdays=frozenset({1, 3}),
        opening=time(9),
        closing=time(14),
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_mall")
def test_home_calendar_is_remembered_until_forgotten(django_assert_num_queries):
    SiteFactory()
    with django_assert_num_queries(2):
        calendar.home_calendar()
        calendar.home_calendar()
    HolidayFactory()
    assert date(2026, 12, 25) not in calendar.home_calendar().closed
    calendar.forget()
    assert date(2026, 12, 25) in calendar.home_calendar().closed


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_mall")
def test_mall_without_a_site_has_the_usual_week():
    caches["local"].clear()
    assert calendar.home_calendar() == Calendar()


@pytest.mark.parametrize("stored", [[], None, ["x", 9, -1], "01", {}])
def test_unusable_weekdays_mean_the_usual_week(stored):
    site = Site(weekdays=stored)
    assert calendar.calendar_of(site, ()).weekdays == MONDAY_TO_FRIDAY


# --- Words -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "indonesian", "english"),
    [
        ([0, 1, 2, 3, 4], "Senin sampai Jumat", "Monday to Friday"),
        ([1, 3], "Selasa dan Kamis", "Tuesday and Thursday"),
        ([5], "Sabtu", "Saturday"),
        ([0, 2, 4], "Senin, Rabu dan Jumat", "Monday, Wednesday and Friday"),
    ],
)
def test_weekdays_in_words(days, indonesian, english):
    with translation.override("id"):
        assert words.weekday_words(days) == indonesian
    with translation.override("en"):
        assert words.weekday_words(days) == english


def test_money_and_times_in_both_languages():
    with translation.override("id"):
        assert words.rupiah_words(1_250_000) == "Rp1.250.000"
        assert words.clock_words(time(8, 5)) == "08.05"
        assert words.limit_words(standard(2, "hours")) == "2 jam"
    with translation.override("en"):
        assert words.rupiah_words(1_250_000) == "Rp1,250,000"
        assert words.clock_words(time(8, 5)) == "08:05"
        assert words.limit_words(standard(1, "minutes")) == "1 minute"
