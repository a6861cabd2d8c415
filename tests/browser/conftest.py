"""A real Chromium over the live server: phone and desktop, with and without JavaScript."""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from accounts.regions import region_name
from mpp import demo_data

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = os.environ.get("KEEP_PICTURES", "")
TOO_WIDE = """[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 6)
    .map(e => e.tagName + '.' + e.className)"""
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def town(transactional_db):
    """The demo's place and people."""
    demo_data.make_places()
    return demo_data.make_people()


class Screen:
    """A person at a real browser; every console error and foreign request fails the test."""

    def __init__(
        self, browser, live_server, size: str, *, javascript: bool = True, **options
    ) -> None:
        self.base, self.size = live_server.url, size
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            **options,
        )
        self.page: Page = self.context.new_page()
        self.javascript = javascript
        self.faults: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.set_default_timeout(15_000)

    def _heard(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(message.text)

    def _asked(self, request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")

    def open(self, address: str) -> "Screen":
        self.page.goto(self.base + address)
        return self

    def sign_in(self, email: str) -> "Screen":
        self.open("/akun/login/")
        self.page.fill("main [name=login]", email)
        self.page.fill("main [name=password]", "demo-mpp-2026")
        self.page.press("main [name=password]", "Enter")
        self.page.wait_for_load_state()
        return self

    def put(self, name: str, value) -> None:
        """Answer the control(s) with this name as a person would."""
        controls = self.page.locator(f'main [name="{name}"]')
        if controls.count() == 0:
            return self._search(name, str(value))
        first = controls.first
        kind = (
            first.evaluate("e => e.tagName == 'SELECT' ? 'select' : e.type")
            if (self.javascript)
            else self._kind(first)
        )
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f'main [name="{name}"][value="{one}"]').check(force=True)
        elif kind == "select":
            first.select_option(str(value))
        elif kind != "hidden":
            first.fill("" if value is None else str(value))

    def _search(self, name: str, value: str) -> None:
        """A long list is searched: type the name of the wanted one."""
        box = self.page.locator(f'main [name="{name}_q"]')
        if box.count():
            box.first.fill(region_name(value) or value)

    @staticmethod
    def _kind(control) -> str:
        return control.get_attribute("type") or (
            "select" if control.locator("option").count() else "text"
        )

    def press(self, label: str) -> None:
        """Press the button or link with this text in the main part."""
        self.page.locator("main").get_by_role("button", name=label).first.click()
        self.page.wait_for_load_state()

    @property
    def text(self) -> str:
        return " ".join(self.page.inner_text("body").split())

    def check(self, name: str, *, axe: bool = True) -> None:
        """Nothing wrong in the console, no sideways scrolling, nothing found by axe."""
        assert not self.faults, self.faults
        # Where the page's own scripts are off, the browser may still be asked.
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > SIZES[self.size][0]:
            raise AssertionError(f"{name} scrolls sideways: {self.page.evaluate(TOO_WIDE)}")
        if axe and self.javascript:
            found = Axe().run(self.page).response["violations"]
            told = [(v["id"], [n["html"][:150] for n in v["nodes"]][:3]) for v in found]
            assert not told, f"{name}: {told}"
        self.keep(name)

    def keep(self, name: str) -> None:
        """Keep a picture when KEEP_PICTURES names a folder."""
        if PICTURES:
            width = SIZES[self.size][0]
            target = Path(PICTURES) / f"{name}-{width}.png"
            self.page.screenshot(path=target, full_page=False)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def screens(chromium, live_server):
    """Makes screens and closes them all."""
    made: list[Screen] = []

    def make(size: str, *, javascript: bool = True) -> Screen:
        made.append(Screen(chromium, live_server, size, javascript=javascript))
        return made[-1]

    yield make
    for screen in made:
        screen.close()
