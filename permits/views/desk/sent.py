"""What was sent: answers and documents of the newest submission, and of the one before it.

The desk reads submissions, never the live answers: while the applicant corrects a file, what he
types is not sent yet.
"""

import json
from functools import cached_property
from typing import Any

from mpp.kit.prepared import Prepared
from mpp.kit.wording import file_size
from permits import conditions
from permits.casefile import FIELD, REQUIREMENT, CaseFile
from permits.definition import PermitDefinition
from permits.display import shown_value
from permits.models import Document, Submission, Verdict, VerdictOutcome
from permits.views.desk.rows import by_language

LOOKS = {
    VerdictOutcome.ACCEPTED: ("check-circle-fill", "is-good"),
    VerdictOutcome.REJECTED: ("exclamation-circle-fill", "is-bad"),
}
NOT_JUDGED = ("circle", "")
# By the key of the application.
_CONTENTS = Prepared(
    lambda pk: (
        Submission.objects.filter(application=pk)
        .order_by("-round")
        .values_list("content", flat=True)[:2]
    ),
    int,
)
_DOCUMENTS = Prepared(
    lambda pk: (
        Document.objects.filter(application=pk, round__isnull=False)
        .select_related("file")
        .order_by("slot", "position", "-version")
    ),
    int,
)
_VERDICTS = Prepared(
    lambda pk: (
        Verdict.objects.filter(document__application=pk).select_related("by").order_by("id")
    ),
    int,
)


def target_title(defn: PermitDefinition, target: str) -> str:
    """What a slot or a field is called: the requirement's title or the field's label."""
    kind, _colon, key = target.partition(":")
    if f"{kind}:" == REQUIREMENT and defn.has_requirement(key):
        item = defn.requirement(key)
        return by_language(item.title, item.title_en)
    if f"{kind}:" == FIELD and defn.has_field(key):
        found = defn.field(key)
        return by_language(found.label, found.label_en)
    return key


class SentFile:
    """The sent state of one application, each part read once."""

    def __init__(self, case: CaseFile) -> None:
        self.case = case

    @cached_property
    def _contents(self) -> list[dict[str, Any]]:
        """The newest two submissions, newest first."""
        return [json.loads(content) for content in _CONTENTS.rows(self.case.application.pk)]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as sent last."""
        return self._contents[0]["answers"] if self._contents else self.case.visible_answers

    @property
    def earlier(self) -> dict[str, Any] | None:
        """The answers of the round before, or None in the first round."""
        return self._contents[1]["answers"] if len(self._contents) > 1 else None

    @cached_property
    def all_documents(self) -> list[Document]:
        """Every version ever sent, newest version first within a place."""
        return _DOCUMENTS.rows(self.case.application.pk)

    @cached_property
    def documents(self) -> list[Document]:
        """The documents as sent last, in the order of the requirements."""
        if not self._contents:
            return self.case.documents
        sent = {item["id"] for item in self._contents[0]["documents"]}
        order = [f"{REQUIREMENT}{item.key}" for item in self.case.definition.requirements]
        found = [document for document in self.all_documents if document.pk in sent]
        place = {slot: at for at, slot in enumerate(order)}
        return sorted(found, key=lambda d: (place.get(d.slot, len(order)), d.slot, d.position))

    @cached_property
    def verdicts(self) -> dict[int, Verdict]:
        """The newest verdict per document version."""
        return {row.document_id: row for row in _VERDICTS.rows(self.case.application.pk)}

    def older(self, document: Document) -> list[Document]:
        """Earlier versions at the same place."""
        return [
            each
            for each in self.all_documents
            if (each.slot, each.position) == (document.slot, document.position)
            and each.version < document.version
        ]

    def find(self, pk: int) -> Document | None:
        """A sent version of any round by its key."""
        return next((d for d in self.all_documents if d.pk == pk), None)

    def title(self, document: Document) -> str:
        """The name of the place, with its number when the place holds several files."""
        name = target_title(self.case.definition, document.slot)
        several = sum(1 for each in self.documents if each.slot == document.slot) > 1
        return f"{name} {document.position}" if several else name

    def counts(self) -> tuple[int, int, int]:
        """How many documents are accepted, to be corrected, not judged."""
        outcomes = [self.verdicts.get(document.pk) for document in self.documents]
        good = sum(1 for v in outcomes if v and v.outcome == VerdictOutcome.ACCEPTED)
        bad = sum(1 for v in outcomes if v and v.outcome == VerdictOutcome.REJECTED)
        return good, bad, len(outcomes) - good - bad

    def next_unjudged(self) -> Document | None:
        """The first document nobody has judged yet."""
        return next((d for d in self.documents if d.pk not in self.verdicts), None)

    def tabs(self, address: str, current: int | None) -> list[dict]:
        """One tab per document with its verdict; `current` is a document's key or None."""
        found = []
        for number, document in enumerate(self.documents, start=1):
            verdict = self.verdicts.get(document.pk)
            icon, tone = LOOKS[verdict.outcome] if verdict else NOT_JUDGED
            found.append(
                {
                    "url": f"{address}?dokumen={document.pk}",
                    "label": self.title(document),
                    "state": verdict.get_outcome_display() if verdict else "",
                    "icon": icon,
                    "tone": tone,
                    "key": str(number) if number < 10 else "",
                    "current": document.pk == current,
                }
            )
        return found

    def sections(self, *, masked: bool) -> list[dict]:
        """The sent answers by section, with the value before where a round changed it."""
        found = []
        seen = self.answers
        for section in conditions.visible_sections(self.case.definition, seen):
            pairs = []
            for item in conditions.visible_fields(section, seen):
                if not item.is_answered or item.type == "file":
                    continue
                value = seen.get(item.key)
                before = self.earlier.get(item.key) if self.earlier is not None else value
                pairs.append(
                    {
                        "label": by_language(item.label, item.label_en),
                        "value": shown_value(item, value, masked=masked),
                        "changed": before != value,
                        "before": shown_value(item, before, masked=masked),
                        "target": f"{FIELD}{item.key}",
                    }
                )
            if pairs:
                found.append(
                    {"title": by_language(section.title, section.title_en), "pairs": pairs}
                )
        return found


def file_facts(document: Document) -> str:
    """Size of a file as words."""
    return file_size(document.file.size)
