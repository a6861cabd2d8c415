"""The day of the visit: coming, leaving, proofs, no-show; and what time does by itself."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Notice
from mpp.kit import clock, paper_pdfs
from mpp.kit.models import Paper, PaperState
from mpp.kit.states import WrongState
from mpp.kit.verification import paper_by_code
from tests.factories import visits as make
from visits import actions, checkin, invariants, letters, sweeps
from visits.models import Attendance, CheckInWay, FollowUp, Participant, Visit
from visits.states import VisitState
from visits.workflow import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, desk):
    found = make.approved(desk.leader, host=desk.host)
    actions.add_participants(
        found, rows=[{"name": f"Peserta {n}", "position": "Staf"} for n in range(1, 4)]
    )
    return found


def on_the_day(visit, minutes: int = 5):
    return time_machine.travel(visit.slot.starts_at + timedelta(minutes=minutes), tick=False)


def people_of(visit):
    return list(visit.participants.order_by("order"))


def test_the_first_check_in_makes_the_visit_arrive(visit, desk):
    first, second, _third = people_of(visit)
    with on_the_day(visit):
        actions.check_in(first, actor=desk.host)
        actions.check_in(second, actor=desk.host, way=CheckInWay.SCAN)
        with pytest.raises(Refused):
            actions.check_in(first, actor=desk.host)
        actions.check_out(first, actor=desk.host)
        with pytest.raises(Refused):
            actions.check_out(first, actor=desk.host)
    visit.refresh_from_db()
    assert visit.state == VisitState.ARRIVED
    assert visit.steps.filter(act="arrive").count() == 1
    assert invariants.problems() == []


def test_only_on_the_day_and_only_when_approved(visit, desk):
    first = people_of(visit)[0]
    with pytest.raises(Refused):
        actions.check_in(first, actor=desk.host)
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir.", key="c")
    with on_the_day(visit), pytest.raises(Refused):
        actions.check_in(first, actor=desk.host)
    assert not Participant.objects.filter(checked_in_at__isnull=False).exists()


def test_alone_only_with_the_code_on_site(visit):
    first, second, third = people_of(visit)
    with on_the_day(visit):
        code = checkin.code_now(visit.site)
        with pytest.raises(Refused) as refused:
            actions.self_check_in(first, code="000000" if code != "000000" else "111111")
        assert refused.value.field == "code"
        actions.self_check_in(first, code=f"{code[:3]} {code[3:]}")
    with on_the_day(visit, 6):
        actions.self_check_in(second, code=code)
    with on_the_day(visit, 7), pytest.raises(Refused):
        actions.self_check_in(third, code=code)
    assert Participant.objects.get(pk=first.pk).check_in_way == CheckInWay.SELF


def test_who_is_not_in_the_list_is_added_and_marked(visit, desk):
    with on_the_day(visit):
        person = actions.add_walk_in(visit, actor=desk.host, values={"name": "Tamu Susulan"})
    assert person.is_walk_in
    assert person.checked_in_at
    with pytest.raises(Refused):
        actions.add_walk_in(visit, actor=desk.host, values={"name": " "})


def test_a_mistaken_check_in_is_corrected_with_a_reason(visit, desk):
    first, second, _third = people_of(visit)
    with on_the_day(visit):
        actions.check_in(first, actor=desk.host)
        with pytest.raises(Refused):
            actions.take_back_check_in(first, actor=desk.host, reason="")
        actions.check_in(second, actor=desk.host)
        actions.take_back_check_in(first, actor=desk.host, reason="Salah nama.")
        actions.complete(visit, actor=desk.host, key="x")
    assert Attendance.objects.get().participant == second
    assert visit.steps.filter(act="take_back").count() == 1
    assert invariants.problems() == []


def test_with_the_last_check_in_the_arrival_is_taken_back(visit, desk):
    first, second, _third = people_of(visit)
    with on_the_day(visit):
        actions.check_in(first, actor=desk.host)
        actions.check_in(second, actor=desk.host)
        for person, state in ((first, VisitState.ARRIVED), (second, VisitState.APPROVED)):
            actions.take_back_check_in(person, actor=desk.host, reason="Salah rombongan.")
            visit.refresh_from_db()
            assert visit.state == state
        assert visit.arrived_at is None
        assert visit.steps.order_by("pk").last().from_state == VisitState.ARRIVED
        assert invariants.problems() == []
        actions.check_in(second, actor=desk.host)
        visit.refresh_from_db()
        assert visit.state == VisitState.ARRIVED
        actions.take_back_check_in(second, actor=desk.host, reason="Salah lagi.")
    with on_the_day(visit, 60 * 24):
        assert sweeps.end_of_day() == 1
    visit.refresh_from_db()
    assert visit.state == VisitState.NO_SHOW


def test_proofs_only_for_who_was_there(visit, desk):
    first, second, third = people_of(visit)
    with on_the_day(visit):
        actions.check_in(first, actor=desk.host)
        actions.check_in(second, actor=desk.host)
    with on_the_day(visit, 100):
        actions.complete(visit, actor=desk.host, key="x")
        actions.complete(visit, actor=desk.host, key="x")
    assert {a.participant_id for a in Attendance.objects.all()} == {first.pk, second.pk}
    assert FollowUp.objects.filter(visit=visit).count() == 3
    with pytest.raises(ValueError, match="was there"):
        letters.write_proof(third)
    paper = Attendance.objects.get(participant=first).paper
    assert paper_pdfs.make_pending(50) == 3
    paper.refresh_from_db()
    assert paper.pdf.is_openable
    assert paper_by_code(paper.code) == paper
    assert paper.holder_masked == "P••• 1•••"
    assert invariants.problems() == []


def test_a_changed_date_replaces_the_letter_and_a_cancelled_one_ends_it(visit, desk):
    day = make.open_day(1)
    old = visit.letters.get().paper
    actions.reschedule(
        visit, actor=desk.host, session=make.session(), date=day, reason="Rapat", key="r"
    )
    old.refresh_from_db()
    assert old.state == PaperState.REPLACED
    new = visit.letters.get(revision=1).paper
    assert old.replaced_by == new
    actions.cancel_by_guest(visit, reason="Batal.", key="c")
    new.refresh_from_db()
    assert new.state == PaperState.REVOKED
    assert Paper.objects.values("number").distinct().count() == 2


def test_the_list_is_the_delegations_until_the_cutoff(visit, desk):
    with time_machine.travel(visit.slot.starts_at - timedelta(hours=23)):
        with pytest.raises(Refused):
            actions.add_participants(visit, rows=[{"name": "Terlambat"}])
        added = actions.add_participants(visit, rows=[{"name": "Susulan"}], actor=desk.host)
        actions.change_participant(added[0], values={"position": "Kasi"}, actor=desk.host)
        actions.remove_participant(added[0], actor=desk.host)
    with pytest.raises(Refused):
        actions.add_participants(visit, rows=[{"name": "X"}] * 40)
    assert visit.participants.count() == 3


def test_nobody_came(visit, desk):
    with on_the_day(visit), pytest.raises(Refused):
        actions.no_show(visit, actor=desk.host, key="n")
    with on_the_day(visit, 60 * 5):
        assert sweeps.end_of_day() == 0, "the day is not over"
    with on_the_day(visit, 60 * 24):
        assert sweeps.end_of_day() == 1
        assert sweeps.end_of_day() == 0
    visit.refresh_from_db()
    assert visit.state == VisitState.NO_SHOW
    assert invariants.problems() == []


def test_a_visit_ends_by_itself_at_the_end_of_the_day(visit, desk):
    with on_the_day(visit):
        actions.check_in(people_of(visit)[0], actor=desk.host)
    with on_the_day(visit, 60 * 24):
        assert sweeps.end_of_day() == 1
    visit.refresh_from_db()
    person = people_of(visit)[0]
    assert visit.state == VisitState.COMPLETED
    assert person.checked_out_at == visit.slot.ends_at
    assert Attendance.objects.count() == 1


def test_an_offer_ends_by_itself(site, desk):
    visit = actions.offer(
        make.sent(),
        actor=desk.host,
        session=make.session(),
        date=make.open_day(1),
        host=desk.host,
        key="o",
    )
    assert sweeps.expire_offers() == 0
    with time_machine.travel(visit.offer_until + timedelta(seconds=1)):
        with pytest.raises(Refused):
            actions.accept(visit, key="late")
        assert sweeps.expire_offers() == 1
        assert sweeps.expire_offers() == 0
    visit.refresh_from_db()
    assert visit.state == VisitState.EXPIRED
    assert invariants.problems() == []


def test_reminders_three_and_one_day_before_once_each(visit):
    for days, told in ((5, 0), (3, 1), (2, 1), (1, 2), (1, 2), (0, 2)):
        with time_machine.travel(visit.slot.starts_at - timedelta(days=days, minutes=1)):
            sweeps.remind()
        assert Notice.objects.filter(kind="visits.reminder").count() == told, days


def test_another_number_of_people_reminds_nobody_again(visit, desk):
    for size in (None, 25):
        if size:
            actions.resize(visit, actor=desk.host, size=size, key="r")
        with time_machine.travel(visit.slot.starts_at - timedelta(days=3, minutes=1)):
            sweeps.remind()
        assert Notice.objects.filter(kind="visits.reminder").count() == 1


def test_follow_ups_and_forgotten_contacts(visit, desk):
    first = people_of(visit)[0]
    actions.change_participant(
        first, values={"staff_number": "198001012005011001", "phone": "+628123"}, actor=desk.host
    )
    with on_the_day(visit):
        actions.check_in(Participant.objects.get(pk=first.pk), actor=desk.host)
        actions.complete(visit, actor=desk.host, key="x")
    with on_the_day(visit, 60 * 24 * 31):
        assert sweeps.ask_follow_ups() == 1
        assert sweeps.ask_follow_ups() == 0
        assert sweeps.forget_contacts() == 0
        follow_up = FollowUp.objects.get(visit=visit, days=30)
        actions.answer_follow_up(follow_up, adopted="partly", story="Antrean.")
    with on_the_day(visit, 60 * 24 * 200):
        assert sweeps.forget_contacts() == 1
    first.refresh_from_db()
    assert (first.staff_number, first.phone, first.name) == ("", "", "Peserta 1")
    later = FollowUp.objects.get(visit=visit, days=90)
    with pytest.raises(Refused):
        actions.answer_follow_up(later, adopted="yes")


def test_old_drafts_go(site):
    draft = make.draft()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert sweeps.drop_drafts() == 1
    assert not Visit.objects.filter(pk=draft.pk).exists()


def test_feedback_once_and_the_guest_book(visit, desk):
    with pytest.raises(Refused):
        actions.sign_guest_book(visit, name="Rina", message="Bagus.")
    with on_the_day(visit):
        actions.check_in(people_of(visit)[0], actor=desk.host)
        entry = actions.sign_guest_book(visit, name="Rina", message="Bagus.")
        actions.complete(visit, actor=desk.host, key="x")
    assert not entry.is_shown
    assert actions.show_entry(entry, actor=desk.host, is_shown=True).is_shown
    actions.give_feedback(visit, reception=4, content=3, usefulness=4)
    with pytest.raises(Refused):
        actions.give_feedback(visit, reception=1, content=1, usefulness=1)
    with pytest.raises(WrongState):
        actions.complete(visit, actor=desk.host, key="again")
    assert actions.close(visit, actor=desk.host, key="z").state == VisitState.CLOSED
