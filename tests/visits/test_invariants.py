"""The checks find what they are for: each fault is planted behind the acts' back."""

from datetime import timedelta

import pytest
import time_machine

from mpp.kit import clock
from tests.factories import visits as make
from visits import actions, invariants
from visits.models import HostDuty, Participant, Visit, VisitDay, VisitSlot
from visits.states import VisitState

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, desk):
    found = make.approved(desk.host)
    actions.add_participants(found, rows=[{"name": "Ani"}])
    assert invariants.problems() == []
    return found


def only(prefix: str) -> bool:
    found = invariants.problems()
    return bool(found) and all(sentence.startswith(prefix) for sentence in found)


def test_v1_counts_that_drifted(visit):
    VisitDay.objects.update(people=3)
    assert only("V1")
    VisitDay.objects.update(people=20)
    VisitSlot.objects.update(groups=0)
    assert only("V1")


def test_v2_duties_that_overlap_or_lack(visit, desk):
    other = make.approved(desk.second, key="siang", day=visit.slot.day.date)
    HostDuty.objects.filter(slot=other.slot).update(
        host=desk.host, starts_at=visit.slot.starts_at + timedelta(minutes=5)
    )
    assert only("V2")
    HostDuty.objects.all().delete()
    assert only("V2")


def test_v3_people_in_a_visit_that_was_not_approved(visit):
    Participant.objects.update(checked_in_at=clock.now(), check_in_way="desk")
    assert only("V3")


def test_v4_more_people_than_places(visit):
    Participant.objects.bulk_create(
        Participant(visit=visit, name=f"P{number}") for number in range(25)
    )
    assert only("V4")


def test_v5_another_calendar_name(visit):
    Visit.objects.update(uid="other@example")
    assert only("V5")


def test_v7_a_letter_that_is_no_clean_pdf(visit):
    type(visit.letter_file).objects.update(mime="image/png")
    assert only("V7")


def test_a_state_beside_the_history(visit):
    with time_machine.travel(visit.slot.ends_at):
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.NO_SHOW, active_key=None)
    assert any("history" in sentence for sentence in invariants.problems())
