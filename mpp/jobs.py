"""What the worker does, how often, and its heartbeat.

Every job is safe to run twice, in two workers, and after a kill at any point: what is to be
done stands in rows (outbox, papers, files), never in the worker's memory. So there is no queue
of its own beside those rows, and no second retry logic.
"""

import importlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.translation import override

from accounts.models import Job
from mpp.kit import clock

log = logging.getLogger("mpp.jobs")
BEAT = "worker"
BEAT_SECONDS = 5
ALIVE_SECONDS = 30
LEASE = timedelta(minutes=15)
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job by name, the dotted name of its function (no arguments), and its pace.

    Jobs once an hour or rarer are claimed through a row, so that two workers share them.
    """

    name: str
    target: str
    seconds: int

    @property
    def is_shared(self) -> bool:
        """Whether a row says when it runs next."""
        return self.seconds >= 3600


JOBS = (
    Periodic("outbox", "accounts.outbox.drain", 1),
    Periodic("papers", "permits.papers.make_pending", 2),
    Periodic("scans", "mpp.kit.files.scan_pending", 15),
    Periodic("seals", "accounts.access.seal_events", 60),
    Periodic("deadlines", "permits.actions.opinions.expire_opinions", 300),
    Periodic("completeness", "permits.sweeps.presume_complete", 300),
    Periodic("drafts", "permits.sweeps.expire_drafts", DAY),
    Periodic("orphans", "mpp.kit.files.sweep_orphans", DAY),
    Periodic("accounts", "accounts.jobs.drop_unproved_accounts", DAY),
    Periodic("codes", "accounts.jobs.forget_old_codes", 3600),
    Periodic("sessions", "accounts.jobs.clear_sessions", DAY),
    Periodic("chain", "accounts.jobs.check_chain", DAY),
)


def resolve(job: Periodic) -> Callable[[], object] | None:
    """The function of a job, or None (and a log line) when its room does not offer it."""
    module, _dot, name = job.target.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as fault:
        log.error("job %s is not there: %s", job.name, fault)
        return None


class Runner:
    """One worker process: runs each job when it is due; `step` is one round."""

    def __init__(self, jobs: tuple[Periodic, ...] = JOBS) -> None:
        found = ((job, resolve(job)) for job in jobs)
        self.jobs = [(job, call) for job, call in found if call is not None]
        self.due = dict.fromkeys((job.name for job, _call in self.jobs), 0.0)
        self.beat_at = 0.0

    def step(self) -> None:
        """Run what is due now. A failing job is logged and never stops the others."""
        for job, call in self.jobs:
            self.beat()
            if time.monotonic() < self.due[job.name]:
                continue
            self.due[job.name] = time.monotonic() + min(job.seconds, 60)
            if not job.is_shared:
                _run(job, call)
            elif _claim(job):
                _finish(job, _run(job, call))
        self.beat()

    def beat(self) -> None:
        """Write the heartbeat at most every five seconds."""
        if time.monotonic() < self.beat_at:
            return
        self.beat_at = time.monotonic() + BEAT_SECONDS
        try:
            now = clock.now()
            Job.objects.update_or_create(name=BEAT, defaults={"last_at": now, "next_at": now})
        except DatabaseError as fault:
            log.warning("no heartbeat: %s", fault)
            close_old_connections()


def drain_all() -> None:
    """Run every job once, now, in this process (tests, the demo's seed, first aid)."""
    for job in JOBS:
        call = resolve(job)
        if call is not None:
            call()


def is_alive() -> bool:
    """Whether a worker's heart beat within the last 30 seconds."""
    since = clock.now() - timedelta(seconds=ALIVE_SECONDS)
    return Job.objects.filter(name=BEAT, last_at__gte=since).exists()


def _run(job: Periodic, call: Callable[[], object]) -> str:
    """Call a job; the name of the fault, or an empty text."""
    started = time.monotonic()
    try:
        with override(settings.LANGUAGE_CODE):
            call()
    except Exception as fault:  # one broken job must not stop the others
        log.exception("job %s failed", job.name)
        close_old_connections()
        return f"{type(fault).__name__}: {fault}"[:200]
    if job.is_shared:
        log.info("job %s took %.1f s", job.name, time.monotonic() - started)
    return ""


def _claim(job: Periodic) -> bool:
    """Whether this worker runs a shared job now: a conditional UPDATE that sets a lease."""
    now = clock.now()
    try:
        Job.objects.get_or_create(name=job.name, defaults={"next_at": now})
        due = Job.objects.filter(name=job.name, next_at__lte=now)
        return due.update(next_at=now + LEASE) == 1
    except DatabaseError as fault:
        log.warning("job %s not claimed: %s", job.name, fault)
        close_old_connections()
        return False


def _finish(job: Periodic, error: str) -> None:
    """Set the next time: in its own pace after success, after the lease when it failed."""
    now = clock.now()
    values = {"last_at": now, "last_error": error}
    if not error:
        values["next_at"] = now + timedelta(seconds=job.seconds)
    Job.objects.filter(name=job.name).update(**values)
