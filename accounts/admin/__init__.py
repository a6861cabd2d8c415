"""The desk's pages of this room, one file per noun."""

from accounts.admin.access import AccessEventAdmin
from accounts.admin.businesses import BusinessAdmin
from accounts.admin.hidden import HIDDEN
from accounts.admin.notices import DeliveryAdmin, NoticeAdmin
from accounts.admin.people import UserAdmin
from accounts.admin.roles import RoleAdmin
from accounts.admin.texts import TextAdmin

__all__ = [
    "AccessEventAdmin",
    "BusinessAdmin",
    "HIDDEN",
    "DeliveryAdmin",
    "NoticeAdmin",
    "RoleAdmin",
    "TextAdmin",
    "UserAdmin",
]
