"""Permit types and their versions, applications and everything that hangs on a file."""

from permits.models.applications import (
    OPEN_PHASES,
    Answer,
    Application,
    ApplicationStep,
    ChecklistMark,
    ClockEvent,
    Decision,
    Message,
    NameToken,
    Phase,
    Submission,
)
from permits.models.corrections import CorrectionItem, CorrectionRound, RoundState
from permits.models.documents import Document, Verdict, VerdictOutcome
from permits.models.opinions import Opinion, OpinionAnswer, OpinionState
from permits.models.permits import MandateScope, Permit, PermitStep
from permits.models.tickets import TicketLink
from permits.models.types import PermitType, PermitVersion, VersionState

__all__ = [
    "OPEN_PHASES",
    "Answer",
    "Application",
    "ApplicationStep",
    "ChecklistMark",
    "ClockEvent",
    "CorrectionItem",
    "CorrectionRound",
    "Decision",
    "Document",
    "MandateScope",
    "Message",
    "NameToken",
    "Opinion",
    "OpinionAnswer",
    "OpinionState",
    "Permit",
    "PermitStep",
    "PermitType",
    "PermitVersion",
    "Phase",
    "RoundState",
    "Submission",
    "TicketLink",
    "Verdict",
    "VerdictOutcome",
    "VersionState",
]
