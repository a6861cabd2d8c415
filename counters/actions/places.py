"""Acts on places and standards. Each is one transaction and returns its object."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, User
from counters import published
from counters.actions.base import Refused
from counters.models import (
    Agency,
    Channel,
    Counter,
    Posting,
    Service,
    ServiceStandard,
    StandardState,
)
from counters.permissions import forget_postings
from mpp.kit import clock
from mpp.kit.verdicts import YES, No, Verdict


@transaction.atomic
def appoint(user: User, *, agency: Agency, role: Role, counter: Counter | None = None) -> Posting:
    """Post a person to an agency in a role; a second time only moves the counter."""
    posting, _made = Posting.objects.update_or_create(
        user=user, agency=agency, role=role, ended_at=None, defaults={"counter": counter}
    )
    follow_postings(user)
    return posting


@transaction.atomic
def end_posting(posting: Posting) -> Posting:
    """End a posting now; the row stays, the rights go at once."""
    now = clock.now()
    if Posting.objects.filter(pk=posting.pk, ended_at__isnull=True).update(ended_at=now):
        posting.ended_at = now
    follow_postings(posting.user)
    return posting


@transaction.atomic
def follow_postings(user: User) -> User:
    """Set `is_staff` and the groups after the postings: they are the only source of rights."""
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now())
    roles = {row.role for row in user.postings.filter(in_force).select_related("role")}
    user.groups.set([group_of(role) for role in sorted(roles, key=lambda role: role.key)])
    is_staff = bool(roles) or user.is_superuser
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
    forget_postings(user)
    return user


def group_of(role: Role) -> Group:
    """The group that carries a role's rights, brought up to what the role's row says."""
    group, _made = Group.objects.get_or_create(name=role.key)
    wanted = Q(pk__in=[])
    for right in role.rights:
        app, _dot, codename = str(right).partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    group.permissions.set(Permission.objects.filter(wanted))
    return group


def can_put_in_force(standard: ServiceStandard) -> Verdict:
    """Whether a draft standard may replace the one in force."""
    if standard.state != StandardState.DRAFT:
        return No(_("Only a draft can be put into force."))
    if standard.service.channel == Channel.ONLINE:
        return No(_("This service is applied for online: its permit type publishes the standard."))
    missing = not (standard.decree and standard.effective_on and standard.limit_count)
    if missing or not standard.requirements.exists():
        return No(_("Decree, date, time limit and at least one requirement are needed first."))
    return YES


@transaction.atomic
def put_in_force(standard: ServiceStandard) -> ServiceStandard:
    """Make a draft the standard in force; the former one stays readable as past.

    Raises Refused with the reason. Of two at once only one wins: the draft's row decides.
    """
    verdict = can_put_in_force(standard)
    if not verdict:
        raise Refused(verdict.sentence)
    versions = ServiceStandard.objects.filter(service=standard.service_id)
    versions.filter(state=StandardState.CURRENT).update(state=StandardState.PAST)
    drafts = versions.filter(pk=standard.pk, state=StandardState.DRAFT)
    if not drafts.update(state=StandardState.CURRENT):
        raise Refused(_("Only a draft can be put into force."))
    standard.state = StandardState.CURRENT
    transaction.on_commit(published.forget)
    return standard


_COPIED = (
    "limit_count",
    "limit_unit",
    "intake_days",
    "fee_amount",
    "fee_text",
    "fee_text_en",
    "product",
    "product_en",
    "procedure",
    "procedure_en",
    "complaints",
    "complaints_en",
    "legal_basis",
    "sources",
    "assumed",
)


@transaction.atomic
def draft_standard(service: Service) -> ServiceStandard:
    """The draft of a service's next standard: the open one, else a copy of the newest version.

    Decree and dates start empty: a new version needs a decree of its own.
    """
    newest = service.standards.order_by("-version").first()
    if newest is not None and newest.state == StandardState.DRAFT:
        return newest
    copied = {name: getattr(newest, name) for name in _COPIED} if newest else {}
    draft = ServiceStandard.objects.create(
        service=service, version=newest.version + 1 if newest else 1, **copied
    )
    for row in newest.requirements.all() if newest else ():
        row.pk, row.standard = None, draft
        row.save()
    return draft
