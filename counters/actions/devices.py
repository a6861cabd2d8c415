"""Devices of the hall: registered, given a new link, put to work, seen, revoked."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import Refused
from counters.devices import SEEN_EVERY, cookie_hash, link_hash, new_secret
from counters.models import Device, DeviceKind, Site
from counters.permissions import can_configure
from mpp.kit import clock
from mpp.kit.transactions import act


def _assert_may(actor: User) -> None:
    if not can_configure(actor):
        raise Refused(_("Only the operator of the mall looks after devices."))


@act
def register_device(
    site: Site, *, actor: User, kind: str, key: str, name: str, zone: str = ""
) -> tuple[Device, str]:
    """A new kiosk or board, and the secret of its link: told once, stored as a hash only.

    Raises Refused when the site has a device with this key.
    """
    _assert_may(actor)
    if kind not in DeviceKind.values:
        raise Refused(_("Choose what kind of device it is."))
    token = new_secret()
    try:
        with transaction.atomic():
            device = Device.objects.create(
                site=site, kind=kind, key=key, name=name, zone=zone, token_hash=link_hash(token)
            )
    except IntegrityError as taken:
        raise Refused(_("There is a device with this key at this site.")) from taken
    return device, token


@act
def renew_device(device: Device, *, actor: User) -> tuple[Device, str]:
    """A new link for a device; the browser that was it until now is it no more."""
    _assert_may(actor)
    token = new_secret()
    _write(device, token_hash=link_hash(token), revoked_at=None)
    return device, token


@act
def revoke_device(device: Device, *, actor: User) -> Device:
    """End the device: its next question is answered with a clear page, its link opens nothing."""
    _assert_may(actor)
    if device.revoked_at is None:
        _write(device, token_hash="", revoked_at=clock.now())
    return device


@act
def claim_device(device: Device, *, token: str) -> tuple[Device, str]:
    """Open the link: it ends, and the answer is the secret for this browser's cookie.

    Of two browsers that open it at once one wins. Raises Refused for a link that was opened,
    renewed or revoked meanwhile.
    """
    secret = new_secret()
    rows = Device.objects.filter(
        pk=device.pk, token_hash=link_hash(token), revoked_at__isnull=True
    )
    now = clock.now()
    if not rows.update(token_hash=cookie_hash(secret), last_seen_at=now, updated_at=now):
        raise Refused(_("This link was opened before. Ask the operator for a new one."))
    device.refresh_from_db()
    return device, secret


@act
def seen_device(device: Device) -> Device:
    """A sign of life, written once a minute at most."""
    now = clock.now()
    if device.last_seen_at is None or now - device.last_seen_at > SEEN_EVERY:
        Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(last_seen_at=now)
        device.last_seen_at = now
    return device


def _write(device: Device, **columns: object) -> None:
    now = clock.now()
    Device.objects.filter(pk=device.pk).update(updated_at=now, **columns)
    for name, value in columns.items():
        setattr(device, name, value)


__all__ = [
    "claim_device",
    "register_device",
    "renew_device",
    "revoke_device",
    "seen_device",
]
