"""What a saved holiday or week plan did to bookings: drawn at once, and listed to who saved it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.identity import mask_name
from counters import actions
from counters.admin.hall_base import own_agencies
from counters.models import Booking
from mpp.kit import clock

# More than these in one message are a number.
LISTED = 10


def person_row(booking: Booking) -> dict[str, str]:
    """One line of who is affected: the time, the queue, the masked name."""
    slot, zone = booking.slot, booking.queue.site.time_zone
    name = booking.contact_name or (booking.owner.full_name if booking.owner_id else "")
    return {
        "time": f"{clock.local(slot.starts_at, zone):%H.%M}" if slot else "",
        "queue": booking.queue.letter,
        "name": mask_name(name) if name else "",
        "state": booking.get_state_display(),
    }


def follow_now(request: HttpRequest) -> None:
    """Draw the consequence of new hours: whose time is gone is told and chooses anew."""
    lost = actions.follow_calendar(actor=request.user)
    if not lost:
        return
    told = ngettext(
        "%(count)s booking lost its time. The person was told and chooses another time.",
        "%(count)s bookings lost their time. The people were told and choose another time.",
        len(lost),
    )
    own = set(own_agencies(request.user).values_list("pk", flat=True))
    lines = [_line(row) for row in lost if row.queue.agency_id in own]
    more = _("and %(count)s more") % {"count": len(lines) - LISTED}
    shown = lines[:LISTED] + ([more] if len(lines) > LISTED else [])
    sentence = told % {"count": len(lost)}
    messages.warning(request, " ".join(filter(None, (sentence, "; ".join(shown)))))


def _line(booking: Booking) -> str:
    row = person_row(booking)
    day = f"{booking.day:%d.%m.%Y}"
    return " ".join(filter(None, (day, row["time"], row["queue"], row["name"])))


__all__ = ["follow_now", "person_row"]
