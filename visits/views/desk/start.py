"""The visits on the desk's start page: one's own first, then what waits for anybody."""

from typing import Any

from django.db.models import Case, Count, Q, When
from django.http import HttpRequest
from django.utils.translation import gettext as _

from counters import permissions as places
from mpp.kit import clock
from visits.models import Visit
from visits.querysets import is_visit_staff
from visits.states import LIVE, VisitState
from visits.views.desk import words
from visits.views.desk.frame import at

SHOWN = 8


def visits_start(request: HttpRequest) -> dict[str, Any] | None:
    """Own visits and what waits; two queries. None for whoever does not receive delegations.

    `is_first` says that receiving is this person's own office, `is_all` that it is the only one.
    """
    user = request.user
    if not is_visit_staff(user):
        return None
    seen = Visit.objects.visible_to(user)
    mine = seen.filter(Q(host=user) | Q(disposed_to=user, state=VisitState.UNDER_REVIEW))
    begins = Case(When(slot__isnull=False, then="slot__starts_at"), default="answer_due_at")
    rows = mine.filter(state__in=LIVE).with_place().order_by(begins.asc(nulls_last=True), "pk")
    found = list(rows[:SHOWN])
    roles = {post.role for post in places.postings_of(user)}
    today = clock.today()
    counts = seen.aggregate(
        new=Count("pk", filter=Q(state=VisitState.SUBMITTED)),
        decide=Count("pk", filter=Q(state=VisitState.UNDER_REVIEW)),
        today=Count(
            "pk",
            filter=Q(state__in=(VisitState.APPROVED, VisitState.ARRIVED), slot__day__date=today),
        ),
    )
    return {
        "rows": [_row(visit, today) for visit in found],
        "cards": [
            _card(at("list") + "?daftar=baru", _("New requests"), "inbox", counts["new"]),
            _card(
                at("list") + "?daftar=putuskan", _("To decide"), "person-check", counts["decide"]
            ),
            _card(at("today"), _("They come today"), "door-open-fill", counts["today"]),
        ],
        "is_first": "host" in roles,
        "is_all": roles == {"host"},
        "next_url": _row(found[0], today)["url"] if found else "",
    }


def _card(url: str, label: str, icon: str, count: int) -> dict[str, Any]:
    return {"url": url, "label": label, "icon": icon, "count": count}


def _row(visit: Visit, today) -> dict[str, Any]:
    """A visit as a line: on its day it leads to the list of who comes."""
    slot = visit.slot or visit.offer_slot
    is_today = visit.slot is not None and visit.slot.day.date == today
    return {
        "url": at("day" if is_today else "review", visit.number),
        "institution": visit.institution,
        "people": visit.places or visit.size,
        "when": words.slot_words(slot),
        "room": slot.room if slot else "",
        "status": words.status_of(visit),
        "is_today": is_today,
    }
