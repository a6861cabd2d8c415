"""The filters of the work list: pile, service, stage and search words, read from the address."""

from dataclasses import dataclass, field
from functools import cache

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from counters import permissions as places
from mpp.kit.fields import clean_text
from mpp.kit.keys import lookup_hash
from mpp.kit.prepared import Prepared
from mpp.kit.references import check_reference
from permits.actions.apply import name_tokens
from permits.models import Application, NameToken, PermitVersion, VersionState
from permits.views.desk.piles import BY_SLUG, PILES, Pile
from permits.views.desk.rows import by_language, stage_names

WORDS = 5
ROW_FIELDS = (
    "version", "assignee", "number", "phase", "stage_key", "holder_name", "due_at",
    "submitted_at", "desk_agency_id", "assignee__full_name", "assignee__email", "assignee__phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Search:
    """What the address asks for; `pile` is None while searching all visible files."""

    pile: Pile | None
    query: str = ""
    service: str = ""
    stage: str = ""
    after: str = ""
    before: str = ""
    nik: str = ""
    problem: str = field(default="")


def _one(params: QueryDict, name: str, length: int = 60) -> str:
    return params.get(name, "").replace("\x00", "").strip()[:length]


def read_search(params: QueryDict) -> Search:
    """The search of an address; unknown values are as if they were not there."""
    problem = ""
    try:
        query = clean_text(params.get("q", "")[:200], one_line=True)
    except ValidationError as wrong:
        query, problem = "", wrong.messages[0]
    pile = BY_SLUG.get(_one(params, "daftar"))
    nik = _one(params, "nik", 64)
    if pile is None and not query and not nik:
        pile = PILES[0]
    return Search(
        pile,
        query,
        _one(params, "layanan", 80),
        _one(params, "tahap"),
        _one(params, "sesudah", 30),
        _one(params, "sebelum", 30),
        nik,
        problem,
    )


def found_rows(user: User, search: Search) -> QuerySet:
    """The files that fit a search, with what a row of the list shows and nothing more."""
    rows = search.pile.rows(user) if search.pile else Application.objects.visible_to_desk(user)
    if search.nik:
        rows = rows.filter(holder_nik_hash=search.nik)
    if search.query:
        rows = matching(rows, search.query)
    if search.service:
        rows = rows.filter(version__permit_type__key=search.service)
    if search.stage:
        rows = rows.filter(stage_key=search.stage)
    return rows.select_related("assignee").only(*ROW_FIELDS)


def nik_hash_in(query: str) -> str:
    """The look-up hash of a NIK typed as search words (16 digits), or ""."""
    digits = query.replace(" ", "").replace(".", "")
    if len(digits) == 16 and digits.isascii() and digits.isdigit():
        return lookup_hash(digits, "nik")
    return ""


def matching(rows: QuerySet, query: str) -> QuerySet:
    """Search by number, or by words of the holder's name."""
    number = check_reference(query)
    if number:
        return rows.filter(number=number)
    words = sorted(name_tokens(query))[:WORDS]
    if not words:
        return rows.none()
    for word in words:
        rows = rows.filter(pk__in=NameToken.objects.filter(token=word).values("application"))
    return rows


def _published(*agencies: int) -> QuerySet:
    """The published versions of these agencies, or of all when none is named."""
    versions = PermitVersion.objects.filter(state=VersionState.PUBLISHED)
    if agencies:
        versions = versions.filter(permit_type__service__agency_id__in=agencies)
    return versions.order_by("permit_type__name").values_list(
        "pk", "digest", "permit_type__key", "permit_type__name", "permit_type__name_en"
    )[:200]


@cache
def _published_of(number: int) -> Prepared:
    """`_published` for this many agencies."""
    return Prepared(_published, *[int] * number)


def choices(user: User, search: Search) -> dict[str, list[dict]]:
    """Services and stages to filter by: those of the person's agencies (one or two queries)."""
    agencies = () if places.is_supervisor(user) else places.file_agency_ids_of(user)
    rows = []
    if agencies or places.is_supervisor(user):
        rows = _published_of(len(agencies)).rows(*agencies)
    services = [
        {"value": key, "label": by_language(name, english), "on": key == search.service}
        for _pk, _digest, key, name, english in rows
    ]
    wanted = [(pk, digest) for pk, digest, key, *_n in rows if search.service in ("", key)]
    stages: dict[str, str] = {}
    for names in stage_names(wanted).values():
        for key, name in names.items():
            stages.setdefault(key, by_language(*name))
    return {
        "services": services,
        "stages": [
            {"value": key, "label": label, "on": key == search.stage}
            for key, label in sorted(stages.items(), key=lambda item: item[1])
        ],
    }
