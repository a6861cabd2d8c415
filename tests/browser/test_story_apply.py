"""Story 1 in Chromium: at phone and desktop width, and with JavaScript off."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mpp.demo_data import picture_of
from mpp.kit.files import store_clean
from mpp.kit.uploads import inspect
from permits import actions, papers, samples
from permits.casefile import CaseFile
from permits.completeness import page_fields, page_states
from permits.models import Application, Phase
from tests.browser.conftest import Screen
from tests.flows.story import typed_answers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REVIEW = "/admin/permits/application/tinjau/{}/"


def fill(screen: Screen, application: Application) -> None:
    """Every page of the form, typed."""
    values = samples.answers(CaseFile(application).definition, application.owner)
    for number in range(30):
        states = page_states(CaseFile(application))
        part = next((state.page for state in states if state.state != "done"), None)
        if part is None:
            return
        screen.open(f"/permohonan/{application.reference}/bagian/{part.key}/")
        for name, value in typed_answers(page_fields(CaseFile(application), part), values).items():
            if not name.endswith((".rows", "region_q")):
                screen.put(name, value)
        if number == 0:
            screen.check("isian")
        screen.press("Simpan dan lanjut")
    raise AssertionError("the form does not become complete")


def add_documents(screen: Screen, application: Application, tmp_path) -> None:
    """The first document through the page, the others through the act."""
    slots = samples.slots(CaseFile(application))
    for position, (slot, title) in enumerate(slots):
        picture = tmp_path / f"{position}.jpg"
        picture.write_bytes(picture_of(title, "Siti").read())
        if position < 2:
            upload(screen, f"/permohonan/{application.reference}/dokumen/", slot, picture)
        else:
            actions.attach(application, actor=application.owner, slot=slot, file=stored(picture))


def stored(picture):
    """A picture kept as an upload would be."""
    with picture.open("rb") as handle:
        return store_clean(
            inspect(handle, name=picture.name, declared_type="image/jpeg", accept={"pdf", "image"})
        )


def upload(screen: Screen, address: str, slot: str, picture) -> None:
    screen.open(address)
    form = screen.page.locator(f'form[action*="{slot}"]:has(input[type=file])').first
    form.locator("input[type=file]").set_input_files(str(picture))
    if screen.javascript:
        screen.page.wait_for_timeout(300)
    button = form.locator("button")
    if button.count() and button.first.is_visible():
        with screen.page.expect_response(lambda r: r.request.method == "POST"):
            button.first.click()
    screen.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    ("size", "javascript"), [("phone", True), ("desktop", True), ("desktop", False)]
)
def test_siti_gets_her_permit(screens, town, tmp_path, size, javascript):
    siti = screens(size, javascript=javascript)
    desk = screens("desktop", javascript=javascript)

    # Home, search, standard, sign in, start.
    siti.open("/")
    siti.check("beranda")
    siti.open("/layanan/?q=izin praktek dokter").check("katalog")
    siti.page.get_by_role("link", name="Surat Izin Praktik Dokter").first.click()
    siti.page.wait_for_load_state()
    siti.check("layanan")
    siti.sign_in("warga@demo.id").open("/permohonan/baru/sip-dokter/").check("mulai")
    siti.page.locator("main form button.button-primary").first.click()
    siti.page.wait_for_load_state()
    application = Application.objects.get()
    siti.open(f"/permohonan/{application.reference}/").check("daftar-bagian")
    fill(siti, application)
    add_documents(siti, application, tmp_path)
    siti.open(f"/permohonan/{application.reference}/dokumen/").check("dokumen")
    siti.open(f"/permohonan/{application.reference}/periksa/").check("periksa")
    siti.page.locator("[name=declare]").check(force=True)
    siti.press("Kirim permohonan")
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert application.number in siti.text
    siti.check("terkirim")

    # The desk: list, take, one document refused, corrections in one request.
    desk.sign_in("verifikator@demo.id")
    desk.open("/admin/permits/application/daftar/").check("daftar-kerja")
    desk.open(REVIEW.format(application.number)).check("tinjau")
    desk.page.locator('form[action$="/ambil/"] button').click()
    desk.page.wait_for_load_state()
    slot = CaseFile(application).documents[0].slot
    desk.open(REVIEW.format(application.number) + "perbaikan/")
    desk.page.locator(f'details:has([value="{slot}"]) summary').first.click()
    desk.page.locator(f'[name="pilih"][value="{slot}"]').check(force=True)
    desk.page.locator(f'[name="alasan-{slot}"]').fill("Fotonya buram.")
    desk.check("minta-perbaikan")
    desk.page.locator("main form button.button-primary").first.click()
    desk.page.wait_for_load_state()
    application.refresh_from_db()
    assert application.phase == Phase.NEEDS_CORRECTION

    # Siti answers.
    siti.open(f"/permohonan/{application.number}/").check("perlu-perbaikan")
    better = tmp_path / "better.jpg"
    better.write_bytes(picture_of("lebih terang", "Siti").read())
    upload(siti, f"/permohonan/{application.number}/perbaikan/", slot, better)
    siti.open(f"/permohonan/{application.number}/perbaikan/").check("perbaikan")
    siti.press("Kirim perbaikan")
    application.refresh_from_db()
    assert application.phase == Phase.IN_REVIEW

    # The rest of the desk's work by the acts, the decision through the page.
    to_the_head(application, town)
    head = screens("desktop", javascript=javascript)
    head.sign_in("kepala@demo.id")
    head.open(REVIEW.format(application.number)).check("tinjau-kepala")
    action = next(a for a in CaseFile(application).stage.actions if a.verb == "approve")
    head.open(
        REVIEW.format(application.number) + f"tindakan/{action.key}/?tahap={application.stage_key}"
    ).check("putuskan")
    head.page.locator("main form button.button-primary").first.click()
    head.page.wait_for_load_state()
    application.refresh_from_db()
    assert application.phase == Phase.ISSUED
    # In a thread of its own, as in the worker: the browser's tool runs an event loop here.
    with ThreadPoolExecutor(1) as worker:
        assert worker.submit(make_papers).result() == 1

    siti.open(f"/permohonan/{application.number}/").check("status-terbit")
    stranger = screens(size, javascript=javascript)
    stranger.open("/verifikasi/").check("cek-izin")
    stranger.page.fill("#kode", application.permit.paper.code)
    stranger.press("Cek")
    assert "Asli dan masih berlaku" in stranger.text
    stranger.check("hasil-cek")


def make_papers() -> int:
    """Make the waiting papers and leave no connection behind."""
    try:
        return papers.make_pending()
    finally:
        connection.close()


def to_the_head(application: Application, town: dict) -> None:
    """Accept, tick, declare complete, give the opinion, forward: until the head's desk."""
    verifier, dinkes = town["verifikator@demo.id"], town["dinkes@demo.id"]
    for _stage in range(2):
        application.refresh_from_db()
        case = CaseFile(application)
        for document in case.unjudged():
            actions.judge_document(document, actor=verifier, outcome="accepted")
        for item in case.stage.checklist:
            actions.tick(application, actor=verifier, item_key=item.key, done=True)
        if not application.complete_at:
            actions.declare_complete(application, actor=verifier)
        for opinion in application.opinions.filter(state="asked"):
            actions.give_opinion(opinion, actor=dinkes, answer="agree", text="Memenuhi syarat.")
        forward = next(a for a in case.stage.actions if a.verb == "forward")
        actions.perform(
            application, actor=verifier, action_key=forward.key, key=f"f{_stage}",
            stage_key=application.stage_key,
        )  # fmt: skip
    application.refresh_from_db()
