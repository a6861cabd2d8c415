r"""Who stands behind a blueprint: a detached signature over MANIFEST and ORIGIN together.

The manifest names the sha256 of every other file, so the signature covers the whole blueprint.
It is a CMS signature in PEM with the key that signs the mall's papers; anyone can check it:

    cat MANIFEST.yaml ORIGIN.yaml > signed
    openssl cms -verify -purpose any -binary -inform PEM -in SIGNATURE \
        -content signed -CAfile ca.crt

It proves that the holder of that key sealed exactly these bytes. It does not prove that what
they say is lawful or right, nor, when we do not know the authority that issued the certificate,
who the holder is: the name in a certificate nobody vouches for is only a claim.
"""

import asyncio
import hashlib
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from asn1crypto import cms, pem
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from mpp.kit import clock
from mpp.kit.signing import current_signer

logger = logging.getLogger(__name__)
MAX_SIGNATURE = 64 * 1024
LABEL = "CMS"
State = Literal["ours", "unknown", "missing", "broken"]
SENTENCES: dict[str, Promise] = {
    "ours": gettext_lazy("Sealed by an authority this mall trusts."),
    "unknown": gettext_lazy(
        "Sealed, and unchanged since. Nobody we know vouches for the name on the seal: ask the "
        "mall it comes from for its fingerprint."
    ),
    "missing": gettext_lazy("Not sealed: nobody stands behind this file."),
    "broken": gettext_lazy("The seal does not fit: the file was changed after it was sealed."),
}


@dataclass(frozen=True)
class Seal:
    """What a signature says. `fingerprint` is the sha256 of the signer's certificate."""

    state: State
    name: str = ""
    signed_at: datetime | None = None
    fingerprint: str = ""

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.state])


def sign(manifest: bytes, origin: bytes) -> bytes:
    """The SIGNATURE entry for these two. Raises ImproperlyConfigured without a usable key."""
    signer = current_signer().simple
    content = manifest + origin
    stamp = PdfCMSSignedAttributes(signing_time=clock.now())
    work = signer.async_sign_general_data(
        content, "sha256", detached=True, signed_attr_settings=stamp
    )
    signed = _finish(work)
    return pem.armor(LABEL, signed.dump())


def check(manifest: bytes, origin: bytes, signature: bytes | None) -> Seal:
    """What became of the seal; never raises, whatever the bytes are."""
    if signature is None:
        return Seal("missing")
    try:
        return _check(manifest + origin, signature)
    except Exception as error:
        # The parser meets hostile bytes here: any fault of theirs is an answer, not ours.
        logger.info("seal unreadable: %s", type(error).__name__)
        return Seal("broken")


def _check(signed: bytes, signature: bytes) -> Seal:
    if len(signature) > MAX_SIGNATURE:
        return Seal("broken")
    _kind, _headers, body = pem.unarmor(signature)
    content = cms.ContentInfo.load(body, strict=True)["content"]
    roots = ValidationContext(
        trust_roots=list(current_signer().trusted), allow_fetching=False, moment=_moment(content)
    )
    status = _finish(async_validate_detached_cms(signed, content, signer_validation_context=roots))
    if not (status.intact and status.valid):
        return Seal("broken")
    certificate = status.signing_cert
    name = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
    moment = status.signer_reported_dt
    return Seal(
        "ours" if status.trusted else "unknown",
        str(name)[:200],
        moment.astimezone(UTC) if moment else None,
        hashlib.sha256(certificate.dump()).hexdigest(),
    )


def _moment(content: cms.SignedData) -> datetime | None:
    """When it was signed by the signer's own clock: a blueprint outlives a certificate."""
    for attribute in content["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            return attribute["values"][0].native
    return None


def _finish(work: Coroutine) -> Any:
    """The result of pyHanko's asynchronous work, also where this thread runs a loop itself."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
