"""The board: a page for a television, and the answer it asks for again and again."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import parse_etags
from django.utils.text import slugify
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from counters import actions, board, devices
from counters.models import Device, DeviceKind
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.secret_pages import sealed
from mpp.kit.wording import date_id


@login_not_required
@require_safe
def board_page(request: HttpRequest, site: str) -> HttpResponse:
    """The board of a site, or of the zones in `zona`. Open to all; a registered one speaks.

    A browser whose registration was revoked is shown a clear page and nothing else.
    """
    device = devices.device_of(request, DeviceKind.BOARD, site)
    if device is None and devices.has_cookie(request):
        return device_ended(request)
    zones = _zones(request, site, device)
    stamp = board.stamp_of(site, zones)
    if stamp is None:
        raise Http404
    # Indonesian first, English second, whatever this browser's cookie says.
    with translation.override("id"):
        moment = clock.local(stamp.at, stamp.site.time_zone)
        data = board.read(board.payload(stamp))
        context = {
            "site": stamp.site,
            "name": text_of(stamp.site, "name"),
            "zones": zones,
            "query": "&".join(f"zona={slugify(zone)}" for zone in zones),
            "device": device,
            "day": date_id(moment.date(), "day"),
            "clock": f"{moment:%H.%M}",
            "offset": int(moment.utcoffset().total_seconds() // 60),
            "data": data,
            "call": data["calls"][0] if data["calls"] else [0, "", "", "", "", ""],
            "earlier": data["calls"][1:6],
        }
        response = render(request, "counters/board/board.html", context)
    response.headers["Cache-Control"] = "no-store"
    if device is not None:
        actions.seen_device(device)
        devices.renew_cookie(request, response)
    return response


def _zones(request: HttpRequest, site: str, device: Device | None) -> tuple[str, ...]:
    """The zones asked for, else those of the device."""
    wanted = request.GET.getlist("zona")[:20]
    if not wanted and device is not None and device.zone:
        wanted = [device.zone]
    return board.zones_of(site, wanted) if wanted else ()


@login_not_required
@require_safe
def board_data(request: HttpRequest, site: str) -> HttpResponse:
    """Calls, figures and texts as JSON with ETag, 304 when nothing changed; 1-3 queries."""
    stamp = board.stamp_of(site, _zones(request, site, None))
    if stamp is None:
        raise Http404
    if stamp.etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(board.payload(stamp), content_type="application/json")
    response.headers["ETag"] = stamp.etag
    # Kept by the board's script, asked again each time: never by a proxy for others.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


# Without a CSRF token on purpose: the page lives longer than any token, and all this can do is
# to say that a registered screen is alive.
@csrf_exempt
@login_not_required
@require_POST
def board_alive(request: HttpRequest, site: str) -> HttpResponse:
    """A sign of life of a registered board; 410 when it is not registered any more."""
    device = devices.device_of(request, DeviceKind.BOARD, site)
    if device is None:
        return HttpResponse(status=410)
    actions.seen_device(device)
    return HttpResponse(status=204)


def device_ended(request: HttpRequest) -> HttpResponse:
    """What a screen shows that was a device and is none any more: nothing of the hall."""
    response = render(request, "counters/device_ended.html", status=403)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_not_required
def device_open(request: HttpRequest, token: str) -> HttpResponse:
    """The registration link: a page that asks, and a POST that makes this browser the device."""
    device = devices.linked_device(token)
    if device is None:
        return _no_link(request)
    if request.method != "POST":
        response = render(request, "counters/device_open.html", {"device": device})
    else:
        try:
            device, secret = actions.claim_device(device, token=token)
        except actions.Refused:
            return _no_link(request)
        response = redirect(f"counters:{device.kind}", device.site.key)
        devices.keep_cookie(response, secret)
    return sealed(response)


def _no_link(request: HttpRequest) -> HttpResponse:
    return sealed(render(request, "counters/device_no_link.html", status=404))
