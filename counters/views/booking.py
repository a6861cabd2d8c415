"""Booking a time: hold a place, confirm it, its page, another time, the waiting list, calendar."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counters import actions
from counters.actions.bookings import can_reschedule
from counters.actions.waiting_list import place_in_list
from counters.booking_calendar import calendar_file
from counters.models import Booking, BookingState, Slot
from counters.views import ticket_words as words
from counters.views.days import booking_days, chosen_day, day_rows, next_free, slot_rows
from counters.views.secrets import (
    address_of,
    booking_or_404,
    new_key,
    posted_key,
    secret_page,
)
from counters.views.taking import (
    count_help,
    form_page,
    limit_sentence,
    person_form,
    queue_or_404,
    refused_page,
)
from counters.views.ticket import absolute, bring_html, qr_of
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.wording import date_id

S = BookingState
CAN_CANCEL = (S.WAITING, S.OFFERED, S.HELD, S.BOOKED, S.DISPLACED)
CALENDAR_TYPE = "text/calendar; charset=utf-8"


# --- holding ------------------------------------------------------------------------------
@login_not_required
@require_http_methods(["GET", "POST"])
def booking_new(request: HttpRequest, key: str, slot: int) -> HttpResponse:
    """Who comes at this time: the place is held ten minutes, to be confirmed on the next page."""
    queue = queue_or_404(request, key)
    found = Slot.objects.filter(pk=slot, queue=queue).first()
    if found is None:
        raise Http404
    found.queue = queue
    heading = {
        "heading": f"{date_id(found.day, 'full')}, {_at(found.starts_at, queue)}",
        "lead": _("We hold the place for %(minutes)s minutes; you confirm on the next page.")
        % {"minutes": queue.hold_minutes},
        "button": _("Hold this time"),
    }
    return _make(request, queue, heading, lambda **given: actions.hold_place(found, **given))


@login_not_required
@require_http_methods(["GET", "POST"])
def waiting_list(request: HttpRequest, key: str, day: date) -> HttpResponse:
    """Get on the waiting list of a full day."""
    queue = queue_or_404(request, key)
    heading = {
        "heading": _("Waiting list, %(day)s") % {"day": date_id(day, "full")},
        "lead": _("When a place is given back, we offer it to you for %(minutes)s minutes.")
        % {"minutes": queue.offer_minutes},
        "button": _("Put me on the list"),
    }
    return _make(request, queue, heading, lambda **given: actions.join_list(queue, day, **given))


def _make(request: HttpRequest, queue: Any, heading: dict, act: Any) -> HttpResponse:
    """The person's form, then the act; every refusal shows the form again as it was typed."""
    form = person_form(request, queue, is_booking=True)
    if request.method == "GET":
        return form_page(request, queue, form, slot=heading)
    if not form.is_valid():
        return form_page(request, queue, form, slot=heading, status=422)
    limited = limit_sentence(request, form)
    if limited:
        return form_page(request, queue, form, slot=heading, refused=limited, status=429)
    try:
        booking = act(
            person=form.person(),
            key=form.cleaned_data["key"],
            actor=request.user if request.user.is_authenticated else None,
            service=form.errands()[0],
            priority=form.lane()[1],
        )
    except (actions.Refused, WrongState) as fault:
        return refused_page(request, queue, form, fault, slot=heading)
    count_help(request, form)
    return redirect(address_of(booking))


def _at(at: datetime, queue: Any) -> str:
    return words.at_words(at, queue.site.time_zone)


# --- the page of a booking ----------------------------------------------------------------
def booking_page(
    request: HttpRequest, booking: Booking, secret: str, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """What is booked, what to do next, and the QR code for checking in."""
    queue = booking.queue
    address = reverse("counters:ticket", args=[secret])
    can_move = bool(can_reschedule(booking)) and booking.state != S.HELD
    state = S(booking.state)
    context = {
        "booking": booking,
        "name": text_of(queue, "name"),
        "agency": text_of(queue.agency, "name"),
        "service_name": text_of(booking.service, "name") if booking.service else "",
        "day": date_id(booking.day, "full"),
        "time": _at(booking.slot.starts_at, queue) if booking.slot else "",
        "told": _told(booking),
        "label": LABELS[state](),
        "pairs": _pairs(booking),
        "qr": qr_of(address) if state == S.BOOKED else "",
        "key": new_key(),
        "confirm_url": f"{address}pasti/" if state in (S.HELD, S.OFFERED) else "",
        "again_url": f"{address}pasti/" if _may_hold_again(booking) else "",
        "is_offer": state == S.OFFERED,
        "move_url": f"{address}ubah/" if can_move else "",
        "cancel_url": f"{address}batal/" if state in CAN_CANCEL else "",
        "calendar_url": f"{address}kalender.ics" if state == S.BOOKED else "",
        "new_url": reverse("counters:queue-detail", args=[queue.key]),
        "is_over": state in (S.CANCELLED, S.EXPIRED, S.NO_SHOW, S.DONE),
        "bring": bring_html(booking.service.key if booking.service else None),
        "file_url": _file_url(request, booking),
        "share_url": absolute(address),
        "refused": refused,
    }
    return render(request, "counters/booking.html", context, status=status)


def _file_url(request: HttpRequest, booking: Booking) -> str:
    """Where the owner who is signed in sees the application of this booking while it lives."""
    if booking.owner_id is None or booking.owner_id != request.user.pk:
        return ""
    return (
        ""
        if booking.state not in CAN_CANCEL
        else reverse("permits:booking-file", args=[booking.pk])
    )


LABELS = {
    S.WAITING: lambda: {"label": _("On the waiting list"), "icon": "hourglass-split", "tone": ""},
    S.OFFERED: lambda: {"label": _("A place for you"), "icon": "bell", "tone": "wait"},
    S.HELD: lambda: {"label": _("Held, not confirmed"), "icon": "stopwatch", "tone": "wait"},
    S.BOOKED: lambda: {"label": _("Booked"), "icon": "calendar-check", "tone": "good"},
    S.CHECKED_IN: lambda: {"label": _("You are here"), "icon": "person-check", "tone": "good"},
    S.DONE: lambda: {"label": _("Done"), "icon": "check-circle", "tone": "good"},
    S.CANCELLED: lambda: {"label": _("Cancelled"), "icon": "x-circle-fill", "tone": "quiet"},
    S.EXPIRED: lambda: {"label": _("Expired"), "icon": "clock-history", "tone": "quiet"},
    S.NO_SHOW: lambda: {"label": _("Did not come"), "icon": "dash-circle", "tone": "quiet"},
    S.DISPLACED: lambda: {
        "label": _("Choose another time"),
        "icon": "exclamation-circle-fill",
        "tone": "bad",
    },
}


def _may_hold_again(booking: Booking) -> bool:
    """Whether a hold that ran out may be tried once more."""
    return (
        booking.state == S.EXPIRED
        and booking.slot is not None
        and booking.slot.starts_at > clock.now()
        and not booking.steps.filter(act="hold_again").exists()
    )


def _told(booking: Booking) -> str:
    """The sentence below the time: what is to be done now."""
    queue = booking.queue
    until = _at(booking.expires_at, queue) if booking.expires_at else ""
    if booking.state == S.BOOKED:
        opens = booking.slot.starts_at - timedelta(minutes=queue.early_minutes)
        late = booking.slot.starts_at + timedelta(minutes=queue.late_minutes)
        return _(
            "Come between %(opens)s and %(late)s and show the code at the kiosk or the desk. "
            "Later you wait like everybody else."
        ) % {"opens": _at(opens, queue), "late": _at(late, queue)}
    return {
        S.HELD: _("Confirm until %(time)s, else the place is free again.") % {"time": until},
        S.OFFERED: _("Take the place until %(time)s, else it goes to the next one.")
        % {"time": until},
        S.WAITING: _("We tell you as soon as a place is free on this day."),
        S.DISPLACED: _("The counter closes at your time. Choose another one; the link stays."),
        S.CANCELLED: _("The place is given back. Thank you for telling us."),
        S.EXPIRED: _why_expired(booking),
        S.NO_SHOW: _("The day is over and nobody came."),
    }.get(booking.state, "")


def _why_expired(booking: Booking) -> str:
    """Why a booking ended by itself: the last step says from where."""
    if booking.state != S.EXPIRED:
        return ""
    last = booking.steps.order_by("-id").values_list("from_state", flat=True).first()
    return {
        S.WAITING: _("No place became free on this day. Please choose another day."),
        S.OFFERED: _("The offered place was not taken in time."),
        S.DISPLACED: _("No other time was chosen within a month."),
    }.get(last, _("It was not confirmed in time."))


def _pairs(booking: Booking) -> list[dict[str, str]]:
    site = booking.queue.site
    rows = [
        {"label": _("Place"), "value": text_of(site, "name")},
        {"label": _("Address"), "value": site.address},
    ]
    if booking.state == S.WAITING:
        place = place_in_list(booking)
        rows.append({"label": _("Before you on the list"), "value": str(place)})
    return [row for row in rows if row["value"]]


# --- acts ---------------------------------------------------------------------------------
@secret_page
@require_POST
def booking_confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm a hold, take an offer, or hold once more what ran out."""
    booking = booking_or_404(secret)
    act = {S.OFFERED: actions.accept, S.EXPIRED: actions.hold_again}.get(
        S(booking.state), actions.confirm
    )
    try:
        done = act(booking, actor=_actor(request), key=posted_key(request))
    except (actions.Refused, WrongState) as fault:
        return booking_page(
            request, booking_or_404(secret), secret, refused=fault.sentence, status=409
        )
    if done.state == S.BOOKED:
        messages.success(request, _("Your time is booked. Keep this page."))
    return redirect("counters:ticket", secret)


def _actor(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else None


def cancel_page(request: HttpRequest, booking: Booking, secret: str) -> HttpResponse:
    """Give a booking back, after a page that says what follows."""
    if booking.state not in CAN_CANCEL and request.method == "GET":
        sentence = _("This booking cannot be cancelled any more.")
        return booking_page(request, booking, secret, refused=sentence, status=409)
    if request.method == "POST":
        act = actions.decline if booking.state == S.OFFERED else actions.cancel_booking
        try:
            act(booking, actor=_actor(request), key=posted_key(request))
        except (actions.Refused, WrongState) as fault:
            return booking_page(
                request, booking_or_404(secret), secret, refused=fault.sentence, status=409
            )
        return redirect("counters:ticket", secret)
    context = {
        "title": text_of(booking.queue, "name"),
        "when": f"{date_id(booking.day, 'full')} "
        + (_at(booking.slot.starts_at, booking.queue) if booking.slot else ""),
        "key": new_key(),
        "back_url": reverse("counters:ticket", args=[secret]),
    }
    return render(request, "counters/booking_cancel.html", context)


@secret_page
@require_http_methods(["GET", "POST"])
def booking_move(request: HttpRequest, secret: str) -> HttpResponse:
    """Another time under the same link: the new place first, then the old one is given back."""
    booking = booking_or_404(secret)
    if request.method == "POST":
        return _move(request, booking, secret)
    verdict = can_reschedule(booking)
    if not verdict:
        return booking_page(request, booking, secret, refused=verdict.sentence, status=409)
    return move_page(request, booking, secret)


def move_page(
    request: HttpRequest, booking: Booking, secret: str, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The days and times to choose from."""
    days = booking_days(booking.queue)
    chosen, problem = chosen_day(request, days)
    here = reverse("counters:booking-move", args=[secret])
    context = {
        "name": text_of(booking.queue, "name"),
        "days": day_rows(here, days, chosen),
        "chosen": chosen and date_id(chosen.day, "full"),
        "slots": slot_rows(request, booking.queue, chosen) if chosen else [],
        "next_free": next_free(here, days),
        "problem": refused or problem,
        "key": new_key(),
        "back_url": reverse("counters:ticket", args=[secret]),
    }
    status = 422 if problem and status == 200 else status
    return render(request, "counters/booking_move.html", context, status=status)


def _move(request: HttpRequest, booking: Booking, secret: str) -> HttpResponse:
    text = request.POST.get("slot", "")
    known = text.isascii() and text.isdigit() and len(text) < 19
    slot = Slot.objects.filter(pk=int(text), queue=booking.queue).first() if known else None
    if slot is None:
        sentence = _("Choose a time from the list.")
        return move_page(request, booking, secret, refused=sentence, status=422)
    try:
        actions.reschedule(booking, slot, actor=_actor(request), key=posted_key(request))
    except (actions.Refused, WrongState) as fault:
        fresh = booking_or_404(secret)
        return move_page(request, fresh, secret, refused=fault.sentence, status=409)
    messages.success(request, _("The new time is booked. The old place is given back."))
    return redirect("counters:ticket", secret)


@secret_page
@require_safe
def booking_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """The booking as a calendar file; loaded again it changes the same entry."""
    booking = booking_or_404(secret)
    if booking.slot is None:
        raise Http404
    url = absolute(reverse("counters:ticket", args=[secret]))
    response = HttpResponse(calendar_file(booking, url), content_type=CALENDAR_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="antrean.ics"'
    return response


__all__ = [
    "booking_confirm",
    "booking_ics",
    "booking_move",
    "booking_new",
    "booking_page",
    "cancel_page",
    "waiting_list",
]
