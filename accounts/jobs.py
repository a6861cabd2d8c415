"""The worker's daily jobs of this room; each says in the log what it did."""

import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import ProtectedError

from accounts.access import verify_chain
from accounts.models import Notice, Seal, User
from accounts.outbox import CODE_KIND
from mpp.kit import clock

log = logging.getLogger("accounts.jobs")
UNPROVED_HOURS = 24
CODE_KEPT = timedelta(hours=1)
DEMO_CODE_KEPT = timedelta(days=2)


def drop_unproved_accounts() -> int:
    """Delete accounts nobody ever proved or entered within a day of signing up.

    So nobody can keep another person's address or number occupied. Returns how many went.
    """
    since = clock.now() - timedelta(hours=UNPROVED_HOURS)
    proved = EmailAddress.objects.filter(verified=True).values("user_id")
    people = User.objects.filter(
        date_joined__lt=since,
        last_login__isnull=True,
        phone_verified_at__isnull=True,
        is_staff=False,
    ).exclude(pk__in=proved)
    gone = 0
    for person in people.iterator():
        try:
            person.delete()
        except ProtectedError:
            continue
        gone += 1
    log.info("accounts never proved: %s deleted", gone)
    return gone


def forget_old_codes() -> int:
    """Delete notices of one-time codes an hour after they were made (they hold ten minutes)."""
    kept = DEMO_CODE_KEPT if settings.DEMO else CODE_KEPT
    gone, _rows = Notice.objects.filter(kind=CODE_KIND, created_at__lt=clock.now() - kept).delete()
    return gone


def clear_sessions() -> int:
    """Delete sessions that have ended."""
    gone, _rows = Session.objects.filter(expire_date__lt=clock.now()).delete()
    return gone


def check_chain() -> list[str]:
    """Check the seals of the access log; the newest seal goes to the log as an outside anchor."""
    wrong = verify_chain()
    for sentence in wrong:
        log.error("access log: %s", sentence)
    last = Seal.objects.order_by("pk").last()
    if last and not wrong:
        log.info("access log holds; newest seal %s is %s", last.pk, last.digest)
    return wrong
