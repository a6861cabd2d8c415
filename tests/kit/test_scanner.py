"""The clamd client against a small server on a real socket."""

import io
import socket
import threading

import pytest

from mpp.kit import scanner

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd(threading.Thread):
    """Speaks INSTREAM and PING; `answer(body)` decides, None hangs up without a word."""

    def __init__(self, server, answer):
        super().__init__(daemon=True)
        self.server, self.answer, self.chunk_sizes = server, answer, []

    def run(self):
        while True:
            try:
                connection, _address = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                self.talk(connection, stream)

    def talk(self, connection, stream):
        command = b""
        while not command.endswith(b"\0"):
            command += stream.read(1)
        if command == b"zPING\0":
            connection.sendall(b"PONG\0")
            return
        body = b""
        while size := int.from_bytes(stream.read(4), "big"):
            self.chunk_sizes.append(size)
            body += stream.read(size)
        reply = self.answer(body)
        if reply is not None:
            connection.sendall(reply)


def verdict(body):
    return b"stream: Eicar-Signature FOUND\0" if EICAR in body else b"stream: OK\0"


@pytest.fixture
def start(settings):
    """Start a fake clamd on TCP (or on the unix path given) and point the settings at it."""
    servers = []

    def _start(answer=verdict, path=None):
        if path:
            server = socket.socket(socket.AF_UNIX)
            server.bind(str(path))
            settings.CLAMD_SOCKET = str(path)
        else:
            server = socket.create_server(("127.0.0.1", 0))
            settings.CLAMD_SOCKET = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.listen()
        servers.append(server)
        clamd = FakeClamd(server, answer)
        clamd.start()
        return clamd

    yield _start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_clean_file_is_clean(start):
    clamd = start()
    data = io.BytesIO(b"a" * 300_000)
    assert scanner.scan(data) == scanner.ScanResult("clean", "scanned")
    assert data.tell() == 0
    assert len(clamd.chunk_sizes) > 1


def test_infected_file_is_infected_over_a_unix_socket(start, tmp_path):
    start(path=tmp_path / "clamd.sock")
    result = scanner.scan(io.BytesIO(b"x" * 200_000 + EICAR))
    assert result == scanner.ScanResult("infected", "Eicar-Signature")


def test_scanner_is_alive_when_it_answers(start, settings):
    assert scanner.is_alive()
    start()
    assert scanner.is_alive()
    settings.CLAMD_SOCKET = "/nowhere/clamd.sock"
    assert not scanner.is_alive()


@pytest.mark.parametrize(
    "reply",
    [None, b"", b"stream: INSTREAM size limit exceeded. ERROR\0", b"\xff\xfe", b"FOUND" * 4000],
)
def test_no_verdict_keeps_the_file_pending(start, reply):
    start(lambda body: reply)
    assert scanner.scan(io.BytesIO(b"abc")).state == "pending"


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "tcp://127.0.0.1:1", "tcp://x:y"])
def test_scanner_down_keeps_the_file_pending(settings, address):
    settings.CLAMD_SOCKET = address
    assert scanner.scan(io.BytesIO(b"abc")).state == "pending"


def test_silent_scanner_keeps_the_file_pending(start, monkeypatch):
    monkeypatch.setattr(scanner, "ANSWER_SECONDS", 0.2)
    wait = threading.Event()
    start(lambda body: wait.wait(2) and None)
    assert scanner.scan(io.BytesIO(b"abc")).state == "pending"
    wait.set()


def test_file_over_the_stream_limit_keeps_pending(start, monkeypatch):
    monkeypatch.setattr(scanner, "MAX_BYTES", 1000)
    start()
    result = scanner.scan(io.BytesIO(b"a" * 1001))
    assert result == scanner.ScanResult("pending", "too large to scan")


def test_without_a_scanner_files_are_marked_not_scanned(settings):
    settings.CLAMD_SOCKET, settings.SCANNER_REQUIRED = "", False
    assert scanner.scan(io.BytesIO(b"a")) == scanner.ScanResult("clean", "not scanned")


def test_required_scanner_that_is_not_configured_keeps_pending(settings):
    settings.CLAMD_SOCKET, settings.SCANNER_REQUIRED = "", True
    assert scanner.scan(io.BytesIO(b"a")).state == "pending"
