"""Addresses that leave the portal in mails and codes."""

from django.conf import settings

from mpp.kit.keys import link_token, read_link
from visits.models import Participant, Visit
from visits.querysets import secret_of

_PARTICIPANT = "visit-participant"


def visit_path(visit: Visit) -> str:
    """The delegation's own page, by its secret link."""
    return f"/studi-tiru/{secret_of(visit)}/"


def desk_path(visit: Visit) -> str:
    """The page of a visit at the desk."""
    return f"/admin/visits/visit/{visit.public_ref}/tinjau/"


def badge_of(participant: Participant) -> str:
    """The code a participant shows at the door; made new with the visit's link."""
    return link_token(_PARTICIPANT, participant.pk, participant.visit.link_version)


def badge_url(participant: Participant) -> str:
    """What the QR code of a badge holds: opened by a staff phone it shows the check-in page."""
    return f"{settings.SITE_URL}/admin/visits/visit/hadir/{badge_of(participant)}/"


def read_badge(text: str) -> tuple[int, int] | None:
    """(participant, link version) of a code, or of the whole address a scanner read."""
    return read_link(_PARTICIPANT, text.strip().rstrip("/").rpartition("/")[2])
