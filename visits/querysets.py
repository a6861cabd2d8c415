"""Who may see which visit."""

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User
from counters import permissions as places
from mpp.kit.keys import link_token, read_link
from visits.states import HOLDING, PENDING, VISITED

LINK_KIND = "visit"
# Who receives delegations at the operator's agency.
DESK_ROLES = ("host", "head", "supervisor")


def is_visit_staff(user: User | AnonymousUser) -> bool:
    """Whether this person works at the visit desk: host, head or supervisor at the operator."""
    return any(p.is_operator and p.role in DESK_ROLES for p in places.postings_of(user))


class VisitQuerySet(models.QuerySet):
    """Filters are adjectives; `visible_to` and `by_link` are the gates in front of every view."""

    def visible_to(self, user: User | AnonymousUser):
        """Sent requests, for the visit desk; nobody else sees any without the secret link."""
        return self.exclude(number__isnull=True) if is_visit_staff(user) else self.none()

    def by_link(self, token: str):
        """The one visit behind a secret link; none when the link was made new or is foreign."""
        found = read_link(LINK_KIND, token)
        if found is None:
            return self.none()
        return self.filter(pk=found[0], link_version=found[1])

    def with_place(self):
        """With site, place, session and people of the desk in the same query."""
        return self.select_related(
            "site",
            "host",
            "slot__session",
            "slot__day__site",
            "offer_slot__session",
            "offer_slot__day__site",
        )

    def pending(self):
        """Waiting for an answer; they take no place."""
        return self.filter(state__in=PENDING)

    def holding(self):
        """Holding the place in `slot`."""
        return self.filter(state__in=HOLDING, slot__isnull=False)

    def visited(self):
        """Somebody came."""
        return self.filter(state__in=VISITED)


def secret_of(visit: models.Model) -> str:
    """The secret part of the visit's link."""
    return link_token(LINK_KIND, visit.pk, visit.link_version)
