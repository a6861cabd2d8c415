"""The screen at the entrance: registered once, then nobody touches it or is signed in on it."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as portal
from django.test import Client

from accounts.models import User
from counters import actions as hall
from counters.models import DeviceKind
from tests.conftest import make_person, post
from tests.factories import visits as make
from visits import actions, checkin

pytestmark = pytest.mark.django_db
START = "2026-12-01T02:00:10Z"


@pytest.fixture
def operator(site):
    """Somebody who looks after the mall's devices."""
    return post(make_person("atur@contoh.id", "Atur", is_staff=True), "dpmptsp", "supervisor")


def registered(site, operator, kind=DeviceKind.BOARD) -> Client:
    """A browser that opened its registration link."""
    device, token = hall.register_device(
        site, actor=operator, kind=kind, key=f"pintu-{kind}", name="Layar pintu"
    )
    browser = Client()
    browser.device = device
    assert browser.post(f"/perangkat/{token}/").status_code == 302
    return browser


def address(site, data: bool = False) -> str:
    return f"/studi-tiru/layar/{site.key}/" + ("kode.json" if data else "")


@pytest.mark.parametrize("kind", DeviceKind.values)
def test_a_registered_screen_shows_each_code_a_whole_day_without_a_login(site, operator, kind):
    with time_machine.travel(START, tick=False) as moment:
        screen = registered(site, operator, kind)
        page = screen.get(address(site))
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        html = page.content.decode()
        assert page.context["code"] in html
        assert "Selamat datang" in html
        seen = set()
        for _minute in range(60 * 10):
            moment.shift(timedelta(minutes=1))
            if _minute % 50 == 0:
                data = screen.get(address(site, data=True)).json()
                assert checkin.fits(site, data["code"])
                assert 0 < data["left"] <= checkin.SECONDS
                seen.add(data["code"])
        assert len(seen) == 12
    assert portal.SESSION_COOKIE_NAME not in screen.cookies
    screen.device.refresh_from_db()
    assert screen.device.last_seen_at.hour == 11, "the desk sees that it is alive"


def test_who_is_no_screen_of_this_place_learns_no_code(site, operator, desk):
    with time_machine.travel(START, tick=False):
        code = checkin.code_now(site)
        stranger, staff = Client(), Client()
        staff.force_login(desk.host)
        for browser in (stranger, staff):
            answer = browser.get(address(site))
            assert answer.status_code == 403
            assert f"{code[:3]} {code[3:]}" not in answer.content.decode()
            assert browser.get(address(site, data=True)).status_code == 410
        assert stranger.get("/studi-tiru/layar/zzz/").status_code == 404
        screen = registered(site, operator)
        assert screen.get(address(site)).status_code == 200
        hall.revoke_device(screen.device, actor=operator)
        assert screen.get(address(site)).status_code == 403
        assert screen.get(address(site, data=True)).status_code == 410
        assert screen.post(address(site)).status_code == 405


def test_the_code_of_the_screen_lets_a_participant_in(site, operator, desk):
    visit = make.approved(desk.host)
    [person] = actions.add_participants(visit, rows=[{"name": "Rina"}])
    screen = registered(site, operator)
    with time_machine.travel(visit.slot.starts_at, tick=False):
        code = screen.get(address(site, data=True)).json()["code"]
        actions.self_check_in(person, code=code)
    person.refresh_from_db()
    assert person.checked_in_at


def test_the_page_of_staff_keeps_no_idle_session_alive(site, desk):
    """A code page left open must not hold the desk open to who passes by."""
    url = f"/admin/visits/visit/layar/{site.key}/?kode=1"
    with time_machine.travel(START, tick=False) as moment:
        client = Client()
        client.force_login(User.objects.get(pk=desk.host.pk))
        assert client.get(url.removesuffix("?kode=1")).status_code == 200
        for _turn in range(portal.STAFF_IDLE_SECONDS // 60 + 2):
            answer = client.get(url, headers={"X-Live": "1"})
            moment.shift(timedelta(minutes=1))
        assert answer.status_code == 302
        assert client.get(url).status_code == 302
