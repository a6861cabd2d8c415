"""Who may do what with a visit. Every answer carries the sentence people see."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from counters import permissions as places
from counters.models import Posting
from mpp.kit import clock
from mpp.kit.verdicts import YES, No, Verdict
from visits.models import Visit, VisitRules
from visits.querysets import DESK_ROLES, is_visit_staff
from visits.states import LIVE, VisitState


def can_work(user: User) -> Verdict:
    """Work at the visit desk: host, head or supervisor at the agency that runs the mall."""
    if user.is_active and is_visit_staff(user):
        return YES
    return No(_("Only who receives delegations can do this."))


def can_configure(user: User) -> Verdict:
    """Change sessions, rules, topics and templates: the visit desk and who configures the mall."""
    if places.can_configure(user):
        return YES
    return can_work(user)


def hosts() -> QuerySet[User]:
    """Everybody who may be named as host or leader: posted to the operator in a desk role."""
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now())
    posted = Posting.objects.filter(
        in_force,
        agency__is_operator=True,
        agency__is_active=True,
        role__key__in=DESK_ROLES,
    )
    return User.objects.filter(pk__in=posted.values("user"), is_active=True).order_by("full_name")


def can_host(user: User) -> Verdict:
    """Be named as host of a visit."""
    if hosts().filter(pk=user.pk).exists():
        return YES
    return No(_("%(name)s does not receive delegations.") % {"name": user})


def cutoff_of(visit: Visit, rules: VisitRules | None = None) -> datetime | None:
    """Until when the delegation may change its list; None while it has no date yet."""
    if visit.slot is None:
        return None
    rules = rules or VisitRules.objects.get(site=visit.site_id)
    return visit.slot.starts_at - timedelta(hours=rules.cutoff_hours)


def can_edit_list(visit: Visit) -> Verdict:
    """Change the list of participants by the secret link: while the visit lies ahead."""
    if visit.state not in LIVE or visit.state == VisitState.ARRIVED:
        if visit.state == VisitState.DRAFT:
            return YES
        return No(_("The list of participants cannot be changed any more."))
    cutoff = cutoff_of(visit)
    if cutoff is not None and clock.now() >= cutoff:
        return No(_("The list is closed. Tell the host on site about changes."))
    return YES
