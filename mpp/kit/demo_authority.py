"""The demo's own certificate authority: it makes papers that only the demo itself trusts."""

import fcntl
import os
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mpp.kit import clock

FILES = ("ca.crt", "signer.crt", "signer.key")
CA_DAYS = 3650
# pyHanko wants digital_signature or content_commitment of a signer.
NOTHING_ELSE = dict.fromkeys(
    (
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


def ensure_demo_authority(folder: Path, *, name: str = "Otoritas Demo MPP") -> Path:
    """Make `ca.crt`, `signer.crt` and `signer.key` in `folder` once (mode 0600), return it.

    The authority's own key is thrown away after signing the one certificate. Safe when two
    processes start together: the second waits and finds the files.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((folder / file).exists() for file in FILES):
            _make(folder, name)
    return folder


def _make(folder: Path, name: str) -> None:
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _turn in range(2))
    ca_name = _subject(f"{name} (bukan TTE tersertifikasi)")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, is_authority=True)
    subject = _subject("Penandatangan Demo MPP")
    leaf = _certificate(subject, ca_name, key.public_key(), ca_key, is_authority=False)
    _write(folder / "ca.crt", ca.public_bytes(serialization.Encoding.PEM))
    _write(folder / "signer.crt", leaf.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    _write(folder / "signer.key", key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    ca_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    start = clock.now() - timedelta(days=1)
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        **NOTHING_ELSE,
    )
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    constraints = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=CA_DAYS))
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file only its owner may read, whole or not at all."""
    scratch = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    scratch.replace(path)
