"""A visit as a calendar file (RFC 5545): constant UID, SEQUENCE = revision, time zone inside.

It goes into calendars many people see, so it never names the delegation's secret link.
"""

from email.utils import parseaddr

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from mpp.kit import clock
from mpp.kit.installation import installation
from visits.models import Visit
from visits.states import HOLDING

CONTENT_TYPE = "text/calendar"


def is_available(visit: Visit) -> bool:
    """Whether there is, or was, a date to put into a calendar."""
    return visit.slot_id is not None


def method_of(visit: Visit) -> str:
    """PUBLISH while the visit stands, CANCEL when its entry must go (RFC 5546)."""
    return "PUBLISH" if visit.state in HOLDING else "CANCEL"


def build(visit: Visit) -> bytes:
    """The file in the page's language; the same visit always has the same UID."""
    zone_name = visit.site.time_zone
    method = method_of(visit)
    calendar = Calendar()
    calendar.add("prodid", "-//MPP Portal//studi tiru//ID")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_tzinfo(clock.zone_of(zone_name)))
    calendar.add_component(_event(visit, method))
    return calendar.to_ical()


def name_of(visit: Visit) -> str:
    """What the file is called."""
    return f"kunjungan-{slugify(visit.public_ref)}.ics"


def _event(visit: Visit, method: str) -> Event:
    mall, slot = installation(), visit.slot
    event = Event()
    event.add("uid", visit.uid)
    event.add("sequence", visit.revision)
    event.add("dtstamp", clock.now())
    event.add("last-modified", visit.updated_at)
    event.add("dtstart", clock.local(slot.starts_at, visit.site.time_zone))
    event.add("dtend", clock.local(slot.ends_at, visit.site.time_zone))
    summary = _("Study visit of %(institution)s to %(mall)s")
    event.add("summary", summary % {"institution": visit.institution, "mall": mall.name})
    event.add(
        "location", ", ".join(filter(None, [slot.room, visit.site.name, visit.site.address]))
    )
    event.add("status", "CONFIRMED" if method == "PUBLISH" else "CANCELLED")
    event.add("description", _description(visit))
    # The sender of mails may have a name before its address; a name has no place in a URI.
    _name, address = parseaddr(mall.email or settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = vText(mall.name)
    event["organizer"] = organizer
    return event


def _description(visit: Visit) -> str:
    lines = [_("Number: %(number)s") % {"number": visit.public_ref}]
    if visit.host:
        lines.append(_("Host: %(name)s") % {"name": visit.host})
    lines += [
        f"{row.starts_at:%H.%M}-{row.ends_at:%H.%M} {row.title}" for row in visit.itinerary.all()
    ]
    return "\n".join(lines)
