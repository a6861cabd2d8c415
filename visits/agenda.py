"""The agenda of a visit: drafted from the usual parts, moved with the visit."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.models import User
from mpp.kit import clock
from visits.models import AgendaTemplate, ItineraryItem, Visit

_ANY_DAY = date(2000, 1, 1)


def draft(visit: Visit) -> None:
    """Write the usual parts from the start of the session on; nothing when there is an agenda.

    Parts that would begin after the session are left out, the last one is cut at its end.
    """
    if visit.itinerary.exists():
        return
    begin, end = hours_of(visit)
    at = datetime.combine(_ANY_DAY, begin)
    last = datetime.combine(_ANY_DAY, end)
    rows = []
    for order, part in enumerate(AgendaTemplate.objects.all(), start=1):
        if at >= last:
            break
        until = min(at + timedelta(minutes=part.minutes), last)
        rows.append(
            ItineraryItem(
                visit=visit,
                order=order,
                starts_at=at.time(),
                ends_at=until.time(),
                title=part.title,
                title_en=part.title_en,
                place=part.place or visit.slot.room,
                host=visit.host,
            )
        )
        at = until
    ItineraryItem.objects.bulk_create(rows)


def hours_of(visit: Visit) -> tuple[time, time]:
    """Begin and end of the visit's session on the wall clock of its site."""
    zone = visit.site.time_zone
    return (
        clock.local(visit.slot.starts_at, zone).time(),
        clock.local(visit.slot.ends_at, zone).time(),
    )


def shift(visit: Visit, old_begin: time) -> None:
    """Move the agenda to the new begin; parts that would leave the day stay where they are."""
    begin, _end = hours_of(visit)
    delta = datetime.combine(_ANY_DAY, begin) - datetime.combine(_ANY_DAY, old_begin)
    if not delta:
        return
    rows = list(visit.itinerary.all())
    for row in rows:
        starts = datetime.combine(_ANY_DAY, row.starts_at) + delta
        ends = datetime.combine(_ANY_DAY, row.ends_at) + delta
        if starts.date() == ends.date() == _ANY_DAY:
            row.starts_at, row.ends_at = starts.time(), ends.time()
    ItineraryItem.objects.bulk_update(rows, ["starts_at", "ends_at"])


def hand_over(visit: Visit, old: User | None) -> None:
    """Parts of the former host go to the present one; those of other people stay theirs."""
    if old is not None and old.pk != visit.host_id:
        visit.itinerary.filter(host=old).update(host=visit.host)


def is_same(visit: Visit, lines: list[ItineraryItem]) -> bool:
    """Whether these lines are the agenda as it is stored."""
    stored = [_content(row) for row in visit.itinerary.all()]
    return stored == [_content(row) for row in _in_order(lines)]


def _content(row: ItineraryItem) -> tuple:
    return row.starts_at, row.ends_at, row.title, row.title_en, row.place, row.host_id


def _in_order(lines: list[ItineraryItem]) -> list[ItineraryItem]:
    return sorted(lines, key=lambda row: row.starts_at)


def rewrite(visit: Visit, lines: list[ItineraryItem]) -> None:
    """Store the whole agenda anew, in the order of time."""
    with transaction.atomic():
        visit.itinerary.all().delete()
        for order, line in enumerate(_in_order(lines), start=1):
            line.pk, line.visit, line.order = None, visit, order
        ItineraryItem.objects.bulk_create(lines)
