"""`manage.py demo`: a whole mall on this machine, stopped with one Ctrl-C."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from mpp.demo_people import PASSWORD, PEOPLE
from mpp.processes import dies_with_parent

READY_SECONDS = 60
STOP_SECONDS = 10


class Command(BaseCommand):
    help = "Start the demo mall: database, data, web server and worker in the foreground."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away")
        parser.add_argument("--prepare-only", action="store_true", help="make the data and stop")

    def handle(self, *args, port: int, reset: bool, prepare_only: bool, **options) -> None:
        """Prepare, start gunicorn and the worker, wait until one of them or a signal ends it."""
        if not settings.DEMO:
            raise CommandError("The demo runs with MPP_DEMO=1 only.")
        if not prepare_only:
            self._check_port(port)
        # Links in mails and QR codes lead to the port asked for.
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
        settings.SITE_URL = os.environ["SITE_URL"]
        if reset:
            self._reset()
        self._prepare()
        if not prepare_only:
            sys.exit(Group(port, self.stdout).run())

    def _check_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError) as busy:
                raise CommandError(
                    f"Port {port} is not free. Choose another: make demo PORT=8001"
                ) from busy

    def _reset(self) -> None:
        connections.close_all()
        engine = settings.DATABASES["default"]["ENGINE"]
        if "sqlite3" in engine:
            name = Path(settings.DATABASES["default"]["NAME"])
            for ending in ("", "-wal", "-shm"):
                Path(f"{name}{ending}").unlink(missing_ok=True)
        else:
            call_command("flush", interactive=False, verbosity=0)
        for folder in ("files", "mail"):
            shutil.rmtree(settings.DATA_DIR / folder, ignore_errors=True)

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("load_catalogue", verbosity=0)
        call_command("load_permit_types", verbosity=0)
        call_command("seed_demo", verbosity=0)
        self._collect_static()

    def _collect_static(self) -> None:
        """Collect and compress static files when they changed since the last start."""
        digest = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                stat = Path(storage.path(path)).stat()
                digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
        stamp = settings.DATA_DIR / "static.stamp"
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(digest.hexdigest())


class Group:
    """Web server and worker: started together, stopped together, no orphan even when killed."""

    def __init__(self, port: int, out) -> None:
        self.port = port
        self.out = out
        self.children: list[subprocess.Popen] = []
        self.stopping = False

    def run(self) -> int:
        """Start both, print the address when ready, and return the exit code."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        self._start(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "mpp.wsgi",
                "--config",
                "mpp/gunicorn.py",
                "--bind",
                f"127.0.0.1:{self.port}",
            ]
        )
        self._start([sys.executable, "manage.py", "worker"])
        if self._wait_until_ready():
            self._announce()
        while not self.stopping and all(child.poll() is None for child in self.children):
            time.sleep(0.3)
        failed = not self.stopping
        self._stop()
        self._reap()
        return 1 if failed else 0

    def _start(self, command: list[str]) -> None:
        # Own sessions: the terminal's Ctrl-C reaches only us, and we pass it on once.
        self.children.append(
            subprocess.Popen(  # noqa: S603
                command,
                cwd=settings.BASE_DIR,
                start_new_session=True,
                preexec_fn=dies_with_parent,
            )
        )

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not self.stopping:
            if any(child.poll() is not None for child in self.children):
                return False
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/healthz", timeout=2
                ) as answer:
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        return False

    def _announce(self) -> None:
        self.out.write(f"\n  MPP Portal: http://127.0.0.1:{self.port}/   (Ctrl-C stops it)\n\n")
        self.out.write(f"  Demo people, password of all: {PASSWORD}\n")
        for person in PEOPLE:
            self.out.write(f"    {person.email:22} {person.what}\n")
        self.out.write(
            f"\n  Outgoing mails and codes: http://127.0.0.1:{self.port}/demo/pesan/\n\n"
        )
        self.out.flush()

    def _stop(self, *_signal) -> None:
        if self.stopping:
            return
        self.stopping = True
        for child in self.children:
            if child.poll() is None:
                child.terminate()

    def _reap(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
