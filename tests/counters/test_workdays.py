from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counters.workdays import (
    Calendar,
    Segment,
    add_working_days,
    next_open_day,
    seed_holidays,
    segments,
    working_days_between,
)

PLAIN = Calendar()
YEAR_2026 = Calendar(closed=frozenset(day for day, _, _ in seed_holidays(2026)))
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
CALENDARS = st.builds(
    Calendar,
    closed=st.frozensets(DAYS, max_size=40),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 27), 0, date(2026, 11, 27)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2027, 2, 26), 1, date(2027, 3, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_add_working_days_skips_weekends(start, n, end):
    assert add_working_days(start, n, PLAIN) == end


def test_add_working_days_over_nyepi_and_lebaran():
    assert add_working_days(date(2026, 3, 16), 14, YEAR_2026) == date(2026, 4, 13)


def test_new_year_is_skipped_when_it_is_in_the_table():
    closed = frozenset(day for year in (2026, 2027) for day, _, _ in seed_holidays(year))
    assert add_working_days(date(2026, 12, 31), 1, Calendar(closed)) == date(2027, 1, 4)


def test_a_year_has_the_known_number_of_working_days():
    assert working_days_between(date(2025, 12, 31), date(2026, 12, 31), YEAR_2026) == 240


def test_add_working_days_refuses_to_go_back():
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 1, 1), -1, PLAIN)


def test_a_place_open_on_saturday_counts_saturday():
    cal = Calendar(weekdays=frozenset(range(6)))
    assert add_working_days(date(2026, 11, 27), 1, cal) == date(2026, 11, 28)


def test_a_calendar_closed_for_years_is_refused_not_endless():
    closed = frozenset(date(2026, 1, 1) + timedelta(n) for n in range(500))
    with pytest.raises(ValueError, match="more than a year"):
        next_open_day(date(2026, 1, 1), Calendar(closed=closed))


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": frozenset()},
        {"weekdays": frozenset({7})},
        {"opening": time(16), "closing": time(15)},
        {"opening": time(8), "closing": time(8)},
    ],
)
def test_an_impossible_calendar_is_refused(wrong):
    with pytest.raises(ValueError, match="calendar"):
        Calendar(**wrong)


@given(DAYS, st.integers(1, 60), CALENDARS)
def test_between_undoes_add(start, n, cal):
    end = add_working_days(start, n, cal)
    assert cal.is_open(end)
    assert working_days_between(start, end, cal) == n
    assert working_days_between(end, start, cal) == -n


@given(DAYS, st.integers(0, 40), st.integers(0, 40), CALENDARS)
def test_add_is_monotone_and_adds_up(start, n, m, cal):
    assert add_working_days(start, n, cal) <= add_working_days(start, n + m, cal)
    if n:
        once = add_working_days(add_working_days(start, n, cal), m, cal)
        assert once == add_working_days(start, n + m, cal)


@given(DAYS, DAYS, DAYS, CALENDARS)
def test_between_adds_up_in_any_order(a, b, c, cal):
    both = working_days_between(a, b, cal) + working_days_between(b, c, cal)
    assert both == working_days_between(a, c, cal)


def test_the_day_of_an_instant_is_local():
    assert PLAIN.day_of(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 1, 1)
    assert PLAIN.day_of(datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    east = Calendar(zone="Asia/Jayapura")
    assert east.day_of(datetime(2026, 12, 31, 15, tzinfo=UTC)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="without a zone"):
        PLAIN.day_of(datetime(2026, 1, 1))


def test_hours_are_local():
    day = date(2026, 11, 23)
    assert PLAIN.opening_at(day) == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert PLAIN.closing_at(day) == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert Calendar(zone="Asia/Jayapura").closing_at(day).hour == 6


@pytest.mark.parametrize(
    ("at", "closing"),
    [
        ("2026-11-23T01:00", "2026-11-23T08:30"),
        ("2026-11-23T08:29:59", "2026-11-23T08:30"),
        ("2026-11-23T08:30", "2026-11-24T08:30"),
        ("2026-11-27T09:00", "2026-11-30T08:30"),
        ("2026-11-28T03:00", "2026-11-30T08:30"),
        ("2026-11-29T17:00", "2026-11-30T08:30"),
    ],
)
def test_next_closing_is_the_first_one_after(at, closing):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert PLAIN.next_closing(moment) == datetime.fromisoformat(closing).replace(tzinfo=UTC)


def test_segments_show_one_working_day_each():
    bar = segments(date(2026, 11, 24), date(2026, 12, 1), date(2026, 11, 26), PLAIN)
    assert [(each.day.day, each.state) for each in bar] == [
        (25, "passed"),
        (26, "today"),
        (27, "ahead"),
        (30, "ahead"),
        (1, "ahead"),
    ]


def test_segments_after_the_end_are_late():
    bar = segments(date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 27), PLAIN)
    assert [each.state for each in bar] == ["passed", "late", "late"]


def test_segments_on_a_sunday_have_no_today():
    bar = segments(date(2026, 11, 27), date(2026, 12, 1), date(2026, 11, 29), PLAIN)
    assert bar == [Segment(date(2026, 11, 30), "ahead"), Segment(date(2026, 12, 1), "ahead")]


def test_segments_on_the_due_day_end_with_today():
    bar = segments(date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 25), PLAIN)
    assert [each.state for each in bar] == ["today"]


def test_segments_of_a_limit_under_a_day_are_none():
    day = date(2026, 11, 24)
    assert segments(day, day, day, PLAIN) == []
    assert segments(day, day, day - timedelta(3), PLAIN) == []


@given(DAYS, st.integers(0, 30), DAYS, CALENDARS)
def test_there_are_as_many_segments_as_working_days(start, n, today, cal):
    end = add_working_days(start, n, cal)
    bar = segments(start, end, today, cal)
    on_time = [each for each in bar if each.state != "late"]
    assert len(on_time) == working_days_between(start, end, cal)
    assert [each.day for each in bar] == sorted(each.day for each in bar)
    assert sum(each.state == "today" for each in bar) <= 1


def test_seed_holidays_knows_both_kinds():
    found = seed_holidays(2026)
    kinds = [kind for _, _, kind in found]
    assert (kinds.count("public"), kinds.count("government")) == (17, 8)
    assert (date(2026, 8, 17), "public") in [(day, kind) for day, _, kind in found]
    assert [day for day, _, _ in found] == sorted({day for day, _, _ in found})
    assert all(name and name.strip() == name for _, name, _ in found)


def test_seed_holidays_speaks_indonesian():
    assert any("Kemerdekaan" in name for _, name, _ in seed_holidays(2026))


def test_seed_holidays_of_a_year_without_decree_has_no_joint_leave():
    assert any("perkiraan" in name for _, name, _ in seed_holidays(2035))
    assert {kind for _, _, kind in seed_holidays(2035)} == {"public"}
