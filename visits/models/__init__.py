"""Study visits: sessions and places, requests, people, and what remains."""

from visits.models.after import (
    Adopted,
    FollowUp,
    Material,
    MaterialAudience,
    VisitFeedback,
    VisitPhoto,
)
from visits.models.people import (
    Attendance,
    CheckInWay,
    GuestEntry,
    ItineraryItem,
    Letter,
    Participant,
    VisitPaperStep,
)
from visits.models.places import (
    AgendaTemplate,
    Blackout,
    LetterKind,
    LetterTemplate,
    Topic,
    VisitDay,
    VisitRules,
    VisitSession,
    VisitSlot,
)
from visits.models.visits import (
    HostDay,
    HostDuty,
    InstitutionKind,
    LeaderRank,
    Visit,
    VisitStep,
    VisitWish,
)
from visits.states import VisitState

__all__ = [
    "Adopted",
    "AgendaTemplate",
    "Attendance",
    "Blackout",
    "CheckInWay",
    "FollowUp",
    "GuestEntry",
    "HostDay",
    "HostDuty",
    "InstitutionKind",
    "ItineraryItem",
    "LeaderRank",
    "Letter",
    "LetterKind",
    "LetterTemplate",
    "Material",
    "MaterialAudience",
    "Participant",
    "Topic",
    "Visit",
    "VisitDay",
    "VisitFeedback",
    "VisitPaperStep",
    "VisitPhoto",
    "VisitRules",
    "VisitSession",
    "VisitSlot",
    "VisitState",
    "VisitStep",
    "VisitWish",
]
