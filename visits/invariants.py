"""What must always hold for visits (V1 to V7): sentences about what does not.

Called by `manage.py check_invariants`; every check is a few queries over all rows.
"""

from collections import defaultdict
from datetime import date
from itertools import pairwise

from django.db.models import Count, F, Q

from mpp.kit.models import StoredFile
from visits.models import (
    Attendance,
    HostDuty,
    Participant,
    Visit,
    VisitDay,
    VisitPaperStep,
    VisitSlot,
)
from visits.states import ENDED_WITH_REASON, HOLDING, LIVE, VISITED, VisitState


def problems(since: date | None = None) -> list[str]:
    """Everything that is wrong now; an empty list when all holds.

    `since` bounds what other rooms read line by line; visits are few and read whole.
    """
    checks = (
        places_fit,
        hosts_are_at_one_place,
        only_expected_people_are_in,
        walk_ins_are_marked,
        calendars_follow,
        endings_have_reasons,
        letters_are_private,
        histories_fit,
    )
    return [sentence for check in checks for sentence in check()]


def _held() -> dict[int, list[int]]:
    """Slot -> [groups, people] that visits hold by their rows."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    rows = Visit.objects.filter(state__in=HOLDING)
    for slot, merged, people in rows.filter(slot__isnull=False).values_list(
        "slot", "merged_into", "places"
    ):
        found[slot][0] += merged is None
        found[slot][1] += people
    for slot, people in rows.filter(offer_slot__isnull=False).values_list("offer_slot", "places"):
        found[slot][0] += 1
        found[slot][1] += people
    return found


def places_fit() -> list[str]:
    """V1: what days and sessions count is what visits hold, and within their limits."""
    held, days = _held(), defaultdict(lambda: [0, 0])
    wrong = []
    for slot in VisitSlot.objects.select_related("day", "session"):
        groups, people = held.pop(slot.pk, [0, 0])
        days[slot.day_id][0] += groups
        days[slot.day_id][1] += people
        if (slot.groups, slot.people) != (groups, people):
            wrong.append(
                f"V1 slot {slot.pk}: counts {slot.groups} groups and {slot.people} people, "
                f"visits hold {groups} and {people}"
            )
        if slot.groups > slot.groups_max or slot.people > slot.people_max:
            wrong.append(f"V1 slot {slot.pk} holds more than its limit")
    for day in VisitDay.objects.all():
        groups, people = days[day.pk]
        if (day.groups, day.people) != (groups, people):
            wrong.append(
                f"V1 day {day.pk}: counts {day.groups} groups and {day.people} people, "
                f"its sessions hold {groups} and {people}"
            )
        if day.groups > day.groups_max or day.people > day.people_max:
            wrong.append(f"V1 day {day.pk} holds more than its limit")
    return wrong


def hosts_are_at_one_place() -> list[str]:
    """V2: duties of one host never overlap, and every held place has its host's duty."""
    wrong, by_host = [], defaultdict(list)
    for duty in HostDuty.objects.order_by("starts_at", "pk"):
        by_host[duty.host_id].append(duty)
    for host, duties in by_host.items():
        for first, second in pairwise(duties):
            if second.starts_at < first.ends_at:
                wrong.append(f"V2 host {host} has duties {first.pk} and {second.pk} at once")
    known = {(duty.host_id, duty.slot_id) for duties in by_host.values() for duty in duties}
    rows = Visit.objects.filter(state__in=HOLDING).values_list("pk", "host", "slot", "offer_slot")
    for pk, host, slot, offered in rows:
        for place in filter(None, (slot, offered)):
            if (host, place) not in known:
                wrong.append(f"V2 visit {pk} holds slot {place} without a duty of its host")
    return wrong


def only_expected_people_are_in() -> list[str]:
    """V3: people came only to visits that were approved, and proofs are theirs alone."""
    came = Participant.objects.filter(checked_in_at__isnull=False)
    wrong = [
        f"V3 participant {pk} came to visit {visit} in state {state}"
        for pk, visit, state in came.exclude(visit__state__in=VISITED).values_list(
            "pk", "visit", "visit__state"
        )
    ]
    false = Attendance.objects.filter(participant__checked_in_at__isnull=True)
    return wrong + [f"V3 proof {pk} of somebody who did not come" for pk in _pks(false)]


def walk_ins_are_marked() -> list[str]:
    """V4: nobody is in the list beyond the places without being marked as added on the day."""
    listed = Visit.objects.filter(state__in=(VisitState.APPROVED, *VISITED)).annotate(
        listed=Count("participants", filter=Q(participants__is_walk_in=False))
    )
    return [
        f"V4 visit {pk} lists more people than it has places for"
        for pk in _pks(listed.filter(listed__gt=F("places")))
    ]


def calendars_follow() -> list[str]:
    """V5: every calendar name is its own and never changes; one letter per revision at most."""
    odd = Visit.objects.values_list("pk", "uid", "reference")
    return [
        f"V5 visit {pk} has another calendar name than at its beginning"
        for pk, uid, reference in odd
        if not uid.startswith(reference.lower())
    ]


def endings_have_reasons() -> list[str]:
    """V6: every rejection and cancellation has a reason."""
    rows = Visit.objects.filter(state__in=ENDED_WITH_REASON, end_reason="")
    wrong = [f"V6 visit {pk} ended without a reason" for pk in _pks(rows)]
    papers = VisitPaperStep.objects.filter(reason="")
    return wrong + [f"V6 paper step {pk} has no reason" for pk in _pks(papers)]


def letters_are_private() -> list[str]:
    """V7: letters are PDFs that passed the gate of uploads, under an opaque path."""
    files = StoredFile.objects.filter(
        pk__in=Visit.objects.filter(letter_file__isnull=False).values("letter_file")
    )
    wrong = files.exclude(mime="application/pdf") | files.filter(scan_state="infected")
    return [f"V7 file {pk} is no clean letter" for pk in _pks(wrong)]


def histories_fit() -> list[str]:
    """The state is where the last step went; live visits have their week, others none."""
    wrong = []
    for visit in Visit.objects.prefetch_related("steps"):
        steps = sorted(visit.steps.all(), key=lambda step: step.pk)
        last = steps[-1].to_state if steps else VisitState.DRAFT
        if last != visit.state:
            wrong.append(f"visit {visit.pk} is {visit.state}, its history says {last}")
        if (visit.state in LIVE) != bool(visit.active_key):
            wrong.append(f"visit {visit.pk} has a wrong week key")
    return wrong


def _pks(rows) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
