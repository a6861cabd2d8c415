"""What time does by itself: called by the worker, safe to run twice and in two workers.

Each looks for rows and calls the act on each; an act that came too late is passed over.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models import Q

from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from visits import actions, notices
from visits.actions import approval, base
from visits.models import FollowUp, Participant, Visit, VisitRules
from visits.states import LIVE, VisitState
from visits.workflow import Refused

log = logging.getLogger("visits.sweeps")
REMINDER_DAYS = (3, 1)
DRAFT_DAYS = 30
DAYS_PER_MONTH = 31


def _each(rows: Iterable, do: Callable) -> int:
    """Call `do` for every row; one that fails never stops the others."""
    done = 0
    for row in rows:
        try:
            do(row)
            done += 1
        except (Refused, WrongState) as told:
            log.info("passed over %s: %s", row.pk, told)
        except Exception:
            log.exception("visit job failed for %s", row.pk)
    return done


@act
def expire_offer(visit: Visit) -> Visit:
    """End an offer nobody answered in time."""
    base.hold(visit)
    approval.check_state(visit, "expire")
    if visit.offer_until > clock.now():
        raise Refused("The offer still holds.")
    approval.end_offer(visit, act="expire", actor=None, reason="", key="")
    notices.offer_ended(visit)
    return visit


def expire_offers() -> int:
    """Every offer whose deadline is over; how many."""
    rows = Visit.objects.filter(state=VisitState.OFFERED, offer_until__lte=clock.now())
    return _each(rows.with_place(), expire_offer)


def end_of_day() -> int:
    """Visits of days that are over: nobody came, or they end now; how many.

    The day is over at midnight of the site, so nobody is cut off who stays longer.
    """
    past = Visit.objects.filter(
        state__in=(VisitState.APPROVED, VisitState.ARRIVED), slot__ends_at__lt=clock.now()
    ).with_place()

    def end(visit: Visit) -> None:
        if clock.today(visit.site.time_zone) <= visit.slot.day.date:
            raise Refused("The day is not over.")
        call = actions.no_show if visit.state == VisitState.APPROVED else actions.complete
        call(visit, actor=None)

    return _each(past, end)


def remind() -> int:
    """Remind of visits in three days and tomorrow; once each, whatever the pace of the worker."""
    now = clock.now()
    rows = Visit.objects.filter(
        state=VisitState.APPROVED,
        slot__starts_at__gt=now,
        slot__starts_at__lt=now + timedelta(days=max(REMINDER_DAYS) + 1),
    ).with_place()
    return _each(rows, _remind)


@act
def _remind(visit: Visit) -> None:
    left = (visit.slot.day.date - clock.today(visit.site.time_zone)).days
    due = [days for days in REMINDER_DAYS if left <= days]
    # Only the nearest: somebody approved yesterday needs one mail, not two.
    if due and left > 0:
        notices.remind(visit, min(due), left)


def ask_follow_ups() -> int:
    """Send the questions that are due; how many."""
    rows = FollowUp.objects.filter(
        asked_at__isnull=True,
        due_on__lte=clock.today(),
        visit__state__in=(VisitState.COMPLETED, VisitState.CLOSED),
    ).select_related("visit")
    return _each(rows, _ask)


@act
def _ask(follow_up: FollowUp) -> None:
    rows = FollowUp.objects.filter(pk=follow_up.pk, asked_at__isnull=True)
    if rows.update(asked_at=clock.now()):
        notices.follow_up(follow_up.visit, follow_up.days)


def forget_contacts() -> int:
    """Delete staff numbers and phones of visits long over, as the site's rules say."""
    count = 0
    for rules in VisitRules.objects.all():
        before = clock.now() - timedelta(days=DAYS_PER_MONTH * rules.retention_months)
        over = Visit.objects.filter(
            ~Q(state__in=[*LIVE, VisitState.DRAFT]),
            site=rules.site_id,
            ended_at__lt=before,
            contacts_deleted_at__isnull=True,
        )
        count += _each(over, _forget)
    return count


@act
def _forget(visit: Visit) -> None:
    now = clock.now()
    Participant.objects.filter(visit=visit).update(staff_number="", phone="", updated_at=now)
    Visit.objects.filter(pk=visit.pk).update(contact_phone="", contacts_deleted_at=now)


def drop_drafts() -> int:
    """Delete drafts nobody touched for a month: they hold names and a letter for nothing."""
    before = clock.now() - timedelta(days=DRAFT_DAYS)
    rows = Visit.objects.filter(state=VisitState.DRAFT, updated_at__lt=before)
    return _each(rows, _drop)


@act
def _drop(visit: Visit) -> None:
    base.hold(visit)
    if visit.state != VisitState.DRAFT:
        raise Refused("It was sent.")
    visit.participants.all().delete()
    visit.delete()
