"""The screens of the hall in Chromium: kiosk and board, at their sizes, for hours."""

import pytest

from counters import actions
from counters.models import DayChange, Site, Ticket
from counters.persons import Person
from mpp.kit import clock
from tests.browser.conftest import SIZES, Screen
from tests.counters.queue.hall import make_queue, opened, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES.setdefault("tv", (1920, 1080))
KIOSK, BOARD = "/kios/among-warga/", "/layar/among-warga/"
TOO_SMALL = """[...document.querySelectorAll('main *, nav *')].filter(e => e.offsetParent
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
    && parseFloat(getComputedStyle(e).fontSize) < 24).map(e => e.outerHTML.slice(0, 90))"""
NARROW = """[...document.querySelectorAll('a, button:not([tabindex="-1"])')].filter(e =>
    e.offsetParent && e.getBoundingClientRect().height < 72).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture
def hall(town):
    """An open queue with two counters, on a day that is open around the clock."""
    site = Site.objects.get(key="among-warga")
    today = clock.today(site.time_zone)
    DayChange.objects.create(site=site, day=today, spans=["00:00-23:59"], reason="uji")
    queue = make_queue("dukcapil", "A")
    clerk = town["loket@demo.id"]
    counter = queue.counters.order_by("key").first()
    counter.name, counter.zone, counter.floor = "Loket 3", "Zona A", "Lantai 2"
    counter.save()
    town["queue"], town["clerk"], town["counter"] = queue, clerk, opened(counter, clerk)
    return town


def device(screen: Screen, hall, kind: str) -> Screen:
    """Make this browser a registered screen, as a person does it."""
    _row, token = actions.register_device(
        hall["queue"].site, actor=hall["admin@demo.id"], kind=kind, key=f"{kind}-1", name=kind
    )
    screen.open(f"/perangkat/{token}/")
    screen.page.get_by_role("button").click()
    screen.page.wait_for_url(f"**/{'kios' if kind == 'kiosk' else 'layar'}/among-warga/")
    return screen


def until(screen: Screen, script: str, seconds: int = 15) -> None:
    """Wait until a script is true; the policy of our pages forbids Playwright's own waiting."""
    for _look in range(seconds * 10):
        if screen.page.evaluate(script):
            return
        screen.page.wait_for_timeout(100)
    raise AssertionError(f"not within {seconds} s: {script}")


def roomy(screen: Screen) -> None:
    assert not screen.page.evaluate(TOO_SMALL)
    assert not screen.page.evaluate(NARROW)


# --- kiosk --------------------------------------------------------------------------------
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_four_touches_give_a_number_on_paper(screens, hall, size):
    kiosk = screens(size)
    kiosk.page.add_init_script("window.print = () => { window.sheets = (window.sheets || 0) + 1 }")
    device(kiosk, hall, "kiosk")
    roomy(kiosk)
    kiosk.check("kios")
    kiosk.page.get_by_text("Ambil nomor antrean").click()
    kiosk.page.wait_for_url("**/kios/among-warga/id/")
    roomy(kiosk)
    kiosk.check("kios-instansi")
    kiosk.page.locator(".kiosk-tiles a").first.click()
    kiosk.page.wait_for_url("**/ambil/**")
    roomy(kiosk)
    for digit in "081234567801":
        kiosk.page.locator(f'.kiosk-pad button[value="{digit}"]').click()
    assert kiosk.page.input_value("#angka") == "081234567801"
    kiosk.check("kios-kelas")
    kiosk.page.locator(".kiosk-classes .kiosk-primary").dblclick(no_wait_after=True)
    kiosk.page.wait_for_url("**/nomor/")
    until(kiosk, "window.sheets === 1")
    assert Ticket.objects.count() == 1
    assert "A 001" in kiosk.text
    assert "081234567801" not in kiosk.page.content()
    roomy(kiosk)
    kiosk.check("kios-nomor")
    kiosk.page.get_by_text("Kertas tidak keluar").click()
    kiosk.page.wait_for_url("**kertas=gagal")
    assert Ticket.objects.get().state == "waiting"
    kiosk.check("kios-tanpa-kertas")
    kiosk.page.get_by_text("Selesai").click()
    kiosk.page.wait_for_url(f"**{KIOSK}")
    # Whoever comes next and goes back finds nothing of the person before.
    kiosk.page.go_back()
    kiosk.page.wait_for_load_state()
    assert "A 001" not in kiosk.text
    assert "081234567801" not in kiosk.page.content()


def test_a_kiosk_left_alone_warns_and_starts_again(screens, hall):
    kiosk = device(screens("desktop"), hall, "kiosk")
    kiosk.page.clock.install()
    kiosk.open(f"{KIOSK}id/cari/")
    kiosk.page.fill("#angka", "0812345")
    kiosk.page.clock.run_for(15_000)
    assert not kiosk.page.locator("dialog[open]").count()
    kiosk.page.clock.run_for(6_000)
    kiosk.page.locator("dialog[open]").wait_for()
    kiosk.check("kios-peringatan")
    kiosk.page.get_by_role("button", name="Ya, lanjut").click()
    kiosk.page.clock.run_for(15_000)
    assert not kiosk.page.locator("dialog[open]").count()
    assert kiosk.page.input_value("#angka") == "0812345"
    kiosk.page.clock.run_for(16_000)
    kiosk.page.wait_for_url(f"**{KIOSK}")


def test_the_kiosk_works_without_javascript(screens, hall):
    kiosk = device(screens("desktop", javascript=False), hall, "kiosk")
    kiosk.page.get_by_text("Take a queue number").click()
    kiosk.page.locator(".kiosk-tiles a").first.click()
    for digit in "0812":
        kiosk.page.locator(f'.kiosk-pad button[value="{digit}"]').click()
    assert kiosk.page.input_value("#angka") == "0812"
    kiosk.page.fill("#angka", "")
    kiosk.page.locator(".kiosk-classes .kiosk-primary").click()
    assert "A 001" in kiosk.text
    kiosk.page.get_by_text("I have my paper").click()
    assert Ticket.objects.get().state == "waiting"


# --- board --------------------------------------------------------------------------------
HEARD = """(() => { window.heard = [];
  addEventListener('DOMContentLoaded', () => { const live = document.querySelector('[data-live]');
    if (live) new MutationObserver(() => heard.push(live.textContent))
      .observe(live, {childList: true, characterData: true, subtree: true}); }); })()"""
PLAYED = """(() => { window.played = []; const begin = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (at, from, length) {
    played.push([at, at + length]); return begin.call(this, at, from, length); }; })()"""


def call(hall) -> Ticket:
    phone = f"+62812345678{Ticket.objects.count():02d}"
    take(hall["queue"], person=Person(name="Siti Rahmawati", phone=phone))
    return actions.call_next(hall["counter"], actor=hall["clerk"])


def done(hall, ticket: Ticket) -> None:
    actions.arrived(ticket, actor=hall["clerk"])
    actions.finish(ticket, actor=hall["clerk"])


def test_a_board_shows_each_call_once(screens, hall):
    done(hall, call(hall))
    board = screens("tv")
    board.page.add_init_script(HEARD)
    board.open(BOARD)
    board.page.wait_for_timeout(2_500)
    # What was called before the screen was opened is shown, not announced.
    assert "A 001" in board.text
    assert board.page.evaluate("heard") == []
    second = call(hall)
    until(board, "heard.length === 1", 4)
    assert board.page.inner_text("[data-number]") == "A 002"
    board.check("layar-tv")
    actions.recall(second, actor=hall["clerk"])
    until(board, "document.querySelector('#board').dataset.announced > 2")
    board.page.wait_for_timeout(2_500)
    board.page.reload()
    board.page.wait_for_timeout(2_500)
    assert board.page.evaluate("heard") == []
    assert board.page.inner_text("[data-number]") == "A 002"
    assert "Siti" not in board.page.content()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_board_is_readable_at_other_sizes(screens, hall, size):
    for _number in range(6):
        done(hall, call(hall))
    board = screens(size).open(BOARD)
    board.page.wait_for_timeout(1_500)
    board.check("layar")


def test_a_board_says_that_it_is_alone_and_comes_back(screens, hall):
    board = screens("desktop").open(BOARD)
    board.page.wait_for_timeout(1_000)
    board.context.set_offline(True)
    board.page.wait_for_selector("[data-lost]:not([hidden])", timeout=14_000)
    assert "Papan terputus sejak" in board.text
    board.context.set_offline(False)
    board.page.wait_for_selector("[data-lost]", state="hidden", timeout=20_000)
    board.faults.clear()


def test_two_calls_never_speak_over_each_other(screens, hall):
    board = screens("desktop")
    board.page.add_init_script(PLAYED)
    device(board, hall, "board")
    if board.page.locator("[data-start]").is_visible():
        board.page.locator("[data-start]").click()
    board.page.wait_for_selector('#board[data-voice="clips"]')
    board.page.wait_for_timeout(2_500)
    done(hall, call(hall))
    done(hall, call(hall))
    # "Nomor A, nol, nol, satu, silakan ke loket tiga": eight clips for each of the two.
    until(board, "played.length === 16", 30)
    spans = sorted(board.page.evaluate("played"))
    overlaps = [a for a, b in zip(spans, spans[1:], strict=False) if a[1] > b[0] + 0.05]
    assert not overlaps


FAST = """(() => { window.polls = 0; const later = window.setTimeout;
  window.setTimeout = (call, wait) => later(call, Math.min(wait, 4));
  window.fetch = () => { window.polls += 1; const n = window.polls, calls = [];
    for (let i = n; i > Math.max(0, n - 16); i -= 1) {
      const label = 'A ' + String(i % 1000).padStart(3, '0');
      calls.push([i, label, 'Loket ' + (i % 30 + 1), 'Zona A', 'Lantai 2', '09.00']); }
    const data = {v: 'v' + n, day: '2026-11-24', calls, waiting: n, minutes: n % 60, open: 4,
      counters: 36, down: [], texts: [[n % 9, 'Teks ' + n, 'Text', 0]]};
    const headers = {ETag: '"' + n + '"'};
    return Promise.resolve(new Response(JSON.stringify(data), {headers})); }; })()"""


def test_a_day_of_polls_leaves_the_memory_as_it_was(screens, hall):
    board = screens("desktop")
    board.page.add_init_script(FAST)
    board.open(BOARD)
    tool = board.context.new_cdp_session(board.page)

    def weighed(polls: int) -> dict[str, float]:
        """What stays: the least of several weighings, for rows just replaced are still counted."""
        until(board, f"window.polls >= {polls}", 120)
        tool.send("Performance.enable")
        readings = []
        for _ in range(5):
            tool.send("HeapProfiler.collectGarbage")
            metrics = tool.send("Performance.getMetrics")["metrics"]
            readings.append({metric["name"]: metric["value"] for metric in metrics})
            board.page.wait_for_timeout(50)
        return {name: min(reading[name] for reading in readings) for name in readings[0]}

    before, after = weighed(500), weighed(2_500)
    grown = after["JSHeapUsedSize"] - before["JSHeapUsedSize"]
    assert grown < 300_000, f"{grown / 1024:.0f} KB more after 2,000 polls"
    assert after["Nodes"] <= before["Nodes"] + 60
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 2
