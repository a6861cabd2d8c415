"""What a counter or the hall refuses: the sentence that is read, and that nobody loses a place."""

from datetime import timedelta

import pytest
import time_machine

from counters import actions
from counters.actions import calling
from counters.models import Announcement, Call, Counter, QueueDay, Ticket
from counters.persons import Person
from mpp.kit.states import WrongState
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, morning, officer, opened, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = post(make_person("bos@contoh.id", "Bos"), "dpmptsp", "supervisor")
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        found.stranger = officer("dpmptsp", "lala")
        yield found


@pytest.fixture
def meanwhile(monkeypatch):
    """Somebody else is quicker: an act that runs once, between our look and our call."""

    def arrange(act):
        real, done = calling._call, []

        def call(*args, **kwargs):
            if not done:
                done.append(True)
                act()
            return real(*args, **kwargs)

        monkeypatch.setattr(calling, "_call", call)

    return arrange


def state_of(ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).state


def called(mall, **given) -> Ticket:
    """A number that stands at the first counter."""
    take(mall.queue, **given)
    return actions.call_next(mall.one, actor=mall.ani)


# --- calling ------------------------------------------------------------------------------
def test_who_is_posted_elsewhere_calls_nobody(mall):
    ticket = take(mall.queue)
    with pytest.raises(actions.Refused, match="tidak ditugaskan"):
        actions.call_next(mall.one, actor=mall.stranger)
    assert (state_of(ticket), Call.objects.count()) == ("waiting", 0)


def test_one_press_that_arrives_twice_calls_one_number(mall, meanwhile):
    first, second = take(mall.queue), take(mall.queue)
    other_tap = Counter.objects.select_related("site").get(pk=mall.one.pk)
    meanwhile(lambda: actions.call_next(other_tap, actor=mall.ani, key="tap"))
    assert actions.call_next(mall.one, actor=mall.ani, key="tap") == first
    assert (state_of(second), Call.objects.count()) == ("waiting", 1)


def test_one_press_that_arrives_twice_for_the_last_number_calls_it_once(mall, meanwhile):
    only = take(mall.queue)
    other_tap = Counter.objects.select_related("site").get(pk=mall.one.pk)
    meanwhile(lambda: actions.call_next(other_tap, actor=mall.ani, key="tap"))
    for _tap in range(2):
        assert actions.call_next(mall.one, actor=mall.ani, key="tap") == only
    assert Call.objects.count() == 1


def test_a_number_that_another_counter_took_leads_on_to_the_next(mall, meanwhile):
    first, second = take(mall.queue), take(mall.queue)
    meanwhile(lambda: actions.call_next(mall.two, actor=mall.beni))
    assert actions.call_next(mall.one, actor=mall.ani) == second
    assert Ticket.objects.get(pk=first.pk).counter == mall.two


def test_a_person_who_is_just_called_elsewhere_is_passed_over(mall, meanwhile):
    person, other = Person(phone="+6281211112222"), make_queue("dpmptsp", "P")
    mall.queue.person_scope = other.person_scope = "service"
    desk = opened(other.counters.order_by("key").first(), mall.stranger)
    mine, free = take(mall.queue, person=person), take(mall.queue)
    Ticket.objects.filter(pk=take(other).pk).update(person_key=mine.person_key)
    meanwhile(lambda: actions.call_next(desk, actor=mall.stranger))
    assert actions.call_next(mall.one, actor=mall.ani) == free
    assert state_of(mine) == "waiting"
    with pytest.raises(actions.Refused, match="loket lain"):
        actions.call_this(mall.two, mine, actor=mall.beni, reason="Diminta")
    assert state_of(mine) == "waiting"


def test_calling_before_others_says_why_it_cannot_be(mall):
    ticket = take(mall.queue)
    for reason, words in (("  ", "Tulis mengapa"), ("Diminta", "Buka loket dulu")):
        actions.pause_counter(mall.one, actor=mall.ani, reason="Salat")
        with pytest.raises(actions.Refused, match=words):
            actions.call_this(mall.one, ticket, actor=mall.ani, reason=reason)
    actions.open_counter(mall.one, actor=mall.ani)
    foreign = take(make_queue("dpmptsp", "P"))
    with pytest.raises(actions.Refused, match="tidak melayani antrean itu"):
        actions.call_this(mall.one, foreign, actor=mall.ani, reason="Diminta")
    assert (state_of(ticket), state_of(foreign)) == ("waiting", "waiting")


def test_calling_before_others_twice_is_one_call_and_a_busy_counter_is_told(mall):
    first, second = take(mall.queue), take(mall.queue)
    for _tap in range(2):
        found = actions.call_this(mall.one, second, actor=mall.ani, reason="Sakit", key="tap")
        assert found == second
    assert Call.objects.count() == 1
    with pytest.raises(actions.CounterBusy, match="D 002 masih di loket ini"):
        actions.call_this(mall.one, first, actor=mall.ani, reason="Sakit", key="lain")
    with pytest.raises(WrongState):
        actions.call_this(mall.two, second, actor=mall.beni, reason="Sakit")
    assert Ticket.objects.get(pk=second.pk).counter == mall.one


# --- the number in front ------------------------------------------------------------------
def test_only_who_sits_at_the_counter_goes_on_with_its_number(mall):
    ticket = called(mall)
    with pytest.raises(actions.Refused, match="tidak ditugaskan"):
        actions.arrived(ticket, actor=mall.stranger)
    with pytest.raises(actions.Refused, match="Ambil alih dulu"):
        actions.arrived(ticket, actor=mall.beni)
    assert state_of(ticket) == "called"


def test_nobody_is_passed_over_after_a_single_call_where_the_queue_says_two(mall):
    mall.queue.least_calls = 2
    mall.queue.save()
    ticket = called(mall)
    with pytest.raises(actions.Refused, match="Panggil sekali lagi"):
        actions.no_answer(ticket, actor=mall.ani)
    actions.recall(ticket, actor=mall.ani)
    actions.no_answer(ticket, actor=mall.ani)
    assert state_of(ticket) == "missed"


def test_the_same_press_of_arrived_begins_one_service(mall):
    ticket = called(mall)
    actions.arrived(ticket, actor=mall.ani, key="a")
    began = ticket.errands.get().began_at
    actions.arrived(ticket, actor=mall.ani, key="a")
    assert ticket.errands.get().began_at == began


def test_taking_back_ends_after_five_minutes_and_with_the_day(mall):
    with time_machine.travel(at(9), tick=False):
        ticket = called(mall)
        actions.arrived(ticket, actor=mall.ani)
        actions.finish(ticket, actor=mall.ani)
    with (
        time_machine.travel(at(9, 6), tick=False),
        pytest.raises(actions.Refused, match="lima menit"),
    ):
        actions.undo(ticket, actor=mall.ani)
    QueueDay.objects.update(ended_at=at(9, 1))
    ticket.queue_day.refresh_from_db()
    with (
        time_machine.travel(at(9, 2), tick=False),
        pytest.raises(actions.Refused, match="sudah selesai"),
    ):
        actions.undo(ticket, actor=mall.ani)
    assert state_of(ticket) == "done"


def test_taking_a_finish_back_opens_its_errand_again_and_only_that_one(mall):
    other = make_queue("dpmptsp", "P")
    mall.one.queues.add(other)
    ticket = take(mall.queue, then=[(other, None)])
    actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    actions.arrived(ticket, actor=mall.ani)
    actions.next_errand(ticket, actor=mall.ani)
    actions.finish(ticket, actor=mall.ani)
    for _tap in range(2):
        actions.undo(ticket, actor=mall.ani, key="u")
    first, second = ticket.errands.order_by("order")
    assert (first.result, second.ended_at, second.result) == ("served", None, "")
    assert second.began_at is not None


# --- the counter itself -------------------------------------------------------------------
def test_a_counter_is_opened_by_its_own_people_only(mall):
    with pytest.raises(actions.Refused, match="tidak ditugaskan"):
        actions.open_counter(mall.one, actor=mall.stranger, take_over=True)
    mall.one.refresh_from_db()
    assert (mall.one.state, mall.one.staffed_by) == ("open", mall.ani)


def test_a_break_waits_for_who_stands_here_and_trouble_does_not(mall):
    ticket = called(mall)
    with pytest.raises(actions.CounterBusy, match="D 001"):
        actions.pause_counter(mall.one, actor=mall.ani, reason="Makan siang")
    actions.disrupt_counter(mall.one, actor=mall.ani, reason="Jaringan mati")
    mall.one.refresh_from_db()
    assert (mall.one.state, mall.one.state_reason) == ("disrupted", "Jaringan mati")
    assert state_of(ticket) == "called"


def test_trouble_is_told_once_and_taken_away_by_those_it_concerns(mall):
    site, agency = mall.queue.site, mall.queue.agency
    given = {"system_name": "SIAK", "agency": agency}
    with pytest.raises(actions.Refused, match="tidak bisa melaporkan"):
        actions.begin_disruption(site, actor=mall.stranger, **given)
    row = actions.begin_disruption(site, actor=mall.ani, **given)
    assert actions.begin_disruption(site, actor=mall.beni, **given) == row
    with pytest.raises(actions.Refused, match="tidak bisa melaporkan"):
        actions.end_disruption(row, actor=mall.stranger)
    row.refresh_from_db()
    assert row.ended_at is None
    actions.end_disruption(row, actor=mall.ani)
    ended = row.ended_at
    actions.end_disruption(row, actor=mall.chief)
    row.refresh_from_db()
    assert (row.ended_at, row.ended_by) == (ended, mall.ani)


def test_the_night_leaves_a_counter_where_somebody_stands(mall):
    called(mall)
    yesterday = at(9) - timedelta(days=1)
    Counter.objects.update(state_at=yesterday)
    actions.end_of_day(mall.queue.site, yesterday.date())
    mall.one.refresh_from_db(), mall.two.refresh_from_db()
    assert (mall.one.state, mall.two.state) == ("open", "closed")


def test_the_end_of_one_agencys_day_leaves_the_neighbours_at_work(mall):
    other = make_queue("dpmptsp", "P")
    desk = opened(other.counters.order_by("key").first(), mall.stranger)
    ours, theirs = take(mall.queue), take(other)
    actions.end_of_day(mall.queue.site, at(9).date(), actor=mall.chief)
    desk.refresh_from_db(), mall.one.refresh_from_db()
    assert (state_of(ours), state_of(theirs)) == ("expired", "waiting")
    assert (mall.one.state, desk.state) == ("closed", "open")
    assert actions.call_next(desk, actor=mall.stranger) == theirs


# --- the hall -----------------------------------------------------------------------------
def test_only_supervisors_stop_numbers_and_they_say_why(mall):
    with pytest.raises(actions.Refused, match="Hanya penyelia instansi"):
        actions.stop_numbers(mall.queue, actor=mall.ani, reason="Listrik padam")
    with pytest.raises(actions.Refused, match="Tulis alasannya"):
        actions.stop_numbers(mall.queue, actor=mall.chief, reason=" ")
    assert take(mall.queue).number == 1
    QueueDay.objects.update(ended_at=at(9))
    with pytest.raises(actions.Refused, match="sudah selesai"):
        actions.stop_numbers(mall.queue, actor=mall.chief, reason="Listrik padam")
    assert QueueDay.objects.get().closed_reason == ""


def test_a_counter_changes_queues_within_its_site_and_by_the_operator_only(mall):
    elsewhere = make_queue("dpmptsp", "P")
    for actor, words in ((mall.chief, "seluruh mal"), (mall.ani, "seluruh mal")):
        with pytest.raises(actions.Refused, match=words):
            actions.assign_queues(mall.one, [elsewhere], actor=actor)
    site = elsewhere.site
    site.pk, site.key = None, "lain"
    site.save()
    type(elsewhere).objects.filter(pk=elsewhere.pk).update(site=site)
    with pytest.raises(actions.Refused, match="di lokasi ini"):
        actions.assign_queues(mall.one, [elsewhere], actor=mall.boss)
    assert list(mall.one.queues.all()) == [mall.queue]


def test_a_queue_whose_people_have_another_counter_may_lose_this_one(mall):
    ticket, other = take(mall.queue), make_queue("dpmptsp", "P")
    actions.assign_queues(mall.one, [other], actor=mall.boss)
    with pytest.raises(actions.Refused, match="tidak punya loket lain"):
        actions.assign_queues(mall.two, [other], actor=mall.boss)
    assert actions.call_next(mall.two, actor=mall.beni) == ticket


def test_only_the_operator_speaks_to_the_whole_hall(mall):
    with pytest.raises(actions.Refused, match="Tulis teksnya"):
        actions.announce(mall.queue.site, actor=mall.boss, text=" ")
    row = actions.announce(mall.queue.site, actor=mall.boss, text="Mobil B 1 XY, mohon dipindah")
    with pytest.raises(actions.Refused, match="seluruh mal"):
        actions.end_announcement(row, actor=mall.chief)
    assert Announcement.objects.get().is_active
