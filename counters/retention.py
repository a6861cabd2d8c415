"""What is forgotten of people in line: names and contacts of numbers and bookings long past.

They are kept for the call and for the answer to a complaint, no longer (UU 27/2022 art. 16 and
43). What stays is who was served where and when, without a person.
"""

import logging
from datetime import timedelta

from counters.models import Booking, LiveKey, Ticket
from mpp.kit import clock

log = logging.getLogger("counters.retention")
CONTACT_DAYS = 30


def forget_contacts() -> int:
    """Blank names, contacts and hashes of days more than CONTACT_DAYS ago; how many rows."""
    last = clock.today() - timedelta(days=CONTACT_DAYS)
    blank = {"contact_name": "", "phone": "", "email": "", "person_key": ""}
    count = 0
    for model in (Ticket, Booking):
        rows = model.objects.filter(day__lt=last, forgotten_at__isnull=True)
        count += rows.update(forgotten_at=clock.now(), **blank)
    LiveKey.objects.filter(day__lt=last).delete()
    if count:
        log.info("contacts of %d numbers and bookings were forgotten", count)
    return count
