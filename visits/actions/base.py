"""What every act shares: holding the row, the step, the week's key, places and the clock."""

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from counters.calendar import calendar_of, closed_days
from counters.workdays import add_working_days, working_days_between
from mpp.kit import clock
from mpp.kit.states import WrongState, move
from visits import capacity, hosting
from visits.models import (
    GuestEntry,
    Participant,
    Visit,
    VisitRules,
    VisitSession,
    VisitSlot,
    VisitStep,
)
from visits.states import HOLDING, TABLE
from visits.workflow import Refused

Row = TypeVar("Row", Participant, GuestEntry)


def hold(visit: Visit) -> None:
    """Read the visit anew and hold its row until the act is over.

    On SQLite the transaction holds the whole database; `move` stands behind both.
    """
    visit.refresh_from_db(from_queryset=Visit.objects.select_for_update(no_key=True))


def is_repeat(visit: Visit, key: str, act: str, actor: User | None) -> bool:
    """Whether this act was done under this key already; raises WrongState for another act."""
    done = visit.steps.filter(key=key).first() if key else None
    if done is None:
        return False
    if done.act != act or done.actor_id != getattr(actor, "pk", None):
        sentence = _("This form was sent before for something else. Open the page again.")
        raise WrongState(sentence, visit.state)
    return True


def made_before(rows: QuerySet[Row], key: str, name: str) -> Row | None:
    """The row this key made already; raises WrongState when that was for another name.

    For acts that add a row and leave the visit's state, so that no step keeps their key.
    """
    if len(key) > rows.model._meta.get_field("key").max_length:
        raise WrongState(_("This form is not valid any more. Open the page again."))
    row = rows.filter(key=key).first() if key else None
    if row is not None and row.name != name:
        raise WrongState(_("This form was sent before for something else. Open the page again."))
    return row


def step(
    visit: Visit,
    to: str,
    *,
    act: str,
    actor: User | None,
    key: str = "",
    reason: str = "",
    columns: dict[str, Any] | None = None,
    from_: Collection[str] = (),
) -> VisitStep:
    """Move the state through the one door; `from_` is the table's unless narrower.

    Raises WrongState, and Refused when the institution has another visit in that week.
    """
    try:
        with transaction.atomic():
            return move(
                visit,
                to,
                from_=from_ or TABLE[act][0],
                actor=actor,
                reason=reason,
                key=key,
                step_model=VisitStep,
                extra=columns or {},
                step_fields={"act": act},
            )
    except IntegrityError as fault:
        wanted = (columns or {}).get("active_key")
        if not wanted or not Visit.objects.filter(active_key=wanted).exclude(pk=visit.pk).exists():
            raise
        sentence = _("This institution has another open request for that week.")
        raise Refused(sentence, status=409) from fault


def week_key(visit: Visit, day: date) -> str:
    """The name of the institution's week: one live request each."""
    year, week, _weekday = day.isocalendar()
    plain = unicodedata.normalize("NFKD", visit.institution).casefold()
    letters = "".join(letter for letter in plain if letter.isalnum())
    who = f"{visit.site_id}|{visit.institution_kind}|{visit.region_code}|{letters}"
    return hashlib.sha256(f"{who}|{year}-{week}".encode()).hexdigest()


def rules_of(visit: Visit) -> VisitRules:
    """The rules of the visit's site."""
    return VisitRules.objects.get(site=visit.site_id)


def after_working_days(visit: Visit, count: int) -> datetime:
    """Closing time of the `count`-th working day from today at the visit's site."""
    calendar = calendar_of(visit.site, closed_days(visit.site))
    day = add_working_days(clock.today(visit.site.time_zone), count, calendar)
    return calendar.closing_at(day)


def days_left(visit: Visit) -> int:
    """Working days left to answer a visit that waits for us, from today; never below 0."""
    calendar = calendar_of(visit.site, closed_days(visit.site))
    today = clock.today(visit.site.time_zone)
    return max(0, working_days_between(today, calendar.day_of(visit.answer_due_at), calendar))


def occupy(
    visit: Visit, session: VisitSession, day: date, *, people: int, groups: int = 1
) -> VisitSlot:
    """Take a place in a session on a day; raises Refused when it is full."""
    slot = capacity.slot_for(session, day)
    if not capacity.take(slot, groups=groups, people=people):
        sentence = _("There is no place for %(people)s people in this session any more.")
        raise Refused(sentence % {"people": people}, status=409, field="session")
    return slot


@dataclass(frozen=True, slots=True)
class Place:
    """What a visit holds before an act changes it."""

    slot: VisitSlot
    is_shared: bool
    people: int


def place_of(visit: Visit) -> Place | None:
    """The place in `slot`, if the visit holds one now."""
    if visit.slot is None or visit.state not in HOLDING:
        return None
    return Place(visit.slot, visit.merged_into_id is not None, visit.places)


def free(visit: Visit, place: Place | None) -> None:
    """Give back a place (after the step that gave it up) and let the host go.

    A group place shared by merged visits goes on with the first of the others.
    """
    if place is None:
        return
    groups = 0 if place.is_shared or _hand_on(visit) else 1
    capacity.give_back(place.slot, groups=groups, people=place.people)
    hosting.release(visit.host, place.slot)


def _hand_on(visit: Visit) -> bool:
    """Make the first of the visits merged into this one the holder of the group place."""
    others = Visit.objects.filter(merged_into=visit, state__in=HOLDING)
    heir = others.order_by("pk").first()
    if heir is None:
        return False
    Visit.objects.filter(pk=heir.pk).update(merged_into=None)
    others.exclude(pk=heir.pk).update(merged_into=heir)
    return True


def free_offer(visit: Visit, slot: VisitSlot | None) -> None:
    """Give back the place that was held for an offer (after the step) and let the host go."""
    if slot is not None:
        capacity.give_back(slot, groups=1, people=visit.places)
        hosting.release(visit.host, slot)


def need_letter(visit: Visit) -> None:
    """Raise Refused while the official letter with its number and date has not come."""
    if not (visit.letter_file_id and visit.letter_number and visit.letter_on):
        sentence = _("The letter with its number and date has not come yet.")
        raise Refused(sentence, status=409, field="letter_file")


def reason_of(text: str, sentence: str) -> str:
    """The typed reason; raises Refused with `sentence` when there is none."""
    reason = text.strip()
    if not reason:
        raise Refused(sentence, status=400, field="reason")
    return reason


__all__ = ["Refused", "WrongState"]
