"""Places and catalogue in the desk; rows are scoped to the agencies one is posted to."""

from counters.admin.agencies import AgencyAdmin, CounterAdmin
from counters.admin.bookings import BookingAdmin, SlotAdmin
from counters.admin.calendar import HolidayAdmin, SiteAdmin
from counters.admin.changed_days import DayChangeAdmin
from counters.admin.hall import AnnouncementAdmin
from counters.admin.hours import WeekPlanAdmin
from counters.admin.postings import PostingAdmin
from counters.admin.queue_log import CallAdmin, CounterStepAdmin, QueueFactAdmin, TicketAdmin
from counters.admin.queues import PriorityReasonAdmin, QueueAdmin
from counters.admin.services import LifeEventAdmin, ServiceAdmin
from counters.admin.standards import ServiceStandardAdmin

__all__ = [
    "AgencyAdmin",
    "AnnouncementAdmin",
    "BookingAdmin",
    "CounterAdmin",
    "DayChangeAdmin",
    "HolidayAdmin",
    "LifeEventAdmin",
    "PostingAdmin",
    "PriorityReasonAdmin",
    "QueueAdmin",
    "ServiceAdmin",
    "ServiceStandardAdmin",
    "SiteAdmin",
    "SlotAdmin",
    "WeekPlanAdmin",
    "CallAdmin",
    "CounterAdmin",
    "CounterStepAdmin",
    "HolidayAdmin",
    "LifeEventAdmin",
    "PostingAdmin",
    "QueueFactAdmin",
    "ServiceAdmin",
    "ServiceStandardAdmin",
    "SiteAdmin",
    "TicketAdmin",
]
