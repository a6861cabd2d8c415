"""Kiosks and boards: their links, their cookie, and which one is asking.

A link is good once: opening it gives the browser a cookie of its own (signed, HttpOnly) and the
link ends with that. Stored is a keyed hash only, of the link until then and of the cookie's
secret after. So who saw the link over a shoulder can do nothing with it later.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from counters.models import Device
from mpp.kit import clock
from mpp.kit.keys import lookup_hash

COOKIE = "perangkat"
COOKIE_SALT = "counters.device"
# The longest a browser keeps a cookie; each opening of the page begins it anew.
COOKIE_SECONDS = 400 * 24 * 3600
SEEN_EVERY = timedelta(seconds=50)
# No sign of life for this long: the desk is told.
SILENT_AFTER = timedelta(minutes=5)


def new_secret() -> str:
    """128 random bits or more, safe in an address."""
    return secrets.token_urlsafe(24)


def link_hash(token: str) -> str:
    """What is stored of a link that nobody has opened yet."""
    return lookup_hash(token, "device-link")


def cookie_hash(secret: str) -> str:
    """What is stored of the cookie of a device at work."""
    return lookup_hash(secret, "device-cookie")


def linked_device(token: str) -> Device | None:
    """The device whose link this is, if nobody has opened it yet and it is not revoked."""
    if not 20 <= len(token) <= 60:
        return None
    return (
        Device.objects.filter(token_hash=link_hash(token), revoked_at__isnull=True)
        .select_related("site")
        .first()
    )


def has_cookie(request: HttpRequest) -> bool:
    """Whether this browser was a device once, whatever became of it."""
    return COOKIE in request.COOKIES


def device_of(request: HttpRequest, kind: str, site_key: str) -> Device | None:
    """The device that is asking, of this kind at this site; None when it is none or revoked.

    One query, none without a cookie.
    """
    secret = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT)
    if not secret:
        return None
    return (
        Device.objects.filter(
            token_hash=cookie_hash(secret),
            revoked_at__isnull=True,
            kind=kind,
            site__key=site_key,
        )
        .select_related("site")
        .first()
    )


def keep_cookie(response: HttpResponse, secret: str) -> None:
    """Make this browser the device: signed, out of reach of scripts."""
    response.set_signed_cookie(
        COOKIE,
        secret,
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


def renew_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Begin the cookie's time anew."""
    secret = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT)
    if secret:
        keep_cookie(response, secret)


def is_silent(device: Device) -> bool:
    """Whether a device at work gave no sign of life for too long."""
    if device.revoked_at is not None or device.last_seen_at is None:
        return False
    return clock.now() - device.last_seen_at > SILENT_AFTER
