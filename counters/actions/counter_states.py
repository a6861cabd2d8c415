"""A counter's day: opened, paused, disrupted, closed, taken over. Nobody in line is lost by it."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import CounterBusy, Refused, current_at, touch, touch_site
from counters.actions.line_notices import tell_freed
from counters.models import (
    Agency,
    Counter,
    CounterState,
    CounterStep,
    Disruption,
    QueueDay,
    Site,
    Ticket,
)
from counters.permissions import FRONT_DESK, can_serve, can_supervise, has_role, is_supervisor
from mpp.kit import clock
from mpp.kit.states import move
from mpp.kit.transactions import act


def _assert_may(counter: Counter, actor: User) -> None:
    right = can_serve(actor, counter)
    if not right:
        raise Refused(right.sentence)


def _move(
    counter: Counter,
    to: str,
    *,
    from_: set[str],
    actor: User | None,
    reason: str,
    key: str,
    where: dict | None = None,
    **columns,
) -> Counter:
    now = clock.now()
    move(
        counter,
        to,
        from_=from_,
        actor=actor,
        step_model=CounterStep,
        reason=reason,
        key=key,
        extra={"state_reason": reason[:200], "state_at": now, **columns},
        where=where,
    )
    touch_site(counter.site_id)
    return counter


@act
def open_counter(
    counter: Counter, *, actor: User, take_over: bool = False, key: str = ""
) -> Counter:
    """Sit down at a counter and open it; also after a break.

    One person sits at one counter: another one that he had open is closed first. Raises Refused
    when somebody else sits here and `take_over` was not said.
    """
    _assert_may(counter, actor)
    _hold_lines(counter)
    counter.refresh_from_db()
    taken = counter.staffed_by_id not in (None, actor.pk)
    if taken and counter.state != CounterState.CLOSED and not take_over:
        raise Refused(
            _("%(person)s is at this counter. Take it over?") % {"person": counter.staffed_by}
        )
    for other in Counter.objects.filter(staffed_by=actor).exclude(pk=counter.pk):
        close_counter(other, actor=actor, reason=_("moved to another counter"))
    return _move(
        counter,
        CounterState.OPEN,
        from_=set(CounterState.values),
        actor=actor,
        reason="",
        key=key,
        # Two consoles at once: who comes second is told.
        where={"staffed_by_id": counter.staffed_by_id},
        staffed_by_id=actor.pk,
        back_at=None,
    )


@act
def pause_counter(
    counter: Counter, *, actor: User, reason: str, back_at: datetime | None = None, key: str = ""
) -> Counter:
    """Take a break: whoever stands here is finished first, nobody new is called."""
    return _away(counter, CounterState.PAUSED, actor, reason, key, back_at)


@act
def disrupt_counter(counter: Counter, *, actor: User, reason: str, key: str = "") -> Counter:
    """The counter cannot serve (system down); people see the reason.

    Numbers that were sent to it go back to the whole queue, and their people are told.
    """
    return _away(counter, CounterState.DISRUPTED, actor, reason, key, None)


def _away(
    counter: Counter, to: str, actor: User, reason: str, key: str, back_at: datetime | None
) -> Counter:
    _assert_may(counter, actor)
    if not reason.strip():
        raise Refused(_("Say why: people see the reason."))
    _hold_lines(counter)
    standing = current_at(counter)
    if standing is not None and to == CounterState.PAUSED:
        raise CounterBusy(standing)
    if to == CounterState.DISRUPTED:
        tell_freed(counter, clock.now())
        free_waiting(counter)
    return _move(
        counter,
        to,
        from_={"open", "paused", "disrupted"},
        actor=actor,
        reason=reason,
        key=key,
        back_at=back_at,
    )


@act
def close_counter(counter: Counter, *, actor: User, reason: str = "", key: str = "") -> Counter:
    """Close the counter. Numbers sent to it go back to the whole queue; their people are told.

    Raises CounterBusy while somebody stands here.
    """
    _assert_may(counter, actor)
    _hold_lines(counter)
    standing = current_at(counter)
    if standing is not None:
        raise CounterBusy(standing)
    tell_freed(counter, clock.now())
    free_waiting(counter)
    return _move(
        counter,
        CounterState.CLOSED,
        from_={"open", "paused", "disrupted"},
        actor=actor,
        reason=reason,
        key=key,
        staffed_by_id=None,
        back_at=None,
    )


@act
def free_of_break(counter: Counter) -> int:
    """Who was sent to a counter on a long break is called by the others; told, how many."""
    if Counter.objects.filter(pk=counter.pk, state=CounterState.OPEN).exists():
        return 0
    told = tell_freed(counter, clock.now())
    free_waiting(counter)
    return told


@act
def close_for_the_night(counter: Counter) -> Counter:
    """Close a counter whose day has ended and that somebody forgot; nobody stands there."""
    free_waiting(counter)
    return _move(
        counter,
        CounterState.CLOSED,
        from_={"open", "paused", "disrupted"},
        actor=None,
        reason="",
        key="",
        staffed_by_id=None,
        back_at=None,
    )


def _hold_lines(counter: Counter) -> None:
    """Let a call to this counter that is under way end first, and let none begin meanwhile.

    A call holds the day of its queue; so does this. Then who stands here is known for sure.
    """
    today = clock.today(counter.site.time_zone)
    days = QueueDay.objects.filter(queue__counters=counter, day=today)
    touch(*days.values_list("pk", flat=True))


def free_waiting(counter: Counter, queues: Collection[int] | None = None) -> int:
    """Numbers that wait for this counter alone wait for the whole queue again; how many.

    With `queues` (their keys) only the numbers in these.
    """
    rows = Ticket.objects.filter(wanted_counter=counter)
    if queues is not None:
        rows = rows.filter(queue_day__queue__in=queues)
    days = list(rows.values_list("queue_day_id", flat=True).distinct())
    touch(*days)
    return rows.update(wanted_counter=None)


@act
def begin_disruption(
    site: Site,
    *,
    actor: User,
    system_name: str,
    agency: Agency | None = None,
    note: str = "",
    note_en: str = "",
) -> Disruption:
    """Tell everybody that a system is down: one running notice per system and agency.

    Said again with other words, the running notice takes them. Without an agency the whole site
    reads it; only the supervisor of the whole mall says so. Raises Refused without the right.
    """
    _assert_reports(actor, agency)
    known = Disruption.objects.filter(
        site=site, agency=agency, system_name=system_name, ended_at__isnull=True
    ).first()
    if known is None:
        known = Disruption(
            site=site,
            agency=agency,
            system_name=system_name,
            began_at=clock.now(),
            began_by=actor,
        )
    elif not note or (known.note, known.note_en) == (note, note_en):
        return known
    known.note, known.note_en = note, note_en
    known.save()
    touch_site(site.pk)
    return known


@act
def end_disruption(disruption: Disruption, *, actor: User) -> Disruption:
    """The system runs again."""
    _assert_reports(actor, disruption.agency)
    now = clock.now()
    rows = Disruption.objects.filter(pk=disruption.pk, ended_at__isnull=True)
    if rows.update(ended_at=now, ended_by=actor):
        disruption.ended_at, disruption.ended_by = now, actor
        touch_site(disruption.site_id)
    return disruption


def can_report(actor: User, agency: Agency | None) -> bool:
    """Whether this person may say that a system of an agency (None: of the site) is down."""
    if agency is None:
        return is_supervisor(actor)
    return can_supervise(actor, agency) or has_role(actor, agency, FRONT_DESK)


def _assert_reports(actor: User, agency: Agency | None) -> None:
    if not can_report(actor, agency):
        raise Refused(_("You cannot report this for that agency."))


__all__ = [
    "begin_disruption",
    "can_report",
    "close_counter",
    "close_for_the_night",
    "disrupt_counter",
    "end_disruption",
    "free_waiting",
    "open_counter",
    "pause_counter",
]
