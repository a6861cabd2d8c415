"""How places, catalogue, hours and queues stand in the blueprint (`mpp.kit.exported`)."""

from typing import Any

from django.utils.translation import gettext as _

from counters.hours import BadSpan, read_spans
from counters.standard_versions import bring_standard
from mpp.kit.exported import LINES, WEEKDAYS, Exported, time_zone

# A weekday ("0" is Monday) and its open spans, like 08:00-12:00.
_SPAN = {"type": "string", "maxLength": 20}
DAYS = {
    "type": "object",
    "properties": {
        str(day): {"type": "array", "maxItems": 12, "items": _SPAN} for day in range(7)
    },
    "additionalProperties": False,
}


def open_spans(value: Any) -> str:
    """Why the hours of a week cannot be read; empty when they can."""
    try:
        for spans in value.values():
            read_spans(spans)
    except BadSpan:
        return _("Write hours like 08:00-12:00, in order and apart from each other.")
    return ""


# What stands in the blueprint, in the order in which it is brought in.
EXPORTS = (
    Exported(
        model="Site",
        file="sites",
        shapes={"weekdays": WEEKDAYS, "assumed": LINES},
        checks={"time_zone": time_zone},
        renamed=("name", "name_en", "address"),
    ),
    Exported(
        model="Agency",
        file="agencies",
        shapes={"sources": LINES, "assumed": LINES},
        only_one=("is_operator",),
        renamed=("abbr", "name", "name_en"),
    ),
    Exported(
        model="Counter",
        file="counters",
        key=("site", "key"),
        shapes={"assumed": LINES},
        renamed=("name", "zone", "floor"),
    ),
    Exported(model="Holiday", file="holidays", key=("day",)),
    Exported(model="LifeEvent", file="life-events"),
    Exported(
        model="Service",
        file="services/*",
        shapes={"synonyms": LINES, "sources": LINES, "assumed": LINES},
        # "Online" follows from a published permit type and is written by publishing alone.
        derived={"channel": ("online", "counter")},
        draft={"is_active": False},
    ),
    Exported(
        model="ServiceStandard",
        within="service",
        name="standard",
        single=True,
        where={"state": "current"},
        # A service that is applied for online has its standard in its permit type.
        without={"service__channel": "online"},
        drafts={"state": "draft"},
        left_out={
            "version": "numbers the versions of one mall",
            "state": "only the standard in force stands here",
        },
        shapes={
            "procedure": LINES,
            "procedure_en": LINES,
            "legal_basis": LINES,
            "sources": LINES,
            "assumed": LINES,
        },
        bring=bring_standard,
    ),
    Exported(
        model="StandardRequirement",
        within="standard",
        name="requirements",
        order=("order", "key"),
        place="order",
        left_out={"order": "is the place in the list"},
    ),
    Exported(
        model="WeekPlan",
        file="week-plans",
        key=("site", "key"),
        shapes={"days": DAYS, "assumed": LINES},
        checks={"days": open_spans},
    ),
    Exported(model="PriorityReason", file="priority-reasons"),
    Exported(
        model="Queue",
        file="queues",
        key=("site", "key"),
        shapes={"assumed": LINES},
        renamed=("letter", "name", "name_en"),
        draft={"is_active": False},
    ),
)
NOT_EXPORTED: dict[str, str] = {}
