"""What the worker does, how often, and its heartbeat.

Every job is safe to run twice, in two workers, and after a kill at any point: what is to be
done stands in rows (outbox, papers, files), never in the worker's memory. So there is no queue
of its own beside those rows, and no second retry logic.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.translation import override

from accounts import access, outbox
from accounts import jobs as people_jobs
from accounts.models import Job
from counters import actions as hall
from counters import figures, idle_notices, learning, ranges, retention, turn_notices
from mpp.blueprint.actions import sweep_arrivals
from mpp.kit import clock, files, paper_pdfs
from permits import sweeps
from permits.actions import expire_opinions
from visits import sweeps as visit_sweeps

log = logging.getLogger("mpp.jobs")
BEAT = "worker"
BEAT_SECONDS = 5
ALIVE_SECONDS = 30
LEASE = timedelta(minutes=15)
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job by name, its function (no arguments), and its pace.

    Jobs once an hour or rarer are claimed through a row, so that two workers share them.
    """

    name: str
    call: Callable[[], object]
    seconds: int

    @property
    def is_shared(self) -> bool:
        """Whether a row says when it runs next."""
        return self.seconds >= 3600


JOBS = (
    Periodic("outbox", outbox.drain, 1),
    Periodic("papers", paper_pdfs.make_pending, 2),
    Periodic("scans", files.scan_pending, 15),
    Periodic("seals", access.seal_events, 60),
    Periodic("deadlines", expire_opinions, 300),
    Periodic("completeness", sweeps.presume_complete, 300),
    Periodic("turns", turn_notices.tell_turns, 2),
    Periodic("lines-idle", idle_notices.tell_idle, 60),
    Periodic("ranges", ranges.settle, 60),
    Periodic("printing", hall.settle_printing, 15),
    Periodic("missed", hall.expire_missed, 30),
    Periodic("holds", hall.expire_holds, 5),
    Periodic("releases", hall.release_places, 15),
    Periodic("offers", hall.make_offers, 30),
    Periodic("slots", hall.follow_calendar, 120),
    Periodic("days", hall.end_past_days, 300),
    Periodic("no_shows", hall.mark_no_shows, 600),
    Periodic("lists", hall.end_lists, 300),
    Periodic("displaced", hall.lapse_displaced, DAY),
    Periodic("reminders", hall.remind, 900),
    Periodic("corrections", sweeps.follow_corrections, 3600),
    Periodic("drafts", sweeps.expire_drafts, DAY),
    Periodic("visit-offers", visit_sweeps.expire_offers, 60),
    Periodic("visit-days", visit_sweeps.end_of_day, 3600),
    Periodic("visit-reminders", visit_sweeps.remind, 3600),
    Periodic("visit-follow-ups", visit_sweeps.ask_follow_ups, 3600),
    Periodic("visit-contacts", visit_sweeps.forget_contacts, DAY),
    Periodic("visit-drafts", visit_sweeps.drop_drafts, DAY),
    Periodic("blueprints", sweep_arrivals, DAY),
    Periodic("orphans", files.sweep_orphans, DAY),
    Periodic("accounts", people_jobs.drop_unproved_accounts, DAY),
    Periodic("codes", people_jobs.forget_old_codes, 3600),
    Periodic("contacts", retention.forget_contacts, DAY),
    Periodic("sessions", people_jobs.clear_sessions, DAY),
    Periodic("chain", people_jobs.check_chain, DAY),
    Periodic("waits", learning.learn, DAY),
    Periodic("figures", figures.rebuild_recent, 3600),
)


class Runner:
    """One worker process: runs each job when it is due; `step` is one round."""

    def __init__(self, jobs: tuple[Periodic, ...] = JOBS) -> None:
        self.jobs = jobs
        self.due = dict.fromkeys((job.name for job in jobs), 0.0)
        self.beat_at = 0.0

    def step(self) -> None:
        """Run what is due now. A failing job is logged and never stops the others."""
        for job in self.jobs:
            self.beat()
            if time.monotonic() < self.due[job.name]:
                continue
            self.due[job.name] = time.monotonic() + min(job.seconds, 60)
            if not job.is_shared:
                _run(job)
            elif _claim(job):
                _finish(job, _run(job))
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
        job.call()


def is_alive() -> bool:
    """Whether a worker's heart beat within the last 30 seconds."""
    since = clock.now() - timedelta(seconds=ALIVE_SECONDS)
    return Job.objects.filter(name=BEAT, last_at__gte=since).exists()


def _run(job: Periodic) -> str:
    """Call a job; the name of the fault, or an empty text."""
    started = time.monotonic()
    try:
        with override(settings.LANGUAGE_CODE):
            job.call()
    except Exception as fault:  # one broken job must not stop the others
        log.exception("job %s failed", job.name)
        if isinstance(fault, DatabaseError):
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
