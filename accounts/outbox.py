"""Sending what the outbox holds, safely with several workers and with a kill at any point.

A delivery is claimed by a conditional UPDATE (state and time must be as we read them) that also
sets a lease. Killed before the other side said yes: the lease ends and it is sent then. Killed
between the yes and our record: it is sent again with the same Message-ID, the one case in which
a mail can come twice. The number of the attempt is the fence against a slow worker that wakes
up after its lease: it no longer matches, so nothing of the newer attempt is overwritten.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from accounts.channels import Channel, Unreachable
from accounts.models import Delivery, DeliveryState, Notice
from mpp.kit import clock

log = logging.getLogger("accounts.outbox")
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 9
FIRST_PAUSE_SECONDS = 20
LONGEST_PAUSE = timedelta(hours=6)
ROUND_SECONDS = 12
# One-time codes: useless after this time, and no longer kept once they are out.
CODE_KIND = "accounts.code"
CODE_LIFE = timedelta(minutes=10)
OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)


def drain(limit: int = 50) -> int:
    """Send up to `limit` due deliveries; returns how many were sent. Ends after 12 seconds."""
    rows = list(
        Delivery.objects.filter(state__in=OPEN, next_at__lte=clock.now())
        .select_related("notice__file")
        .order_by("next_at", "pk")[:limit]
    )
    channels: dict[str, Channel | None] = {}
    until = time.monotonic() + ROUND_SECONDS
    sent = 0
    try:
        for row in rows:
            if time.monotonic() > until:
                break
            if channels.get(row.channel, True) is None or not _claim(row):
                continue
            sent += _deliver(row, channels)
    finally:
        for channel in channels.values():
            if channel is not None:
                channel.close()
    return sent


def _claim(row: Delivery) -> bool:
    """Whether this delivery is ours now; the row in memory follows."""
    lease = clock.now() + LEASE
    found = Delivery.objects.filter(pk=row.pk, state=row.state, next_at=row.next_at).update(
        state=DeliveryState.SENDING, next_at=lease, attempts=F("attempts") + 1
    )
    if found != 1:
        return False
    row.state, row.next_at, row.attempts = DeliveryState.SENDING, lease, row.attempts + 1
    return True


def _deliver(row: Delivery, channels: dict[str, Channel | None]) -> int:
    """Send a claimed delivery and record what came of it; 1 when it went out."""
    if _is_stale(row):
        _give_up(row, "the code was too old to send")
        return 0
    if row.attempts > MOST_ATTEMPTS:
        _give_up(row, row.last_error or "no attempt came to an end")
        return 0
    try:
        if row.channel not in channels:
            channel = import_string(settings.MESSAGE_CHANNELS[row.channel])()
            channels[row.channel] = None
            channel.open()
            channels[row.channel] = channel
        channels[row.channel].send(row)
    except Unreachable as fault:
        channels[row.channel] = None
        _try_later(row, str(fault))
        return 0
    except Exception as fault:  # whatever one message does, the others must go out
        log.warning("delivery %s failed: %s", row.pk, type(fault).__name__)
        _try_later(row, f"{type(fault).__name__}: {fault}")
        return 0
    return _mark_sent(row)


def _is_stale(row: Delivery) -> bool:
    return row.notice.kind == CODE_KIND and clock.now() - row.notice.created_at > CODE_LIFE


def _mine(row: Delivery):
    return Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING, attempts=row.attempts)


def _mark_sent(row: Delivery) -> int:
    with transaction.atomic():
        done = _mine(row).update(state=DeliveryState.SENT, sent_at=clock.now(), last_error="")
        _forget_code(row)
    return done


def _try_later(row: Delivery, reason: str) -> None:
    """Back into the queue with a growing pause; after the last attempt it stays failed."""
    if row.attempts >= MOST_ATTEMPTS:
        _give_up(row, reason)
        return
    pause = min(timedelta(seconds=FIRST_PAUSE_SECONDS * 3 ** (row.attempts - 1)), LONGEST_PAUSE)
    if row.notice.kind == CODE_KIND:
        pause = min(pause, timedelta(seconds=20))
    _mine(row).update(
        state=DeliveryState.PENDING, next_at=clock.now() + pause, last_error=reason[:200]
    )


def _give_up(row: Delivery, reason: str) -> None:
    log.error("delivery %s given up after %s attempts", row.pk, row.attempts)
    with transaction.atomic():
        _mine(row).update(state=DeliveryState.FAILED, last_error=reason[:200])
        _forget_code(row)


def _forget_code(row: Delivery) -> None:
    """A code is not kept once it went out; the demo keeps it to show it."""
    if row.notice.kind == CODE_KIND and not settings.DEMO:
        Notice.objects.filter(pk=row.notice_id).update(body="")
