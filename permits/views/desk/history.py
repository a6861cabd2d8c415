"""What happened to a file, and its messages, as plain data for the review page."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mpp.kit.wording import when
from permits.casefile import CaseFile
from permits.models import ApplicationStep, Message, Opinion, OpinionState
from permits.views.desk.rows import by_language

SHOWN = 30
TITLES = {
    "submit": (gettext_lazy("The applicant sent the file"), "send"),
    "resubmit": (gettext_lazy("The applicant sent the corrections"), "send"),
    "withdraw": (gettext_lazy("The applicant withdrew the file"), "x-circle-fill"),
    "take": (gettext_lazy("Taken"), "person-check"),
    "release": (gettext_lazy("Put back"), "person-dash"),
    "assign": (gettext_lazy("Given to a colleague"), "person-plus"),
    "declare_complete": (gettext_lazy("Declared complete"), "clipboard-check"),
    "presume_complete": (gettext_lazy("Counts as complete, nobody declared it in time"), "clock"),
    "ask_corrections": (gettext_lazy("Corrections asked"), "pencil"),
    "cancel_corrections": (gettext_lazy("Request for corrections taken back"), "x-lg"),
    "forward": (gettext_lazy("Passed on"), "arrow-right"),
    "send_back": (gettext_lazy("Sent back"), "arrow-left"),
    "approve": (gettext_lazy("Approved"), "check-lg"),
    "issue": (gettext_lazy("Issued"), "patch-check-fill"),
    "reject": (gettext_lazy("Rejected"), "x-lg"),
    "hand_over": (gettext_lazy("Handed over"), "hand-thumbs-up"),
    "complete": (gettext_lazy("Completed"), "check-lg"),
    "lapse": (gettext_lazy("Lapsed"), "clock"),
}


def history(case: CaseFile, *, whole: bool) -> tuple[list[dict], bool]:
    """Steps, newest first, and whether there are more than shown; one query."""
    rows = case.application.steps.order_by("-id")
    found = list(rows[:2_000] if whole else rows[: SHOWN + 1])
    more = not whole and len(found) > SHOWN
    return [_step(case, row) for row in (found if whole else found[:SHOWN])], more


def _step(case: CaseFile, row: ApplicationStep) -> dict:
    title, icon = TITLES.get(row.act, (row.act, "circle"))
    title = str(title)
    if row.to_stage and row.to_stage != row.from_stage and case.definition.has_stage(row.to_stage):
        stage = case.definition.stage(row.to_stage)
        title = f"{title}: {by_language(stage.name, stage.name_en)}"
    by = ", ".join(part for part in (row.actor_name or _("System"), row.office) if part)
    return {
        "state": "bad" if row.act in ("reject", "withdraw") else "past",
        "icon": icon,
        "title": title,
        "text": when(row.at),
        "by": by,
        "reason": row.reason,
    }


def thread(case: CaseFile, url, *, whole: bool) -> tuple[list[dict], bool]:
    """Messages, oldest first, with links to attachments; one query. `url` makes addresses."""
    rows = case.application.messages.select_related("file").order_by("-id")
    found = list(rows[:2_000] if whole else rows[: SHOWN + 1])
    more = not whole and len(found) > SHOWN
    shown = found if whole else found[:SHOWN]
    return [_message(row, url) for row in reversed(shown)], more


def _message(row: Message, url) -> dict:
    sender = ", ".join(part for part in (row.author_name, row.office) if part)
    files = []
    if row.file_id:
        files = [{"url": url("attachment", row.pk), "label": row.file.shown_name}]
    return {
        "mine": row.from_staff,
        "sender": sender,
        "text": row.body,
        "when": when(row.at),
        "state": "",
        "attachments": files,
    }


SILENCE = {
    "no_objection": gettext_lazy("Silence counts as no objection."),
    "block": gettext_lazy("The file waits until the answer comes."),
    "escalate": gettext_lazy("After that the head of the asked agency is told."),
}
OPINION_LOOKS = {
    OpinionState.ASKED: ("hourglass-split", ""),
    OpinionState.GIVEN: ("check-circle-fill", "good"),
    OpinionState.SILENT: ("exclamation-circle-fill", "wait"),
    OpinionState.CANCELLED: ("x-lg", "plain"),
}


def opinion_row(case: CaseFile, opinion: Opinion, url) -> dict:
    """One opinion: who was asked what, until when, what silence means, the answer."""
    icon, tone = OPINION_LOOKS[opinion.state]
    given = opinion.state == OpinionState.GIVEN
    if given and opinion.answer == "object":
        icon, tone = "x-circle-fill", "bad"
    return {
        "pk": opinion.pk,
        "agency": str(opinion.agency),
        "question": question_of(case, opinion),
        "due": when(opinion.due_at, "day"),
        "silence": "" if given else str(SILENCE.get(opinion.silence, "")),
        "status": {
            "label": opinion.get_answer_display() if given else opinion.get_state_display(),
            "icon": icon,
            "tone": tone,
        },
        "text": opinion.text,
        "by": f"{opinion.given_by}, {opinion.agency}" if given else "",
        "at": when(opinion.given_at) if given else "",
        "file_url": url("opinion-file", opinion.pk) if opinion.file_id else "",
    }


def question_of(case: CaseFile, opinion: Opinion) -> str:
    """The question of an opinion as the version words it, or ""."""
    if not case.definition.has_stage(opinion.stage_key):
        return ""
    rule = case.definition.stage(opinion.stage_key).opinions
    for request in rule.requests if rule else ():
        if request.key == opinion.request_key:
            return by_language(request.question, request.question_en)
    return ""
