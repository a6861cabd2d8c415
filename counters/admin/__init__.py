"""Places and catalogue in the desk; rows are scoped to the agencies one is posted to."""

from counters.admin.agencies import AgencyAdmin, CounterAdmin
from counters.admin.calendar import HolidayAdmin, SiteAdmin
from counters.admin.postings import PostingAdmin
from counters.admin.queue_log import CallAdmin, CounterStepAdmin, QueueFactAdmin, TicketAdmin
from counters.admin.services import LifeEventAdmin, ServiceAdmin
from counters.admin.standards import ServiceStandardAdmin

__all__ = [
    "AgencyAdmin",
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
