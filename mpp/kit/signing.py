"""Signing papers with PAdES and telling what became of a paper that comes back.

The signer comes from the settings: SIGNING_CERT with SIGNING_KEY and SIGNING_CHAIN (PEM files),
or SIGNING_CERT alone as PKCS#12, SIGNING_PASSPHRASE for either. Nothing set = the demo's own
authority in DATA_DIR, which no one outside the demo trusts. After a change of authority the
former roots stay in SIGNING_CHAIN, so that older papers still pass.
"""

import hashlib
import io
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pikepdf
from asn1crypto import cms, pem, x509
from asn1crypto import parser as der
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import sign_pdf as write_signature
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from mpp.kit.demo_authority import ensure_demo_authority
from mpp.kit.pdf_safety import PdfTrouble, inspect_pdf

# pyHanko writes a traceback for every unknown root; for us that is an ordinary answer.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
logger = logging.getLogger(__name__)

FIELD = "Signature1"
MAX_CHECKED_BYTES = 20 * 1024 * 1024
MAX_CHECKED_PAGES = 500
Outcome = Literal["intact", "changed", "appended", "foreign_signer", "unsigned", "not_pdf"]
SENTENCES: dict[str, Promise] = {
    "intact": gettext_lazy("The file is exactly as we signed it."),
    "changed": gettext_lazy("The file was changed after it was signed. Do not rely on it."),
    "appended": gettext_lazy(
        "Something was added to the file after it was signed. Ask the holder for the original."
    ),
    "foreign_signer": gettext_lazy("The file carries a signature, but it is not ours."),
    "unsigned": gettext_lazy(
        "The file carries no signature. It was made or saved by another program."
    ),
    "not_pdf": gettext_lazy("We cannot read this file as a PDF."),
}


@dataclass(frozen=True)
class Signer:
    """Who signs papers: the key, the roots that our checks trust, and whether it is the demo."""

    simple: signers.SimpleSigner
    trusted: tuple[x509.Certificate, ...]
    is_demo: bool

    @property
    def name(self) -> str:
        """The common name on the certificate."""
        return _name_of(self.simple.signing_cert)


@dataclass(frozen=True)
class PdfCheck:
    """What became of a PDF.

    `sha256` is of the bytes given; `signed_at` (UTC, the signer's own clock) and `signer_name`
    only where a signature could be read; `sentence` is for the person who checks.
    """

    outcome: Outcome
    sha256: str
    signed_at: datetime | None = None
    signer_name: str = ""

    @property
    def sentence(self) -> str:
        """The outcome in plain words, in the active language."""
        return str(SENTENCES[self.outcome])


def current_signer() -> Signer:
    """The signer the settings name, read once. Raises ImproperlyConfigured with a sentence."""
    return _load_signer(
        str(settings.SIGNING_CERT or ""),
        str(settings.SIGNING_KEY or ""),
        str(settings.SIGNING_CHAIN or ""),
        str(settings.SIGNING_PASSPHRASE or ""),
        str(settings.DATA_DIR),
    )


@lru_cache(maxsize=8)
def _load_signer(cert: str, key: str, chain: str, passphrase: str, data_dir: str) -> Signer:
    if not cert:
        folder = ensure_demo_authority(Path(data_dir) / "authority")
        simple = signers.SimpleSigner.load(
            str(folder / "signer.key"), str(folder / "signer.crt"), (str(folder / "ca.crt"),)
        )
        return Signer(simple, tuple(read_certificates(folder / "ca.crt")), is_demo=True)
    secret = passphrase.encode() or None
    if key:
        chain_files = (chain,) if chain else ()
        simple = signers.SimpleSigner.load(key, cert, chain_files, key_passphrase=secret)
    else:
        simple = signers.SimpleSigner.load_pkcs12(cert, passphrase=secret)
    if simple is None:
        raise ImproperlyConfigured(
            "The signing certificate cannot be read. Check SIGNING_CERT, SIGNING_KEY, "
            "SIGNING_CHAIN and SIGNING_PASSPHRASE."
        )
    roots = read_certificates(Path(chain)) if chain else list(simple.cert_registry)
    return Signer(simple, tuple(roots or [simple.signing_cert]), is_demo=False)


def read_certificates(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM (or one DER) file."""
    data = path.read_bytes()
    if not pem.detect(data):
        return [x509.Certificate.load(data)]
    return [x509.Certificate.load(body) for _kind, _head, body in pem.unarmor(data, multiple=True)]


def sign_pdf(pdf: bytes, *, reason: str, location: str, signer: Signer | None = None) -> bytes:
    """Return the PDF certified with PAdES so that no later change is allowed.

    `signer` is `current_signer()` unless given. Raises pyHanko's errors on a PDF it cannot sign.
    """
    signer = signer or current_signer()
    # A root in the file proves nothing, and nothing would protect its bytes from change.
    signer.simple.embed_roots = False
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    details = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        name=signer.name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    target = io.BytesIO()
    write_signature(writer, details, signer=signer.simple, output=target)
    return target.getvalue()


def check_pdf(pdf: bytes, *, trusted: Iterable[x509.Certificate] | None = None) -> PdfCheck:
    """Tell what became of a PDF; never raises, whatever the bytes are.

    `trusted` are the roots that count as ours (default: those of `current_signer()`).
    intact: signed by us, covers the whole file. changed: signed bytes differ, or the file is
    damaged but still shows our kind of signature. appended: our signature is good, yet bytes
    follow it. foreign_signer: a good signature of someone else.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    if not pdf.startswith(b"%PDF-") or len(pdf) > MAX_CHECKED_BYTES:
        return PdfCheck("not_pdf", digest)
    roots = tuple(current_signer().trusted if trusted is None else trusted)
    check = _check_safely(pdf, digest, roots)
    end = _signed_length(pdf)
    if check.outcome in {"changed", "not_pdf"} and 0 < end < len(pdf):
        # Bytes behind the end confuse the parser; the signed part may still be whole.
        inner = _check_safely(pdf[:end], digest, roots)
        if inner.outcome == "intact":
            return replace(inner, outcome="appended")
    return check


def _check_safely(pdf: bytes, digest: str, roots: tuple[x509.Certificate, ...]) -> PdfCheck:
    """Check one reading of the file; what no parser accepts is changed or no PDF at all."""
    try:
        if _is_sane(pdf):
            return _check_signature(pdf, digest, roots)
    except Exception as error:
        # The parser meets hostile bytes here: any fault of theirs is an answer, not ours.
        logger.info("signature unreadable: %s", type(error).__name__)
    if _has_signature_bytes(pdf):
        return PdfCheck("changed", digest)
    return PdfCheck("unsigned" if _opens(pdf) else "not_pdf", digest)


def _check_signature(pdf: bytes, digest: str, roots: tuple[x509.Certificate, ...]) -> PdfCheck:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    signatures = reader.embedded_regular_signatures
    if not signatures:
        return PdfCheck("changed" if _has_signature_bytes(pdf) else "unsigned", digest)
    embedded = signatures[0]
    signed_at = embedded.self_reported_timestamp
    found = {
        "signed_at": signed_at and signed_at.astimezone(UTC),
        "signer_name": _name_of(embedded.signer_cert),
    }
    status = validate_pdf_signature(embedded, _context(roots, found["signed_at"]))
    if not (status.intact and status.valid):
        return PdfCheck("changed", digest, **found)
    if not status.trusted:
        return PdfCheck("foreign_signer", digest, **found)
    if not _is_gap_clean(pdf, embedded):
        return PdfCheck("changed", digest, **found)
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or len(signatures) > 1:
        return PdfCheck("appended", digest, **found)
    return PdfCheck("intact" if status.bottom_line else "changed", digest, **found)


def _context(roots: tuple[x509.Certificate, ...], moment: datetime | None) -> ValidationContext:
    """Trust only `roots`, at the time of signing; fetch nothing from the network.

    A permit outlives the certificate that signed it, so today's date must not decide.
    """
    return ValidationContext(trust_roots=list(roots), moment=moment, allow_fetching=False)


def _is_gap_clean(pdf: bytes, embedded: EmbeddedPdfSignature) -> bool:
    """Whether the one place a signature cannot cover, its own, holds nothing but the signature.

    The signature lies there as hexadecimal text in one case, filled up with zeros. The few
    bytes of its frame that no digest covers must be the only ones that say the same.
    """
    gap = pdf[embedded.byte_range[1] : embedded.byte_range[2]]
    text = gap[1:-1]
    if gap[:1] + gap[-1:] != b"<>" or text not in {text.lower(), text.upper()}:
        return False
    data = bytes.fromhex(text.decode("ascii"))
    length = der.peek(data)
    signed, signer = embedded.signed_data, embedded.signer_info
    digests = [one.dump(force=True) for one in signed["digest_algorithms"]]
    return (
        not any(data[length:])
        and cms.ContentInfo.load(data[:length], strict=True).dump(force=True) == data[:length]
        and (signed["version"].native, signer["version"].native) == ("v1", "v1")
        and digests == [signer["digest_algorithm"].dump(force=True)]
    )


def _is_sane(pdf: bytes) -> bool:
    """Whether the whole file is one well-formed, harmless PDF (also: no bomb for pyHanko)."""
    try:
        return inspect_pdf(io.BytesIO(pdf), max_pages=MAX_CHECKED_PAGES) > 0
    except PdfTrouble:
        return False


def _opens(pdf: bytes) -> bool:
    """Whether a forgiving reader opens it (limits of `pdf_safety` hold)."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return len(document.pages) > 0
    except Exception:
        return False


BYTE_RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]"
)


def _has_signature_bytes(pdf: bytes) -> bool:
    return BYTE_RANGE.search(pdf) is not None


def _signed_length(pdf: bytes) -> int:
    """Where the first signature says the file ended, 0 without one."""
    match = BYTE_RANGE.search(pdf)
    return int(match[2]) + int(match[3]) if match else 0


def _name_of(certificate: x509.Certificate) -> str:
    native = certificate.subject.native
    name = native.get("common_name") or certificate.subject.human_friendly
    return str(name)[:200]
