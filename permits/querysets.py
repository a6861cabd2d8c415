"""Who may see which application, and the piles of the work list."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from counters import permissions as places
from mpp.kit import clock

DUE_SOON = timedelta(days=2)


class ApplicationQuerySet(models.QuerySet):
    """Filters are adjectives; `visible_to` is the gate in front of every view."""

    def with_path(self):
        """With version, type, service, agency and desk in the same query."""
        return self.select_related(
            "version__permit_type__service__agency",
            "version__standard",
            "desk_agency",
            "owner",
            "business",
            "assignee",
        )

    def visible_to_citizen(self, user: User):
        """Own files, files of one's business, and files under a mandate in force.

        The same rule as `permissions.represents`: who left a business has no file of it left.
        """
        today = clock.today()
        mine = (
            Q(owner=user, business__isnull=True)
            | Q(owner__isnull=True, filed_by=user, business__isnull=True)
            | Q(business__memberships__user=user, business__memberships__ended_at__isnull=True)
        )
        held = Q(
            mandate__agent=user,
            mandate__revoked_at__isnull=True,
            mandate__starts_on__lte=today,
            mandate__ends_on__gte=today,
        )
        own = self.model.objects.filter(mine | held).values("pk")
        return self.filter(pk__in=own)

    def visible_to_desk(self, user: User):
        """Sent files of the agencies one is posted to; the operator's supervisors see all."""
        sent = self.exclude(number__isnull=True)
        if places.is_supervisor(user):
            return sent
        agencies = places.file_agency_ids_of(user)
        if not agencies:
            return self.none()
        asked = self.model._meta.get_field("opinions").related_model.objects.filter(
            ~Q(state="cancelled"), application=OuterRef("pk"), agency_id__in=agencies
        )
        return sent.filter(
            Q(desk_agency_id__in=agencies)
            | Q(version__permit_type__service__agency_id__in=agencies)
            | Exists(asked)
        )

    def visible_to(self, user: User):
        """What this person may see at all, as a citizen or at a desk."""
        own = self.visible_to_citizen(user)
        if not user.is_staff:
            return own
        desk = self.visible_to_desk(user)
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=desk.values("pk")))

    def at_desk(self):
        """On a desk of the mall, or waiting for the citizen in the meantime."""
        return self.filter(phase__in=("submitted", "in_review", "needs_correction"))

    def at_agencies(self, user: User):
        """Lying at an agency this person is posted to (all agencies for a supervisor)."""
        if places.is_supervisor(user):
            return self.at_desk()
        return self.at_desk().filter(desk_agency_id__in=places.file_agency_ids_of(user))

    def taken_by(self, user: User):
        return self.at_desk().filter(assignee=user)

    def unassigned(self):
        return self.at_desk().filter(assignee__isnull=True)

    def working(self):
        """The ball is in our court."""
        return self.filter(phase__in=("submitted", "in_review"))

    def waiting_for_citizen(self):
        return self.filter(phase="needs_correction")

    def late(self, now: datetime | None = None):
        return self.working().filter(due_at__lt=now or clock.now())

    def due_soon(self, now: datetime | None = None):
        now = now or clock.now()
        return self.working().filter(due_at__gte=now, due_at__lt=now + DUE_SOON)
