"""What is still missing in an application, part by part. Pure reading over a case file."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from mpp.kit import clock
from permits import rules
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.conditions import is_empty, visible_fields
from permits.definition import Field, Page, Requirement


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do before sending: where (target), on which page, and the sentence."""

    target: str
    page: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PartState:
    """State of one page of the form: `todo`, `started`, `done`; `wrong` counts problems."""

    page: Page
    state: str
    problems: tuple[Missing, ...]


def page_fields(case: CaseFile, page: Page) -> list[Field]:
    """The fields a page shows for the answers given so far; none when its section is hidden."""
    visible = {field.key for field in visible_fields(page.section, case.visible_answers)}
    return [field for field in page.fields if field.key in visible]


def page_states(case: CaseFile) -> list[PartState]:
    """The visible pages of the form with their state, in order."""
    today = clock.today()
    found = []
    for page in case.definition.pages():
        shown = page_fields(case, page)
        if not shown:
            continue
        problems = tuple(
            Missing(f"{FIELD}{field.key}", page.key, sentence)
            for field in shown
            for sentence in _field_problems(case, field, today)
        )
        asked = [field for field in shown if field.is_answered]
        filled = any(not is_empty(case.answers.get(field.key)) for field in asked) or any(
            case.documents_in(f"{FIELD}{field.key}") for field in shown if field.type == "file"
        )
        state = (
            "done"
            if not problems and (filled or not _has_required(asked))
            else ("started" if filled else "todo")
        )
        found.append(PartState(page, state, problems))
    return found


def _has_required(fields) -> bool:
    return any(field.required for field in fields)


def _field_problems(case: CaseFile, field, today) -> list[str]:
    if field.type == "file":
        if field.required and not case.documents_in(f"{FIELD}{field.key}"):
            return [_("Add the file: %(label)s.") % {"label": rules.hint(field, "label")}]
        return []
    return rules.check(
        field, case.answers.get(field.key), today=today, answers=case.visible_answers
    )


def missing_documents(case: CaseFile) -> list[tuple[Requirement, Missing]]:
    """Needed documents that are not there."""
    return [
        (
            item,
            Missing(
                f"{REQUIREMENT}{item.key}",
                "documents",
                _("Add the document: %(title)s.") % {"title": rules.hint(item, "title")},
            ),
        )
        for item in case.requirements
        if item.required and not case.documents_in(f"{REQUIREMENT}{item.key}")
    ]


def missing_in(case: CaseFile) -> list[Missing]:
    """Everything that stops sending; an empty list means it can be sent.

    In a correction only what may be changed can stop it: the rest was checked when it was sent,
    and an answer that was right then (a date from today on) must not lock the file now.
    """
    found = [problem for part in page_states(case) for problem in part.problems]
    found += [missing for _item, missing in missing_documents(case)]
    allowed = case.editable_targets()
    return [item for item in found if allowed is None or item.target in allowed]
