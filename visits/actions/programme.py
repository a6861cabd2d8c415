"""The agenda of an approved visit, edited by the desk line by line."""

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.transactions import act
from visits import agenda, hosting
from visits.actions import base
from visits.models import ItineraryItem, Visit
from visits.permissions import can_host, can_work
from visits.states import TABLE
from visits.workflow import Refused, require

ACT = "agenda"


def check_open(visit: Visit) -> None:
    """Raise Refused when the agenda of this visit cannot be changed now."""
    if visit.state not in TABLE[ACT][0]:
        sentence = _(
            "The agenda can be changed from the approval until the end of the visit. "
            "It is now: %(state)s."
        )
        raise Refused(sentence % {"state": visit.get_state_display()}, status=409)


@act
def edit_agenda(visit: Visit, *, actor: User, lines: list[ItineraryItem], key: str = "") -> Visit:
    """Store the agenda anew, in the order of time; raises Refused when a host is elsewhere.

    The revision rises, because the calendar file shows the agenda. Nothing changed is no step.
    """
    base.hold(visit)
    require(can_work(actor))
    if base.is_repeat(visit, key, ACT, actor):
        return visit
    check_open(visit)
    if agenda.is_same(visit, lines):
        return visit
    _check_hosts(visit, lines)
    base.step(
        visit,
        visit.state,
        act=ACT,
        actor=actor,
        key=key,
        columns={"revision": visit.revision + 1},
        from_=(visit.state,),
    )
    agenda.rewrite(visit, lines)
    return visit


def _check_hosts(visit: Visit, lines: list[ItineraryItem]) -> None:
    """Whoever hosts a part receives no other delegation meanwhile."""
    day, zone = visit.slot.day.date, visit.site.time_zone
    # In one order for everybody, so that two acts never wait for each other.
    for line in sorted(lines, key=lambda line: (line.host_id or 0, line.starts_at)):
        if line.host is None:
            continue
        require(can_host(line.host))
        hosting.check_part(
            line.host,
            visit.slot,
            clock.instant(day, line.starts_at, zone),
            clock.instant(day, line.ends_at, zone),
        )
