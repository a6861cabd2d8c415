"""A channel that writes down what it took, slowly when SLOW is set."""

import os
import time
from pathlib import Path

from django.conf import settings

from accounts.channels import Channel


class SlowChannel(Channel):
    def send(self, delivery) -> None:
        if os.environ.get("SLOW"):
            time.sleep(0.15)
        path = Path(settings.DATA_DIR) / "sent.log"
        with path.open("a") as log:
            log.write(f"{delivery.message_id}\n")
            log.flush()
            os.fsync(log.fileno())
