from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counters.workdays import Calendar
from permits.deadlines import (
    ClockEntry,
    TimeLimit,
    days_left,
    days_used,
    due_at,
    intake_due,
    is_late,
    promise,
    state_of,
)

CAL = Calendar()
FIVE = TimeLimit(5)
# Closed days at the turn of the year and around a leap day.
BUSY = Calendar(
    closed=frozenset({date(2027, 1, 1), date(2026, 12, 24), date(2026, 12, 25), date(2028, 3, 1)})
)
MOMENTS = st.datetimes(datetime(2026, 12, 1), datetime(2028, 4, 1), timezones=st.just(UTC))
LIMITS = st.integers(0, 30).map(TimeLimit)
GAPS = st.timedeltas(timedelta(0), timedelta(days=30))


def wib(text):
    """An instant from what the clock in Jakarta shows."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def ledger(*lines):
    return [ClockEntry(kind, wib(at)) for kind, at in lines]


def due(*lines, limit=FIVE, cal=CAL, now=None):
    found = due_at(ledger(*lines), limit, cal, wib(now) if now else None)
    return found.astimezone(cal._tz).strftime("%m-%d %H.%M") if found else None


def test_without_a_start_nothing_is_due():
    assert due_at([], FIVE, CAL) is None
    assert due(("pause", "2026-11-23T10:00"), ("resume", "2026-11-24T10:00")) is None
    assert due(("stop", "2026-11-23T10:00")) is None


def test_five_working_days_end_at_closing_time():
    assert due(("start", "2026-11-23T10:00")) == "11-30 15.30"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23T00:00:00", "11-30 15.30"),
        ("2026-11-23T23:59:59", "11-30 15.30"),
        ("2026-11-24T00:00:00", "12-01 15.30"),
        ("2026-11-28T12:00:00", "12-04 15.30"),
        ("2026-11-29T12:00:00", "12-04 15.30"),
    ],
)
def test_the_day_of_the_start_is_local_and_not_counted(start, end):
    assert due(("start", start)) == end


def test_new_year_in_jakarta_divides_the_days():
    one = TimeLimit(1)
    assert due(("start", "2026-12-31T23:59:59"), limit=one, cal=BUSY) == "01-04 15.30"
    assert due(("start", "2027-01-01T00:00:00"), limit=one, cal=BUSY) == "01-04 15.30"
    assert due(("start", "2026-12-30T23:59:59"), limit=one, cal=BUSY) == "12-31 15.30"


def test_a_leap_day_is_a_working_day():
    assert due(("start", "2028-02-28T10:00"), limit=TimeLimit(1)) == "02-29 15.30"
    assert due(("start", "2028-02-29T10:00"), limit=TimeLimit(1), cal=BUSY) == "03-02 15.30"


@pytest.mark.parametrize("limit", [TimeLimit(15, "minutes"), TimeLimit(2, "hours"), TimeLimit(0)])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23T07:00", "11-23 15.30"),
        ("2026-11-23T15:29", "11-23 15.30"),
        ("2026-11-23T15:30", "11-24 15.30"),
        ("2026-11-27T20:00", "11-30 15.30"),
    ],
)
def test_a_limit_under_a_day_ends_at_the_next_closing(limit, start, end):
    assert due(("start", start), limit=limit) == end


def test_long_limits_in_hours_count_as_whole_days():
    assert TimeLimit(24, "hours").days == 1
    assert TimeLimit(71, "hours").days == 2
    assert TimeLimit(1439, "minutes").days == 0
    assert due(("start", "2026-11-23T10:00"), limit=TimeLimit(24, "hours")) == "11-24 15.30"


def test_a_rest_adds_as_many_working_days_as_it_lasted():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-25T09:00")]
    assert due(*lines, ("resume", "2026-11-27T16:00")) == "12-02 15.30"
    assert due(*lines, ("resume", "2026-11-29T16:00")) == "12-02 15.30"
    assert due(*lines, ("resume", "2026-11-25T15:00")) == "11-30 15.30"


def test_two_rests_add_up():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-24T09:00")]
    lines += [("resume", "2026-11-25T09:00"), ("pause", "2026-11-26T09:00")]
    assert due(*lines, ("resume", "2026-11-27T09:00")) == "12-02 15.30"


def test_an_open_rest_shows_the_date_of_the_pause_or_of_now():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-25T09:00")]
    assert due(*lines) == "11-30 15.30"
    assert due(*lines, now="2026-11-27T09:00") == "12-02 15.30"


def test_a_rest_over_the_due_day_leaves_time_to_act():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-30T10:00")]
    assert due(*lines, ("resume", "2026-12-05T10:00")) == "12-07 15.30"
    assert due(*lines, ("resume", "2026-12-03T16:00")) == "12-04 15.30"
    assert due(*lines, ("resume", "2026-12-03T15:30")) == "12-03 15.30"


def test_a_broken_promise_stays_broken_by_a_rest():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-30T16:00")]
    assert due(*lines, ("resume", "2026-12-03T09:00")) == "11-30 15.30"
    assert is_late(ledger(*lines), FIVE, wib("2026-12-03T09:00"), CAL)


def test_an_extension_adds_working_days():
    entries = [
        *ledger(("start", "2026-11-23T10:00")),
        ClockEntry("extend", wib("2026-11-24T09:00"), "law", 3),
    ]
    assert due_at(entries, FIVE, CAL) == wib("2026-12-03T15:30")
    entries = [
        ClockEntry("extend", wib("2026-11-20T09:00"), "law", 3),
        *ledger(("start", "2026-11-23T10:00")),
    ]
    assert due_at(entries, FIVE, CAL) == wib("2026-11-30T15:30")


def test_an_extension_during_a_rest_counts():
    entries = ledger(("start", "2026-11-23T10:00"), ("pause", "2026-11-24T10:00"))
    entries += [ClockEntry("extend", wib("2026-11-24T11:00"), "law", 1)]
    assert due_at(entries, FIVE, CAL) == wib("2026-12-01T15:30")


def test_entries_that_do_not_fit_change_nothing():
    plain = due(("start", "2026-11-23T10:00"))
    assert due(("start", "2026-11-23T10:00"), ("start", "2026-11-25T10:00")) == plain
    assert due(("start", "2026-11-23T10:00"), ("resume", "2026-11-25T10:00")) == plain
    stopped = [("start", "2026-11-23T10:00"), ("stop", "2026-11-24T10:00")]
    assert due(*stopped, ("pause", "2026-11-25T10:00"), ("resume", "2026-11-27T10:00")) == plain
    paused_twice = [("start", "2026-11-23T10:00"), ("pause", "2026-11-24T10:00")]
    paused_twice += [("pause", "2026-11-26T10:00"), ("resume", "2026-11-27T10:00")]
    assert due(*paused_twice) == "12-03 15.30"


def test_a_clock_that_jumped_back_gives_nothing_and_takes_nothing():
    lines = [("start", "2026-11-23T10:00"), ("pause", "2026-11-25T09:00")]
    lines += [("resume", "2026-11-24T09:00")]
    assert due(*lines) == "11-30 15.30"
    assert state_of(ledger(*lines)) == "running"
    assert days_used(ledger(*lines), wib("2026-11-20T09:00"), CAL) == 2


def test_state_of_follows_the_ledger():
    lines = ledger(
        ("start", "2026-11-23T10:00"),
        ("pause", "2026-11-24T10:00"),
        ("resume", "2026-11-25T10:00"),
        ("stop", "2026-11-26T10:00"),
    )
    states = [state_of(lines[:count]) for count in range(5)]
    assert states == ["not_started", "running", "paused", "running", "stopped"]
    assert state_of(lines, wib("2026-11-24T12:00")) == "paused"
    assert state_of(lines, wib("2026-11-20T12:00")) == "not_started"
    assert state_of([*lines[:2], lines[3]]) == "stopped"
    assert (
        state_of(ledger(("pause", "2026-11-23T10:00"), ("stop", "2026-11-23T11:00")))
        == "not_started"
    )


def test_days_used_and_left_leave_rests_out():
    lines = ledger(("start", "2026-11-23T10:00"), ("pause", "2026-11-25T09:00"))
    now = wib("2026-11-27T09:00")
    assert days_used(lines, now, CAL) == 2
    assert days_left(lines, FIVE, now, CAL) == 3
    lines += ledger(("resume", "2026-11-27T10:00"))
    assert days_used(lines, wib("2026-12-01T09:00"), CAL) == 4
    assert days_left(lines, FIVE, wib("2026-12-01T09:00"), CAL) == 1
    assert days_left(lines, FIVE, wib("2026-12-04T09:00"), CAL) == -2


def test_without_a_start_no_days_are_used():
    now = wib("2026-11-27T09:00")
    assert days_used([], now, CAL) == 0
    assert days_left([], FIVE, now, CAL) is None
    assert not is_late([], FIVE, now, CAL)


def test_late_begins_after_closing_time():
    lines = ledger(("start", "2026-11-23T10:00"))
    assert not is_late(lines, FIVE, wib("2026-11-30T15:30"), CAL)
    assert is_late(lines, FIVE, wib("2026-11-30T15:30:01"), CAL)


def test_a_stopped_clock_keeps_its_answer():
    lines = ledger(("start", "2026-11-23T10:00"), ("stop", "2026-11-25T10:00"))
    much_later = wib("2027-06-01T10:00")
    assert not is_late(lines, FIVE, much_later, CAL)
    assert days_used(lines, much_later, CAL) == 2
    assert days_left(lines, FIVE, much_later, CAL) == 3
    late = ledger(("start", "2026-11-23T10:00"), ("stop", "2026-12-02T10:00"))
    assert is_late(late, FIVE, much_later, CAL)


def test_a_stop_during_a_rest_counts_the_rest():
    lines = ledger(("start", "2026-11-23T10:00"), ("pause", "2026-11-24T10:00"))
    lines += ledger(("stop", "2027-01-05T10:00"))
    assert state_of(lines) == "stopped"
    assert days_used(lines, wib("2027-02-01T10:00"), CAL) == 1
    assert not is_late(lines, FIVE, wib("2027-02-01T10:00"), CAL)


def test_the_promise_is_intake_and_limit():
    sent = wib("2026-11-24T21:00")
    assert intake_due(sent, 1, CAL) == wib("2026-11-25T15:30")
    assert promise(sent, 1, FIVE, CAL) == wib("2026-12-02T15:30")
    assert promise(sent, 0, FIVE, CAL) == wib("2026-12-01T15:30")
    assert promise(sent, 1, TimeLimit(30, "minutes"), CAL) == wib("2026-11-26T15:30")
    assert promise(sent, 0, TimeLimit(30, "minutes"), CAL) == wib("2026-11-25T15:30")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ClockEntry("begin", wib("2026-11-24T21:00")),
        lambda: ClockEntry("start", datetime(2026, 11, 24)),
        lambda: ClockEntry("extend", wib("2026-11-24T21:00"), days=-1),
        lambda: TimeLimit(1, "weeks"),
        lambda: TimeLimit(-1),
    ],
)
def test_impossible_entries_and_limits_are_refused(wrong):
    with pytest.raises(ValueError, match=r"\."):
        wrong()


def _random_ledger(start, gaps):
    """A running clock with rests: start, then pause and resume in turn."""
    entries, at = [ClockEntry("start", start)], start
    for index, gap in enumerate(gaps):
        at += gap
        entries.append(ClockEntry("pause" if index % 2 == 0 else "resume", at))
    return entries


LEDGERS = st.builds(_random_ledger, MOMENTS, st.lists(GAPS, max_size=6))


@given(LEDGERS, st.integers(0, 30), st.integers(0, 5))
def test_due_at_is_monotone_in_the_limit(entries, n, more):
    assert due_at(entries, TimeLimit(n), BUSY) <= due_at(entries, TimeLimit(n + more), BUSY)


@given(MOMENTS, MOMENTS, LIMITS)
def test_due_at_is_monotone_in_the_start(one, two, limit):
    first, second = sorted((one, two))
    assert due_at([ClockEntry("start", first)], limit, BUSY) <= due_at(
        [ClockEntry("start", second)], limit, BUSY
    )


@given(LEDGERS, GAPS, GAPS, LIMITS)
def test_a_rest_never_makes_it_earlier(entries, until, rest, limit):
    entries = entries if len(entries) % 2 else entries[:-1]
    at = entries[-1].at + until
    rested = [*entries, ClockEntry("pause", at), ClockEntry("resume", at + rest)]
    assert due_at(rested, limit, BUSY) >= due_at(entries, limit, BUSY)


@given(LEDGERS, GAPS, LIMITS)
def test_a_rest_of_no_time_is_neutral(entries, until, limit):
    entries = entries if len(entries) % 2 else entries[:-1]
    at = entries[-1].at + until
    rested = [*entries, ClockEntry("pause", at), ClockEntry("resume", at)]
    assert due_at(rested, limit, BUSY) == due_at(entries, limit, BUSY)
    assert days_used(rested, at, BUSY) == days_used(entries, at, BUSY)


@given(LEDGERS, GAPS, LIMITS)
def test_resting_never_makes_late(entries, wait, limit):
    entries = entries if len(entries) % 2 == 0 else entries[:-1]
    if not entries:
        return
    paused_at = entries[-1].at
    was_late = is_late(entries, limit, paused_at, BUSY)
    assert is_late(entries, limit, paused_at + wait, BUSY) == was_late


@given(LEDGERS, GAPS, GAPS)
def test_days_used_never_fall(entries, wait, longer):
    at = entries[-1].at + wait
    used = days_used(entries, at, BUSY)
    assert 0 <= used <= days_used(entries, at + longer, BUSY)


@given(LEDGERS, LIMITS)
def test_due_is_always_the_closing_of_a_working_day(entries, limit):
    shown = due_at(entries, limit, BUSY).astimezone(BUSY._tz)
    assert shown.time() == time(15, 30)
    assert BUSY.is_open(shown.date())


@given(LEDGERS, LIMITS, GAPS)
def test_used_and_left_agree_while_on_time(entries, limit, wait):
    now = entries[-1].at + wait
    if not is_late(entries, limit, now, BUSY) and limit.days:
        total = days_used(entries, now, BUSY) + days_left(entries, limit, now, BUSY)
        # One more when a rest ended after closing on the due day and time was given to act.
        assert total >= limit.days


@given(MOMENTS, st.integers(1, 5), LIMITS, st.floats(0, 1))
def test_a_file_declared_complete_in_time_is_never_due_after_the_promise(
    sent, intake, limit, part
):
    until = intake_due(sent, intake, BUSY)
    declared = sent + (until - sent) * part
    assert due_at([ClockEntry("start", declared)], limit, BUSY) <= promise(
        sent, intake, limit, BUSY
    )


@given(MOMENTS, st.integers(0, 5), st.integers(0, 20), st.integers(0, 5))
def test_the_promise_is_monotone(sent, intake, n, more):
    before = promise(sent, intake, TimeLimit(n), BUSY)
    assert before <= promise(sent, intake, TimeLimit(n + more), BUSY)
    assert before <= promise(sent, intake + more, TimeLimit(n), BUSY)
    assert before > sent
