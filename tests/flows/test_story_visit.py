"""Story 3, through real pages: from the letter to a proof of attendance that a stranger checks."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from icalendar import Calendar

from accounts.models import Delivery
from mpp import demo_data, demo_visits
from mpp.kit import paper_pdfs
from tests.factories import visits as make
from tests.web import Person
from visits import checkin
from visits.models import Attendance, Material, Topic, Visit, VisitDay, VisitSession
from visits.states import VisitState

pytestmark = pytest.mark.django_db
ANNOUNCED, CAME = 22, 20
DESK = "/admin/visits/visit/tinjau/"


@pytest.fixture
def town():
    """The demo's place, people, and what the visit desk set up."""
    demo_data.make_places()
    people = demo_data.make_people()
    demo_visits.make_set_up()
    return people


def request_of(day, session: str) -> dict:
    """What the secretariat of Kabupaten Tanah Laut types."""
    return {
        "institution_kind": "regency",
        "institution": "Sekretariat Daerah Kabupaten Tanah Laut",
        "region_code": "63.01",
        "wish_1": f"{session}:{day}",
        "size": str(ANNOUNCED),
        "leader_name": "Dahnial Kifli",
        "leader_position": "Sekretaris Daerah",
        "leader_rank": "secretary",
        "purpose": "Kami akan membangun MPP tahun depan.",
        "topics": [str(pk) for pk in Topic.objects.values_list("pk", flat=True)[:3]],
        "letter_number": "000/123/SETDA/2026",
        "letter_on": "2026-01-05",
        "letter_file": SimpleUploadedFile("surat.pdf", make.real_pdf(), "application/pdf"),
        "contact_name": "Rina Marlina",
        "contact_email": "rina@tanahlaut.contoh.id",
        "contact_phone": "0812 3456 7890",
    }


def test_tanah_laut_comes_to_learn(town):
    guest, desk = Person(), Person("tamu@demo.id")
    day = make.open_day(1)
    session = VisitSession.objects.get(key="pagi")

    # Free days at once; the request goes out without an account.
    guest.open(f"/studi-tiru/?bulan={day:%Y-%m}&hari={day}")
    assert "kosong" in guest.text
    guest.follow("Ajukan sesi ini")
    assert guest.form(with_field="wish_1").values["wish_1"] == [f"pagi:{day}"]
    guest.send({**request_of(day, "pagi"), "send": "1"}, with_field="institution")
    visit = Visit.objects.get()
    assert visit.state == VisitState.SUBMITTED
    page = guest.address
    assert visit.number in guest.text
    assert not VisitDay.objects.exists()
    mail = Delivery.objects.get(address="rina@tanahlaut.contoh.id")
    assert mail.notice.path == page

    # The host hands it over and the head approves: the place is taken, the letter goes out.
    host, head = town["tamu@demo.id"], town["kepala@demo.id"]
    desk.open(f"{DESK}{visit.number}/tindakan/disposisi/")
    desk.send({"leader": str(head.pk), "host": str(host.pk)}, with_field="leader")
    boss = Person("kepala@demo.id").open(f"{DESK}{visit.number}/tindakan/setujui/")
    boss.send(
        {"session": str(session.pk), "date": str(day), "host": str(host.pk)}, with_field="session"
    )
    visit.refresh_from_db()
    assert visit.state == VisitState.APPROVED
    assert VisitDay.objects.get().people == ANNOUNCED
    paper_pdfs.make_pending()
    guest.open(page)
    assert "terkonfirmasi" in guest.text
    letter = visit.letters.get().paper
    answer = guest.client.get(f"{page}dokumen/{letter.code}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    event = Calendar.from_ical(guest.client.get(f"{page}kunjungan.ics").content).walk("VEVENT")[0]
    assert (str(event["uid"]), event["sequence"]) == (visit.uid, 0)

    # The delegation completes its list.
    guest.open(page).follow("Tambah banyak")
    names = "\n".join(f"Peserta {n};Staf" for n in range(1, ANNOUNCED + 1))
    guest.send({"lines": names}, with_field="lines")
    assert visit.participants.count() == ANNOUNCED

    # On the day twenty check in with the code on site.
    with time_machine.travel(visit.slot.starts_at + timedelta(minutes=5), tick=False):
        guest.open(page).follow("Catat hadir")
        people = [str(pk) for pk in visit.participants.values_list("pk", flat=True)[:CAME]]
        code = checkin.code_now(visit.site)
        guest.send({"people": people, "code": code}, with_field="people")
        assert f"{CAME} orang tercatat hadir" in guest.text
        guest.follow("Tulis di buku tamu")
        guest.send({"name": "Rina", "message": "Terima kasih."}, with_field="message")
        desk = Person("tamu@demo.id").open(f"{DESK}{visit.number}/tindakan/selesai/")
        desk.send(with_field="key", button="Akhiri")
    visit.refresh_from_db()
    assert visit.state == VisitState.COMPLETED

    # Each who came gets a proof; a stranger checks one. The absent get none.
    assert Attendance.objects.count() == CAME
    paper_pdfs.make_pending(limit=CAME + 5)
    proof = Attendance.objects.select_related("paper").first().paper
    stranger = Person().open(f"/verifikasi/{proof.code}/")
    assert "Asli" in stranger.text
    assert "Peserta 1" not in stranger.text
    answer = guest.client.get(f"{page}dokumen/{proof.code}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")

    # They take the materials home, say what they think, and agree to be named.
    Material.objects.create(key="paparan", title="Paparan MPP", file=make.letter())
    guest.open(page).follow("Materi")
    assert "Paparan MPP" in guest.text
    assert guest.follow("cetak biru").status == 200
    guest.open(page).follow("Bagaimana kunjungannya")
    scores = {"reception": "4", "content": "4", "usefulness": "3"}
    guest.send(scores, with_field="comment")
    guest.open(page).follow("Nama di daftar umum").send(with_field="key")
    public = Person().open("/studi-tiru/wilayah/")
    assert "Tanah Laut" in public.text
    assert str(CAME) in public.text
