"""Rows of the work list as plain data, grouped by what is left of the promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import caches
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.identity import mask_name
from accounts.models import User
from counters import permissions as places
from counters.calendar import home_calendar
from counters.workdays import Calendar, working_days_between
from mpp.kit import clock
from mpp.kit.promise_bar import PromiseBar, promise_bar
from permits.models import Application, PermitVersion, Phase
from permits.versions import PATH_SECONDS, definition_of
from permits.views.desk.piles import new_messages

AT_WORK = (Phase.SUBMITTED, Phase.IN_REVIEW)
GROUPS = ("late", "today", "week", "later", "waiting", "ended")
GROUP_ICONS = {
    "late": "exclamation-triangle-fill",
    "today": "clock-fill",
    "week": "calendar-week",
    "later": "calendar-event",
    "waiting": "hourglass-split",
    "ended": "check-circle",
}
# Names of the stages of frozen versions: they never change, so they are kept for good.
_stages: dict[tuple[int, str], dict[str, tuple[str, str]]] = {}


def stage_names(versions: Iterable[tuple[int, str]]) -> dict[int, dict[str, tuple[str, str]]]:
    """(name, English name) of each stage by key, by version; reads only versions not seen yet."""
    wanted = set(versions)
    missing = [pk for pk, digest in wanted if (pk, digest) not in _stages]
    if missing:
        for version in PermitVersion.objects.filter(pk__in=missing):
            names = {s.key: (s.name, s.name_en) for s in definition_of(version).stages}
            _stages[version.pk, version.digest] = names
    return {pk: _stages.get((pk, digest), {}) for pk, digest in wanted}


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """What a row of a list shows of its permit type and version."""

    name: str
    name_en: str
    agency_id: int
    stages: dict[str, tuple[str, str]]

    def stage(self, key: str) -> str:
        """The name of a stage in the active language, else its key."""
        return by_language(*self.stages.get(key, (key, "")))


def facts_of(rows: list[Application]) -> dict[int, TypeFacts]:
    """The facts of each version of these rows, remembered for seconds per process.

    For showing: three more joined tables would cost more than the rest of the list.
    """
    cache = caches["local"]
    keys = {f"desk:version:{row.version_id}": row.version_id for row in rows}
    found = {keys[key]: facts for key, facts in cache.get_many(keys).items()}
    missing = set(keys.values()) - set(found)
    if missing:
        versions = PermitVersion.objects.filter(pk__in=missing).values_list(
            "pk", "digest", "permit_type__name", "permit_type__name_en",
            "permit_type__service__agency_id",
        )  # fmt: skip
        read = list(versions)
        names = stage_names((pk, digest) for pk, digest, *_more in read)
        fresh = {pk: TypeFacts(*facts, names[pk]) for pk, _digest, *facts in read}
        cache.set_many({f"desk:version:{pk}": f for pk, f in fresh.items()}, PATH_SECONDS)
        found |= fresh
    return found


def by_language(name: str, english: str) -> str:
    """The English text on English pages where there is one, else the Indonesian."""
    return english if english and get_language() == "en" else name


def bar_and_left(
    application: Application, calendar: Calendar, now: datetime
) -> tuple[PromiseBar, str, bool]:
    """The promise bar, what is left of it in words, and whether it is late."""
    if application.due_at is None or application.submitted_at is None:
        return promise_bar(1), "-", False
    start = calendar.day_of(application.submitted_at)
    due = calendar.day_of(application.due_at)
    today = calendar.day_of(now)
    total = working_days_between(start, due, calendar)
    if application.phase == Phase.NEEDS_CORRECTION:
        return (
            promise_bar(total, working_days_between(start, min(today, due), calendar)),
            _("Stopped, waits for the applicant"),
            False,
        )
    if application.phase not in AT_WORK:
        return promise_bar(total, total, done=True), _("Ended"), False
    day = working_days_between(start, today, calendar)
    if application.due_at < now:
        late = max(1, working_days_between(due, today, calendar))
        words = ngettext("%(n)d working day late", "%(n)d working days late", late) % {"n": late}
        return promise_bar(total, day, late=late), words, True
    left = working_days_between(today, due, calendar)
    if left == 0:
        return promise_bar(total, day), _("Today"), False
    words = ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}
    return promise_bar(total, day), words, False


def group_of(application: Application, calendar: Calendar, now: datetime) -> str:
    """Which group of the list a file belongs to."""
    if application.phase == Phase.NEEDS_CORRECTION:
        return "waiting"
    if application.phase not in AT_WORK or application.due_at is None:
        return "ended"
    if application.due_at < now:
        return "late"
    today, due = calendar.day_of(now), calendar.day_of(application.due_at)
    if due == today:
        return "today"
    sunday = today + timedelta(days=6 - today.weekday())
    return "week" if due <= sunday else "later"


def group_label(kind: str) -> str:
    """The heading of a group."""
    return {
        "late": _("Late"),
        "today": _("Due today"),
        "week": _("This week"),
        "later": _("Later"),
        "waiting": _("Waiting for the applicant"),
        "ended": _("Ended"),
    }[kind]


def phase_words(phase: str) -> str:
    """A phase as the desk says it."""
    return {
        Phase.DRAFT: _("draft"),
        Phase.SUBMITTED: _("new"),
        Phase.IN_REVIEW: _("being checked"),
        Phase.NEEDS_CORRECTION: _("with the applicant"),
        Phase.APPROVED: _("approved"),
        Phase.ISSUED: _("issued"),
        Phase.COMPLETED: _("completed"),
        Phase.REJECTED: _("rejected"),
        Phase.WITHDRAWN: _("withdrawn"),
        Phase.LAPSED: _("lapsed"),
    }[phase]


PHASE_LOOKS = {
    Phase.NEEDS_CORRECTION: ("hourglass-split", "wait"),
    Phase.APPROVED: ("patch-check-fill", "good"),
    Phase.ISSUED: ("patch-check-fill", "good"),
    Phase.COMPLETED: ("check-circle-fill", "good"),
    Phase.REJECTED: ("x-circle-fill", "bad"),
    Phase.WITHDRAWN: ("info-circle-fill", "plain"),
    Phase.LAPSED: ("info-circle-fill", "plain"),
}


def status_of(application: Application, stage: str) -> dict[str, str]:
    """Label, icon and tone of where a file is: its stage while at work, else its phase."""
    icon, tone = PHASE_LOOKS.get(application.phase, ("list-task", ""))
    at_work = application.phase in AT_WORK
    label = stage if at_work and stage else phase_words(application.phase)
    return {"label": label, "icon": icon, "tone": tone}


def shown_name(mine: frozenset[int], application: Application, agency_id: int) -> str:
    """The holder's name for colleagues of the file's agencies, masked for the supervision.

    `mine` are the agencies whose files one works on, `agency_id` is the agency of the service.
    """
    name = application.holder_name or "-"
    if application.desk_agency_id in mine or agency_id in mine:
        return name
    return mask_name(name)


def groups(user: User, rows: list[Application], *, asked: bool = False) -> list[dict]:
    """The rows of one page for the work list component; `asked`: names of an opinion's files."""
    now, calendar = clock.now(), home_calendar()
    known, unread = facts_of(rows), new_messages(rows)
    mine = places.file_agency_ids_of(user)
    address = reverse("admin:permits_application_review", args=["X"])
    found: dict[str, list[dict]] = {kind: [] for kind in GROUPS}
    for row in rows:
        bar, left, late = bar_and_left(row, calendar, now)
        facts, new = known[row.version_id], unread.get(row.pk, 0)
        found[group_of(row, calendar, now)].append(
            {
                "key": row.number,
                "url": address.replace("X", row.number),
                "bar": bar,
                "left": left,
                "is_late": late,
                "who": row.holder_name if asked else shown_name(mine, row, facts.agency_id),
                "service": by_language(facts.name, facts.name_en),
                "reference": row.number,
                "stage": status_of(row, facts.stage(row.stage_key)),
                "assignee": str(row.assignee) if row.assignee_id else "",
                "note": ngettext("%(n)d new message", "%(n)d new messages", new) % {"n": new}
                if new
                else "",
            }
        )
    return [
        {
            "kind": kind,
            "icon": GROUP_ICONS[kind],
            "label": group_label(kind),
            "count": len(found[kind]),
            "rows": found[kind],
        }
        for kind in GROUPS
        if found[kind]
    ]


def groups_first_url(rows: list[Application]) -> str:
    """The address of the file to work on next: the first one whose clock runs."""
    for row in rows:
        if row.phase in AT_WORK:
            return reverse("admin:permits_application_review", args=[row.number])
    return ""


EXPORT_FIELDS = (
    "version", "assignee", "owner",
    "number", "phase", "stage_key", "holder_name", "due_at", "submitted_at", "desk_agency_id",
    "assignee__full_name", "assignee__email", "assignee__phone", "owner__full_name",
)  # fmt: skip


def export_heading() -> list[str]:
    """Column names of the export."""
    return [
        _("Number"), _("Applicant"), _("Service"), _("Stage"), _("State"), _("Who has it"),
        _("Sent"), _("Due"),
    ]  # fmt: skip


def export_lines(user: User, rows: list[Application]) -> Iterable[list[str]]:
    """One list of cells per file; the NIK is never among them."""
    known, mine = facts_of(rows), places.file_agency_ids_of(user)
    for row in rows:
        facts = known[row.version_id]
        yield [
            row.number,
            shown_name(mine, row, facts.agency_id),
            by_language(facts.name, facts.name_en),
            facts.stage(row.stage_key),
            phase_words(row.phase),
            str(row.assignee) if row.assignee_id else "",
            clock.local(row.submitted_at).strftime("%Y-%m-%d %H:%M") if row.submitted_at else "",
            clock.local(row.due_at).strftime("%Y-%m-%d %H:%M") if row.due_at else "",
        ]
