"""Facts of visits as short words: labels with icons, dates, acts, who did it."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.regions import region_name
from mpp.kit import clock
from mpp.kit.wording import date_id, when
from visits.models import Visit, VisitSlot, VisitStep
from visits.states import VisitState

ICONS = {
    VisitState.DRAFT: ("pencil", "quiet"),
    VisitState.SUBMITTED: ("inbox", ""),
    VisitState.NEEDS_INFO: ("question-circle", "wait"),
    VisitState.UNDER_REVIEW: ("person-check", "wait"),
    VisitState.OFFERED: ("calendar-event", "wait"),
    VisitState.APPROVED: ("calendar-check", "good"),
    VisitState.ARRIVED: ("door-open-fill", "good"),
    VisitState.COMPLETED: ("check-circle-fill", "good"),
    VisitState.CLOSED: ("check2-circle", "quiet"),
    VisitState.REJECTED: ("x-circle-fill", "bad"),
    VisitState.EXPIRED: ("hourglass-split", "quiet"),
    VisitState.CANCELLED_BY_GUEST: ("slash-circle", "quiet"),
    VisitState.CANCELLED_BY_HOST: ("slash-circle", "bad"),
    VisitState.NO_SHOW: ("dash-circle", "bad"),
}
ACTS = {
    "submit": gettext_lazy("Request sent"),
    "ask": gettext_lazy("Question asked"),
    "answer": gettext_lazy("Question answered"),
    "dispose": gettext_lazy("Handed to the leader"),
    "offer": gettext_lazy("Another date offered"),
    "accept": gettext_lazy("Offer accepted"),
    "decline": gettext_lazy("Offer declined"),
    "expire": gettext_lazy("Offer ended"),
    "approve": gettext_lazy("Approved"),
    "reject": gettext_lazy("Rejected"),
    "reschedule": gettext_lazy("Date or host changed"),
    "resize": gettext_lazy("Number of people changed"),
    "propose": gettext_lazy("Other dates wished"),
    "merge": gettext_lazy("Merged with another group"),
    "cancel_by_guest": gettext_lazy("Cancelled by the delegation"),
    "cancel_by_host": gettext_lazy("Cancelled by the host"),
    "arrive": gettext_lazy("First people arrived"),
    "take_back": gettext_lazy("A check-in was corrected"),
    "agenda": gettext_lazy("Agenda changed"),
    "no_show": gettext_lazy("Nobody came"),
    "complete": gettext_lazy("Visit ended"),
    "close": gettext_lazy("Visit closed"),
}
BY_GUEST = {"submit", "answer", "accept", "decline", "propose", "cancel_by_guest"}


def status_of(visit: Visit) -> dict[str, str]:
    """Label, icon and tone of a visit's state."""
    icon, tone = ICONS[VisitState(visit.state)]
    return {"label": visit.get_state_display(), "icon": icon, "tone": tone}


def slot_words(slot: VisitSlot | None) -> str:
    """Day and hours, like "1 Desember 2026, 09.00-11.00"; empty without a place."""
    if slot is None:
        return ""
    zone = slot.day.site.time_zone
    begin, end = clock.local(slot.starts_at, zone), clock.local(slot.ends_at, zone)
    return f"{date_id(slot.day.date)}, {begin:%H.%M}-{end:%H.%M}"


def region_words(code: str) -> str:
    """The name of a region by its code; empty without one."""
    return region_name(code) if code else ""


def history(steps: list[VisitStep]) -> list[dict[str, Any]]:
    """The history of a visit for the timeline, newest first."""
    rows = []
    for step in reversed(steps):
        who = step.actor_name or (
            _("the delegation") if step.act in BY_GUEST else _("the portal itself")
        )
        rows.append(
            {
                "state": "past",
                "icon": "check-lg",
                "title": ACTS.get(step.act, step.act),
                "text": format_html("{}, {}", when(step.at), who),
                "by": step.reason,
            }
        )
    return rows
