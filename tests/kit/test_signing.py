"""Signed papers, and what the check says when one comes back."""

import io
import random
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from mpp.kit import papers, signing
from mpp.kit.demo_authority import FILES, ensure_demo_authority

PAYLOAD = {"installation": "MPP", "title": "Izin", "number": "503/1", "language": "id"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def own_settings(settings, home):
    settings.DATA_DIR = home
    settings.SIGNING_CERT = settings.SIGNING_KEY = ""
    settings.SIGNING_CHAIN = settings.SIGNING_PASSPHRASE = ""


@pytest.fixture(scope="module")
def unsigned():
    return papers.render(PAYLOAD)


@pytest.fixture
def signed(unsigned, own_settings):
    return signing.sign_pdf(unsigned, reason="Izin terbit", location="Kota Batu")


def outcome(pdf, **kwargs):
    check = signing.check_pdf(pdf, **kwargs)
    assert check.sentence
    return check.outcome


def resave(pdf, **options):
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(target, **options)
    return target.getvalue()


def set_signer(settings, folder):
    settings.SIGNING_CERT = str(folder / "signer.crt")
    settings.SIGNING_KEY = str(folder / "signer.key")
    settings.SIGNING_CHAIN = str(folder / "ca.crt")


def test_signed_paper_is_intact(signed):
    check = signing.check_pdf(signed)
    assert check.outcome == "intact"
    assert check.signer_name == "Penandatangan Demo MPP"
    assert check.signed_at.tzinfo == UTC
    assert abs((datetime.now(tz=UTC) - check.signed_at).total_seconds()) < 60


def test_signed_paper_stays_pdf_a_and_forbids_changes(signed):
    with pikepdf.open(io.BytesIO(signed)) as document:
        assert document.open_metadata().pdfa_status == "2B"
        signature = document.Root.Perms.DocMDP
        assert signature.SubFilter == "/ETSI.CAdES.detached"
        assert signature.Reference[0].TransformParams.P == 1
        assert (signature.Reason, signature.Location) == ("Izin terbit", "Kota Batu")


def test_one_flipped_byte_anywhere_is_told(signed):
    places = {*range(20, len(signed), 997), len(signed) - 3}
    gap = signing.BYTE_RANGE.search(signed)
    places |= set(range(int(gap[1]), int(gap[2]), 29))
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1
        assert outcome(bytes(changed)) in {"changed", "foreign_signer"}, place


def test_flipped_byte_in_the_text_is_changed(signed):
    place = signed.index(b"stream") + 40
    changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
    assert outcome(changed) == "changed"


@pytest.mark.parametrize("tail", [b"\n", b"x", b"<script>", b"\n%%EOF\n", b"\0" * 5000])
def test_appended_bytes_are_told(signed, tail):
    check = signing.check_pdf(signed + tail)
    assert check.outcome == "appended"
    assert check.signer_name


def test_later_revision_is_told_as_appended(signed):
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Extra"] = writer.root["/Pages"]
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    assert outcome(target.getvalue()) == "appended"


@pytest.mark.parametrize("mode", ["disable", "generate", "preserve"])
def test_resaved_paper_is_changed(signed, mode):
    saved = resave(signed, object_stream_mode=pikepdf.ObjectStreamMode[mode])
    assert outcome(saved) == "changed"


def test_same_text_under_a_foreign_authority_is_told(unsigned, tmp_path, settings):
    set_signer(settings, ensure_demo_authority(tmp_path))
    foreign = signing.sign_pdf(unsigned, reason="Izin terbit", location="Kota Batu")
    assert outcome(foreign) == "intact"
    settings.SIGNING_CERT = ""
    check = signing.check_pdf(foreign)
    assert check.outcome == "foreign_signer"
    assert check.signer_name == "Penandatangan Demo MPP"


def test_unsigned_paper_is_told(unsigned):
    assert outcome(unsigned) == "unsigned"


def test_every_outcome_has_its_own_sentence():
    sentences = {str(sentence) for sentence in signing.SENTENCES.values()}
    assert len(sentences) == 6


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7" + random.Random(1).randbytes(5000),
        b"PK\x03\x04",
        b"%PDF-1.7\n/ByteRange [0 1 2 3]\n%%EOF",
        b"%PDF-1.7\n/ByteRange [0 9999999999 9999999999 9999999999]\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 100_000 + b"%%EOF",
    ],
    ids=["empty", "head", "noise", "zip", "range", "wide_range", "deep"],
)
def test_garbage_never_raises(data):
    assert outcome(data) in {"not_pdf", "changed"}


def test_cut_paper_is_never_intact(signed):
    for end in range(0, len(signed), 1499):
        assert outcome(signed[:end]) in {"not_pdf", "changed", "unsigned"}


def test_large_garbage_is_answered_in_bounded_time():
    started = time.monotonic()
    assert outcome(b"%PDF-1.7\n" + b"1 0 obj <</A 1 0 R>> endobj\n" * 300_000) == "not_pdf"
    assert outcome(b"%PDF-1.7\n" + b"\0" * (21 * 1024 * 1024)) == "not_pdf"
    assert time.monotonic() - started < 10


def test_paper_outlives_the_certificate_of_its_signer(signed):
    with time_machine.travel(datetime(2040, 1, 1, tzinfo=UTC)):
        assert outcome(signed) == "intact"


def test_demo_authority_is_made_once_with_closed_files(tmp_path):
    folder = ensure_demo_authority(tmp_path / "authority")
    before = [(folder / file).read_bytes() for file in FILES]
    assert ensure_demo_authority(folder) == folder
    assert [(folder / file).read_bytes() for file in FILES] == before
    for file in FILES:
        assert stat.S_IMODE((folder / file).stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == [".lock", *FILES]


def test_demo_signer_says_so():
    signer = signing.current_signer()
    assert signer.is_demo
    assert signer is signing.current_signer()


def test_signer_from_pem_files_with_passphrase(unsigned, tmp_path, settings):
    folder = ensure_demo_authority(tmp_path)
    key = serialization.load_pem_private_key((folder / "signer.key").read_bytes(), None)
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"rahasia"),
    )
    (folder / "signer.key").write_bytes(sealed)
    set_signer(settings, folder)
    settings.SIGNING_PASSPHRASE = "rahasia"
    assert not signing.current_signer().is_demo
    assert outcome(signing.sign_pdf(unsigned, reason="a", location="b")) == "intact"


def test_signer_from_pkcs12(unsigned, tmp_path, settings):
    folder = ensure_demo_authority(tmp_path)
    key = serialization.load_pem_private_key((folder / "signer.key").read_bytes(), None)
    leaf, ca = (
        x509.load_pem_x509_certificate((folder / name).read_bytes())
        for name in ("signer.crt", "ca.crt")
    )
    lock = serialization.BestAvailableEncryption(b"rahasia")
    sealed = pkcs12.serialize_key_and_certificates(b"mpp", key, leaf, [ca], lock)
    (tmp_path / "signer.p12").write_bytes(sealed)
    settings.SIGNING_CERT = str(tmp_path / "signer.p12")
    settings.SIGNING_PASSPHRASE = "rahasia"
    assert outcome(signing.sign_pdf(unsigned, reason="a", location="b")) == "intact"


def test_unreadable_certificate_is_refused_with_a_sentence(tmp_path, settings):
    Path(tmp_path / "x.p12").write_bytes(b"nonsense")
    settings.SIGNING_CERT = str(tmp_path / "x.p12")
    with pytest.raises(ImproperlyConfigured, match="SIGNING_CERT"):
        signing.current_signer()
    settings.SIGNING_KEY = str(tmp_path / "nowhere.key")
    with pytest.raises(ImproperlyConfigured, match="SIGNING_KEY"):
        signing.current_signer()
