"""Booking a time for an application: days, times, and what is missing; no form to fill in."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counters import actions as hall
from counters.models import Queue, Slot
from counters.views.days import booking_days, chosen_day, day_rows, next_free, slot_rows
from counters.views.secrets import address_of
from counters.words import text_of
from mpp.kit.states import WrongState
from mpp.kit.wording import date_id
from permits import actions
from permits.casefile import CaseFile
from permits.models import Application
from permits.views.access import own_application, service_name
from permits.views.numbers import ended_page, has_ended, live_numbers, missing_words
from permits.views.sending import new_key, posted_key
from permits.workflow import Refused


@require_http_methods(["GET", "POST"])
def application_booking(request: HttpRequest, ref: str, queue: int) -> HttpResponse:
    """Choose a day and a time; the number it becomes is about this application."""
    application = own_application(request, ref)
    if has_ended(application):
        return ended_page(request, application)
    service = application.version.permit_type.service_id
    rows = Queue.objects.filter(services=service, is_active=True, takes_bookings=True)
    found = get_object_or_404(rows.select_related("site", "agency"), pk=queue)
    if request.method == "POST":
        return _book(request, application, found)
    return _page(request, application, found)


def _page(
    request: HttpRequest,
    application: Application,
    queue: Queue,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    here = reverse("permits:application-booking", args=[application.public_ref, queue.pk])
    days = booking_days(queue)
    chosen, problem = chosen_day(request, days)
    context = {
        "service_name": service_name(application),
        "number": application.public_ref,
        "queue_name": text_of(queue, "name"),
        "site": text_of(queue.site, "name"),
        "missing": missing_words(CaseFile(application)),
        "numbers": live_numbers(application),
        "hold_minutes": queue.hold_minutes,
        "days": day_rows(here, days, chosen),
        "chosen": chosen and date_id(chosen.day, "full"),
        "slots": slot_rows(request, queue, chosen) if chosen else [],
        "next_free": next_free(here, days),
        "refused": refused or problem,
        "key": new_key(),
        "back_url": reverse("permits:application-number", args=[application.public_ref]),
        "file_url": reverse("permits:application-status", args=[application.public_ref]),
    }
    status = 422 if problem and status == 200 else status
    return render(request, "permits/booking.html", context, status=status)


def _book(request: HttpRequest, application: Application, queue: Queue) -> HttpResponse:
    wanted = request.POST.get("slot", "")
    known = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    slot = Slot.objects.filter(pk=int(wanted), queue=queue).first() if known else None
    if slot is None:
        words = _("Choose a time from the list.")
        return _page(request, application, queue, refused=words, status=422)
    if not consume(request, action="queue_person", key=f"user:{request.user.pk}"):
        words = _("Too many attempts. Wait a minute, then try again.")
        return _page(request, application, queue, refused=words, status=429)
    slot.queue = queue
    try:
        booking = actions.book_time(
            application, actor=request.user, slot=slot, key=posted_key(request) or new_key()
        )
    except (Refused, hall.Refused, WrongState) as fault:
        return _page(request, application, queue, refused=fault.sentence, status=409)
    return redirect(address_of(booking))
