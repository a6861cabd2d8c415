"""Story 1, through real pages: from the search to a signed permit that a stranger checks."""

import pytest

from accounts.models import AccessEvent, Notice
from mpp import demo_data
from mpp.kit.files import open_file
from permits import papers
from permits.casefile import CaseFile
from permits.models import Application, Phase
from tests.flows import story
from tests.web import Person, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    """The demo's place and people."""
    demo_data.make_places()
    return demo_data.make_people()


def test_siti_gets_her_permit(town):
    siti, desk = Person(), Person("verifikator@demo.id")

    # She searches, reads the standard, signs in and starts.
    siti.open("/layanan/?q=izin praktek dokter")
    siti.follow("Surat Izin Praktik Dokter")
    for word in ("Paling lama 5 hari kerja", "Gratis", "SP/2026", "STR"):
        assert word in siti.text
    siti.follow("Ajukan")
    siti.send({"login": "warga@demo.id", "password": "demo-mpp-2026"}, with_field="login")
    siti.send(with_field="for")
    application = Application.objects.get()
    assert application.phase == Phase.DRAFT
    story.fill_form(siti, application)
    story.add_documents(siti, application)
    siti.open(f"/permohonan/{application.reference}/periksa/")
    siti.send({"declare": "yes"}, to="/kirim/")
    application.refresh_from_db()
    assert application.phase == Phase.SUBMITTED
    assert application.number in siti.text
    siti.open(f"/permohonan/{application.number}/bukti.pdf")
    assert siti.response.getvalue().startswith(b"%PDF")

    # The desk accepts all documents but one, and asks for that one.
    slot = CaseFile(application).documents[0].slot
    desk.open(story.review(application.number))
    desk.send(to="/ambil/")
    story.accept_all(desk, application, but=slot)
    desk.open(story.review(application.number))
    desk.send(to="/lengkap/")
    desk.open(f"{story.review(application.number)}perbaikan/")
    desk.send({"pilih": [slot], f"alasan-{slot}": "Fotonya buram."}, with_field="due_on")
    application.refresh_from_db()
    assert application.phase == Phase.NEEDS_CORRECTION
    assert [e.kind for e in application.clock_events.all()] == ["start", "pause"]

    # She is told, sees what to do, replaces just that file, and the clock goes on.
    assert Notice.objects.filter(
        recipient=town["warga@demo.id"], kind="permits.corrections_asked"
    ).exists()
    siti.open(f"/permohonan/{application.number}/")
    assert "Fotonya buram." in siti.text
    siti.open(f"/permohonan/{application.number}/perbaikan/")
    better = demo_data.picture_of("lebih terang", "Siti").read()
    siti.send({"file": photo(better)}, to=f"/dokumen/{slot}/", with_field="file")
    siti.open(f"/permohonan/{application.number}/perbaikan/")
    siti.send(with_field="key", button="Kirim")
    application.refresh_from_db()
    assert application.phase == Phase.IN_REVIEW
    assert [e.kind for e in application.clock_events.all()] == ["start", "pause", "resume"]

    # The desk passes it on, the health office gives its opinion, the head approves.
    story.accept_all(desk, application)
    story.tick_all(desk, application)
    story.act(desk, application, "forward")
    dinkes = Person("dinkes@demo.id")
    opinion = application.opinions.get()
    dinkes.open(story.review(application.number))
    said = {f"o{opinion.pk}-answer": "agree", f"o{opinion.pk}-text": "STR masih berlaku."}
    dinkes.send(said, to=f"/pendapat/{opinion.pk}/")
    story.tick_all(desk, application)
    story.act(desk, application, "forward")
    head = Person("kepala@demo.id")
    story.act(head, application, "approve")
    application.refresh_from_db()
    assert application.phase == Phase.ISSUED

    # The permit is signed; a stranger checks its code and its PDF.
    assert papers.make_pending() == 1
    paper = application.permit.paper
    paper.refresh_from_db()
    siti.open(f"/permohonan/{application.number}/izin.pdf")
    assert siti.response.getvalue().startswith(b"%PDF")
    stranger = Person()
    stranger.open(f"/verifikasi/{paper.code}/")
    assert "Asli dan masih berlaku" in stranger.text
    assert town["warga@demo.id"].full_name not in stranger.text
    with open_file(paper.pdf) as handle:
        stranger.open("/verifikasi/")
        stranger.send({"pdf": photo(handle.read(), "izin.pdf")}, with_field="pdf")
    assert stranger.response.context["upload"]["is_original"]

    # She sees who opened her file, when and why.
    siti.open(f"/permohonan/{application.number}/")
    assert AccessEvent.objects.filter(file_ref=application.number).exists()
    for name in ("Agus Prasetyo", "Ratna Wulandari", "Hendra Wijaya"):
        assert name in siti.text
