"""The piles of the work list: what lies in each, counted at once, read page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counters import permissions as places
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from mpp.kit.wording import thousands
from permits.models import Application, Message, Opinion, OpinionState
from permits.querysets import DUE_SOON

CAP = 1_000
PAGE = 20


@dataclass(frozen=True, slots=True)
class Pile:
    """One tab: `slug` stands in the address, `rows` says which files of a person lie in it."""

    key: str
    slug: str
    label: Promise
    icon: str
    empty: Promise
    rows: Callable[[User], QuerySet]


def _mine(user: User) -> QuerySet:
    return Application.objects.taken_by(user)


def _agency(user: User) -> QuerySet:
    return Application.objects.at_agencies(user)


def _unassigned(user: User) -> QuerySet:
    """Files nobody has, at the desks this person serves (all desks for a supervisor)."""
    free = Application.objects.at_agencies(user).working().unassigned()
    if places.is_supervisor(user):
        return free
    desks = Q(pk__in=[])
    for post in places.postings_of(user):
        desks |= Q(desk_agency_id=post.agency_id, desk_role=post.role)
    return free.filter(desks)


def _opinions(user: User) -> QuerySet:
    """Files on which an agency of this person is asked, in a role he holds."""
    asked = Q(pk__in=[])
    for post in places.postings_of(user):
        asked |= Q(agency_id=post.agency_id, role=post.role)
    open_ones = Opinion.objects.filter(
        asked, application=OuterRef("pk"), state__in=(OpinionState.ASKED, OpinionState.SILENT)
    )
    return Application.objects.at_desk().filter(Exists(open_ones))


PILES = (
    Pile(
        "mine", "saya", _("Files I work on"), "inbox",
        _("You have taken no file. Take one from the files without anybody."), _mine,
    ),
    Pile(
        "unassigned", "bebas", _("Not taken yet"), "folder2-open",
        _("Somebody works on every file of your desk."), _unassigned,
    ),
    Pile(
        "agency", "instansi", _("My agency"), "building",
        _("No file lies at your agency now."), _agency,
    ),
    Pile(
        "due_soon", "segera", _("Due soon"), "clock",
        _("No promise ends in the next two days."), lambda user: _agency(user).due_soon(),
    ),
    Pile(
        "late", "terlambat", _("Late"), "exclamation-triangle-fill",
        _("No file is late."), lambda user: _agency(user).late(),
    ),
    Pile(
        "waiting", "menunggu", _("Waiting for the applicant"), "hourglass-split",
        _("No applicant has to correct anything."),
        lambda user: _agency(user).waiting_for_citizen(),
    ),
    Pile(
        "opinions", "pendapat", _("Opinions asked of us"), "chat-left-text",
        _("Nobody waits for an opinion of your agency."), _opinions,
    ),
)  # fmt: skip
BY_SLUG = {pile.slug: pile for pile in PILES}


class CappedCount(Subquery):
    """How many rows a sliced query has, counted no further than the slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows.order_by().values("pk")[: CAP + 1], output_field=IntegerField())


# The counting query is dear to build, so it is built once per person and postings; the two
# moments in it stand for now and soon and are put in at every question.
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_queries: dict[tuple, tuple[str, tuple]] = {}
_MOST_QUERIES = 2_000


def _counting(user: User) -> tuple[str, tuple]:
    """SQL and parameters that count every pile of a person at `_THEN`."""
    key = (connection.vendor, user.pk, places.postings_of(user))
    if key not in _queries:
        if len(_queries) >= _MOST_QUERIES:
            _queries.clear()
        with clock.replay(_THEN):
            numbers = {pile.key: CappedCount(pile.rows(user)) for pile in PILES}
            rows = User.objects.filter(pk=user.pk).values_list(*numbers.values())
            _queries[key] = rows.query.sql_with_params()
    return _queries[key]


def counts(user: User) -> dict[str, str]:
    """The number of files in every pile as words ("1.000+" at most); one query."""
    now = clock.now()
    adapt = connection.ops.adapt_datetimefield_value
    moments = {adapt(_THEN): adapt(now), adapt(_THEN + DUE_SOON): adapt(now + DUE_SOON)}
    sql, params = _counting(user)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moments.get(value, value) for value in params])
        row = cursor.fetchone()
    found = zip(PILES, row or (0,) * len(PILES), strict=True)
    return {pile.key: shown_count(number or 0) for pile, number in found}


def shown_count(number: int) -> str:
    """A capped count as words: "7", "1.000+"."""
    return f"{thousands(CAP)}+" if number > CAP else thousands(number)


def _unread(*applications: int) -> QuerySet:
    """(application, number of its messages after our last word)."""
    ours = (
        Message.objects.filter(application=OuterRef("application"), from_staff=True)
        .order_by()
        .values("application")
        .annotate(last=Max("pk"))
        .values("last")
    )
    unread = Message.objects.filter(application__in=applications, from_staff=False)
    return (
        unread.filter(pk__gt=Coalesce(Subquery(ours), Value(0)))
        .order_by()
        .values("application")
        .annotate(number=Count("pk"))
        .values_list("application", "number")
    )


_UNREAD = Prepared(_unread, *[int] * PAGE)


def new_messages(rows: list[Application]) -> dict[int, int]:
    """How many messages of the applicant nobody answered yet, by file; one query a page."""
    found: dict[int, int] = {}
    for start in range(0, len(rows), PAGE):
        keys = [row.pk for row in rows[start : start + PAGE]]
        found |= dict(_UNREAD.rows(*keys, *[0] * (PAGE - len(keys))))
    return found


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a pile in the order of its promise; cursors are numbers of files, or ""."""

    rows: list[Application]
    previous: str
    next: str


def read_page(rows: QuerySet, *, after: str = "", before: str = "", size: int = PAGE) -> Slice:
    """The page after or before the file with this number, by (due_at, id); two queries at most.

    An unknown number gives the first page: somebody moved the file meanwhile.
    """
    cursor = after or before
    place = (
        Application.objects.filter(number=cursor).values_list("due_at", "pk").first()
        if cursor
        else None
    )
    ordered = rows.order_by("due_at", "pk")
    if place is None or place[0] is None:
        found = list(ordered[: size + 1])
        return Slice(found[:size], "", _number(found[:size][-1:] if len(found) > size else []))
    due_at, pk = place
    if after:
        later = Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk)
        found = list(ordered.filter(later, due_at__gte=due_at)[: size + 1])
        page = found[:size]
        return Slice(page, _number(page[:1]), _number(page[-1:] if len(found) > size else []))
    earlier = Q(due_at__lt=due_at) | Q(due_at=due_at, pk__lt=pk)
    found = list(rows.filter(earlier, due_at__lte=due_at).order_by("-due_at", "-pk")[: size + 1])
    page = found[:size][::-1]
    return Slice(page, _number(page[:1] if len(found) > size else []), _number(page[-1:]))


def _number(rows: list[Application]) -> str:
    return rows[0].number if rows else ""
