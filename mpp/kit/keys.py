"""What we do with our three keys: encrypt fields, hash for look-up, make secret links.

FIELD_KEYS, LOOKUP_KEY and LINK_KEY are independent of each other and of SECRET_KEY, so each can
be changed alone: a new field key is put in front of the old ones, a new lookup key needs the
hashes made again, a new link key ends every link ever sent.
"""

import binascii
import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

_LINK_BODY = struct.Struct(">QI")
_LINK_BYTES = 16 + _LINK_BODY.size


class Unreadable(ValueError):
    """A stored secret that none of the present keys opens."""


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys])


def encrypt(text: str) -> str:
    """`text` encrypted with the newest of FIELD_KEYS; a different token every time."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text behind a token of `encrypt`; raises `Unreadable` when no key fits."""
    try:
        return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token).decode()
    except (InvalidToken, TypeError, ValueError) as fault:
        raise Unreadable("No key in FIELD_KEYS opens this value.") from fault


def reencrypt(token: str) -> str:
    """The same secret under the newest key; raises `Unreadable` when no key fits."""
    try:
        return _fernet(tuple(settings.FIELD_KEYS)).rotate(token).decode("ascii")
    except (InvalidToken, TypeError, ValueError) as fault:
        raise Unreadable("No key in FIELD_KEYS opens this value.") from fault


def lookup_hash(text: str, purpose: str) -> str:
    """A keyed hash (HMAC-SHA256, 64 hex digits) to find or compare a value kept encrypted.

    The same text under another `purpose` has another hash, so two columns cannot be joined.
    """
    # The length in front keeps ("ab", "c") and ("a", "bc") apart.
    message = f"{len(purpose)}:{purpose}:{text}".encode()
    return hmac.new(settings.LOOKUP_KEY.encode(), message, hashlib.sha256).hexdigest()


@lru_cache(maxsize=8)
def _link_cipher(key: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"mpp.kit.keys.link:" + key.encode()).digest())


def link_token(kind: str, pk: int, version: int) -> str:
    """The secret part of a link (38 characters, safe in an address) to one row.

    Deterministic, nothing is stored: raising the row's version revokes the link. AES-SIV
    (RFC 5297) carries a 128-bit authentication tag and hides the row's number as well.
    """
    body = _LINK_BODY.pack(pk, version)
    sealed = _link_cipher(settings.LINK_KEY).encrypt(body, [kind.encode()])
    return urlsafe_b64encode(sealed).decode("ascii").rstrip("=")


def read_link(kind: str, token: str) -> tuple[int, int] | None:
    """(pk, version) of a token of `link_token` of the same kind; None for anything else.

    The tag is compared in constant time. The caller compares the version with the row's.
    """
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    # One spelling only: base64 ignores stray characters and spare bits at the end.
    if len(sealed) != _LINK_BYTES or urlsafe_b64encode(sealed).decode().rstrip("=") != token:
        return None
    try:
        body = _link_cipher(settings.LINK_KEY).decrypt(sealed, [kind.encode()])
    except InvalidTag:
        return None
    return _LINK_BODY.unpack(body)
