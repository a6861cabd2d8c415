"""`manage.py worker`: the background worker, one process in the foreground."""

import os
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from mpp.jobs import Runner

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """Sends what the outbox holds, makes papers, keeps the daily jobs; several may run at once."""

    help = "Run the background worker until INT or TERM."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--parent",
            type=int,
            default=0,
            help="process id of the starter: the worker ends when that process is gone",
        )
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args, **options) -> None:
        """Run rounds, a second apart, until told to stop; the running job is finished first."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_caught: stop.set())
        runner = Runner()
        while not stop.is_set():
            runner.step()
            if options["once"]:
                return
            if options["parent"] and os.getppid() != options["parent"]:
                self.stderr.write("the starter is gone, the worker ends")
                return
            # A database that was restarted gets a fresh connection in the next round.
            close_old_connections()
            stop.wait(PAUSE_SECONDS)
