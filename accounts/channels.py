"""Ways out of the portal: e-mail now, short messages through a gateway, others later.

A channel is a class with `open()`, `send(delivery)` and `close()`; `MESSAGE_CHANNELS` names one
per channel key. `send` returns when the other side has taken the message, raises `Unreachable`
when the whole channel is down (the round ends) and any other exception for this message alone.
"""

import json
import logging
from email.mime.text import MIMEText
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.models import Delivery, NoticeFile

log = logging.getLogger("accounts.channels")
TIMEOUT_SECONDS = 10


class Unreachable(Exception):
    """The mail server or gateway does not answer: no use in trying the next message now."""


class Channel:
    """Base of all channels: what the outbox calls."""

    def open(self) -> None:
        """Get ready for a round of messages; may raise Unreachable."""

    def send(self, delivery: Delivery) -> None:
        """Send one message; returning means it was taken."""
        raise NotImplementedError

    def close(self) -> None:
        """The round is over."""


class EmailChannel(Channel):
    """Plain text mail through Django's backend, one connection a round, stable Message-ID."""

    def open(self) -> None:
        """Connect to the mail server."""
        self.connection = get_connection()
        try:
            self.connection.open()
        except OSError as fault:
            raise Unreachable(f"mail server: {type(fault).__name__}") from fault

    def send(self, delivery: Delivery) -> None:
        """Send one mail; a refused address raises, a broken line is Unreachable."""
        message = EmailMessage(
            subject=delivery.notice.subject,
            body=delivery.notice.body,
            to=[delivery.address],
            connection=self.connection,
            headers={"Message-ID": delivery.message_id, "Auto-Submitted": "auto-generated"},
        )
        file = getattr(delivery.notice, "file", None)
        if file is not None:
            message.attach(_part(file))
        try:
            message.send()
        except (ConnectionError, TimeoutError) as fault:
            raise Unreachable(f"mail server: {type(fault).__name__}") from fault

    def close(self) -> None:
        """Hang up; what was taken stays taken."""
        try:
            self.connection.close()
        except OSError:
            log.info("mail server hung up first")


def _part(file: NoticeFile) -> MIMEText:
    """A file as part of a mail; base64 keeps its line ends."""
    kind, *parameters = file.mime.split("; ")
    part = MIMEText(file.text, kind.removeprefix("text/"), "utf-8")
    for parameter in parameters:
        part.set_param(*parameter.split("=", 1))
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


class DemoSmsChannel(Channel):
    """The demo sends no short message: /demo/pesan/ shows what would have gone out."""

    def send(self, delivery: Delivery) -> None:
        """Nothing to do: the row itself is what the page shows."""


class WebhookSmsChannel(Channel):
    """A gateway for short messages over HTTPS: POST {id, to, text} as JSON to SMS_URL.

    `id` is stable, so the gateway can drop a message it already has. Any 2xx means taken.
    """

    def send(self, delivery: Delivery) -> None:
        """Hand one message to the gateway."""
        if not settings.SMS_URL.startswith("https://"):
            raise RuntimeError("SMS_URL is not set: no gateway for short messages.")
        text = delivery.text or delivery.notice.body.strip()
        body = {"id": delivery.message_id, "to": delivery.address, "text": text}
        request = Request(  # noqa: S310 (only https, from the settings)
            settings.SMS_URL,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_TOKEN}",
            },
        )
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return
        except HTTPError as fault:
            raise RuntimeError(f"gateway answered {fault.code}") from fault
        except (URLError, TimeoutError) as fault:
            raise Unreachable("gateway for short messages does not answer") from fault
