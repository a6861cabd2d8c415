"""Telling people what happened: the inbox in the portal and the outbox, one interface.

Notice and Delivery rows are written inside the transaction of the act, so an act without its
notice, or a notice without its act, cannot exist. The worker looks at the outbox every second;
nothing needs to happen between commit and sending, so nothing can be lost there.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from accounts.models import Delivery, Notice, NoticeFile, Text, User
from mpp.kit import clock
from mpp.kit.prepared import Prepared

KNOWN = frozenset(code for code, _name in settings.LANGUAGES)
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
SUBJECT_LENGTH = 200
MOST_FILE_BYTES = 64 * 1024
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
# Text only, like "text/calendar; method=PUBLISH".
FILE_KIND = re.compile(r"text/[a-z]+(; [a-z]+=[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class Attached:
    """A small text file that goes out with the mail. Raises ValueError when it is none."""

    name: str
    mime: str
    text: str

    def __post_init__(self) -> None:
        is_named = FILE_NAME.fullmatch(self.name) and FILE_KIND.fullmatch(self.mime)
        if not is_named or len(self.mime) > 80 or len(self.text.encode()) > MOST_FILE_BYTES:
            raise ValueError("An attached file is a small text with a plain name.")


def _unread(person: int) -> QuerySet:
    """The number of unread notices of a person as the only row; no row when there are none."""
    rows = Notice.objects.filter(recipient=person, read_at__isnull=True).order_by()
    return rows.values("recipient").annotate(number=Count("pk")).values_list("number", flat=True)


# Every page of everybody who is signed in asks it.
_UNREAD = Prepared(_unread, int)


def notify(
    *,
    kind: str,
    key: str,
    context: dict[str, Any],
    recipient: User | None = None,
    address: str = "",
    language: str = "",
    object_kind: str = "",
    object_ref: str = "",
    path: str = "",
    attached: Attached | None = None,
) -> Notice:
    """Tell `recipient` (or the `address` of someone without an account) about an act.

    `address` is an e-mail address, or a mobile number that begins with `+`.

    `kind` is `<app>.<act>` and names the texts `emails/<app>/<act>_subject.txt` and
    `_body.txt`, or the region's own `Text` rows. `key` makes it idempotent: the same key gives
    the first notice back, written once. `attached` goes with a mail only. Must run inside a
    transaction; raises RuntimeError outside, ValueError when nobody is named.
    """
    _assert_inside_transaction()
    if recipient is None and not address:
        raise ValueError("A notice needs a recipient or an address.")
    known = Notice.objects.filter(key=key).first()
    if known is not None:
        return known
    language = recipient.language if recipient else language
    language = language if language in KNOWN else settings.LANGUAGE_CODE
    values = {"name": str(recipient) if recipient else "", "path": path, **context}
    values["url"] = f"{settings.SITE_URL}{path}" if path else ""
    subject, body = texts(kind, language, values)
    channel, target = _way_of(address) if address else _way_to(recipient)
    # A short message carries the headline and the link; the inbox has the whole text.
    short = f"{subject} {values['url']}".strip() if channel == "sms" else ""
    return _write(
        key=key,
        recipient=recipient,
        kind=kind,
        subject=subject,
        body=body,
        language=language,
        object_kind=object_kind,
        object_ref=object_ref,
        path=path,
        attached=attached if channel == "email" else None,
        deliveries=[(channel, target, short)] if channel else [],
    )


def post(*, key: str, kind: str, subject: str, body: str, channel: str, address: str) -> Notice:
    """Put a ready text for an address into the outbox (codes, mails of signing in).

    It is in nobody's inbox. Must run inside a transaction.
    """
    _assert_inside_transaction()
    return _write(
        key=key,
        recipient=None,
        kind=kind,
        subject=subject,
        body=body,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        deliveries=[(channel, address, "")],
    )


def unread_count(person: User | AnonymousUser | None) -> int:
    """How many notices in the inbox were not opened yet; 0 when nobody is signed in."""
    if person is None or not person.is_authenticated:
        return 0
    return next(iter(_UNREAD.rows(person.pk)), 0)


def texts(kind: str, language: str, values: dict[str, Any]) -> tuple[str, str]:
    """(subject, body) of a notice: the region's own wording if there is one, else the file's."""
    own = Text.objects.filter(key=kind.replace(".", "-"), language=language).first()
    app, _dot, act = kind.partition(".")
    with translation.override(language):
        subject = own.subject if own else ""
        subject = _fill(subject, values) if subject else _render(app, act, "subject", values)
        body = _fill(own.body, values) if own else _render(app, act, "body", values)
    return " ".join(subject.split())[:SUBJECT_LENGTH], body.strip() + "\n"


def _fill(text: str, values: dict[str, Any]) -> str:
    """Put plain values into `{name}`; anything else in braces stays as typed.

    Texts from the database are never templates: no attributes, calls or formats.
    """

    def value(found: re.Match) -> str:
        name = found.group(1)
        return str(values[name]) if name in values else found.group(0)

    return PLACEHOLDER.sub(value, text)


def _render(app: str, act: str, part: str, values: dict[str, Any]) -> str:
    template = get_template(f"emails/{app}/{act}_{part}.txt")
    # Plain text: escaping for HTML would show &amp; in a mail.
    return template.template.render(Context(values, autoescape=False))


def _way_of(address: str) -> tuple[str, str]:
    """(channel, address) of somebody without an account."""
    return ("sms" if address.startswith("+") else "email"), address


def _way_to(person: User) -> tuple[str, str]:
    """(channel, address): e-mail first, else the verified mobile number, else only the inbox."""
    if person.email:
        return "email", person.email
    if person.phone and person.phone_verified_at:
        return "sms", person.phone
    return "", ""


def _write(
    *,
    key: str,
    deliveries: list[tuple[str, str, str]],
    attached: Attached | None = None,
    **fields: Any,
) -> Notice:
    now = clock.now()
    try:
        with transaction.atomic():
            notice = Notice.objects.create(key=key, created_at=now, **fields)
    except IntegrityError:
        # Somebody else wrote the same notice between our look and our insert.
        return Notice.objects.get(key=key)
    if attached is not None:
        NoticeFile.objects.create(notice=notice, **asdict(attached))
    for channel, address, text in deliveries:
        delivery = Delivery(
            notice=notice, channel=channel, address=address, text=text, next_at=now
        )
        delivery.message_id = f"<{notice.pk}.{channel}.{_mark(key)}@{_host()}>"
        delivery.save(force_insert=True)
    return notice


def _mark(key: str) -> str:
    """The key as part of a Message-ID: the same notice always has the same one."""
    return re.sub(r"[^A-Za-z0-9]+", "-", key)[-40:].strip("-")


def _host() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"


def _assert_inside_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A notice is written inside the transaction of its act.")
