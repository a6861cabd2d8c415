"""Story 4 in Chromium: an empty installation imports the file and takes an application."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from counters.models import Agency, Service
from permits.models import Application, PermitVersion, Phase
from permits.versions import definition_of
from tests.blueprint.conftest import empty
from tests.browser.conftest import Screen
from tests.browser.test_story_apply import add_documents, fill
from tests.flows.test_story_replicate import make_person, own_rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000


def wait(screen: Screen) -> None:
    screen.page.wait_for_load_state()
    caches["local"].clear()


def the_file(screens, tmp_path):
    """The host publishes, a visitor downloads."""
    host, visitor = screens("desktop"), screens("phone")
    host.sign_in("admin@demo.id").open("/admin/cetak-biru/")
    host.press("Terbitkan edisi berikutnya")
    visitor.open("/cetak-biru/").check("cetak-biru")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Unduh cetak biru").click()
    path = tmp_path / "cetak-biru.zip"
    download.value.save_as(path)
    return path


def bring_in(desk: Screen, path) -> None:
    """Upload, look, choose, rename, bring in."""
    desk.open("/admin/cetak-biru/").check("cetak-biru-mulai")
    desk.page.set_input_files("#id_file", str(path))
    desk.press("Tampilkan bedanya")
    desk.check("cetak-biru-beda")
    desk.page.locator('[name=kind][value="kit/installation"]').check()
    desk.press("Lanjut ke nama")
    for column, text in (
        ("name", "MPP Tuntung Pandang"),
        ("region_name", "Kabupaten Tanah Laut"),
        ("reference_prefix", "TALA"),
    ):
        field = desk.page.locator(f'[name="kit/installation/main:{column}"]')
        if not field.is_visible():
            desk.page.locator("details:has([name^='kit/installation/main:']) summary").click()
        field.fill(text)
    desk.check("cetak-biru-nama")
    desk.press("Bawa masuk sebagai draf")
    desk.page.wait_for_url("**/hasil/")
    wait(desk)
    desk.check("cetak-biru-hasil")


def publish_own(desk: Screen, key: str) -> None:
    """The type with our own deadline and path, through the editor's pages; the service on."""
    version = PermitVersion.objects.get(permit_type__key=key, state="draft")
    desk.open(reverse("admin:permits_permitversion_import", args=[version.pk]))
    desk.page.fill("#id_yaml", own_rules(key, definition_of(version)))
    desk.page.locator("main form button.button-primary").first.click()
    wait(desk)
    desk.check("cetak-biru-aturan-sendiri")
    desk.page.locator('main button[name="apply"]').click()
    wait(desk)
    desk.open(reverse("admin:permits_permitversion_publish", args=[version.pk]))
    desk.page.locator("main form button.button-primary").first.click()
    wait(desk)
    version.refresh_from_db()
    assert version.state == "published"
    service = Service.objects.get(key=key)
    desk.open(reverse("admin:counters_service_change", args=[service.pk]))
    desk.page.locator("[name=is_active]").check()
    desk.page.locator("[name=_save]").first.click()
    wait(desk)


def test_tanah_laut_opens_its_own_mall(screens, town, tmp_path):
    path = the_file(screens, tmp_path)
    empty()
    assert not Agency.objects.exists()
    make_person("admin@tanahlaut.id", "Admin Tala", is_staff=True, is_superuser=True)
    desk = screens("desktop")
    desk.page.set_default_timeout(PATIENCE)
    desk.sign_in("admin@tanahlaut.id")
    bring_in(desk, path)
    for key in ("sip-dokter", "sip-bidan", "sip-apoteker"):
        publish_own(desk, key)

    make_person("warga@tanahlaut.id", "Siti Aminah", nik="6301014507900003")
    siti = screens("phone")
    siti.page.set_default_timeout(PATIENCE)
    siti.open("/layanan/?q=izin praktek dokter")
    siti.page.get_by_role("link", name="Surat Izin Praktik Dokter").first.click()
    wait(siti)
    assert "Paling lama 8 hari kerja" in siti.text
    siti.check("cetak-biru-layanan-baru")
    siti.sign_in("warga@tanahlaut.id").open("/permohonan/baru/sip-dokter/")
    siti.page.locator("main form button.button-primary").first.click()
    wait(siti)
    application = Application.objects.get()
    fill(siti, application)
    add_documents(siti, application, tmp_path)
    siti.open(f"/permohonan/{application.reference}/periksa/")
    siti.page.locator("[name=declare]").check(force=True)
    siti.press("Kirim permohonan")
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert application.number.startswith("TALA")
    assert "Kabupaten Tanah Laut" in siti.text
    siti.check("cetak-biru-permohonan-pertama")
