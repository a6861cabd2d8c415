"""What all screens of a kiosk share: the device, the language in the address, nothing kept."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from counters import actions, devices
from counters.models import Device, DeviceKind
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.wording import date_id

# The number on the screen, for as long as somebody may stand there.
TICKET_COOKIE = "kios-nomor"
TICKET_SALT = "counters.kiosk.ticket"
TICKET_SECONDS = 120
# Without a touch: a warning after so many seconds, the start after so many more.
QUIET_SECONDS, WARN_SECONDS = 20, 10
# Without JavaScript the page leads back by itself.
RELOAD_SECONDS = 60
LANGUAGES = {code for code, _name in settings.LANGUAGES}
View = Callable[..., HttpResponse]


def kiosk_screen(view: View) -> View:
    """A screen of a registered kiosk: no login, never kept, in the language of its address.

    The view gets the device instead of the site's key. A browser that is no kiosk of this site
    is shown a clear page and nothing else.
    """

    @login_not_required
    @functools.wraps(view)
    def wrapped(request: HttpRequest, site: str, lang: str = "id", **kwargs: Any) -> HttpResponse:
        if lang not in LANGUAGES:
            raise Http404
        with translation.override(lang):
            device = devices.device_of(request, DeviceKind.KIOSK, site)
            if device is None:
                response = render(request, "counters/kiosk/closed.html", status=403)
            else:
                actions.seen_device(device)
                response = view(request, device, lang, **kwargs)
                response.headers["Content-Language"] = lang
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapped


def screen(
    request: HttpRequest,
    device: Device,
    lang: str,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Draw a screen of the kiosk with its frame: site, clock, way back, time-out."""
    site = device.site
    now = clock.local(clock.now(), site.time_zone)
    frame = {
        "site": site,
        "site_name": text_of(site, "name"),
        "lang": lang,
        "start_url": reverse("counters:kiosk", args=[site.key]),
        "stamp": int(now.timestamp() * 1000),
        "offset": int(now.utcoffset().total_seconds() // 60),
        "clock": f"{now:%H}{':' if lang == 'en' else '.'}{now:%M}",
        "day": date_id(now.date(), "full"),
        "quiet": QUIET_SECONDS,
        "warn": WARN_SECONDS,
        "reload": RELOAD_SECONDS,
        "back_url": "",
        **context,
    }
    return render(request, f"counters/kiosk/{template}.html", frame, status=status)


def show_ticket(
    response: HttpResponse, device: Device, pk: int, *, with_link: bool
) -> HttpResponse:
    """Let this kiosk show the number on its next screen: by a cookie, so no address names it.

    `with_link` only for whoever took the number here or scanned its code: the link ends the
    number, and typed digits prove nobody.
    """
    response.set_signed_cookie(
        TICKET_COOKIE,
        f"{device.pk}:{pk}:{'tautan' if with_link else 'angka'}",
        salt=TICKET_SALT,
        max_age=TICKET_SECONDS,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Strict",
    )
    return response


def shown_ticket(request: HttpRequest, device: Device) -> tuple[int, bool] | None:
    """The key of the number this kiosk may show now, and whether with its link."""
    held = request.get_signed_cookie(
        TICKET_COOKIE, default="", salt=TICKET_SALT, max_age=TICKET_SECONDS
    )
    owner, _colon, rest = held.partition(":")
    pk, _colon, how = rest.partition(":")
    if owner != str(device.pk) or not pk.isdecimal():
        return None
    return int(pk), how == "tautan"
