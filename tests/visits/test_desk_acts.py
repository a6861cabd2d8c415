"""The desk's acts: places, hosts, offers, changes, merging."""

from datetime import time

import pytest
from django.urls import reverse

from accounts.models import Delivery, Notice
from mpp.kit.models import PaperState
from tests.factories import visits as make
from tests.visits import test_table as table
from visits import actions, invariants
from visits.models import HostDuty, Visit, VisitDay, VisitSlot
from visits.states import VisitState
from visits.workflow import Refused

pytestmark = pytest.mark.django_db


def taken(day):
    row = VisitDay.objects.get(date=day)
    return row.groups, row.people


def test_approving_takes_a_place_and_writes_agenda_and_mail(site, desk):
    day = make.open_day()
    visit = make.approved(desk.leader, host=desk.host, day=day)
    assert visit.state == VisitState.APPROVED
    assert taken(day) == (1, 20)
    assert HostDuty.objects.get().host == desk.host
    assert [row.title for row in visit.itinerary.all()] == [
        "Sambutan",
        "Paparan",
        "Keliling gerai",
    ]
    assert Delivery.objects.filter(notice__kind="visits.approved").count() == 1


def test_a_full_day_changes_nothing(site, desk):
    day = make.open_day()
    make.approved(desk.host, day=day, size=40)
    # Not wished for there, because it is full: the desk chooses the session itself.
    late = make.decided_by(make.sent(size=25, day=make.open_day(1)), desk.host)
    with pytest.raises(Refused) as refused:
        actions.approve(late, actor=desk.host, session=make.session("siang"), date=day, key="a")
    assert refused.value.field == "session"
    late.refresh_from_db()
    assert late.state == VisitState.UNDER_REVIEW
    assert taken(day) == (1, 40)
    assert VisitSlot.objects.filter(groups__gt=0).count() == 1
    assert HostDuty.objects.count() == 1


def test_a_host_is_never_in_two_sessions_at_once(site, desk):
    day = make.open_day()
    make.approved(desk.host, day=day)
    visit = make.decided_by(make.sent(day=day), desk.host)
    actions.approve(visit, actor=desk.host, session=make.session(), date=day, key="a")
    assert HostDuty.objects.count() == 1, "two groups of one session are one duty"


def test_an_overlapping_session_refuses_the_host(site, desk):
    day = make.open_day()
    make.approved(desk.host, day=day)
    siang = make.session("siang")
    siang.starts_at = time(10, 30)
    siang.save()
    visit = make.decided_by(make.sent(day=make.open_day(1)), desk.host)
    with pytest.raises(Refused) as refused:
        actions.approve(visit, actor=desk.host, session=siang, date=day, key="a")
    assert refused.value.field == "host"
    visit.refresh_from_db()
    done = actions.approve(
        visit, actor=desk.host, session=siang, date=day, host=desk.second, key="b"
    )
    assert done.host == desk.second


def test_an_offer_holds_the_place_until_it_is_answered(site, desk):
    day = make.open_day(1)
    visit = actions.offer(
        make.sent(), actor=desk.host, session=make.session(), date=day, host=desk.host, key="o"
    )
    assert visit.state == VisitState.OFFERED
    assert taken(day) == (1, 20)
    declined = actions.decline(visit, key="t")
    assert declined.state == VisitState.SUBMITTED
    assert taken(day) == (0, 0)
    assert not HostDuty.objects.exists()
    actions.offer(
        declined, actor=desk.host, session=make.session(), date=day, host=desk.host, key="o2"
    )
    accepted = actions.accept(declined, key="y")
    assert accepted.state == VisitState.APPROVED
    assert taken(day) == (1, 20)
    assert accepted.revision == 0


def test_an_offer_to_an_approved_visit_keeps_its_old_place(site, desk):
    day, other = make.open_day(), make.open_day(1)
    visit = make.approved(desk.host, day=day)
    actions.offer(visit, actor=desk.host, session=make.session("siang"), date=other, key="o")
    assert taken(day) == taken(other) == (1, 20)
    actions.decline(visit, key="t")
    assert visit.state == VisitState.APPROVED
    assert (taken(day), taken(other)) == ((1, 20), (0, 0))
    actions.offer(visit, actor=desk.host, session=make.session("siang"), date=other, key="o2")
    actions.accept(visit, key="y")
    assert (taken(day), taken(other)) == ((0, 0), (1, 20))
    assert visit.revision == 1
    assert HostDuty.objects.count() == 1


def test_rescheduling_takes_the_new_place_before_the_old_is_free(site, desk):
    day, other = make.open_day(), make.open_day(1)
    visit = make.approved(desk.host, day=day)
    make.approved(desk.second, day=other, size=45)
    with pytest.raises(Refused):
        actions.reschedule(
            visit, actor=desk.host, session=make.session(), date=other, reason="Rapat", key="r"
        )
    visit.refresh_from_db()
    assert taken(day) == (1, 20)
    moved = actions.reschedule(
        visit,
        actor=desk.host,
        session=make.session("siang"),
        date=day,
        host=desk.second,
        reason="Rapat",
        key="r2",
    )
    assert moved.revision == 1
    assert taken(day) == (1, 20)
    assert HostDuty.objects.filter(slot__day__date=day).get().host == desk.second
    assert moved.itinerary.first().starts_at.hour == 13


def test_changing_only_the_host(site, desk):
    visit = make.approved(desk.host)
    day, session = visit.slot.day.date, visit.slot.session
    actions.reschedule(
        visit, actor=desk.host, session=session, date=day, host=desk.second, reason="Cuti", key="r"
    )
    assert HostDuty.objects.get().host == desk.second
    assert visit.revision == 1


@pytest.mark.parametrize("key", ["pagi", "siang"])
def test_the_agenda_follows_the_host_with_and_without_another_date(site, desk, key):
    visit = make.approved(desk.host)
    tour = visit.itinerary.get(title="Keliling gerai")
    tour.host = desk.leader
    tour.save()
    session, day = make.session(key), visit.slot.day.date
    actions.reschedule(
        visit, actor=desk.host, session=session, date=day, host=desk.second, reason="Cuti", key="r"
    )
    hosts = dict(visit.itinerary.values_list("title", "host"))
    assert hosts == {
        "Sambutan": desk.second.pk,
        "Paparan": desk.second.pk,
        "Keliling gerai": desk.leader.pk,
    }


def test_cancelling_frees_the_place_and_needs_a_reason(site, desk):
    day = make.open_day()
    visit = make.approved(desk.host, day=day)
    with pytest.raises(Refused):
        actions.cancel_by_host(visit, actor=desk.host, reason="  ", key="c")
    actions.cancel_by_host(visit, actor=desk.host, reason="Banjir.", key="c")
    assert visit.state == VisitState.CANCELLED_BY_HOST
    assert taken(day) == (0, 0)
    assert visit.revision == 1
    assert not HostDuty.objects.exists()


def test_merged_groups_share_one_group_place(site, desk):
    day = make.open_day()
    lead = make.approved(desk.host, day=day, size=10)
    second = make.approved(desk.host, day=day, size=10)
    third = make.decided_by(make.sent(size=10, day=make.open_day(1)), desk.host)
    with pytest.raises(Refused):
        actions.approve(third, actor=desk.host, session=make.session(), date=day, key="a")
    actions.approve(
        third, actor=desk.host, session=make.session(), date=day, merge_with=lead, key="a"
    )
    assert taken(day) == (2, 30)
    actions.merge(second, actor=desk.host, into=lead, key="m")
    assert taken(day) == (1, 30)
    actions.cancel_by_guest(lead, reason="Batal.", key="c")
    assert taken(day) == (1, 20)
    heirs = Visit.objects.filter(state=VisitState.APPROVED, merged_into=None)
    assert heirs.count() == 1
    assert Visit.objects.get(state=VisitState.APPROVED, merged_into=heirs.get())


def test_a_changed_size_takes_the_difference(site, desk):
    day = make.open_day()
    visit = make.approved(desk.host, day=day)
    actions.resize(visit, actor=desk.host, size=30, key="1")
    assert taken(day) == (1, 30)
    actions.resize(visit, actor=desk.host, size=12, key="2")
    assert taken(day) == (1, 12)
    make.approved(desk.host, day=day, size=30)
    with pytest.raises(Refused):
        actions.resize(visit, actor=desk.host, size=40, key="3")
    visit.refresh_from_db()
    assert visit.places == 12


def test_another_number_of_people_is_written_and_told(site, desk):
    visit = make.approved(desk.host)
    old = visit.letters.get().paper
    actions.resize(visit, actor=desk.second, size=30, key="1")
    actions.resize(visit, actor=desk.second, size=30, key="1")
    new = visit.letters.get(revision=1).paper
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == (PaperState.REPLACED, new)
    assert '"value":"30"' in new.payload
    assert "30" in Delivery.objects.get(notice__kind="visits.changed").notice.body
    told = Notice.objects.filter(kind="visits.desk_news", recipient=desk.host)
    assert told.filter(key__contains=":resize:").count() == 1
    waiting = make.sent(day=make.open_day(1))
    actions.resize(waiting, actor=desk.host, size=25, key="1")
    assert not waiting.letters.exists()


def test_strangers_decide_nothing(site, desk):
    visit = make.sent()
    for person in (desk.stranger,):
        with pytest.raises(Refused):
            actions.ask(visit, actor=person, text="?", key="x")
        with pytest.raises(Refused):
            actions.reject(visit, actor=person, reason="?", key="x")
    assert not Visit.objects.visible_to(desk.stranger).exists()
    assert Visit.objects.visible_to(desk.host).get() == visit


def test_who_does_not_receive_delegations_cannot_be_host(site, desk):
    visit = make.sent()
    with pytest.raises(Refused):
        actions.dispose(visit, actor=desk.host, leader=desk.leader, host=desk.stranger, key="d")
    actions.dispose(visit, actor=desk.host, leader=desk.leader, host=desk.host, key="d")
    assert visit.state == VisitState.UNDER_REVIEW


def test_rejecting_tells_the_reason(site, desk):
    visit = actions.reject(make.sent(), actor=desk.host, reason="Penuh.", key="r")
    assert visit.end_reason == "Penuh."
    assert "Penuh." in Delivery.objects.get(notice__kind="visits.rejected").notice.body


# --- the agenda ---------------------------------------------------------------------------
def test_the_agenda_of_a_closed_visit_stays(site, desk, client):
    visit = table.MAKERS[VisitState.CLOSED](desk)
    with pytest.raises(Refused, match="Agenda"):
        actions.edit_agenda(visit, actor=desk.host, lines=[table.part()], key="a")
    client.force_login(desk.host)
    address = reverse("admin:visits_visit_agenda", args=[visit.number])
    assert client.get(address).status_code == 409
    assert client.post(address, {"bagian-TOTAL_FORMS": "0", "key": "b"}).status_code == 409
    assert visit.itinerary.count() == 3
    assert not visit.steps.filter(act="agenda").exists()


def test_a_changed_agenda_raises_the_revision_and_nothing_changed_does_not(site, desk):
    visit = make.approved(desk.host)
    before = visit.updated_at
    actions.edit_agenda(visit, actor=desk.second, lines=[table.part(9), table.part(10)], key="a")
    actions.edit_agenda(visit, actor=desk.second, lines=list(visit.itinerary.all()), key="b")
    visit.refresh_from_db()
    assert visit.revision == visit.steps.filter(act="agenda").count() == 1
    assert visit.updated_at > before
    with pytest.raises(Refused):
        actions.edit_agenda(visit, actor=desk.stranger, lines=[], key="c")
    assert invariants.problems() == []


def test_who_hosts_a_part_receives_nobody_else_meanwhile(site, desk):
    day = make.open_day()
    visit = make.approved(desk.host, day=day)
    make.approved(desk.second, day=day, key="siang")
    free = [table.part(9, host=desk.second), table.part(10, host=desk.host)]
    actions.edit_agenda(visit, actor=desk.host, lines=free, key="a")
    with pytest.raises(Refused, match="Second") as refused:
        actions.edit_agenda(visit, actor=desk.host, lines=[table.part(14, host=desk.second)])
    assert refused.value.field == "host"
    with pytest.raises(Refused):
        actions.edit_agenda(visit, actor=desk.host, lines=[table.part(host=desk.stranger)])
    assert visit.itinerary.count() == 2
