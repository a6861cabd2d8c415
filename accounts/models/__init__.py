"""People, businesses, mandates, roles, notices and the data-access log."""

from accounts.models.access import AccessEvent, Seal
from accounts.models.notices import Delivery, DeliveryState, Notice, Text
from accounts.models.people import (
    Business,
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
    "BusinessMember",
    "Delivery",
    "DeliveryState",
    "Mandate",
    "MemberRole",
    "Notice",
    "Role",
    "Seal",
    "Sex",
    "Text",
    "User",
]
