"""The code for checking in alone, on a registered screen at the entrance: nobody touches it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from counters import actions as hall
from counters import devices
from counters.models import Device, DeviceKind, Site
from counters.words import text_of
from mpp.kit import clock
from visits import checkin
from visits.models import VisitRules


def code_of(site: Site) -> dict[str, Any]:
    """The code of a site as a screen shows it, and for how many seconds it is the present one."""
    code = checkin.code_now(site)
    return {"code": f"{code[:3]} {code[3:]}", "left": checkin.seconds_left()}


def _device(request: HttpRequest, site: str) -> Device | None:
    """The board or kiosk that asks; 404 where no delegation is received."""
    if not VisitRules.objects.filter(site__key=site, is_active=True).exists():
        raise Http404
    for kind in DeviceKind.values:
        device = devices.device_of(request, kind, site)
        if device is not None:
            return hall.seen_device(device)
    return None


@login_not_required
@require_safe
def code_page(request: HttpRequest, site: str) -> HttpResponse:
    """The screen of a registered board or kiosk; any other browser is told how it becomes one."""
    device = _device(request, site)
    # Indonesian first, English second, whatever this browser's cookie says.
    with translation.override("id"):
        if device is None:
            response = render(request, "visits/screen_closed.html", status=403)
        else:
            place = device.site
            context = {
                "site_name": text_of(place, "name"),
                "now": clock.local(clock.now(), place.time_zone),
                "data_url": reverse("visits:screen-code", args=[place.key]),
                **code_of(place),
            }
            response = render(request, "visits/screen.html", context)
            devices.renew_cookie(request, response)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def code_data(request: HttpRequest, site: str) -> HttpResponse:
    """The present code as JSON, asked for by the screen at each turn; 410 when it is none."""
    device = _device(request, site)
    response = HttpResponse(status=410) if device is None else JsonResponse(code_of(device.site))
    response.headers["Cache-Control"] = "no-store"
    return response
