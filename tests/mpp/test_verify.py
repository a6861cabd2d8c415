"""/verifikasi/: what a stranger learns of a paper, by code and by PDF."""

import io
import json
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mpp.kit import signing
from mpp.kit.demo_authority import ensure_demo_authority
from mpp.kit.files import open_file
from mpp.kit.models import Paper
from mpp.kit.references import format_code
from permits import actions, papers
from tests.permits import engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    application = engine.sent("izin-penelitian")
    team = engine.desk_team(application)
    engine.walk(application, team, "approve")
    return application, team


@pytest.fixture
def paper(issued) -> Paper:
    assert papers.make_pending() == 1
    row = Paper.objects.get()
    assert row.pdf_state == "ready"
    return row


def pdf_of(paper: Paper) -> bytes:
    with open_file(paper.pdf) as handle:
        return handle.read()


def upload(client, content: bytes):
    file = SimpleUploadedFile("izin.pdf", content, content_type="application/pdf")
    return client.post(reverse("verify-upload"), {"pdf": file})


def test_code_shows_state_and_masked_holder_only(client, issued):
    application, _team = issued
    row = application.permit.paper
    page = client.get(reverse("verify-code", args=[row.code])).content.decode()
    assert "Asli dan masih berlaku" in page
    assert row.number in page
    assert application.holder_name not in page
    assert application.number not in page


def test_typed_code_goes_on_to_its_own_address(client, issued):
    row = issued[0].permit.paper
    typed = format_code(row.code).lower().replace("0", "o")
    answer = client.get(reverse("verify"), {"kode": typed})
    assert answer.url == reverse("verify-code", args=[row.code])


def test_state_follows_suspension_and_revocation_at_once(client, issued):
    application, team = issued
    address = reverse("verify-code", args=[application.permit.paper.code])
    for change, words in [
        ("suspend", "dibekukan"),
        ("restore", "masih berlaku"),
        ("revoke", "dicabut"),
    ]:
        actions.change_paper(
            application.permit,
            actor=team["dpmptsp/head"],
            change=change,
            reason="Alasan.",
            key=change,
        )
        assert words in client.get(address).content.decode()


def test_expired_follows_from_the_last_day(client, issued):
    row = issued[0].permit.paper
    assert row.valid_until
    with time_machine.travel(row.issued_on + timedelta(days=4000), tick=False):
        page = client.get(reverse("verify-code", args=[row.code])).content.decode()
    assert "masa berlakunya habis" in page


@pytest.mark.parametrize(
    "code", ["ABCDEFGHJKMNPQRS", "x", "0" * 200, "%00", "<script>", "../etc", "😀"]
)
def test_unknown_code_is_told_kindly(client, code):
    answer = client.get(
        reverse("verify-code", args=[code]) if "/" not in code else "/verifikasi/..%2Fetc/"
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("code", ["", " ", "\x00", "!!!", "a" * 500, "ü"])
def test_impossible_code_keeps_what_was_typed(client, code):
    answer = client.get(reverse("verify"), {"kode": code})
    assert answer.status_code == 400
    assert "error" in answer.content.decode()


def test_the_signed_pdf_is_original(client, paper):
    page = upload(client, pdf_of(paper)).content.decode()
    assert "persis" in page or "exactly" in page
    assert "Asli dan masih berlaku" in page


def _flipped(content: bytes) -> bytes:
    middle = content.index(b"stream") + 40
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _resaved(content: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(target)
    return target.getvalue()


@pytest.mark.parametrize("change", ["flip", "append", "resave", "foreign"])
def test_a_changed_pdf_is_told_apart(client, paper, change, tmp_path):
    content = pdf_of(paper)
    changed = {
        "flip": lambda: _flipped(content),
        "append": lambda: content + b"\n% more",
        "resave": lambda: _resaved(content),
        "foreign": lambda: _foreign(paper, tmp_path),
    }[change]()
    answer = upload(client, changed)
    assert answer.status_code == 200
    assert not answer.context["upload"]["is_original"]
    expected = {
        "flip": {"changed"}, "append": {"appended"}, "resave": {"changed", "unsigned"},
        "foreign": {"foreign_signer"},
    }[change]  # fmt: skip
    assert answer.context["upload"]["outcome"] in expected


def _foreign(paper: Paper, folder) -> bytes:
    """The same text signed by somebody else's authority."""
    authority = ensure_demo_authority(folder / "other", name="Otoritas lain")
    simple = signing.signers.SimpleSigner.load(
        str(authority / "signer.key"), str(authority / "signer.crt"), (str(authority / "ca.crt"),)
    )
    other = signing.Signer(simple, (), is_demo=True)
    text = papers.render(json.loads(paper.payload))
    return signing.sign_pdf(text, reason="", location="", signer=other)


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"hello", b"\x00" * 1000, b"%PDF-1.7\n%%EOF"])
def test_rubbish_is_told_kindly(client, content):
    answer = upload(client, content)
    assert answer.status_code in (200, 400)


def test_a_paper_names_what_we_know_even_when_changed(client, paper):
    answer = upload(client, pdf_of(paper) + b"\n")
    assert paper.number in answer.content.decode()


def test_a_foreign_paper_with_our_code_is_never_called_genuine(client, paper, tmp_path):
    for forged in (pdf_of(paper) + b"\n", _foreign(paper, tmp_path)):
        answer = upload(client, forged)
        page = answer.content.decode()
        assert paper.number in page
        assert "Asli dan masih berlaku" not in page
        assert answer.context["answer"]["tone"] == "unknown"


def test_making_the_pdf_twice_changes_nothing(paper):
    assert papers.make_pdf(paper) is False
    assert papers.make_pending() == 0


def test_get_of_the_upload_address_returns_to_the_form(client):
    assert client.get(reverse("verify-upload")).url == reverse("verify")


def test_verification_lets_the_browser_name_its_origin(client):
    """With "no-referrer" browsers post the PDF with `Origin: null`, which CSRF refuses."""
    assert client.get(reverse("verify")).headers["Referrer-Policy"] == "same-origin"


def test_codes_cannot_be_tried_without_end(client):
    limit = int(settings.ACCOUNT_RATE_LIMITS["verify"].partition("/")[0])
    address = reverse("verify-code", args=["ABCDEFGH23456789"])
    codes = [client.get(address).status_code for _try in range(limit + 1)]
    assert set(codes[:-1]) == {404}
    assert codes[-1] == 429
