"""What the supervisor of a hall does beside the counters: queues of counters, stops, texts."""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import Refused, day_of, local_day, touch, touch_site
from counters.actions.counter_states import free_waiting
from counters.actions.line_notices import tell_freed, tell_line
from counters.hours import site_hours
from counters.models import Announcement, Counter, Queue, QueueDay, Site
from counters.permissions import can_configure, can_supervise, is_supervisor
from mpp.kit import clock
from mpp.kit.transactions import act


def _assert_supervises(actor: User, agency_id: int) -> None:
    if not can_supervise(actor, agency_id):
        raise Refused(_("Only a supervisor of this agency may do this."))


@act
def assign_queues(counter: Counter, queues: Collection[Queue], *, actor: User) -> Counter:
    """Let a counter serve these queues from now on, and no others; nobody in line is lost.

    It changes the configuration, so only the operator's supervisor may (or who sets up the
    mall). Raises Refused when a queue with people in line would be left without any counter.
    """
    if not can_configure(actor):
        raise Refused(_("Only the supervisor of the whole mall gives counters other queues."))
    wanted = {queue.pk for queue in queues}
    if Queue.objects.filter(pk__in=wanted).exclude(site=counter.site_id).exists():
        raise Refused(_("Choose a queue of this site."))
    before = set(counter.queues.values_list("pk", flat=True))
    days = QueueDay.objects.filter(
        queue__in=before ^ wanted, day=clock.today(counter.site.time_zone)
    )
    touch(*days.values_list("pk", flat=True))
    for queue in Queue.objects.filter(pk__in=before - wanted):
        others = queue.counters.exclude(pk=counter.pk)
        waits = queue.days.filter(tickets__state__in=("waiting", "held", "missed"))
        if not others.exists() and waits.exists():
            raise Refused(
                _("%(queue)s has people in line and no other counter.") % {"queue": queue.name}
            )
    tell_freed(counter, clock.now(), before - wanted)
    free_waiting(counter, before - wanted)
    counter.queues.set(wanted)
    touch_site(counter.site_id)
    return counter


@act
def stop_numbers(queue: Queue, *, actor: User, reason: str) -> QueueDay:
    """Give no more numbers in a queue today. Whoever waits is still served, and told so once.

    Raises Refused without the right or a reason, and when the day has ended.
    """
    _assert_supervises(actor, queue.agency_id)
    if not reason.strip():
        raise Refused(_("Say why: people see the reason."))
    row = day_of(queue, local_day(queue))
    touch(row.pk)
    rows = QueueDay.objects.filter(pk=row.pk, ended_at__isnull=True)
    rows = rows.filter(closed_at__isnull=True, stopped_at__isnull=True)
    now, why = clock.now(), reason.strip()[:200]
    stopped = rows.update(stopped_at=now, closed_reason=why)
    row.refresh_from_db()
    if row.ended_at is not None:
        raise Refused(_("The day has ended."))
    if stopped:
        tell_line(queue, row.day, "stopped", at=now, reason=(why, ""))
    return row


@act
def give_numbers_again(queue: Queue, *, actor: User) -> QueueDay:
    """Take a stop of today back; whoever waits is told.

    Raises Refused while the hours of today are closed: then the day itself must be opened.
    """
    _assert_supervises(actor, queue.agency_id)
    row = day_of(queue, local_day(queue))
    touch(row.pk)
    if not site_hours(queue.site, row.day).on(row.day, agency_id=queue.agency_id).is_open:
        raise Refused(_("The whole day is closed. Open it again under the changed days."))
    rows = QueueDay.objects.filter(pk=row.pk, ended_at__isnull=True)
    rows = rows.exclude(closed_at__isnull=True, stopped_at__isnull=True)
    if rows.update(closed_at=None, stopped_at=None, closed_reason=""):
        tell_line(queue, row.day, "again", at=clock.now())
    row.refresh_from_db()
    return row


@act
def announce(
    site: Site,
    *,
    actor: User,
    text: str,
    text_en: str = "",
    until: datetime | None = None,
    is_spoken: bool = False,
) -> Announcement:
    """Put a text on the boards of a site now, until a moment or until it is taken away.

    Only supervisors of the operator speak to the whole hall.
    """
    if not (is_supervisor(actor) or can_configure(actor)):
        raise Refused(_("Only the supervisor of the whole mall writes on the boards."))
    if not text.strip():
        raise Refused(_("Write the text first."))
    row = Announcement.objects.create(
        site=site,
        key=f"aula-{secrets.token_hex(5)}",
        text=text.strip()[:200],
        text_en=text_en.strip()[:200],
        starts_at=clock.now(),
        ends_at=until,
        is_spoken=is_spoken,
        order=1,
    )
    touch_site(site.pk)
    return row


@act
def end_announcement(row: Announcement, *, actor: User) -> Announcement:
    """Take a text off the boards."""
    if not (is_supervisor(actor) or can_configure(actor)):
        raise Refused(_("Only the supervisor of the whole mall writes on the boards."))
    Announcement.objects.filter(pk=row.pk).update(ends_at=clock.now(), is_active=False)
    touch_site(row.site_id)
    return row


__all__ = [
    "announce",
    "assign_queues",
    "end_announcement",
    "give_numbers_again",
    "stop_numbers",
]
