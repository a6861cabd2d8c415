"""The code on site in Chromium: it turns by itself, survives a gap, and says when it is alone."""

import pytest

from counters import actions as hall
from counters.models import DeviceKind, Site
from mpp import demo_visits
from visits import checkin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GIVEN = "**/kode.json"


def wait_for(page, text: str) -> None:
    page.wait_for_function("text => document.body.innerText.includes(text)", arg=text)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_screen_at_the_entrance_needs_nobody(screens, town, tmp_path, settings, size):
    settings.DATA_DIR = tmp_path
    demo_visits.make_set_up()
    site = Site.objects.get(visit_rules__isnull=False)
    device, token = hall.register_device(
        site, actor=town["admin@demo.id"], kind=DeviceKind.BOARD, key="pintu", name="Pintu"
    )
    screen = screens(size)
    page = screen.page
    page.clock.install()
    screen.open(f"/perangkat/{token}/")
    screen.page.get_by_role("button").first.click()
    screen.page.wait_for_load_state()
    screen.open(f"/studi-tiru/layar/{site.key}/").check("kode-layar")
    assert checkin.fits(site, page.inner_text("[data-code-now]"))

    # Hours pass: each turn asks once, nothing is loaded anew.
    page.evaluate("window.isSame = true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(GIVEN, lambda route: route.fulfill(json={"code": "111 222", "left": 60}))
    page.clock.fast_forward("01:05")
    wait_for(page, "111 222")
    page.route(GIVEN, lambda route: route.fulfill(json={"code": "333 444", "left": 60}))
    for _turn in range(8):
        page.clock.fast_forward("01:01:00")
        wait_for(page, "333 444")
    assert page.evaluate("window.isSame")
    assert 8 <= len(asked) <= 40

    # The connection goes: the code stays while it is taken, then it is hidden and people are told.
    page.unroute(GIVEN)
    page.route(GIVEN, lambda route: route.abort())
    page.clock.fast_forward("01:10")
    assert page.is_visible("[data-code-now]")
    page.clock.fast_forward("01:10")
    wait_for(page, "Layar terputus")
    assert not page.is_visible("[data-code-now]")
    screen.faults.clear()
    screen.check("kode-terputus")
    page.unroute(GIVEN)
    page.clock.fast_forward("00:15")
    page.wait_for_selector("[data-code-now]", state="visible")
    assert checkin.fits(site, page.inner_text("[data-code-now]"))

    # Taken off the list of devices: no code any more.
    hall.revoke_device(device, actor=town["admin@demo.id"])
    page.clock.fast_forward("01:05")
    wait_for(page, "tidak terdaftar lagi")
    assert not page.is_visible("[data-code-now]")
    screen.open(f"/studi-tiru/layar/{site.key}/")
    assert "belum terdaftar" in screen.text.lower() or "tidak terdaftar" in screen.text.lower()
