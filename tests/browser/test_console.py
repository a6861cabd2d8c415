"""The console in a real browser: the keyboard, and typing that nothing overwrites."""

import pytest
from playwright.sync_api import expect

from counters import actions
from counters.models import Call, Ticket
from tests.browser.conftest import SIZES
from tests.counters.queue.hall import hall, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES.setdefault("office", (1366, 768))


@pytest.fixture
def mall(town, monkeypatch):
    """A hall that is open at any hour of the day, with four people in line."""
    made = hall_now()
    for _n in range(4):
        take(made.queue, source="desk")
    return made


def hall_now():
    """The test hall, with hours that hold whenever the test runs."""
    made = hall()
    site = made.queue.site
    site.week_plans.create(
        key="selalu", name="Selalu", days={str(day): ["00:00-23:59"] for day in range(7)}
    )
    return made


def console_of(screens, mall, size="desktop", **more):
    screen = screens(size, **more)
    mall.ani.set_password("demo-mpp-2026")
    mall.ani.save()
    screen.sign_in(mall.ani.email)
    return screen.open(f"/admin/loket/{mall.one.pk}/")


def states():
    return list(Ticket.objects.order_by("number").values_list("state", flat=True))


def test_a_morning_by_keyboard_alone(mall, screens):
    screen = console_of(screens, mall, "office")
    page = screen.page
    screen.check("loket-1366")
    page.keyboard.press("n")
    page.wait_for_selector("text=Dipanggil")
    assert states()[0] == "called"
    page.keyboard.press("n")  # nobody is passed over by a second press
    page.keyboard.press("r")
    page.wait_for_selector("text=Panggilan 2 dari")
    page.keyboard.press("a")
    page.wait_for_selector("text=Sedang dilayani")
    page.keyboard.press("h")
    page.keyboard.type("Ambil nota, nanti kembali")
    assert page.locator("#hold [name=reason]").input_value() == "Ambil nota, nanti kembali"
    # Letters typed into a field are no shortcuts, and the page leaves the field alone.
    take(mall.queue, source="desk")
    expect(page.locator("#console-line b").first).to_have_text("4")
    assert page.locator("#hold [name=reason]").input_value() == "Ambil nota, nanti kembali"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("n")
    page.wait_for_selector("text=D 002")
    assert states()[:2] == ["done", "called"]
    assert Call.objects.count() == 3
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").is_visible()
    page.keyboard.press("Escape")
    screen.check("loket-called")


def test_two_quick_presses_are_one_call(mall, screens):
    screen = console_of(screens, mall)
    page = screen.page
    page.locator("#do-next").dblclick()
    page.wait_for_selector("text=Dipanggil")
    page.wait_for_load_state()
    assert states().count("called") == 1
    assert states().count("serving") == 0
    assert Call.objects.count() == 1


def test_another_counter_is_seen_without_a_press(mall, screens):
    screen = console_of(screens, mall)
    actions.call_next(mall.two, actor=mall.beni)
    expect(screen.page.locator("#console-line b").first).to_have_text("3")
    screen.check("loket-live")


def test_the_console_works_without_javascript(mall, screens):
    screen = console_of(screens, mall, javascript=False)
    screen.press("Panggil berikutnya")
    screen.press("Sudah datang")
    screen.press("Selesai, panggil berikutnya")
    assert states()[:2] == ["done", "called"]


@pytest.mark.parametrize("size", ["phone", "office"])
def test_pages_of_the_queue_at_the_desk_are_sound(mall, screens, town, size):
    screen = console_of(screens, mall, size)
    base = f"/admin/loket/{mall.one.pk}/"
    waiting = Ticket.objects.filter(state="waiting").first()
    for name, path in {
        "loket": base,
        "loket-pilih": "/admin/loket/",
        "loket-tambah": f"{base}tambah/",
        "loket-masuk": f"{base}masuk/",
        "loket-gangguan": f"{base}gangguan/",
        "loket-nomor": f"{base}nomor/{waiting.pk}/",
        "angka": "/antrean/angka/",
    }.items():
        screen.open(path).check(f"{name}-{size}")


@pytest.mark.parametrize("size", ["phone", "office"])
def test_pages_of_the_supervisor_are_sound(mall, screens, town, size):
    screen = screens(size).sign_in("kepala@demo.id")
    actions.call_next(mall.one, actor=mall.ani)
    for name, path in {
        "aula": "/admin/aula/",
        "aula-loket": f"/admin/aula/loket/{mall.one.pk}/",
        "aula-antrean": f"/admin/aula/antrean/{mall.queue.pk}/",
        "aula-akhir": "/admin/aula/akhir-hari/",
        "angka-antrean": "/admin/angka-antrean/",
    }.items():
        screen.open(path).check(f"{name}-{size}")
