"""Places, postings, the catalogue and the calendar."""

from counters.models.calendar import Holiday
from counters.models.catalogue import (
    Audience,
    Channel,
    LifeEvent,
    Service,
    ServiceStandard,
    StandardRequirement,
    StandardState,
    TimeUnit,
)
from counters.models.places import Agency, AgencyKind, Counter, Posting, Site

__all__ = [
    "Agency",
    "AgencyKind",
    "Audience",
    "Channel",
    "Counter",
    "Holiday",
    "LifeEvent",
    "Posting",
    "Service",
    "ServiceStandard",
    "Site",
    "StandardRequirement",
    "StandardState",
    "TimeUnit",
]
