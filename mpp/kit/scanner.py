"""The virus scanner: a small client for clamd's INSTREAM, which fails closed.

Settings: CLAMD_SOCKET ("/run/clamav/clamd.ctl" or "tcp://host:3310"; empty = no scanner) and
SCANNER_REQUIRED. A file that could not be checked stays pending and nobody may open it.
"""

import logging
import socket
from dataclasses import dataclass
from typing import BinaryIO, Literal

from django.conf import settings

logger = logging.getLogger(__name__)

CHUNK = 128 * 1024
# clamd's own default for StreamMaxLength; it hangs up on more, so we never send more.
MAX_BYTES = 25 * 1024 * 1024
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0
DETAIL_LENGTH = 200
DEFAULT_PORT = 3310


@dataclass(frozen=True)
class ScanResult:
    """`state` is the StoredFile.scan_state to keep; `detail` the finding or the trouble."""

    state: Literal["clean", "infected", "pending"]
    detail: str = ""


def scan(fileobj: BinaryIO) -> ScanResult:
    """Check a file from its start (its position returns to 0). Never raises for a scanner's fault.

    Without a scanner the file counts as clean, marked "not scanned", unless one is required.
    Down, slow, confused or too large = pending; a later job scans again.
    """
    address = settings.CLAMD_SOCKET
    if not address:
        if settings.SCANNER_REQUIRED:
            return ScanResult("pending", "no scanner configured")
        return ScanResult("clean", "not scanned")
    try:
        return _read_answer(_ask(address, fileobj))
    except _TooLarge:
        return ScanResult("pending", "too large to scan")
    except (OSError, ValueError) as error:
        logger.warning("scanner unreachable: %s", type(error).__name__)
        return ScanResult("pending", f"scanner unreachable: {type(error).__name__}")
    finally:
        fileobj.seek(0)


def is_alive() -> bool:
    """Whether the configured scanner answers PING (True when none is configured)."""
    if not settings.CLAMD_SOCKET:
        return True
    try:
        with _connect(settings.CLAMD_SOCKET) as connection:
            connection.sendall(b"zPING\0")
            return _receive(connection) == "PONG"
    except (OSError, ValueError):
        return False


class _TooLarge(Exception):
    """More than clamd would take."""


def _connect(address: str) -> socket.socket:
    """Open the socket; raises ValueError for an address that makes no sense."""
    path = address.removeprefix("unix://").removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
    else:
        host, _colon, port = address.removeprefix("tcp://").partition(":")
        target = (host, int(port or DEFAULT_PORT))
        connection = socket.create_connection(target, timeout=CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _ask(address: str, fileobj: BinaryIO) -> str:
    """Send the file in length-prefixed chunks, return clamd's line."""
    fileobj.seek(0)
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        sent = 0
        while chunk := fileobj.read(CHUNK):
            sent += len(chunk)
            if sent > MAX_BYTES:
                raise _TooLarge
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
        connection.sendall(b"\0\0\0\0")
        return _receive(connection)


def _receive(connection: socket.socket) -> str:
    """One answer: up to its NUL, the end of the stream, or 4 kB."""
    answer = b""
    while b"\0" not in answer and len(answer) < 4096:
        part = connection.recv(1024)
        if not part:
            break
        answer += part
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()


def _read_answer(answer: str) -> ScanResult:
    """Translate "stream: OK" and "stream: Name FOUND"; anything else is not a verdict."""
    body = answer.removeprefix("stream:").strip()
    if body == "OK":
        return ScanResult("clean", "scanned")
    if body.endswith(" FOUND"):
        return ScanResult("infected", body.removesuffix(" FOUND")[:DETAIL_LENGTH])
    logger.warning("scanner gave no verdict")
    return ScanResult("pending", (body or "no answer")[:DETAIL_LENGTH])
