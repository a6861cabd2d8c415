"""Words, icons and tones for phases, verdicts and scans, the same on every page."""

from typing import Any

from django.utils.translation import gettext as _

from permits.models import Application, Document, Phase, Verdict, VerdictOutcome

Label = dict[str, str]


def label(words: str, icon: str, tone: str = "") -> Label:
    """A status label as the component wants it."""
    return {"label": words, "icon": icon, "tone": tone}


def phase_label(application: Application) -> Label:
    """Where a file stands, in one to three words."""
    match application.phase:
        case Phase.DRAFT:
            return label(_("Draft"), "pencil", "quiet")
        case Phase.SUBMITTED:
            return label(_("Sent"), "send")
        case Phase.IN_REVIEW:
            return label(_("Being checked"), "hourglass-split")
        case Phase.NEEDS_CORRECTION:
            return label(_("Waiting for you"), "exclamation-circle-fill", "wait")
        case Phase.APPROVED:
            return label(_("Approved"), "check-circle-fill", "good")
        case Phase.ISSUED:
            return label(_("Issued"), "patch-check-fill", "good")
        case Phase.COMPLETED:
            return label(_("Finished"), "check-circle-fill", "good")
        case Phase.REJECTED:
            return label(_("Not approved"), "x-circle-fill", "bad")
        case Phase.WITHDRAWN:
            return label(_("Withdrawn"), "arrow-counterclockwise", "quiet")
    return label(_("Lapsed"), "clock-history", "quiet")


def part_label(state: str) -> Label:
    """The state of a part of the form: `todo`, `started`, `done`, `wrong` or `locked`."""
    return {
        "todo": label(_("Not filled in"), "circle", "quiet"),
        "started": label(_("Begun"), "pencil", "warm"),
        "done": label(_("Done"), "check-circle-fill", "plain"),
        "wrong": label(_("To be corrected"), "exclamation-triangle-fill", "bad"),
        "locked": label(_("Cannot be opened yet"), "lock", "plain"),
        "skip": label(_("You may skip this"), "circle", "plain"),
    }[state]


def document_label(document: Document, verdict: Verdict | None, *, was_sent: bool) -> Label:
    """What is to be said of a document: its scan first, then the verdict."""
    if document.file.scan_state == "infected":
        return label(_("Refused by the virus scan"), "exclamation-triangle-fill", "bad")
    if document.file.scan_state == "pending":
        return label(_("Waiting for the virus scan"), "hourglass-split", "warm")
    if verdict is not None and verdict.outcome == VerdictOutcome.ACCEPTED:
        return label(_("Accepted"), "check-circle-fill", "good")
    if verdict is not None:
        return label(_("To be corrected"), "exclamation-triangle-fill", "bad")
    if was_sent:
        return label(_("Not checked yet"), "hourglass-split", "quiet")
    return label(_("Added"), "check-circle-fill", "good")


def file_kind(mime: str) -> str:
    """The kind of a file as people say it."""
    return {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG"}.get(mime, "")


__all__: list[Any] = ["document_label", "file_kind", "label", "part_label", "phase_label"]
