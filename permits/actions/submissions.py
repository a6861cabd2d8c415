"""What was sent: the snapshot of a round, its holder, what changed since, and going back to it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from accounts.models import User
from mpp.kit.keys import lookup_hash
from permits import answers as answer_rows
from permits.casefile import FIELD, CaseFile
from permits.models import Application, CorrectionItem, NameToken, Submission
from permits.papers import answer_texts, fill

LONGEST_NAME = 200
_FILES = "files"


def snapshot(case: CaseFile) -> tuple[str, str]:
    """What is sent, as canonical JSON of our own making, and its sha256."""
    content = {
        "version": case.application.version.digest,
        "answers": case.visible_answers,
        "documents": [
            {"slot": d.slot, "position": d.position, "sha256": d.file.sha256, "id": d.pk}
            for d in case.documents
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def write_submission(case: CaseFile, *, actor: User, key: str, now: datetime) -> Submission:
    """Keep what is sent in this round; its documents belong to the round from now on."""
    application = case.application
    text, digest = snapshot(case)
    submission = Submission.objects.create(
        application=application,
        round=application.round,
        content=text,
        sha256=digest,
        key=key,
        by=actor,
        at=now,
    )
    application.documents.filter(round__isnull=True, removed_at__isnull=True).update(
        round=application.round
    )
    return submission


def restore(case: CaseFile, now: datetime) -> None:
    """Put answers and documents back to what was sent last.

    When staff take a request back, changes the applicant did not send yet must not reach the
    desk or the paper: what is decided is what was sent.
    """
    sent = case.sent
    keys = [target.removeprefix(FIELD) for target in case.editable_targets() or ()]
    values = {key: sent["answers"].get(key) for key in keys if case.definition.has_field(key)}
    answer_rows.store(case.application, case.definition, values)
    documents = case.application.documents
    documents.filter(round__isnull=True, removed_at__isnull=True).update(removed_at=now)
    documents.filter(pk__in=[row["id"] for row in sent["documents"]]).update(removed_at=None)


# --- the holder ---------------------------------------------------------------------------


def holder_columns(case: CaseFile) -> dict[str, str]:
    """Name and NIK of the holder as columns, taken from what is sent now.

    The name is what the definition's `holder` says, else the business, else the typed name,
    else the owner's.
    """
    name, nik = _holder(case)
    return {
        "holder_name": " ".join(name.split())[:LONGEST_NAME],
        "holder_nik": nik,
        "holder_nik_hash": lookup_hash(nik, "nik") if nik else "",
    }


def _holder(case: CaseFile) -> tuple[str, str]:
    application, owner = case.application, case.application.owner
    named = fill(case.definition.holder, answer_texts(case)) if case.definition.holder else ""
    if application.business_id:
        return named.strip() or application.business.name, ""
    name = named.strip() or _prefilled(case, "profile.full_name")
    nik = _prefilled(case, "profile.nik")
    return name or (owner.full_name if owner else ""), nik or (owner.nik if owner else "")


def _prefilled(case: CaseFile, source: str) -> str:
    """The first answer to a field that is filled from this part of the profile."""
    fields = [field for field in case.definition.all_fields() if field.prefill == source]
    found = (case.visible_answers.get(field.key) for field in fields)
    return next((value for value in found if value), "")


def name_tokens(name: str) -> set[str]:
    """The words of a name for searching: lower case, at most 40 characters, at least two."""
    return {word[:40] for word in name.casefold().replace(".", " ").split() if len(word) > 1}


def index_holder(application: Application) -> None:
    """Make the file found by the words of its holder's name, and by no older ones."""
    wanted = name_tokens(application.holder_name)
    application.name_tokens.exclude(token__in=wanted).delete()
    NameToken.objects.bulk_create(
        [NameToken(application=application, token=token) for token in sorted(wanted)],
        ignore_conflicts=True,
    )


# --- before and after ---------------------------------------------------------------------


def current_value(case: CaseFile, target: str) -> str:
    """What stands at a target now, as text for before/after: JSON of the value or of the files."""
    key = target.removeprefix(FIELD)
    if target.startswith(FIELD) and case.definition.field(key).type != "file":
        return json.dumps(case.answers.get(key), ensure_ascii=False, sort_keys=True)
    files = [d.file.sha256 for d in case.documents_in(target)]
    return json.dumps({_FILES: files, "documents": [d.pk for d in case.documents_in(target)]})


def _same(before: str, after: str) -> bool:
    """Whether nothing changed; of documents the content counts, not when they were sent."""
    return _comparable(before) == _comparable(after)


def _comparable(text: str) -> Any:
    value = json.loads(text)
    return value[_FILES] if isinstance(value, dict) and _FILES in value else value


def unanswered_items(case: CaseFile) -> list[CorrectionItem]:
    """The asked things of the open round that are still exactly as they were.

    What the corrected answers no longer ask for cannot be changed any more: it counts as done.
    """
    return [
        item
        for item in case.open_round.items.all()
        if item.target in case.asked_targets
        and _same(item.before, current_value(case, item.target))
    ]


def close_items(case: CaseFile, now: datetime) -> None:
    """Keep what stands at each asked thing when the round is answered."""
    for item in case.open_round.items.all():
        item.after = current_value(case, item.target)
        item.answered_at = now
        item.save(update_fields=["after", "answered_at"])
