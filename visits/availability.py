"""Which sessions can be asked for: what the calendar shows and what a request is checked by."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from counters.calendar import calendar_of, closed_days
from counters.models import Site
from counters.words import text_of
from counters.workdays import Calendar, add_working_days
from mpp.kit import clock
from mpp.kit.verdicts import YES, No, Verdict
from visits.models import Blackout, VisitDay, VisitRules, VisitSession, VisitSlot, VisitWish
from visits.states import PENDING

# Few places: a quarter of the people a session takes, or less.
FEW = 4


@dataclass(frozen=True, slots=True)
class Opening:
    """One session on one day. `state` is free, few, full or closed; `reason` says why closed.

    `pending` counts requests that wait for an answer; they take no place.
    """

    session: VisitSession
    date: date
    state: str
    reason: str
    groups_left: int
    people_left: int
    pending: int

    @property
    def is_open(self) -> bool:
        """Whether it can be asked for."""
        return self.state in ("free", "few")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: the best of its sessions, or why there is none."""

    date: date
    state: str
    reason: str
    openings: tuple[Opening, ...]
    pending: int
    # Closed as a whole, not only too near for a new request.
    is_shut: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What the days of a site are judged by, read once: rules, calendar, closed periods."""

    site: Site
    rules: VisitRules | None
    calendar: Calendar
    sessions: tuple[VisitSession, ...]
    blackouts: tuple[Blackout, ...]
    today: date
    first: date = field(default=date.min)
    last: date = field(default=date.min)


def frame_of(site: Site) -> Frame:
    """Read the rules of a site; four queries, whatever the number of days."""
    rules = VisitRules.objects.filter(site=site, is_active=True).first()
    calendar = calendar_of(site, closed_days(site))
    today = clock.today(site.time_zone)
    sessions = tuple(
        VisitSession.objects.filter(site=site, is_active=True).order_by("order", "starts_at")
    )
    periods = Blackout.objects.filter(Q(site=site) | Q(site=None), ends_on__gte=today)
    first = add_working_days(today, rules.lead_days, calendar) if rules else today
    last = today + timedelta(days=rules.horizon_days) if rules else today
    return Frame(site, rules, calendar, sessions, tuple(periods), today, first, last)


def closed_because(frame: Frame, day: date) -> str:
    """Why nobody can be received on this day; an empty text when one can."""
    if frame.rules is None:
        return _("This place does not receive delegations at the moment.")
    if day < frame.today:
        return _("This day is over.")
    if day > frame.last:
        return _("This day is not open yet.")
    period = next((p for p in frame.blackouts if p.starts_on <= day <= p.ends_on), None)
    if period is not None:
        return text_of(period, "reason")
    if not frame.calendar.is_open(day):
        return _("The mall is closed on this day.")
    return ""


def can_ask(frame: Frame, session: VisitSession, day: date) -> Verdict:
    """Whether a delegation may ask for this session on this day (places are another question)."""
    reason = closed_because(frame, day)
    if reason:
        return No(reason)
    if day < frame.first:
        days = frame.rules.lead_days
        return No(_("Ask at least %(days)s working days before the visit.") % {"days": days})
    return can_receive(frame, session, day)


def can_receive(frame: Frame, session: VisitSession, day: date) -> Verdict:
    """Whether the desk may use this session on this day; the lead time is its own business."""
    if session.site_id != frame.site.pk or not session.is_active:
        return No(_("This session does not exist any more. Choose another."))
    if day.weekday() not in session.weekdays:
        return No(_("This session does not take place on that weekday."))
    reason = closed_because(frame, day)
    return No(reason) if reason else YES


def days(site: Site, first: date, last: date, frame: Frame | None = None) -> list[Day]:
    """Every day from `first` to `last` as the calendar shows it; eight queries, not more.

    A `frame` of the site that was read before saves four to five of them.
    """
    frame = frame or frame_of(site)
    held = {d.date: d for d in VisitDay.objects.filter(site=site, date__range=(first, last))}
    slots = VisitSlot.objects.filter(day__site=site, day__date__range=(first, last))
    taken = {(s.session_id, s.day_id): s for s in slots}
    wanted = _pending(site, first, last)
    found = []
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        row = held.get(day)
        openings = tuple(
            _opening(frame, session, day, row, taken, wanted)
            for session in frame.sessions
            if day.weekday() in session.weekdays
        )
        found.append(_day(frame, day, openings))
    return found


def _pending(site: Site, first: date, last: date) -> Counter:
    """How many waiting requests name each session and day first, second or third."""
    wishes = VisitWish.objects.filter(
        visit__state__in=PENDING, session__site=site, date__range=(first, last)
    )
    return Counter(wishes.values_list("session_id", "date"))


def _opening(
    frame: Frame,
    session: VisitSession,
    day: date,
    row: VisitDay | None,
    taken: dict[tuple[int, int], VisitSlot],
    wanted: Counter,
) -> Opening:
    slot = taken.get((session.pk, row.pk)) if row else None
    groups, people = session.groups_max, session.people_max
    if slot is not None:
        groups, people = slot.groups_max - slot.groups, slot.people_max - slot.people
    rules = frame.rules
    if row is not None:
        groups = min(groups, row.groups_max - row.groups)
        people = min(people, row.people_max - row.people)
    elif rules is not None:
        groups, people = min(groups, rules.day_groups), min(people, rules.day_people)
    verdict = can_ask(frame, session, day)
    state = _state(session, groups, people) if verdict else "closed"
    return Opening(
        session, day, state, verdict.sentence, groups, people, wanted[(session.pk, day)]
    )


def _state(session: VisitSession, groups: int, people: int) -> str:
    if groups < 1 or people < 1:
        return "full"
    return "few" if people * FEW <= session.people_max else "free"


def _day(frame: Frame, day: date, openings: tuple[Opening, ...]) -> Day:
    pending = sum(opening.pending for opening in openings)
    reason = closed_because(frame, day)
    if not reason and not openings:
        reason = _("No session takes place on this day.")
    states = [opening.state for opening in openings]
    if reason:
        return Day(day, "closed", reason, openings, pending, is_shut=True)
    for state in ("free", "few", "full"):
        if state in states:
            return Day(day, state, "", openings, pending)
    return Day(day, "closed", openings[0].reason, openings, pending)


def opening(site: Site, session: VisitSession, day: date) -> Opening | None:
    """One session on one day; None when it never takes place on that weekday."""
    found = days(site, day, day)[0].openings
    return next((each for each in found if each.session.pk == session.pk), None)


def has_room(frame: Frame, session: VisitSession, day: date, people: int) -> bool:
    """Whether the desk could still receive a group of so many in this session on this day."""
    if not can_receive(frame, session, day):
        return False
    found = days(frame.site, day, day, frame)[0].openings
    return any(
        each.session.pk == session.pk and each.groups_left >= 1 and each.people_left >= people
        for each in found
    )
