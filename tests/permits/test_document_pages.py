"""Documents through real pages: each by itself, refused kindly, found again, private."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from permits import actions
from permits.models import Document
from tests.permits import engine

pytestmark = pytest.mark.django_db
SLOT = "req:applicant-id-card"


@pytest.fixture
def citizen(people, client, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        }
    }
    client.force_login(people.citizen)
    return people.citizen


def picture(name="ktp.jpg", colour=(200, 30, 30), content_type="image/jpeg"):
    buffer = BytesIO()
    Image.new("RGB", (60, 40), colour).save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), content_type)


@pytest.fixture
def draft(citizen):
    return engine.draft("sip-dokter", citizen, filled=False)


def slot_url(application, slot=SLOT):
    return reverse("permits:document-slot", args=[application.public_ref, slot])


def send(client, application, file, slot=SLOT):
    return client.post(slot_url(application, slot), {"file": file})


def test_upload_then_page_shows_it_and_streams_it(client, draft):
    answer = send(client, draft, picture())
    assert answer.status_code == 302
    page = client.get(answer.url)
    document = Document.objects.get(application=draft)
    assert "ktp.jpg" in page.content.decode()
    url = reverse("permits:document-open", args=[draft.reference, document.pk])
    opened = client.get(url)
    assert opened.headers["Content-Type"] == "image/jpeg"
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    opened.close()


def test_replacing_keeps_one_current(client, draft):
    send(client, draft, picture())
    send(client, draft, picture("baru.jpg", (0, 90, 0)))
    names = [d.file.shown_name for d in Document.objects.filter(removed_at=None)]
    assert names == ["baru.jpg"]


def test_the_same_file_twice_is_recognised(client, draft):
    send(client, draft, picture())
    again = client.post(slot_url(draft), {"file": picture("lain.jpg")}, follow=True)
    assert Document.objects.count() == 1
    assert "Berkas ini sudah ada" in again.content.decode()


def test_remove(client, draft):
    send(client, draft, picture())
    document = Document.objects.get()
    client.post(slot_url(draft), {"remove": document.pk})
    assert not Document.objects.filter(removed_at=None).exists()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.jpg", b"", "image/jpeg"), "kosong"),
        (SimpleUploadedFile("a.jpg", b"%PDF-1.4 x", "image/jpeg"), "PDF"),
        (SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml"), "PDF"),
        (SimpleUploadedFile("a.html", b"<html>", "text/html"), "PDF"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.4 broken", "application/pdf"), "PDF"),
    ],
)
def test_refused_files_say_why_and_lose_nothing(client, draft, file, words):
    send(client, draft, picture(), "req:certified-copy-diploma")
    answer = send(client, draft, file)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'class="error"' in answer.content.decode()
    assert Document.objects.count() == 1


def test_a_file_over_the_limit_is_refused(client, draft, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    answer = send(client, draft, SimpleUploadedFile("a.pdf", b"%PDF-" + b"0" * 1100))
    assert answer.status_code == 422


def test_odd_file_names_are_cleaned(client, draft):
    name = "..\\..\\" + "\u202egpj.exe" + "x" * 300 + ".jpg"
    assert send(client, draft, picture(name)).status_code == 302
    shown = Document.objects.get().file.shown_name
    assert len(shown) <= 120
    assert "\u202e" not in shown
    assert ".." not in shown


def test_a_full_disk_is_said_and_keeps_no_row(client, draft, monkeypatch, logged_errors):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    answer = send(client, draft, picture())
    assert answer.status_code == 507
    assert not Document.objects.exists()


def test_unknown_slot_is_not_found(client, draft):
    assert client.get(slot_url(draft, "req:nothing")).status_code == 404
    assert client.post(slot_url(draft, "x:y")).status_code == 404


def test_a_stranger_sees_nothing(client, draft, people):
    send(client, draft, picture())
    document = Document.objects.get()
    client.force_login(people.other_citizen)
    url = reverse("permits:document-open", args=[draft.reference, document.pk])
    assert client.get(url).status_code == 404
    assert client.get(slot_url(draft)).status_code == 404
    assert send(client, draft, picture("x.jpg", (1, 2, 3))).status_code == 404


def test_another_files_document_is_not_found(client, draft, people):
    foreign = engine.draft("sip-dokter", people.other_citizen)
    document = foreign.documents.first()
    url = reverse("permits:document-open", args=[draft.reference, document.pk])
    assert client.get(url).status_code == 404
    assert client.post(slot_url(draft), {"remove": document.pk}).status_code == 404


def test_a_sent_file_takes_no_upload(client, citizen):
    application = engine.sent("sip-dokter", citizen)
    answer = send(client, application, picture())
    assert answer.status_code == 409


def test_a_pending_scan_is_shown_and_not_opened(client, draft, citizen):
    document = actions.attach(
        draft, actor=citizen, slot=SLOT, file=engine.stored(scan_state="pending")
    )
    page = client.get(reverse("permits:document-list", args=[draft.reference]))
    assert "Menunggu pemeriksaan virus" in page.content.decode()
    url = reverse("permits:document-open", args=[draft.reference, document.pk])
    assert client.get(url).status_code == 409


def test_an_accepted_document_is_offered_again(client, citizen, people):
    first = engine.draft("sip-dokter", citizen, filled=False)
    send(client, first, picture())
    document = Document.objects.get()
    engine.fill(first, citizen)
    actions.submit(first, actor=citizen, key="a")
    team = engine.desk_team(first)
    actor = engine.at_desk(first, team)
    actions.take(first, actor=actor)
    actions.judge_document(
        Document.objects.get(application=first, slot=SLOT, removed_at=None),
        actor=actor,
        outcome="accepted",
    )
    second = engine.draft("sip-dokter", citizen, filled=False)
    page = client.get(slot_url(second))
    assert "Pakai dokumen ini" in page.content.decode()
    assert client.post(slot_url(second), {"reuse": "1"}).status_code == 302
    copy = Document.objects.get(application=second)
    assert copy.reused_from.application == first
    assert copy.file_id != document.file_id


def test_a_body_longer_than_any_upload_is_refused_unread(client, draft, settings):
    settings.UPLOAD_MAX_BYTES = 10
    file = SimpleUploadedFile("a.pdf", b"0" * (1024 * 1024 + 200), "application/pdf")
    answer = send(client, draft, file)
    assert answer.status_code == 413
    assert "terlalu besar" in answer.content.decode()
    assert not Document.objects.exists()
