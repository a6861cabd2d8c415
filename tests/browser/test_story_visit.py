"""Story 3 in Chromium: at phone and desktop width, and with JavaScript off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from mpp import demo_visits
from mpp.kit import paper_pdfs
from tests.browser.conftest import Screen
from tests.factories import visits as make
from visits import actions, checkin
from visits.links import badge_of, visit_path
from visits.models import Topic, Visit, VisitSession
from visits.states import VisitState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ANNOUNCED = 4


def ask(screen: Screen, tmp_path, day) -> None:
    """The request, typed by a person."""
    letter = tmp_path / "surat.pdf"
    letter.write_bytes(make.real_pdf())
    screen.put("institution_kind", "regency")
    screen.put("institution", "Sekretariat Daerah Kabupaten Tanah Laut")
    screen.page.fill('main [name="region_q"]', "tanah laut")
    if not screen.javascript:
        screen.press("Cari")
    screen.page.locator('main [name="region_code"][value="63.01"]').check(force=True)
    if not screen.javascript:
        assert screen.page.locator('main [name="wish_1"]').input_value() == f"pagi:{day}"
    screen.put("size", ANNOUNCED)
    screen.put("leader_name", "Dahnial Kifli")
    screen.put("leader_position", "Sekretaris Daerah")
    screen.put("purpose", "Kami akan membangun MPP.")
    screen.put("topics", [str(Topic.objects.first().pk)])
    screen.put("letter_number", "000/123/SETDA/2026")
    screen.put("letter_on", "2026-01-05")
    screen.page.set_input_files('main [name="letter_file"]', str(letter))
    screen.put("contact_name", "Rina Marlina")
    screen.put("contact_email", "bukan surel")
    screen.put("contact_phone", "0812 3456 7890")
    screen.press("Kirim permohonan")
    assert "Ada 1 yang perlu diperbaiki" in screen.text
    assert "Tidak ditemukan" not in screen.text
    screen.check("kunjungan-salah")
    screen.put("contact_email", "rina@tanahlaut.contoh.id")
    screen.press("Kirim permohonan")


def bring_people(screen: Screen, tmp_path) -> None:
    """A list from a spreadsheet with one mistake in it, corrected on the page, then saved."""
    listed = tmp_path / "peserta.csv"
    listed.write_bytes("Nama;Jabatan;NIP\r\nRina;Kabag;1,98E+17\r\nBudi;Staf\r\n".encode("cp1252"))
    screen.page.set_input_files('main [name="file"]', str(listed))
    screen.press("Periksa dulu")
    assert "1 orang terbaca. 1 baris perlu diperbaiki." in screen.text
    screen.check("kunjungan-peserta-salah")
    screen.page.fill('main [name="lines"]', "Rina;Kabag\nBudi;Staf\nSari;Staf")
    screen.press("Periksa dulu")
    assert "3 orang terbaca" in screen.text
    screen.check("kunjungan-peserta-periksa")
    screen.press("Simpan")


def make_papers() -> None:
    """The worker's round, in a thread of its own: signing needs an event loop to itself."""

    def run() -> None:
        paper_pdfs.make_pending()
        connection.close()

    with ThreadPoolExecutor(1) as worker:
        worker.submit(run).result()


def decide(visit: Visit, people) -> Visit:
    """What the desk does; its pages have a test of their own."""
    host, head = people["tamu@demo.id"], people["kepala@demo.id"]
    wish = visit.wishes.first()
    actions.dispose(visit, actor=host, leader=head, host=host, key="d")
    place = {"session": VisitSession.objects.get(pk=wish.session_id), "date": wish.date}
    actions.approve(visit, actor=head, host=host, key="s", **place)
    make_papers()
    return visit


@pytest.mark.parametrize(
    ("size", "javascript"),
    [("phone", True), ("desktop", True), ("phone", False), ("desktop", False)],
)
def test_a_delegation_comes(screens, town, tmp_path, settings, size, javascript):
    settings.DATA_DIR = tmp_path
    demo_visits.make_set_up()
    guest = screens(size, javascript=javascript)
    day = make.open_day(1)

    # The calendar, a day, a session, the request with one mistake, and its page.
    guest.open(f"/studi-tiru/?bulan={day:%Y-%m}").check("kunjungan")
    guest.page.locator(f'.month a[href*="hari={day}"]').click()
    guest.page.wait_for_load_state()
    guest.check("kunjungan-sesi")
    guest.page.get_by_role("link", name="Ajukan sesi ini").first.click()
    guest.page.wait_for_load_state()
    guest.check("kunjungan-ajukan")
    ask(guest, tmp_path, day)
    visit = Visit.objects.get()
    assert visit.state == VisitState.SUBMITTED
    assert visit.number in guest.text
    guest.check("kunjungan-diterima")

    # Approved; the list; the day itself with the code on site.
    decide(visit, town)
    guest.open(visit_path(visit)).check("kunjungan-halaman")
    guest.open(f"{visit_path(visit)}peserta/banyak/").check("kunjungan-peserta")
    bring_people(guest, tmp_path)
    assert visit.participants.count() == 3
    with time_machine.travel(visit.slot.starts_at + timedelta(minutes=5), tick=True):
        rina, budi, sari = visit.participants.all()
        guest.open(f"/studi-tiru/hadir/{badge_of(rina)}/").check("kunjungan-tanda")
        guest.page.fill('main [name="code"]', checkin.code_now(visit.site))
        guest.press("Catat hadir")
        assert "Kehadiran Anda tercatat" in guest.text
        guest.open(f"{visit_path(visit)}hadir/").check("kunjungan-hadir")
        guest.put("people", [str(budi.pk), str(sari.pk)])
        guest.page.locator('main form [name="code"]').first.fill(checkin.code_now(visit.site))
        guest.press("Catat hadir")
        assert visit.participants.filter(checked_in_at__isnull=False).count() == 3
        visit.refresh_from_db()
        actions.complete(visit, actor=town["tamu@demo.id"], key="c")
    make_papers()

    # Proofs, opinion, consent, and the stranger who checks a proof.
    guest.open(visit_path(visit)).check("kunjungan-selesai")
    guest.open(f"{visit_path(visit)}kesan/").check("kunjungan-kesan")
    for name in ("reception", "content", "usefulness"):
        guest.put(name, "4")
    guest.press("Kirim pendapat")
    guest.open(f"{visit_path(visit)}tindakan/sebut-nama/")
    guest.press("Sebut nama")
    guest.open("/studi-tiru/wilayah/").check("kunjungan-wilayah")
    assert "Tanah Laut" in guest.text
    code = visit.participants.first().attendance.paper.code
    guest.open(f"/verifikasi/{code}/").check("kunjungan-bukti")
    assert "Asli" in guest.text
