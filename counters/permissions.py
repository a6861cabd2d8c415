"""Who is posted where: the only source of rights over objects.

A posting ties a person to an agency in a role; groups and `is_staff` merely follow it. Being a
superuser opens the configuration, never a citizen's file. Postings are read once per request:
they are remembered on the user object, which lives as long as its request.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from counters.models import Agency, Counter, Posting
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from mpp.kit.verdicts import YES, No, Verdict

FRONT_DESK = "front_desk"
SUPERVISOR = "supervisor"
CATALOGUE_EDITOR = "catalogue_editor"
HEAD = "head"
ROLES_WITHOUT_FILES = frozenset({CATALOGUE_EDITOR, "host"})
# Who may change what an agency publishes.
PUBLISHING_ROLES = frozenset({CATALOGUE_EDITOR, HEAD, SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Post:
    """One posting in force, as plain facts."""

    agency_id: int
    role: str
    is_operator: bool
    counter_id: int | None


def postings_of(user: User | AnonymousUser) -> tuple[Post, ...]:
    """The postings in force of this person; one query per request, none for a stranger."""
    if not (user.is_authenticated and user.is_active):
        return ()
    held = getattr(user, "_posts", None)
    if held is None:
        held = user._posts = tuple(Post(*row) for row in _POSTS.rows(user.pk, clock.now()))
    return held


def _rows(user: int, now: datetime) -> QuerySet:
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    return (
        Posting.objects.filter(in_force, user=user, agency__is_active=True)
        .order_by("pk")
        .values_list("agency_id", "role__key", "agency__is_operator", "counter_id")
    )


# Every page of the desk asks it.
_POSTS = Prepared(_rows, int, datetime)


def forget_postings(user: User) -> None:
    """Read the postings anew at the next question: after they were changed."""
    user.__dict__.pop("_posts", None)


def agency_ids_of(user: User | AnonymousUser) -> frozenset[int]:
    """Primary keys of the agencies this person is posted to."""
    return frozenset(post.agency_id for post in postings_of(user))


def file_agency_ids_of(user: User | AnonymousUser) -> frozenset[int]:
    """Agencies whose citizens' files this person may see: posted there to work on files.

    Who edits the catalogue or hosts visitors needs no file (UU 27/2022: only what a purpose
    needs).
    """
    return frozenset(p.agency_id for p in postings_of(user) if p.role not in ROLES_WITHOUT_FILES)


def agencies_of(user: User | AnonymousUser) -> QuerySet[Agency]:
    """The agencies this person is posted to."""
    return Agency.objects.filter(pk__in=agency_ids_of(user))


def _offices(*agencies: int) -> QuerySet[Agency]:
    return Agency.objects.filter(pk__in=agencies).order_by("order", "key")[:3]


@cache
def _offices_of(number: int) -> Prepared:
    """`_offices` for this many agencies: every page of the desk asks it."""
    return Prepared(_offices, *[int] * number)


def offices_of(user: User | AnonymousUser) -> list[Agency]:
    """The first three agencies this person is posted to, in their order; at most one query."""
    agencies = agency_ids_of(user)
    return _offices_of(len(agencies)).rows(*agencies) if agencies else []


def roles_of(user: User | AnonymousUser, agency: Agency | int | None = None) -> frozenset[str]:
    """Keys of the roles held at `agency`, or anywhere when it is not given."""
    wanted = _agency_id(agency)
    return frozenset(
        post.role for post in postings_of(user) if wanted is None or post.agency_id == wanted
    )


def has_role(user: User | AnonymousUser, agency: Agency | int | None, *roles: str) -> bool:
    """Whether this person holds one of `roles` at `agency` (row or primary key).

    Without an agency the answer is no: nobody is posted nowhere.
    """
    wanted = _agency_id(agency)
    if wanted is None:
        return False
    return any(post.agency_id == wanted and post.role in roles for post in postings_of(user))


def is_supervisor(user: User | AnonymousUser) -> bool:
    """Whether this person supervises the whole mall: supervisor at the operator agency.

    The operator of the mall supervises all agencies in it (Perpres 89/2021).
    """
    return any(post.is_operator and post.role == SUPERVISOR for post in postings_of(user))


def can_configure(user: User | AnonymousUser) -> bool:
    """Whether this person may change places, postings and holidays of the whole mall."""
    return bool(user.is_active and user.is_superuser) or is_supervisor(user)


def can_publish(user: User | AnonymousUser, agency: Agency | int | None = None) -> bool:
    """Whether this person may change what `agency` (or, without it, any agency) publishes."""
    if can_configure(user):
        return True
    if agency is None:
        return any(post.role in PUBLISHING_ROLES for post in postings_of(user))
    return has_role(user, agency, *PUBLISHING_ROLES)


def _agency_id(agency: Agency | int | None) -> int | None:
    return agency.pk if isinstance(agency, Agency) else agency


def can_serve(user: User | AnonymousUser, counter: Counter) -> Verdict:
    """Whether this person may call and serve at a counter: front desk of its agency."""
    if has_role(user, counter.agency_id, FRONT_DESK, SUPERVISOR) or is_supervisor(user):
        return YES
    return No(_("You are not posted to the front desk of this agency."))


def can_supervise(user: User | AnonymousUser, agency: Agency | int | None = None) -> bool:
    """Whether this person oversees the queues of `agency`; without it, of any agency."""
    if is_supervisor(user):
        return True
    if agency is None:
        return any(post.role == SUPERVISOR for post in postings_of(user))
    return has_role(user, agency, SUPERVISOR)


def supervised_ids(user: User | AnonymousUser) -> frozenset[int] | None:
    """Agencies whose queues this person oversees; None means all of them."""
    if is_supervisor(user):
        return None
    return frozenset(p.agency_id for p in postings_of(user) if p.role == SUPERVISOR)
