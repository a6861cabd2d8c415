"""Settings and acts for the processes of test_outbox: one database file, a slow channel."""

import os
import time
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATA_DIR

MESSAGE_CHANNELS = {
    "email": "tests.accounts.slow_channel.SlowChannel",
    "sms": "tests.accounts.slow_channel.SlowChannel",
}
COUNT = 12


def fill() -> None:
    """Migrate the file and put a dozen messages into the outbox."""
    from django.core.management import call_command
    from django.db import transaction

    from accounts.notices import post

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        for number in range(COUNT):
            post(
                key=f"k{number}",
                kind="accounts.test",
                subject="x",
                body="y",
                channel="email",
                address=f"a{number}@example.id",
            )


def free() -> None:
    """As if five minutes had passed: leases are over."""
    from accounts.models import Delivery, DeliveryState
    from mpp.kit import clock

    Delivery.objects.filter(state=DeliveryState.SENDING).update(next_at=clock.now())


def drain() -> None:
    """Drain until nothing is due; UNGUARDED drops the claim."""
    from accounts import outbox

    if os.environ.get("UNGUARDED"):
        outbox._claim = lambda row: True
        outbox._mine = lambda row: outbox.Delivery.objects.filter(pk=row.pk)
        (Path(DATA_DIR) / f"ready{os.getpid()}").touch()
        while len(list(Path(DATA_DIR).glob("ready*"))) < 2:
            time.sleep(0.01)
    outbox.drain()
