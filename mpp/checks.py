"""Checks of `manage.py check --deploy`: what would be wrong in a real mall, each with its remedy.

Nothing here runs in the demo or in tests; the settings themselves refuse to start without keys.
"""

from typing import Any

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from mpp.kit.theme import check_theme

LOCAL = ("127.0.0.1", "localhost")


@register(Tags.security, deploy=True)
def keys_are_independent(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Three keys beside SECRET_KEY: losing one must not open what another protects."""
    keys = [settings.SECRET_KEY, settings.LOOKUP_KEY, settings.LINK_KEY, *settings.FIELD_KEYS]
    if len(set(keys)) == len(keys):
        return []
    return [
        Error(
            "Two of SECRET_KEY, FIELD_KEYS, LOOKUP_KEY and LINK_KEY are the same.",
            hint="Make each one anew; docs/operations.md says how.",
            id="mpp.E001",
        )
    ]


@register(Tags.security, deploy=True)
def field_keys_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every encryption key is a Fernet key: 32 random bytes, URL-safe base64."""
    try:
        for key in settings.FIELD_KEYS:
            Fernet(key)
    except (ValueError, TypeError):
        return [
            Error(
                "FIELD_KEYS holds something that is no encryption key.",
                hint="32 random bytes in URL-safe base64 each, newest first, comma between.",
                id="mpp.E002",
            )
        ]
    return []


def _site(found: list[CheckMessage]) -> None:
    if any(host in settings.SITE_URL for host in LOCAL):
        found.append(
            Warning(
                "SITE_URL points to this machine; links in mails and QR codes would lead nowhere.",
                hint="Set SITE_URL to the public address.",
                id="mpp.W001",
            )
        )


def _signing(found: list[CheckMessage]) -> None:
    if not (settings.SIGNING_CERT and settings.SIGNING_KEY):
        found.append(
            Warning(
                "No signing certificate: issued papers would carry the demo's own seal.",
                hint="Set SIGNING_CERT and SIGNING_KEY (and SIGNING_CHAIN, SIGNING_PASSPHRASE).",
                id="mpp.W002",
            )
        )


def _scanner(found: list[CheckMessage]) -> None:
    if not (settings.CLAMD_SOCKET and settings.SCANNER_REQUIRED):
        found.append(
            Warning(
                "Uploaded files are not checked for viruses before staff open them.",
                hint="Set CLAMD_SOCKET and SCANNER_REQUIRED=1.",
                id="mpp.W003",
            )
        )


def _staff(found: list[CheckMessage]) -> None:
    if not settings.STAFF_MFA_REQUIRED:
        found.append(
            Warning(
                "Staff can sign in without a second factor.",
                hint="Leave STAFF_MFA_REQUIRED unset, or set it to 1.",
                id="mpp.W004",
            )
        )


def _database(found: list[CheckMessage]) -> None:
    if "sqlite3" in settings.DATABASES["default"]["ENGINE"]:
        found.append(
            Warning(
                "SQLite serves the demo and a small mall on one machine; it keeps no second copy.",
                hint="Set DATABASE_URL to PostgreSQL, or read docs/operations.md about backups.",
                id="mpp.W005",
            )
        )


def _mail(found: list[CheckMessage]) -> None:
    if "smtp" not in settings.EMAIL_BACKEND:
        found.append(
            Warning(
                "Mails are written to a file and reach nobody.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.id:587.",
                id="mpp.W006",
            )
        )


def _theme(found: list[CheckMessage]) -> None:
    try:
        row = apps.get_model("kit", "Installation").objects.order_by("pk").first()
    except DatabaseError:
        return  # not migrated yet
    problems = check_theme(row.theme, row.motif) if row else []
    if problems:
        found.append(
            Warning(
                f"The region's theme cannot be used; the default shows instead. {problems[0]}",
                hint="Correct the colours in the desk: Installation.",
                id="mpp.W007",
            )
        )


@register(deploy=True)
def ready_for_people(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What a mall that serves real people needs beyond what Django itself checks."""
    found: list[CheckMessage] = []
    for check in (_site, _signing, _scanner, _staff, _database, _mail, _theme):
        check(found)
    return found
