"""What a ticket page says about a number: its state in words, the line before it, the desk."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counters.actions.own import DEFER_MINUTES, can_come_back, can_defer
from counters.live import NEAR, Desk, Place, QueueNow
from counters.models import Source, Ticket, TicketState
from counters.ranges import Wait
from counters.words import clock_words, text_of
from mpp.kit import clock

CALL_MINUTES = 3
BEADS = 4
SECONDS_NEAR, SECONDS_FAR = 2, 15
CAN_CANCEL = (TicketState.WAITING, TicketState.HELD, TicketState.MISSED, TicketState.PRINTING)


def at_words(at: datetime | None, zone: str) -> str:
    """A time of day at the site, "10.55"; empty without one."""
    return clock_words(clock.local(at, zone)) if at else ""


def either_words(names: list[str]) -> str:
    """Names as a choice: "7", "7 or 8", "7, 8 or 9"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s or %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def reason_words(place: Place, zone: str) -> str:
    """Why a number stands where it stands; no medical detail, no name."""
    if place.came_back:
        return _("came back after the call")
    if place.lane == "priority":
        return _("priority by right")
    if place.booked_at is not None:
        return _("booked for %(time)s") % {"time": at_words(place.booked_at, zone)}
    taken = at_words(place.start_at, zone)
    if place.defer_count:
        return _("from %(time)s, let others go first") % {"time": taken}
    return _("waiting since %(time)s") % {"time": taken}


def seconds_of(ticket: Ticket, wait: Wait | None) -> int:
    """How often the page asks: two seconds when it matters, never again when it is over."""
    if ticket.state in (TicketState.CALLED, TicketState.PRINTING):
        return SECONDS_NEAR
    if ticket.state == TicketState.WAITING:
        return SECONDS_NEAR if wait is not None and wait.count <= NEAR else SECONDS_FAR
    return SECONDS_FAR if ticket.is_live else 0


def zone_words(ticket: Ticket, there: QueueNow) -> str:
    """Where to wait: the zones of the counters of the queue."""
    wanted = there.desk(ticket.wanted_counter_id)
    desks = [wanted] if wanted else (there.open_desks or there.desks)
    return either_words(list(dict.fromkeys(desk.zone for desk in desks if desk.zone)))


def ahead_words(count: int) -> str:
    """The sentence of the position."""
    if count == 0:
        return _("You are next")
    words = ngettext("%(count)s person before you", "%(count)s people before you", count)
    return words % {"count": count}


def head(ticket: Ticket, there: QueueNow, wait: Wait | None, now: datetime) -> dict[str, Any]:
    """The upper half: kind of panel, its words, the label beside the number.

    `sentence` is what a screen reader is told when it changes.
    """
    zone = there.queue.site.time_zone
    words = _waiting if ticket.state == TicketState.WAITING else _elsewhere
    found = words(ticket, there, wait, now, zone)
    found["sentence"] = ". ".join(filter(None, (found["strong"], found.get("text", ""))))
    return found


def _waiting(
    ticket: Ticket, there: QueueNow, wait: Wait | None, now: datetime, zone: str
) -> dict[str, Any]:
    count = wait.count if wait else 0
    is_near = count <= NEAR
    hint = _why_nobody(there, there.desk(ticket.wanted_counter_id), now, zone)
    text = ""
    if wait is not None:
        text = _("Expected call %(low)s to %(high)s") % {
            "low": at_words(wait.low_at, zone),
            "high": at_words(wait.high_at, zone),
        }
    label = {"label": _("Live"), "icon": "broadcast", "tone": "good"}
    if is_near:
        label = {"label": _("Your turn is near"), "icon": "bell", "tone": "wait"}
    # The big number of the sentence: "3 people before you".
    strong = ahead_words(count)
    number, _space, rest = strong.partition(" ")
    return {
        "kind": "near" if is_near else "waiting",
        "strong": strong,
        "number": number if count else "",
        "rest": rest if count else strong,
        "text": text,
        "label": label,
        "come": _come_words(ticket, there, count) if is_near and not hint else "",
        "hint": hint,
    }


def _come_words(ticket: Ticket, there: QueueNow, count: int) -> str:
    place = zone_words(ticket, there)
    if not place:
        return _("Please come in to the waiting room.")
    return _("Please come in to %(zone)s.") % {"zone": place}


def _why_nobody(there: QueueNow, wanted: Desk | None, now: datetime, zone: str) -> str:
    """Why nobody is called just now and until when; empty when somebody may be.

    `wanted` is the only counter that calls this number.
    """
    until = there.hours.break_at(now)
    if until is not None:
        return _("Break until %(time)s.") % {"time": at_words(until, zone)}
    opens = there.hours.opens_at
    if opens is not None and now < opens:
        return _("Service begins at %(time)s.") % {"time": at_words(opens, zone)}
    desks = [wanted] if wanted else list(there.desks)
    if any(desk.is_open for desk in desks):
        return ""
    said = [_("%(counter)s calls nobody just now") % {"counter": wanted.name}] if wanted else []
    said = said or [_("No counter is open just now")]
    reasons = dict.fromkeys(desk.reason for desk in desks if desk.reason)
    sentences = [": ".join([*said, *list(reasons)[:1]]).rstrip(".") + "."]
    back = there.back_at(wanted, now)
    if back is not None:
        sentences.append(_("Back at %(time)s.") % {"time": at_words(back, zone)})
    return " ".join([*sentences, _("Your place stays.")])


def _elsewhere(
    ticket: Ticket, there: QueueNow, wait: Wait | None, now: datetime, zone: str
) -> dict[str, Any]:
    counter = ticket.counter.name if ticket.counter else ""
    state = TicketState(ticket.state)
    since = at_words(ticket.state_at, zone)
    if state == TicketState.CALLED:
        until = (ticket.called_at or ticket.state_at) + timedelta(minutes=CALL_MINUTES)
        return {
            "kind": "called",
            "strong": _("Please go to %(counter)s") % {"counter": counter},
            "text": _("You have %(minutes)s minutes, until %(time)s")
            % {"minutes": CALL_MINUTES, "time": at_words(until, zone)},
            "label": {"label": _("You are called"), "icon": "megaphone", "tone": "wait"},
        }
    if state == TicketState.SERVING:
        return {
            "kind": "serving",
            "strong": _("You are being served at %(counter)s") % {"counter": counter},
            "text": "",
            "label": {"label": _("At the counter"), "icon": "person-check", "tone": "good"},
        }
    if state == TicketState.HELD:
        return {
            "kind": "held",
            "strong": _("Your number is set aside"),
            "text": _held_words(ticket, now, zone),
            "label": {"label": _("On hold"), "icon": "pause-circle-fill", "tone": "wait"},
        }
    if state == TicketState.MISSED:
        return _missed(ticket, now, zone)
    if state == TicketState.PRINTING:
        return {
            "kind": "serving",
            "strong": _("Your number is being printed"),
            "text": "",
            "label": {"label": _("Printing"), "icon": "printer", "tone": "quiet"},
        }
    text = _("Since %(time)s") % {"time": since}
    if state == TicketState.EXPIRED and ticket.queue_day.ended_at is not None:
        text = _("The day ended at %(time)s. Take a number or book a time on another day.") % {
            "time": since
        }
    ended = {
        TicketState.DONE: (_("Done. Thank you for coming."), "check-circle", "good"),
        TicketState.CANCELLED: (_("You left the line."), "x-circle-fill", "quiet"),
        TicketState.EXPIRED: (_("This number is no longer valid."), "clock-history", "quiet"),
    }
    strong, icon, tone = ended[state]
    return {
        "kind": "over",
        "strong": strong,
        "text": text,
        "label": {"label": state.label.capitalize(), "icon": icon, "tone": tone},
    }


def _held_words(ticket: Ticket, now: datetime, zone: str) -> str:
    """When a number that was set aside goes on; a time that has passed is no promise any more."""
    if ticket.held_until is None:
        return _("The counter waits for something from you. Your place is kept.")
    if ticket.held_until < now:
        text = _("It should have gone on at %(time)s. Ask at the counter; your place is kept.")
    else:
        text = _("The counter goes on with it at %(time)s. Your place is kept.")
    return text % {"time": at_words(ticket.held_until, zone)}


def _missed(ticket: Ticket, now: datetime, zone: str) -> dict[str, Any]:
    verdict = can_come_back(ticket, now)
    until = ticket.state_at + timedelta(minutes=ticket.queue_day.queue.grace_minutes)
    return {
        "kind": "missed",
        "strong": _("Your number was missed"),
        "text": _("Come back to the line until %(time)s, once.") % {"time": at_words(until, zone)}
        if verdict
        else verdict.sentence,
        "label": {"label": _("Missed"), "icon": "exclamation-circle-fill", "tone": "bad"},
        "can_come_back": bool(verdict),
    }


def beads(there: QueueNow, wait: Wait | None) -> list[dict[str, Any]]:
    """The line as beads: who is served, who is before, you. Others only by their last digit."""
    if wait is None:
        return []
    rows = []
    served = [p for p in there.at_counters if p.letter == there.queue.letter]
    if served:
        last = max(served, key=lambda place: place.called_at or place.start_at)
        rows.append({"text": f"{last.number:03d}", "kind": "served", "name": last.label})
    shown = list(wait.ahead)
    if len(shown) > BEADS - 1:
        rows.append(_bead(shown[0]))
        rows.append({"text": f"+{len(shown) - 2}", "kind": "more", "name": ""})
        rows.append(_bead(shown[-1]))
    else:
        rows += [_bead(place) for place in shown]
    rows.append({"text": _("You"), "kind": "you", "name": ""})
    return rows


def _bead(place: Place) -> dict[str, Any]:
    return {"text": f"••{place.number % 10}", "kind": "ahead", "name": place.masked}


def pairs(ticket: Ticket, there: QueueNow) -> list[dict[str, str]]:
    """The facts beside the QR code."""
    zone = there.queue.site.time_zone
    desks = there.open_desks
    wanted = there.desk(ticket.wanted_counter_id)
    names = [wanted.name] if wanted else [desk.name for desk in desks]
    place = zone_words(ticket, there)
    counter = either_words(names[:3]) or _("none is open yet")
    rows = [{"label": _("Counter"), "value": ", ".join(filter(None, (counter, place)))}]
    served = [place.label for place in there.at_counters]
    closes = there.hours.closes_at
    if closes is not None and ticket.is_live:
        rows.append({"label": _("Open until"), "value": at_words(closes, zone)})
    rows.append({"label": _("Served now"), "value": ", ".join(served[:4]) or _("nobody")})
    taken = {
        Source.ONLINE: _("from home"),
        Source.KIOSK: _("at the kiosk"),
        Source.DESK: _("at the desk"),
        Source.BOOKING: _("with a booking"),
        Source.PAPER: _("on paper"),
    }[Source(ticket.source)]
    rows.append({"label": _("Taken"), "value": f"{at_words(ticket.issued_at, zone)}, {taken}"})
    if ticket.booking_id and ticket.booking.slot:
        rows.append(
            {"label": _("Booked for"), "value": at_words(ticket.booking.slot.starts_at, zone)}
        )
    return rows


def order(there: QueueNow, mine: int | None) -> list[dict[str, Any]]:
    """The public order: masked numbers, each with the reason of its place."""
    zone = there.queue.site.time_zone
    return [
        {
            "number": place.label if place.pk == mine else place.masked,
            "reason": reason_words(place, zone)
            if place.queue_id == there.queue.pk
            else _("%(reason)s, another queue at the same counter")
            % {"reason": reason_words(place, zone)},
            "is_mine": place.pk == mine,
        }
        for place in there.order_for(mine)
    ]


def bound_words(there: QueueNow) -> str:
    """The bound on overtaking as one sentence."""
    return _(
        "Nobody whose turn began more than %(minutes)s minutes after yours is called before you, "
        "unless the counter writes down why."
    ) % {"minutes": there.queue.overtaking_minutes}


def may(ticket: Ticket) -> dict[str, Any]:
    """What the person can do now: moves back (with their minutes), cancelling."""
    verdict = can_defer(ticket)
    return {
        "defer": list(DEFER_MINUTES) if verdict else [],
        "defer_left": max(0, ticket.queue_day.queue.most_defers - ticket.defer_count),
        "cancel": ticket.state in CAN_CANCEL,
    }


def stop_row(ticket: Ticket, there: QueueNow) -> list[dict[str, str]]:
    """What a queue that gives no more numbers means for this one, as a banner."""
    if not (there.closed_reason and ticket.is_live):
        return []
    strong = _("No new numbers are given today: %(reason)s.")
    return [
        {
            "strong": strong % {"reason": there.closed_reason.rstrip(".")},
            "text": _("Your number stays valid and keeps its place."),
        }
    ]


def outage_rows(rows: tuple, zone: str) -> list[dict[str, str]]:
    """What is down, as banners."""
    return [
        {
            "strong": _("%(system)s is down since %(time)s.")
            % {"system": row.system_name, "time": at_words(row.began_at, zone)},
            "text": text_of(row, "note")
            or _("Counters may be slower. Your number keeps its place."),
        }
        for row in rows
    ]
