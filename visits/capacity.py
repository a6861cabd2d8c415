"""Places of days and sessions: taken and given back in one statement each.

The check and the write are the same UPDATE, so the last place is given once however many
officers press at once; the CHECK on both tables stands behind it. Order of locks: day, session.
"""

from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from mpp.kit import clock
from visits.models import VisitDay, VisitRules, VisitSession, VisitSlot


def slot_for(session: VisitSession, day: date) -> VisitSlot:
    """The session on this day, with its day; made from the rules when nobody took it before."""
    rules = VisitRules.objects.get(site=session.site_id)
    VisitDay.objects.bulk_create(
        [
            VisitDay(
                site=session.site,
                date=day,
                groups_max=rules.day_groups,
                people_max=rules.day_people,
            )
        ],
        ignore_conflicts=True,
    )
    row = VisitDay.objects.get(site=session.site_id, date=day)
    zone = session.site.time_zone
    slot = VisitSlot(
        day=row,
        session=session,
        starts_at=clock.instant(day, session.starts_at, zone),
        ends_at=clock.instant(day, session.ends_at, zone),
        room=session.room,
        groups_max=session.groups_max,
        people_max=session.people_max,
    )
    VisitSlot.objects.bulk_create([slot], ignore_conflicts=True)
    return VisitSlot.objects.select_related("day__site", "session").get(day=row, session=session)


def take(slot: VisitSlot, *, groups: int, people: int) -> bool:
    """Take a place on the day and in the session; False when either is full.

    After False the caller must undo its transaction: the day may hold the place already.
    """
    day = VisitDay.objects.filter(pk=slot.day_id)
    return _grab(day, groups, people) and _grab(
        VisitSlot.objects.filter(pk=slot.pk), groups, people
    )


def _grab(rows: QuerySet, groups: int, people: int) -> bool:
    """Check and write in one statement."""
    room = Q(groups__lte=F("groups_max") - groups) & Q(people__lte=F("people_max") - people)
    return bool(rows.filter(room).update(groups=F("groups") + groups, people=F("people") + people))


def give_back(slot: VisitSlot, *, groups: int, people: int) -> None:
    """Free what was taken before; more than was taken is a fault, not a number below zero."""
    for rows in (
        VisitDay.objects.filter(pk=slot.day_id),
        VisitSlot.objects.filter(pk=slot.pk),
    ):
        held = rows.filter(groups__gte=groups, people__gte=people)
        if not held.update(groups=F("groups") - groups, people=F("people") - people):
            raise AssertionError("A place was given back that nobody held.")


def follow_rules(rules: VisitRules) -> None:
    """Let coming days hold what the rules say now, never less than is taken already."""
    VisitDay.objects.filter(
        site=rules.site_id, date__gte=clock.today(rules.site.time_zone)
    ).update(
        groups_max=Greatest(F("groups"), rules.day_groups),
        people_max=Greatest(F("people"), rules.day_people),
    )


def follow_session(session: VisitSession) -> None:
    """Let coming occurrences hold what the session says now, never less than is taken.

    Their times stay: visitors were told them.
    """
    VisitSlot.objects.filter(session=session, starts_at__gte=clock.now()).update(
        groups_max=Greatest(F("groups"), session.groups_max),
        people_max=Greatest(F("people"), session.people_max),
        room=session.room,
    )
