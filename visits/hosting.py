"""Duties of hosts: nobody receives two delegations at the same time.

Two sessions of one host on one day may lie at two sites, so the row that makes acts wait is the
host's own day, not the site's. UNIQUE(host, session on a day) stands behind it.
"""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from visits.models import HostDay, HostDuty, Visit, VisitSlot
from visits.states import HOLDING
from visits.workflow import Refused


def assign(host: User, slot: VisitSlot) -> HostDuty:
    """Give a host the duty of a session; a second group in it is the same duty.

    Raises Refused when the host receives somebody else at that time.
    """
    _hold_day(host, slot)
    known = HostDuty.objects.filter(host=host, slot=slot).first()
    if known is not None:
        return known
    _check_free(host, slot, slot.starts_at, slot.ends_at)
    return HostDuty.objects.create(
        host=host, slot=slot, starts_at=slot.starts_at, ends_at=slot.ends_at
    )


def check_part(host: User, slot: VisitSlot, begins: datetime, ends: datetime) -> None:
    """Raise Refused when somebody who hosts a part of the agenda receives others meanwhile.

    `slot` is the place of the visit itself: the duty there is no other one.
    """
    _hold_day(host, slot)
    _check_free(host, slot, begins, ends)


def _check_free(host: User, slot: VisitSlot, begins: datetime, ends: datetime) -> None:
    duties = HostDuty.objects.filter(host=host, starts_at__lt=ends, ends_at__gt=begins)
    other = duties.exclude(slot=slot).select_related("slot__session", "slot__day").first()
    if other is not None:
        sentence = _("%(name)s receives another delegation at that time: %(session)s.")
        raise Refused(sentence % {"name": host, "session": other.slot}, status=409, field="host")


def _hold_day(host: User, slot: VisitSlot) -> None:
    """Make other duties of this host on this day wait until this act is over."""
    day = HostDay.objects.filter(host=host, date=slot.day.date)
    if not day.update(changes=F("changes") + 1):
        HostDay.objects.bulk_create(
            [HostDay(host=host, date=slot.day.date)], ignore_conflicts=True
        )
        day.update(changes=F("changes") + 1)


def release(host: User | None, slot: VisitSlot) -> None:
    """End the duty when no visit needs this host in this session any more."""
    if host is None:
        return
    _hold_day(host, slot)
    needed = Visit.objects.filter(host=host, state__in=HOLDING)
    if needed.filter(slot=slot).exists() or needed.filter(offer_slot=slot).exists():
        return
    HostDuty.objects.filter(host=host, slot=slot).delete()
