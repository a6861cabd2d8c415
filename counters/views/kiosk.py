"""The kiosk: language, agency, service, class, number; four touches at most, no login."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counters import actions, kiosk
from counters.hall_now import hall_now
from counters.models import Booking, Device, Identity, Lane, Queue, Service, Source, Ticket
from counters.persons import Person
from counters.views.kiosk_base import TICKET_COOKIE, kiosk_screen, screen, show_ticket
from counters.views.ticket_words import outage_rows
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.fields import clean_text
from mpp.kit.states import WrongState

ORDINARY = "biasa"


@kiosk_screen
@require_safe
def start(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """The first screen, in both languages; whoever was here before is forgotten."""
    response = screen(request, device, lang, "start", {})
    response.delete_cookie(TICKET_COOKIE, samesite="Strict")
    return response


@kiosk_screen
@require_safe
def agencies(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """Which agency: one large button each."""
    rows = [
        {
            "url": reverse("counters:kiosk-services", args=[device.site.key, lang, row.key]),
            "abbr": row.abbr or text_of(row, "name"),
            "name": text_of(row, "name"),
        }
        for row in kiosk.agencies_at(device.site)
    ]
    return screen(request, device, lang, "agencies", {"rows": rows})


@kiosk_screen
@require_safe
def services(request: HttpRequest, device: Device, lang: str, agency: str) -> HttpResponse:
    """What for; an agency with one thing to offer leads straight on."""
    offers = kiosk.offers_of(device.site, agency)
    if not offers:
        raise Http404
    rows = [{"url": _take_url(device, lang, offer), "name": offer.name} for offer in offers]
    if len(rows) == 1:
        return redirect(rows[0]["url"])
    context = {
        "rows": rows,
        "agency": text_of(offers[0].queue.agency, "name"),
        "outages": _outages(offers[0].queue),
        "back_url": reverse("counters:kiosk-agencies", args=[device.site.key, lang]),
    }
    return screen(request, device, lang, "services", context)


def _outages(queue: Queue) -> list[dict[str, str]]:
    """What is down at this queue's agency, said before somebody takes a number."""
    glance = hall_now().of(queue)
    return outage_rows(glance.outages, queue.site.time_zone) if glance else []


def _take_url(device: Device, lang: str, offer: kiosk.Offer) -> str:
    address = reverse("counters:kiosk-take", args=[device.site.key, lang, offer.queue.key])
    return f"{address}?layanan={offer.service.key}" if offer.service is not None else address


@kiosk_screen
def take(request: HttpRequest, device: Device, lang: str, queue: str) -> HttpResponse:
    """Ordinary or priority, and the digits where they are asked; the last touch is the number.

    The key in the form is one per screen: a double tap is one number.
    """
    row = kiosk.queue_at(device.site, queue)
    if row is None:
        raise Http404
    service = row.services.filter(key=request.GET.get("layanan", "")[:80]).first()
    digits = pressed(request)
    if request.method != "POST" or "tombol" in request.POST:
        return _ask(request, device, lang, row, service, digits)
    try:
        ticket = _issue(request, device, lang, row, service, digits)
    except ValidationError as fault:
        return _ask(request, device, lang, row, service, digits, field_error=fault.messages[0])
    except actions.AlreadyInLine as there:
        if isinstance(there.found, Ticket):
            response = redirect("counters:kiosk-ticket", device.site.key, lang)
            return show_ticket(response, device, there.found.pk, with_link=False)
        return _ask(request, device, lang, row, service, digits, refusal=there, booked=True)
    except (actions.Refused, WrongState) as refused:
        return _ask(request, device, lang, row, service, digits, refusal=refused)
    response = redirect("counters:kiosk-ticket", device.site.key, lang)
    return show_ticket(response, device, ticket.pk, with_link=True)


def pressed(request: HttpRequest) -> str:
    """The digits typed so far, with the key of the pad that was pressed without JavaScript."""
    digits = request.POST.get("angka", "")
    try:
        digits = clean_text(digits, one_line=True)[: kiosk.MOST_DIGITS * 2]
    except ValidationError:
        digits = ""
    button = request.POST.get("tombol", "")
    if button == "hapus":
        return digits[:-1]
    return digits + button if len(button) == 1 and button in "0123456789" else digits


def _issue(
    request: HttpRequest,
    device: Device,
    lang: str,
    queue: Queue,
    service: Service | None,
    digits: str,
) -> Ticket:
    key = request.POST.get("kunci", "").replace("\x00", "")[:40]
    if not key:
        raise WrongState(_("This form is not valid any more. Open the page again."))
    wish = request.POST.get("kelas", "")
    reason = next((each for each in kiosk.reasons() if each.key == wish), None)
    if reason is None and wish != ORDINARY:
        raise actions.Refused(_("Choose ordinary or priority."))
    person = Person(language=lang)
    if queue.identity != Identity.NONE:
        person = kiosk.person_of(digits, lang)
        if queue.identity == Identity.REQUIRED and person.is_unkeyed:
            raise ValidationError(_("Type your NIK or mobile number first."))
    return actions.issue(
        queue,
        person=person,
        source=Source.KIOSK,
        key=f"kios:{device.pk}:{key}",
        lane=Lane.PRIORITY if reason is not None else Lane.WALK_IN,
        priority=reason,
        service=service,
        printing=True,
    )


def _ask(
    request: HttpRequest,
    device: Device,
    lang: str,
    queue: Queue,
    service: Service | None,
    digits: str,
    *,
    field_error: str = "",
    refusal: Exception | None = None,
    booked: bool = False,
) -> HttpResponse:
    """The screen with the classes; a refusal says why and keeps what was typed."""
    context: dict[str, Any] = {
        "queue": queue,
        "title": text_of(service, "name") if service is not None else text_of(queue, "name"),
        "agency": text_of(queue.agency, "name"),
        "outages": _outages(queue),
        "reasons": [
            {"key": row.key, "name": text_of(row, "name"), "icon": row.icon or "people"}
            for row in kiosk.reasons()
        ],
        "asks": queue.identity != Identity.NONE,
        "needs": queue.identity == Identity.REQUIRED,
        "digits": digits,
        "key": _key_of(request, refusal),
        "error": field_error,
        "refusal": str(getattr(refusal, "sentence", refusal or "")),
        "booked_url": reverse("counters:kiosk-find", args=[device.site.key, lang])
        if booked
        else "",
        "back_url": reverse("counters:kiosk-agencies", args=[device.site.key, lang]),
    }
    status = 422 if field_error else 409 if refusal is not None else 200
    return screen(request, device, lang, "take", context, status=status)


def _key_of(request: HttpRequest, refusal: Exception | None) -> str:
    """The same key as long as the same person is at it: a second tap stays one number."""
    held = request.POST.get("kunci", "").replace("\x00", "")[:40]
    is_used = isinstance(refusal, actions.FormUsed)
    return secrets.token_urlsafe(16) if is_used or not held else held


@kiosk_screen
def find(request: HttpRequest, device: Device, lang: str) -> HttpResponse:
    """A booking, or one's number again: scan its QR, or type the mobile number.

    A booking is checked in here; a second scan gives the same number. Who only types digits sees
    the number without its link, as at home.
    """
    digits, error = pressed(request), ""
    if request.method == "POST" and "tombol" not in request.POST:
        try:
            ticket = _found(request, device, lang, digits)
            response = redirect("counters:kiosk-ticket", device.site.key, lang)
            return show_ticket(response, device, ticket.pk, with_link=bool(_code(request)))
        except ValidationError as fault:
            error = fault.messages[0]
        except (actions.Refused, WrongState) as refused:
            error = str(getattr(refused, "sentence", refused))
    context = {
        "digits": digits,
        "error": error,
        "back_url": reverse("counters:kiosk", args=[device.site.key]),
    }
    return screen(request, device, lang, "find", context, status=422 if error else 200)


def _code(request: HttpRequest) -> str:
    """What was scanned; empty when digits were typed."""
    return request.POST.get("kode", "")[:300].replace("\x00", "").strip()


def _found(request: HttpRequest, device: Device, lang: str, digits: str) -> Ticket:
    """The number behind what was scanned or typed; raises ValidationError or Refused."""
    code = _code(request)
    if not code and not digits:
        raise ValidationError(_("Scan the QR code or type your mobile number."))
    day = clock.today(device.site.time_zone)
    if code:
        row = kiosk.scanned(code)
        if row is None:
            raise ValidationError(_("This is not a code of a booking or a queue number."))
    else:
        row = kiosk.found_by(kiosk.person_of(digits, lang), device.site, day)
        if row is None:
            raise ValidationError(_("No number and no booking of today under this."))
    if isinstance(row, Booking):
        return actions.check_in(row, site=device.site)
    if row.queue_day.queue.site_id != device.site_id:
        name = text_of(row.queue_day.queue.site, "name")
        raise ValidationError(_("This number is for %(site)s.") % {"site": name})
    if row.day != day:
        raise ValidationError(_("This number is not of today."))
    if not row.is_live:
        raise ValidationError(
            _("%(number)s has ended: %(state)s.")
            % {"number": row.label, "state": row.get_state_display()}
        )
    return row
