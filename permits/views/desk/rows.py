"""Rows of the work list as plain data, grouped by what is left of the promise."""

from collections.abc import Iterable
from datetime import datetime, timedelta

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
from permits.versions import definition_of

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


def shown_name(user: User, application: Application) -> str:
    """The holder's name for colleagues of the file's agencies, masked for the supervision."""
    name = application.holder_name or "-"
    mine = places.file_agency_ids_of(user)
    agency_id = application.version.permit_type.service.agency_id
    if application.desk_agency_id in mine or agency_id in mine:
        return name
    return mask_name(name)


def groups(user: User, rows: list[Application], *, asked: bool = False) -> list[dict]:
    """The rows of one page for the work list component; `asked`: names of an opinion's files."""
    now, calendar = clock.now(), home_calendar()
    names = stage_names((row.version_id, row.version.digest) for row in rows)
    address = reverse("admin:permits_application_review", args=["X"])
    found: dict[str, list[dict]] = {kind: [] for kind in GROUPS}
    for row in rows:
        bar, left, late = bar_and_left(row, calendar, now)
        stage = names.get(row.version_id, {}).get(row.stage_key, (row.stage_key, ""))
        permit_type = row.version.permit_type
        new = row.new_messages
        found[group_of(row, calendar, now)].append(
            {
                "key": row.number,
                "url": address.replace("X", row.number),
                "bar": bar,
                "left": left,
                "is_late": late,
                "who": row.holder_name if asked else shown_name(user, row),
                "service": by_language(permit_type.name, permit_type.name_en),
                "reference": row.number,
                "stage": status_of(row, by_language(*stage)),
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
    "version", "assignee", "owner", "version__permit_type", "version__permit_type__service",
    "number", "phase", "stage_key", "holder_name", "due_at", "submitted_at", "desk_agency_id",
    "assignee__full_name", "assignee__email", "assignee__phone", "owner__full_name",
    "version__digest", "version__permit_type__name", "version__permit_type__name_en",
    "version__permit_type__service__agency_id",
)  # fmt: skip


def export_heading() -> list[str]:
    """Column names of the export."""
    return [
        _("Number"), _("Applicant"), _("Service"), _("Stage"), _("State"), _("Who has it"),
        _("Sent"), _("Due"),
    ]  # fmt: skip


def export_lines(user: User, rows: list[Application]) -> Iterable[list[str]]:
    """One list of cells per file; the NIK is never among them."""
    names = stage_names((row.version_id, row.version.digest) for row in rows)
    for row in rows:
        stage = names.get(row.version_id, {}).get(row.stage_key, (row.stage_key, ""))
        permit_type = row.version.permit_type
        yield [
            row.number,
            shown_name(user, row),
            by_language(permit_type.name, permit_type.name_en),
            by_language(*stage),
            phase_words(row.phase),
            str(row.assignee) if row.assignee_id else "",
            clock.local(row.submitted_at).strftime("%Y-%m-%d %H:%M") if row.submitted_at else "",
            clock.local(row.due_at).strftime("%Y-%m-%d %H:%M") if row.due_at else "",
        ]
