"""Facts of visits as the delegation reads them: states, next steps, dates, the way so far."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.wording import date_id, time_id
from visits.models import Visit, VisitSession, VisitSlot, VisitStep
from visits.states import VisitState

S = VisitState
# State -> (icon, tone of the ticket, heading, what comes next).
STATES = {
    S.SUBMITTED: (
        "inbox",
        "",
        gettext_lazy("Request received"),
        gettext_lazy("Not booked until we confirm. There is nothing you need to do now."),
    ),
    S.NEEDS_INFO: (
        "question-circle",
        "",
        gettext_lazy("We have a question"),
        gettext_lazy("Answer it, then we go on. Until then the time to answer stands still."),
    ),
    S.UNDER_REVIEW: (
        "person-check",
        "",
        gettext_lazy("Being decided"),
        gettext_lazy("Not booked until we confirm. There is nothing you need to do now."),
    ),
    S.OFFERED: (
        "calendar-event",
        "",
        gettext_lazy("We offer another date"),
        gettext_lazy("The place is held for you. Accept it or choose another."),
    ),
    S.APPROVED: (
        "calendar-check",
        "good",
        gettext_lazy("Your visit is confirmed"),
        gettext_lazy("Complete the list of participants, then come."),
    ),
    S.ARRIVED: (
        "door-open-fill",
        "good",
        gettext_lazy("Welcome, your delegation is here"),
        gettext_lazy("Everybody checks in. Proofs of attendance follow after the visit."),
    ),
    S.COMPLETED: (
        "check-circle-fill",
        "good",
        gettext_lazy("The visit is over, thank you"),
        gettext_lazy("Proofs of attendance and materials stand below."),
    ),
    S.CLOSED: (
        "check-circle-fill",
        "good",
        gettext_lazy("The visit is over, thank you"),
        gettext_lazy("Proofs of attendance and materials stand below."),
    ),
    S.REJECTED: (
        "x-circle-fill",
        "revoked",
        gettext_lazy("We cannot receive this visit"),
        gettext_lazy("You may ask for another date with a new request."),
    ),
    S.EXPIRED: (
        "hourglass-split",
        "expired",
        gettext_lazy("The offer has ended"),
        gettext_lazy("You may ask for another date with a new request."),
    ),
    S.CANCELLED_BY_GUEST: (
        "slash-circle",
        "unknown",
        gettext_lazy("You cancelled this visit"),
        gettext_lazy("You may ask for another date with a new request."),
    ),
    S.CANCELLED_BY_HOST: (
        "slash-circle",
        "revoked",
        gettext_lazy("We had to cancel this visit"),
        gettext_lazy("You may ask for another date with a new request."),
    ),
    S.NO_SHOW: (
        "dash-circle",
        "unknown",
        gettext_lazy("Nobody came"),
        gettext_lazy("You may ask for another date with a new request."),
    ),
}
ACTS = {
    "submit": gettext_lazy("Request sent"),
    "ask": gettext_lazy("The host asked a question"),
    "answer": gettext_lazy("You answered"),
    "dispose": gettext_lazy("Handed to the one who decides"),
    "offer": gettext_lazy("Another date was offered"),
    "accept": gettext_lazy("You accepted the offer"),
    "decline": gettext_lazy("You declined the offer"),
    "expire": gettext_lazy("The offer ended"),
    "approve": gettext_lazy("Confirmed"),
    "reject": gettext_lazy("Rejected"),
    "reschedule": gettext_lazy("Date or host changed"),
    "resize": gettext_lazy("Number of people changed"),
    "propose": gettext_lazy("You wished another date"),
    "merge": gettext_lazy("Shares its session with another group"),
    "cancel_by_guest": gettext_lazy("You cancelled"),
    "cancel_by_host": gettext_lazy("The host cancelled"),
    "arrive": gettext_lazy("The first of you arrived"),
    "agenda": gettext_lazy("Agenda changed"),
    "no_show": gettext_lazy("Nobody came"),
    "complete": gettext_lazy("The visit ended"),
    "close": gettext_lazy("Closed"),
}
# Steps whose reason was written to the delegation, or by it; other notes stay at the desk.
SHOWN_REASONS = {
    "ask", "answer", "offer", "decline", "propose", "reject", "reschedule", "cancel_by_guest",
    "cancel_by_host",
}  # fmt: skip
HIDDEN = {"take_back"}
BAD = {"reject", "cancel_by_host", "no_show", "expire"}


def hours(begins: Any, ends: Any) -> str:
    """ "09.00 to 11.00" of two times of day."""
    return _("%(begins)s to %(ends)s") % {
        "begins": clock_words(begins),
        "ends": clock_words(ends),
    }


def slot_hours(slot: VisitSlot) -> str:
    """The hours of a session on a day, on the clock of its site."""
    zone = slot.day.site.time_zone
    return hours(
        clock.local(slot.starts_at, zone).time(),
        clock.local(slot.ends_at, zone).time(),
    )


def slot_words(slot: VisitSlot | None) -> dict[str, str] | None:
    """Day, hours and room of a place; None without one."""
    if slot is None:
        return None
    return {"day": date_id(slot.day.date), "hours": slot_hours(slot), "room": slot.room}


def session_words(session: VisitSession, day: date) -> str:
    """A session on a day in one line: day, name, hours."""
    return (
        f"{date_id(day)}, {text_of(session, 'name')}, {hours(session.starts_at, session.ends_at)}"
    )


def timeline(visit: Visit, steps: list[VisitStep]) -> list[dict[str, str]]:
    """The way so far and what comes, as rows of the timeline."""
    rows = []
    for step in steps:
        if step.act in HIDDEN:
            continue
        rows.append(
            {
                "state": "bad" if step.act in BAD else "past",
                "icon": "x-lg" if step.act in BAD else "check-lg",
                "title": ACTS.get(step.act, step.act),
                "text": step.reason if step.act in SHOWN_REASONS else "",
                "by": f"{_plain(step)}{', ' + step.actor_name if step.actor_name else ''}",
            }
        )
    return rows + _coming(visit)


def _plain(step: VisitStep) -> str:
    return f"{date_id(step.at)}, {time_id(step.at)}"


def _coming(visit: Visit) -> list[dict[str, str]]:
    rows = []
    if visit.answer_due_at:
        day = date_id(visit.answer_due_at)
        rows.append((_("Our answer"), _("At the latest on %(day)s.") % {"day": day}))
    if visit.state in (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.OFFERED, S.APPROVED):
        known = slot_words(visit.slot)
        text = f"{known['day']}, {known['hours']}" if known else ""
        rows.append((_("Your visit"), text))
    if visit.state in (S.APPROVED, S.ARRIVED):
        rows.append((_("Proofs of attendance"), _("On the day itself, for everybody who came.")))
    return [
        {"state": "next", "icon": "circle", "title": title, "text": text, "by": ""}
        for title, text in rows
    ]
