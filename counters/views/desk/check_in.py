"""Checking in somebody who booked: by the code on the phone, or by the mobile number."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity import normalise_phone
from counters import actions, console
from counters.actions import Refused
from counters.kiosk import secret_in
from counters.models import Booking, Counter, LiveKey, Queue
from counters.persons import Person, live_hashes
from counters.views.desk.console import act_urls
from counters.views.desk.forms import DeskForm
from counters.views.desk.frame import COUNTER, counter_of, new_key, page, posted_key, told
from mpp.kit.keys import read_link
from mpp.kit.states import WrongState


class CheckInForm(DeskForm):
    """One field for both ways."""

    code = forms.CharField(
        label=gettext_lazy("Code or mobile number"),
        help_text=gettext_lazy(
            "Scan the code of the booking, or type the number it was made with."
        ),
        max_length=300,
        error_messages={"required": gettext_lazy("Scan the code or type the mobile number.")},
    )


@require_http_methods(["GET", "POST"])
@told
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a booking into a number; the second time it is the same number."""
    counter = counter_of(request, pk)
    form = CheckInForm(request.POST or None, initial={"key": new_key()}, auto_id="checkin_%s")
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ticket = _checked_in(request, counter, form.cleaned_data["code"])
                words = {"number": ticket.label}
                messages.success(request, _("Checked in: %(number)s.") % words)
                return redirect(COUNTER, pk)
            except (Refused, WrongState) as refusal:
                problem, status = refusal.sentence, 409
    context = page(
        request,
        _("Check in a booking"),
        current="console",
        form=form,
        counter=counter,
        problem=problem,
        back_url=act_urls(pk)["console"],
    )
    return render(request, "admin/counters/console/check_in.html", context, status=status)


def _checked_in(request: HttpRequest, counter: Counter, typed: str):
    booking = _found(counter, typed)
    if booking is None:
        raise Refused(_("No booking of this agency fits. Check the code or the number."))
    return actions.check_in(
        booking, site=counter.site, actor=request.user, key=f"{posted_key(request)}-in"[:80]
    )


def _found(counter: Counter, typed: str) -> Booking | None:
    """The booking behind a secret link, its secret, or a phone; of the counter's agency only."""
    rows = Booking.objects.select_related("queue__site", "slot", "priority", "service", "owner")
    rows = rows.filter(queue__agency=counter.agency_id)
    secret = secret_in(typed)
    known = read_link("booking", secret) if secret else None
    if known is not None:
        booking = rows.filter(pk=known[0]).first()
        return booking if booking is not None and booking.link_version == known[1] else None
    phone = normalise_phone(typed)
    if phone is None:
        return None
    day = console.today_of(counter)
    queues = Queue.objects.filter(agency=counter.agency_id, site=counter.site_id)
    hashes = [each for queue in queues for each in live_hashes(Person(phone=phone), queue, day)]
    key = LiveKey.objects.filter(hash__in=hashes, is_live=True, booking__isnull=False).first()
    return rows.filter(pk=key.booking_id).first() if key is not None else None
