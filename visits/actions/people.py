"""The list of participants: by the delegation until the cutoff, by the desk until the end."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit.transactions import act
from visits.actions import base
from visits.models import Participant, Visit, VisitRules
from visits.permissions import can_edit_list, can_work
from visits.states import LIVE
from visits.workflow import Refused, require

PERSON_FIELDS = ("name", "position", "institution", "staff_number", "phone", "travel_order")


def clean_person(values: Mapping[str, Any]) -> dict[str, Any]:
    """The known columns of a person; raises Refused without a name."""
    found = {name: values[name] for name in PERSON_FIELDS if name in values}
    if not str(found.get("name", "")).strip():
        raise Refused(_("Write the name."), status=400, field="name")
    return found


def _may_edit(visit: Visit, actor: User | None) -> None:
    """The delegation until the cutoff; the desk while the visit is not over."""
    base.hold(visit)
    if actor is None:
        require(can_edit_list(visit))
        return
    require(can_work(actor))
    if visit.state not in LIVE:
        raise Refused(_("The list of participants cannot be changed any more."), status=409)


def room_in_list(visit: Visit) -> int:
    """How many more people the list takes: as many as the place is for, or were announced."""
    most = visit.places if visit.slot_id else visit.size
    most = most or VisitRules.objects.get(site=visit.site_id).size_max
    return most - visit.participants.filter(is_walk_in=False).count()


def check_room(visit: Visit, count: int) -> None:
    """Raise Refused when the list does not take `count` more people."""
    room = room_in_list(visit)
    if count > room:
        sentence = _("The list has room for %(count)s more people. Ask the host for more places.")
        raise Refused(sentence % {"count": max(room, 0)}, status=409, field="name")


@act
def add_participants(
    visit: Visit,
    *,
    rows: Iterable[Mapping[str, Any]],
    actor: User | None = None,
    key: str = "",
) -> list[Participant]:
    """Add people to the list, all or none; raises Refused when there is no room for them.

    `key` is that of a form with one person: sent again, it gives that person back.
    """
    _may_edit(visit, actor)
    people = [clean_person(row) for row in rows]
    if key:
        (person,) = people
        if known := base.made_before(visit.participants.all(), key, person["name"]):
            return [known]
        person["key"] = key
    check_room(visit, len(people))
    last = visit.participants.order_by("-order").values_list("order", flat=True).first() or 0
    return [
        Participant.objects.create(visit=visit, order=last + number, **person)
        for number, person in enumerate(people, start=1)
    ]


@act
def change_participant(
    participant: Participant, *, values: Mapping[str, Any], actor: User | None = None
) -> Participant:
    """Correct a person of the list, before he has come."""
    _may_edit(participant.visit, actor)
    changed = clean_person({"name": participant.name, **values})
    rows = Participant.objects.filter(pk=participant.pk, checked_in_at__isnull=True)
    for name, value in changed.items():
        setattr(participant, name, value)
    if not rows.exists():
        raise Refused(_("This person has come already and cannot be changed."), status=409)
    participant.save(update_fields=[*changed, "updated_at"])
    return participant


@act
def remove_participant(participant: Participant, *, actor: User | None = None) -> None:
    """Take a person off the list, before he has come."""
    _may_edit(participant.visit, actor)
    gone, _rows = Participant.objects.filter(
        pk=participant.pk, checked_in_at__isnull=True
    ).delete()
    if not gone:
        raise Refused(_("This person has come already and cannot be changed."), status=409)


__all__ = ["add_participants", "change_participant", "remove_participant"]
