"""One application with everything around it, each part loaded once and only when needed."""

import json
from functools import cached_property
from typing import Any

from mpp.kit import clock
from mpp.kit.prepared import Prepared
from permits import answers as answer_rows
from permits.conditions import needed_requirements, visible_answers, visible_fields
from permits.definition import PermitDefinition, Requirement, Stage
from permits.models import (
    Application,
    ApplicationStep,
    CorrectionRound,
    Document,
    Opinion,
    OpinionState,
    Phase,
    RoundState,
    Verdict,
    VerdictOutcome,
)
from permits.versions import definition_of

REQUIREMENT = "req:"
FIELD = "field:"

# What nearly every page of a file asks, by the key of the application.
_DOCUMENTS = Prepared(
    lambda pk: (
        Document.objects.filter(application=pk, removed_at__isnull=True)
        .select_related("file")
        .order_by("slot", "position")
    ),
    int,
)
_VERDICTS = Prepared(
    lambda pk: (
        Verdict.objects.filter(document__application=pk, document__removed_at__isnull=True)
        .select_related("by")
        .order_by("id")
    ),
    int,
)
_OPINIONS = Prepared(
    lambda pk: (
        Opinion.objects.filter(application=pk).select_related("agency", "given_by").order_by("id")
    ),
    int,
)
_LAST_STEP = Prepared(
    lambda pk: (
        ApplicationStep.objects.filter(application=pk)
        .order_by("-pk")
        .values_list("pk", flat=True)[:1]
    ),
    int,
)


class CaseFile:
    """What guards, pages and papers ask about an application.

    A reader's view: it never writes. Make a new one after an act.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    @cached_property
    def definition(self) -> PermitDefinition:
        return definition_of(self.application.version)

    @property
    def service(self):
        return self.application.version.permit_type.service

    @cached_property
    def answers(self) -> answer_rows.Values:
        return answer_rows.answers_of(self.application, self.definition)

    @cached_property
    def visible_answers(self) -> answer_rows.Values:
        """The answers that count: those of hidden fields are left out."""
        return visible_answers(self.definition, self.answers)

    @cached_property
    def stage(self) -> Stage | None:
        """The stage the file lies in, or None for a draft or an ended file without stage."""
        key = self.application.stage_key
        return self.definition.stage(key) if key else None

    @cached_property
    def requirements(self) -> list[Requirement]:
        """The requirements that hold for these answers and ask for a file."""
        return [
            item for item in needed_requirements(self.definition, self.answers) if item.takes_file
        ]

    @cached_property
    def documents(self) -> list[Document]:
        """Current documents with their files, in order."""
        return _DOCUMENTS.rows(self.application.pk)

    def documents_in(self, slot: str) -> list[Document]:
        """Current documents of `req:<key>` or `field:<key>`."""
        return [document for document in self.documents if document.slot == slot]

    @cached_property
    def verdicts(self) -> dict[int, Verdict]:
        """The newest verdict per current document."""
        return {row.document_id: row for row in _VERDICTS.rows(self.application.pk)}

    @cached_property
    def opinions(self) -> list[Opinion]:
        """All opinions of the file, newest attempt last."""
        return _OPINIONS.rows(self.application.pk)

    def gate(self) -> list[Opinion]:
        """The opinions of the current stage that count: the newest of each request."""
        newest = {
            opinion.request_key: opinion
            for opinion in self.opinions
            if opinion.stage_key == self.application.stage_key
            and opinion.state != OpinionState.CANCELLED
        }
        return list(newest.values())

    @cached_property
    def open_round(self) -> CorrectionRound | None:
        """The correction round that waits for the citizen."""
        return (
            self.application.correction_rounds.filter(state=RoundState.OPEN)
            .prefetch_related("items")
            .first()
        )

    @cached_property
    def checklist_done(self) -> set[str]:
        """Keys of the ticked lines of the current stage."""
        marks = self.application.checklist_marks.filter(stage_key=self.application.stage_key)
        return set(marks.values_list("item_key", flat=True))

    def accepted(self, document: Document) -> bool:
        verdict = self.verdicts.get(document.pk)
        return verdict is not None and verdict.outcome == VerdictOutcome.ACCEPTED

    def unjudged(self) -> list[Document]:
        return [document for document in self.documents if document.pk not in self.verdicts]

    def rejected(self) -> list[Document]:
        return [
            document
            for document in self.documents
            if document.pk in self.verdicts and not self.accepted(document)
        ]

    def editable_targets(self) -> set[str] | None:
        """What the citizen may change now: None = everything, a set = only these targets."""
        if self.application.phase == Phase.DRAFT:
            return None
        if self.application.phase == Phase.NEEDS_CORRECTION and self.open_round:
            asked = {item.target for item in self.open_round.items.all()}
            return asked | self.newly_asked
        return set()

    @cached_property
    def asked_targets(self) -> set[str]:
        """Fields and document slots the form asks for with the answers of now."""
        return self._asked_by(self.answers)

    @cached_property
    def newly_asked(self) -> set[str]:
        """What the form asks only since an answer was corrected: it was never sent."""
        return self.asked_targets - self._asked_by(self.sent.get("answers", {}))

    def _asked_by(self, answers: answer_rows.Values) -> set[str]:
        seen = visible_answers(self.definition, answers)
        fields = {
            f"{FIELD}{field.key}"
            for section in self.definition.sections
            for field in visible_fields(section, seen)
            if field.is_answered
        }
        needed = needed_requirements(self.definition, answers)
        return fields | {f"{REQUIREMENT}{item.key}" for item in needed if item.takes_file}

    @cached_property
    def sent(self) -> dict[str, Any]:
        """What was sent last (`version`, `answers`, `documents`); empty before the first time."""
        row = self.application.submissions.order_by("-round").first()
        return json.loads(row.content) if row else {}

    @cached_property
    def last_step(self) -> int:
        """The newest line of history: a page carries it so that an act knows what was seen."""
        return next(iter(_LAST_STEP.rows(self.application.pk)), 0)

    def is_late(self) -> bool:
        due = self.application.due_at
        return bool(
            due and self.application.phase in ("submitted", "in_review") and due < clock.now()
        )
