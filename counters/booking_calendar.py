"""A booking as an entry of a calendar (RFC 5545): one UID for ever, a SEQUENCE that rises."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, Timezone

from counters.models import Booking, BookingState
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.keys import lookup_hash

PRODUCT = "-//MPP Portal//Antrean//ID"
REMIND_BEFORE = timedelta(hours=1)
OVER = (
    BookingState.CANCELLED,
    BookingState.EXPIRED,
    BookingState.NO_SHOW,
    BookingState.DISPLACED,
)


def calendar_file(booking: Booking, url: str) -> bytes:
    """The calendar file of a booking with a time; no name and no number of a person in it.

    The UID never changes; SEQUENCE counts the steps of its history, so a newer file
    moves or cancels the entry that an older one made.
    """
    queue, slot = booking.queue, booking.slot
    zone = clock.zone_of(queue.site.time_zone)
    start = slot.starts_at.astimezone(zone)
    is_over = booking.state in OVER
    event = Event()
    event.add("uid", _uid(booking))
    event.add("sequence", booking.steps.count())
    event.add("dtstamp", clock.now())
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=slot.minutes))
    event.add("summary", f"{text_of(queue, 'name')}, {text_of(queue.site, 'name')}")
    event.add("location", queue.site.address or text_of(queue.site, "name"))
    event.add("description", f"{_('Show the code of this page at the kiosk or the desk.')} {url}")
    event.add("url", url)
    event.add("status", "CANCELLED" if is_over else "CONFIRMED")
    if not is_over:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", text_of(queue, "name"))
        alarm.add("trigger", -REMIND_BEFORE)
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_over else "PUBLISH")
    calendar.add_component(Timezone.from_tzinfo(zone))
    calendar.add_component(event)
    return calendar.to_ical()


def _uid(booking: Booking) -> str:
    """The same for ever, and not the secret of the link."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"{lookup_hash(str(booking.pk), 'booking-uid')[:32]}@{host}"
