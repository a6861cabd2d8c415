from datetime import UTC, date, datetime, time

import pytest
import time_machine

from mpp.kit import clock


@time_machine.travel("2026-12-31T17:00:00Z", tick=False)
def test_today_is_the_local_day_around_new_year():
    assert clock.now() == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert clock.today() == date(2027, 1, 1)
    assert clock.today("UTC") == date(2026, 12, 31)


@time_machine.travel("2026-12-31T16:59:59Z", tick=False)
def test_today_before_midnight_in_jakarta_is_already_tomorrow_in_the_east():
    assert clock.today("Asia/Jakarta") == date(2026, 12, 31)
    assert clock.today("Asia/Makassar") == clock.today("Asia/Jayapura") == date(2027, 1, 1)


def test_today_follows_the_setting_of_the_installation(settings):
    settings.TIME_ZONE = "Asia/Jayapura"
    with time_machine.travel("2026-05-01T15:00:00Z", tick=False):
        assert clock.today() == date(2026, 5, 2)


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_local_shows_the_wall_clock():
    shown = clock.local(datetime(2026, 1, 1, 0, 30, tzinfo=UTC), "Asia/Jakarta")
    assert (shown.hour, shown.minute, shown.tzname()) == (7, 30, "WIB")


def test_local_refuses_a_time_without_zone():
    with pytest.raises(ValueError, match="without a zone"):
        clock.local(datetime(2026, 1, 1))


def test_instant_and_local_are_inverse():
    at = clock.instant(date(2028, 2, 29), time(15, 30), "Asia/Makassar")
    assert at == datetime(2028, 2, 29, 7, 30, tzinfo=UTC)
    assert clock.local(at, "Asia/Makassar").time() == time(15, 30)
