"""People, businesses, mandates, roles, notices and the data-access log."""

from accounts.models.access import AccessEvent, Seal
from accounts.models.jobs import Job
from accounts.models.notices import Delivery, DeliveryState, Notice, NoticeFile, Text
from accounts.models.people import (
    Business,
    BusinessInvite,
    BusinessMember,
    Mandate,
    MemberRole,
    Role,
    Sex,
    User,
)

__all__ = [
    "AccessEvent",
    "Business",
    "BusinessInvite",
    "BusinessMember",
    "Delivery",
    "DeliveryState",
    "Job",
    "Mandate",
    "MemberRole",
    "Notice",
    "NoticeFile",
    "Role",
    "Seal",
    "Sex",
    "Text",
    "User",
]
