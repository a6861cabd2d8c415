"""Story 2 in Chromium: the phone of a citizen who takes a number, waits, is called, and books."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from counters import actions
from counters.models import Counter, Queue, Slot, Ticket
from counters.persons import Person
from mpp import demo_hall
from mpp.kit import clock
from mpp.kit.keys import link_token
from tests.counters.queue.hall import officer, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 8_000


@pytest.fixture
def hall(town):
    """The demo's queues; one counter of Dispendukcapil open, five people before you."""
    demo_hall.make_hall()
    queue = Queue.objects.select_related("site", "agency").get(
        site__key="among-warga", key="dukcapil"
    )
    ani = officer("dukcapil", "ani")
    counter = Counter.objects.filter(queues=queue).order_by("order", "key").first()
    opened(counter, ani)
    for number in range(5):
        person = Person(phone=f"+62812000000{number:02d}")
        actions.issue(queue, person=person, source="kiosk", key=f"k{number}")
    actions.make_slots()
    return queue, counter, ani


def call(counter: Counter, ani) -> Ticket:
    """The counter calls, serves and finishes the next one."""
    ticket = actions.call_next(counter, actor=ani)
    actions.arrived(ticket, actor=ani)
    return actions.finish(ticket, actor=ani, result="served")


@pytest.mark.parametrize(
    ("size", "javascript"), [("phone", True), ("desktop", True), ("phone", False)]
)
def test_budi_waits_on_his_phone_and_is_called(screens, hall, size, javascript):
    queue, counter, ani = hall
    budi = screens(size, javascript=javascript)
    page = budi.page
    budi.open("/").check("beranda-antrean")
    budi.open("/antrean/?q=KTP").check("antrean-daftar")
    page.locator("main").get_by_role("link", name="Dispendukcapil").first.click()
    page.wait_for_load_state()
    budi.check("antrean-pilih")
    page.get_by_role("link", name="Ambil nomor untuk hari ini").click()
    page.wait_for_load_state()
    budi.put("name", "Budi Santoso")
    budi.put("phone", "12")
    budi.press("Ambil nomor")
    assert "Budi Santoso" in page.locator("[name=name]").input_value()
    budi.check("antrean-isian")
    budi.put("phone", "0812 3456 7890")
    budi.press("Ambil nomor")
    assert "5 orang sebelum Anda" in budi.text
    budi.check("tiket-menunggu")

    call(counter, ani)
    call(counter, ani)
    _refreshed(budi)
    expect(page.locator("#ticket-live")).to_contain_text("3 orang sebelum Anda", timeout=20_000)
    expect(page.locator("#ticket-live")).to_contain_text("Giliran Anda dekat")
    budi.check("tiket-dekat")
    if javascript:
        page.context.set_offline(True)
        expect(page.locator("#live-lost")).to_be_visible(timeout=20_000)
        page.context.set_offline(False)
        expect(page.locator("#live-lost")).to_be_hidden(timeout=20_000)
        budi.faults.clear()
    for _number in range(3):
        call(counter, ani)
    mine = actions.call_next(counter, actor=ani)
    assert mine.contact_name == "Budi Santoso"
    _refreshed(budi)
    expect(page.locator("#ticket-live")).to_contain_text(
        f"Silakan ke {counter.name}", timeout=SOON
    )
    budi.check("tiket-dipanggil")
    actions.no_answer(actions.recall(mine, actor=ani), actor=ani)
    _refreshed(budi)
    expect(page.locator("#ticket-live")).to_contain_text("terlewat", timeout=SOON)
    budi.check("tiket-terlewat")
    budi.press("Kembali ke antrean")
    expect(page.locator("#ticket-live")).to_contain_text("Anda berikutnya")


def _refreshed(screen) -> None:
    """Without JavaScript the person presses the link."""
    if not screen.javascript:
        screen.page.get_by_role("link", name="Perbarui sekarang").click()
        screen.page.wait_for_load_state()


@pytest.mark.parametrize("javascript", [True, False])
def test_budi_books_for_tomorrow_moves_and_cancels(screens, hall, javascript):
    queue = hall[0]
    day = clock.today(queue.site.time_zone) + timedelta(days=1)
    assert Slot.objects.filter(queue=queue, day=day).exists()
    budi = screens("phone", javascript=javascript)
    page = budi.page
    budi.open(f"/antrean/ambil/dukcapil/?hari={day}").check("pesan-hari")
    page.locator("#jam a").nth(4).click()
    page.wait_for_load_state()
    budi.put("name", "Budi Santoso")
    budi.put("phone", "0812 3456 7890")
    budi.check("pesan-isian")
    budi.press("Tahan jam ini")
    assert "belum dipastikan" in budi.text
    budi.check("pesan-ditahan")
    budi.press("Pastikan pemesanan")
    assert "Datang antara" in budi.text
    budi.check("pesan-jadi")
    page.get_by_role("link", name="Pilih waktu lain").click()
    page.wait_for_load_state()
    page.goto(f"{page.url}?hari={day}")
    page.locator("#jam button").nth(2).click()
    page.wait_for_load_state()
    assert "Jam baru sudah dipesan" in budi.text
    page.get_by_role("link", name="Batalkan pemesanan").click()
    page.wait_for_load_state()
    budi.check("pesan-batal")
    budi.press("Batalkan")
    assert "Dibatalkan" in budi.text


def test_kiosk_board_console_and_phone_side_by_side(screens, hall, town):
    """A number from the kiosk, followed on the phone, called at the console, shown on the board."""
    queue, counter, ani = hall
    for _number in range(5):
        call(counter, ani)
    kiosk, board = screens("desktop"), screens("desktop")
    desk, phone = screens("desktop"), screens("phone")
    kiosk.page.add_init_script("window.print = () => {}")
    _device, token = actions.register_device(
        queue.site, actor=town["admin@demo.id"], kind="kiosk", key="kios-1", name="Kios timur"
    )
    kiosk.open(f"/perangkat/{token}/").page.get_by_role("button").click()
    kiosk.page.wait_for_url("**/kios/among-warga/")
    board.open("/layar/among-warga/")
    ani.set_password("demo-mpp-2026")
    ani.save()
    desk.sign_in(ani.email)
    desk.open(f"/admin/loket/{counter.pk}/")

    kiosk.page.get_by_text("Ambil nomor antrean").click()
    kiosk.page.wait_for_url("**/kios/among-warga/id/")
    kiosk.page.locator(".kiosk-tiles a", has_text="Dispendukcapil").first.click()
    kiosk.page.wait_for_load_state()
    if "/ambil/" not in kiosk.page.url:
        kiosk.page.locator(".kiosk-tiles a").first.click()
    kiosk.page.wait_for_url("**/ambil/**")
    kiosk.page.locator(".kiosk-classes .kiosk-primary").click()
    kiosk.page.wait_for_url("**/nomor/")
    ticket = Ticket.objects.get(source="kiosk", is_unkeyed=True)
    assert ticket.label in kiosk.text
    kiosk.check("cerita-kios")
    kiosk.page.get_by_text("Kertas sudah saya ambil").click()
    kiosk.page.wait_for_url("**kertas=ada")
    # What the phone reads from the paper.
    phone.open(f"/antrean/{link_token('ticket', ticket.pk, ticket.link_version)}/")
    expect(phone.page.locator("#ticket-live")).to_contain_text("Anda berikutnya")

    desk.page.reload()
    desk.page.keyboard.press("n")
    expect(board.page.locator("[data-number]")).to_have_text(ticket.label, timeout=SOON)
    expect(board.page.locator("[data-counter]")).to_have_text(counter.name)
    expect(phone.page.locator("#ticket-live")).to_contain_text(
        f"Silakan ke {counter.name}", timeout=20_000
    )
    for screen, name in ((board, "papan"), (desk, "loket"), (phone, "hp")):
        screen.check(f"cerita-{name}")
    kiosk.page.get_by_text("Selesai").click()
    kiosk.page.wait_for_url("**/kios/among-warga/")
    assert ticket.label not in kiosk.text
