"""The estimate: figures on recorded days other than those fitted on, and what always holds."""

from datetime import UTC, datetime, timedelta
from functools import cache

import compare_estimates
import pytest
import record_days
from hypothesis import given
from hypothesis import strategies as st

from counters import estimates
from counters.estimates import Learned, Outcome, Range, ServiceRow, Snapshot, WaitRow

SERVICES = ("ktp", "kk", "akta", "unknown")
LEARNED = Learned(
    8.0,
    {"ktp": 5.0, "kk": 9.0, "akta": 12.0},
    {
        "0|0|9": (0.9, 2.0),
        "1|*|9": (0.7, 1.6),
        "2|*|9": (0.8, 1.3),
        "0": (0.8, 2.2),
        "2": (0.6, 1.5),
        "mall|0": (0.9, 2.1),
        "mall|1": (0.5, 1.9),
        "mall|2": (0.7, 1.4),
    },
)


@cache
def fitted():
    """What the first recorded days teach, and the days that come after them."""
    earlier, later = record_days.fit_and_test(record_days.read())
    return compare_estimates.fit(earlier, compare_estimates.played_on), later


# --- on recorded days ---------------------------------------------------------------------
def test_ranges_come_true_on_days_they_were_not_fitted_on():
    learned, later = fitted()
    found = compare_estimates.outcomes(later, learned, compare_estimates.played_on)
    score = estimates.score(found)
    assert score.count > 2000
    assert score.hit_rate >= 0.75, score
    assert score.median_width <= 20, score
    assert score.is_narrow, score


@pytest.mark.parametrize("least", [10, 30])
def test_ranges_hold_for_those_who_really_wait(least):
    learned, later = fitted()
    found = compare_estimates.outcomes(later, learned, compare_estimates.played_on)
    long = [each for each in found if each.wait > least]
    score = estimates.score(long)
    assert score.count > 300
    assert score.hit_rate >= 0.70, score
    middle_wait = estimates.quantile(sorted(each.wait for each in long), 0.5)
    assert score.median_width <= max(20, middle_wait / 2 + 5), score


def test_the_busiest_queue_has_its_own_history():
    learned, later = fitted()
    day = later[0]
    found = {
        estimates.estimate(compare_estimates.snapshot_of(row), learned[row.queue]).basis
        for row in day.rows
        if row.queue == "dukcapil"
    }
    assert "weekday_hour" in found
    assert estimates.NO_HISTORY not in found


def test_a_first_day_is_wide_and_says_so():
    _learned, later = fitted()
    score = estimates.score(compare_estimates.outcomes(later, {}, compare_estimates.played_on))
    assert score.hit_rate >= 0.9
    found = estimates.estimate(Snapshot(0, 9, ("ktp",) * 4, (("ktp", 1.0),), 1))
    assert not found.has_history
    assert found.high >= 2 * found.point


def test_the_recorded_days_are_those_of_the_generator(tmp_path):
    again = tmp_path / "again.csv.gz"
    record_days.write(record_days.record("recorded", record_days.DAYS), again)
    first, second = record_days.read(), record_days.read(again)
    assert [day.rows for day in first] == [day.rows for day in second]


# --- what always holds --------------------------------------------------------------------
minutes = st.floats(0, 300, allow_nan=False)
services = st.sampled_from(SERVICES)
snapshots = st.builds(
    Snapshot,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    ahead=st.lists(services, max_size=30).map(tuple),
    serving=st.lists(st.tuples(services, minutes), max_size=6).map(tuple),
    counters=st.integers(-1, 8),
    planned=st.integers(0, 8),
    opens_in=st.floats(-5, 120, allow_nan=False),
    pauses=st.lists(st.tuples(st.floats(-10, 120), st.floats(0, 90)), max_size=2).map(tuple),
    recent=st.lists(st.tuples(services, minutes), max_size=20).map(tuple),
    default_minutes=st.floats(0, 60, allow_nan=False),
)
histories = st.sampled_from([None, LEARNED, Learned(0.5), Learned(30.0, {"ktp": 0.0})])


@given(snapshots, histories)
def test_a_range_is_in_order_and_never_negative(snapshot, learned):
    found = estimates.estimate(snapshot, learned)
    assert 0 <= found.low <= found.high < float("inf")
    assert found.point >= 0


@given(snapshots, histories, services, st.integers(0, 30))
def test_one_more_person_ahead_never_makes_it_earlier(snapshot, learned, service, place):
    longer = list(snapshot.ahead)
    longer.insert(min(place, len(longer)), service)
    values = {name: getattr(snapshot, name) for name in Snapshot.__slots__}
    later = Snapshot(**{**values, "ahead": tuple(longer)})
    one, two = (estimates.estimate(each, learned) for each in (snapshot, later))
    slack = 1e-6
    assert two.point >= one.point - slack
    assert two.low >= one.low - slack
    assert two.high >= one.high - slack


@given(snapshots, histories)
def test_one_more_counter_never_makes_it_later(snapshot, learned):
    values = {name: getattr(snapshot, name) for name in Snapshot.__slots__}
    here = Snapshot(**{**values, "counters": max(1, len(snapshot.serving), snapshot.counters)})
    more = Snapshot(**{**values, "counters": here.counters + 1})
    assert estimates.middle(more, learned) <= estimates.middle(here, learned) + 1e-6


@given(snapshots, st.integers(0, 7 * 24 * 3600))
def test_clock_times_hold_the_range_in_steps_of_five(snapshot, second):
    now = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=second)
    found = estimates.estimate(snapshot, LEARNED)
    low_at, high_at = estimates.clock_range(now, found)
    assert low_at <= now + timedelta(minutes=found.low)
    assert high_at >= now + timedelta(minutes=found.high)
    assert high_at - low_at >= timedelta(minutes=5)
    for at in (low_at, high_at):
        assert (at.minute % 5, at.second, at.microsecond) == (0, 0, 0)


# --- single facts -------------------------------------------------------------------------
def test_nobody_ahead_and_a_free_counter_is_now():
    assert estimates.middle(Snapshot(0, 9, counters=2), LEARNED) == 0


def test_without_a_counter_the_usual_number_is_taken():
    ahead = ("ktp",) * 6
    closed = estimates.middle(Snapshot(0, 9, ahead, counters=0, planned=3), LEARNED)
    usual = estimates.middle(Snapshot(0, 9, ahead, counters=3), LEARNED)
    assert closed == pytest.approx(usual + estimates.NOBODY_SERVES)


def test_before_opening_the_door_is_waited_for():
    ahead = ("ktp",) * 6
    early = Snapshot(0, 7, ahead, counters=0, planned=3, opens_in=20)
    usual = estimates.middle(Snapshot(0, 8, ahead, counters=3), LEARNED)
    assert estimates.middle(early, LEARNED) == pytest.approx(usual + 20)


def test_a_break_in_the_wait_is_added_and_a_later_one_is_not():
    ahead = ("kk",) * 5
    plain = estimates.middle(Snapshot(4, 11, ahead, counters=1), LEARNED)
    breaks = Snapshot(4, 11, ahead, counters=1, pauses=((20, 90), (400, 60)))
    assert estimates.middle(breaks, LEARNED) == pytest.approx(plain + 90)


def test_a_slow_day_is_told_longer():
    ahead = ("ktp",) * 6
    slow = Snapshot(0, 9, ahead, counters=1, recent=(("ktp", 10.0),) * 20)
    assert estimates.middle(slow, LEARNED) > 1.4 * estimates.middle(
        Snapshot(0, 9, ahead, counters=1), LEARNED
    )


def test_cells_back_off_from_weekday_and_hour_to_the_mall():
    found = [
        estimates.estimate(Snapshot(weekday, hour, ahead, (("ktp", 0.0),), 1), LEARNED).basis
        for weekday, hour, ahead in (
            (0, 9, ()),
            (1, 9, ("akta",) * 3),
            (1, 14, ("akta",) * 3),
            (1, 14, ()),
        )
    ]
    assert found == ["hour", "hour", "queue", "mall"]
    free = Snapshot(0, 9, (), (), 1)
    assert estimates.estimate(free, LEARNED).basis == "weekday_hour"


def test_learning_needs_enough_rows_and_survives_a_json_column():
    waits = [WaitRow("a", 0, 9, 20.0, 20.0 + n % 10) for n in range(estimates.ENOUGH)]
    waits += [WaitRow("b", 0, 9, 20.0, 25.0)] * (estimates.ENOUGH - 1)
    learned = estimates.learn(waits, [ServiceRow("a", "ktp", 6.0)] * 100, {"a": 12.0, "b": 7.0})
    assert set(learned["a"].cells) == {"2|0|9", "2|*|9", "2", "mall|2"}
    assert set(learned["b"].cells) == {"mall|2"}
    assert learned["a"].services["ktp"] == pytest.approx(6.0, abs=0.2)
    assert learned["b"].mean == 7.0
    again = Learned.from_data(learned["a"].to_data())
    assert again == Learned.from_data(again.to_data())
    snapshot = Snapshot(0, 9, ("ktp",) * 5, (("ktp", 0.0),), 1)
    one, two = (estimates.estimate(snapshot, each) for each in (learned["a"], again))
    assert (one.low, one.high) == pytest.approx((two.low, two.high), abs=0.05)
    assert Learned.from_data({}) is None


def test_a_score_counts_hits_and_widths():
    rows = [Outcome(0, 10, 5), Outcome(0, 30, 40), Outcome(10, 40, 70), Outcome(5, 15, 15)]
    score = estimates.score(rows)
    assert (score.count, score.hit_rate, score.upper_rate) == (4, 0.5, 0.5)
    assert score.median_width == 20
    assert score.narrow_share == 0.75
    assert estimates.score([]).count == 0


def test_a_range_of_zero_is_five_minutes_wide_on_the_clock():
    now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    low_at, high_at = estimates.clock_range(now, Range(0, 0, 0, "queue"))
    assert (high_at - low_at) == timedelta(minutes=5)
