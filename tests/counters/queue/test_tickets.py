"""Numbers: taken once, called once, never lost, and every step told."""

import pytest
import time_machine

from counters import actions
from counters.models import Call, Counter, LiveKey, QueueDay, Ticket, TicketState, TicketStep
from counters.persons import Person
from mpp.kit.states import WrongState
from tests.counters.queue.hall import at, hall, make_queue, morning, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        yield hall()


def test_numbers_count_from_one_and_carry_the_letter(mall):
    assert [take(mall.queue).label for _n in range(3)] == ["D 001", "D 002", "D 003"]


def test_eight_taps_with_one_key_are_one_ticket(mall):
    tickets = {take(mall.queue, key="tap", person=Person(phone="+62812000")).pk for _n in range(8)}
    assert len(tickets) == 1
    assert QueueDay.objects.get(queue=mall.queue).last_number == 1


def test_a_key_of_another_queue_is_told_not_answered(mall):
    take(mall.queue, key="tap")
    other = make_queue("dpmptsp", "P")
    with pytest.raises(WrongState):
        take(other, key="tap")


def test_one_person_has_one_live_number(mall):
    person = Person(nik="3579024507900003", phone="+6281234567801")
    first = take(mall.queue, person=person)
    with pytest.raises(actions.AlreadyInLine) as told:
        take(mall.queue, person=Person(phone="+6281234567801"))
    assert told.value.found == first
    actions.cancel(first)
    assert take(mall.queue, person=person).number == 2


def test_the_person_is_stored_as_a_hash_only(mall):
    ticket = take(mall.queue, person=Person(nik="3579024507900003"))
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    assert "3579024507900003" not in str(row)
    assert LiveKey.objects.get(ticket=ticket).hash != ticket.person_key


def test_without_nik_or_phone_one_is_counted(mall):
    take(mall.queue, person=Person(name="Rukmini"))
    take(mall.queue, person=Person(name="Rukmini"))
    assert QueueDay.objects.get(queue=mall.queue).unkeyed == 2


def test_the_quota_is_kept_and_told(mall):
    mall.queue.walk_in_quota = 2
    mall.queue.save()
    take(mall.queue), take(mall.queue)
    with pytest.raises(actions.Refused, match="hari lain"):
        take(mall.queue)
    assert take(mall.queue, source="desk").number == 3


def test_no_number_before_the_weekend_is_over_or_after_the_last_one(mall):
    with time_machine.travel(at(14, 45)), pytest.raises(actions.Refused):
        take(mall.queue)
    with time_machine.travel(at(16)), pytest.raises(actions.Refused):
        take(mall.queue, source="desk")


def test_the_whole_way_of_a_number(mall):
    ticket = take(mall.queue)
    called = actions.call_next(mall.one, actor=mall.ani, key="n1")
    assert called == ticket
    assert called.counter == mall.one
    actions.arrived(called, actor=mall.ani, key="a1")
    actions.finish(called, actor=mall.ani, key="f1")
    called.refresh_from_db()
    assert called.state == TicketState.DONE
    acts = list(TicketStep.objects.filter(ticket=ticket).values_list("act", flat=True))
    assert acts == ["issue", "call", "arrived", "finish"]
    assert Call.objects.get().ticket == ticket
    assert not LiveKey.objects.filter(is_live=True).exists()


def test_call_next_costs_six_queries(mall, django_assert_max_num_queries):
    take(mall.queue)
    mall.ani._posts = None
    counter = Counter.objects.select_related("site").get(pk=mall.one.pk)
    with django_assert_max_num_queries(20) as caught:
        actions.call_next(counter, actor=mall.ani, key="n1")
    asked = [q["sql"] for q in caught.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(asked) <= 6, asked


def test_priority_is_called_first_and_nobody_is_overtaken_beyond_the_bound(mall):
    with time_machine.travel(at(9)):
        early = take(mall.queue)
    with time_machine.travel(at(9, 20)):
        soon = take(mall.queue, lane="priority", priority=mall.priority)
    with time_machine.travel(at(9, 31)):
        late = take(mall.queue, lane="priority", priority=mall.priority)
        order = [
            actions.call_next(mall.one, actor=mall.ani, key="1"),
            actions.call_next(mall.two, actor=mall.beni, key="2"),
        ]
    assert order == [soon, early]
    assert late.due_at > early.due_at


def test_the_same_press_twice_calls_one_number(mall):
    take(mall.queue), take(mall.queue)
    first = actions.call_next(mall.one, actor=mall.ani, key="n")
    assert actions.call_next(mall.one, actor=mall.ani, key="n") == first
    with pytest.raises(actions.CounterBusy) as told:
        actions.call_next(mall.one, actor=mall.ani, key="m")
    assert told.value.ticket == first
    actions.no_answer(first, actor=mall.ani)
    assert actions.call_next(mall.one, actor=mall.ani, key="n") == first


def test_a_person_is_never_called_to_two_counters(mall):
    other = make_queue("dukcapil", "K", scope="queue")
    mall.queue.scope = "queue"
    mall.queue.save()
    other.counters.add(mall.two)
    person = Person(phone="+6281234567801")
    take(mall.queue, person=person)
    take(other, person=person)
    actions.call_next(mall.one, actor=mall.ani)
    with pytest.raises(actions.Refused):
        actions.call_next(mall.two, actor=mall.beni)


def test_recall_is_a_new_call_and_ends(mall):
    take(mall.queue)
    ticket = actions.call_next(mall.one, actor=mall.ani, key="n")
    actions.recall(ticket, actor=mall.ani, key="r1")
    actions.recall(ticket, actor=mall.ani, key="r1")
    actions.recall(ticket, actor=mall.ani, key="r2")
    assert Call.objects.count() == 3
    with pytest.raises(actions.Refused):
        actions.recall(ticket, actor=mall.ani, key="r3")


def test_who_missed_the_call_comes_back_once(mall):
    take(mall.queue)
    ticket = actions.call_next(mall.one, actor=mall.ani)
    actions.no_answer(ticket, actor=mall.ani)
    actions.come_back(ticket)
    again = actions.call_next(mall.one, actor=mall.ani)
    assert again == ticket
    actions.no_answer(again, actor=mall.ani)
    with pytest.raises(actions.Refused):
        actions.come_back(again)


def test_a_missed_number_ends_after_the_grace_time(mall):
    person = Person(phone="+6281234567801")
    take(mall.queue, person=person)
    ticket = actions.call_next(mall.one, actor=mall.ani)
    actions.no_answer(ticket, actor=mall.ani)
    assert actions.expire_missed() == 0
    with time_machine.travel(at(9, 45)):
        assert actions.expire_missed() == 1
        assert take(mall.queue, person=person).number == 2


def test_moving_back_lets_others_go_first_and_only_so_often(mall):
    first, second = take(mall.queue), take(mall.queue)
    actions.defer(first, minutes=10, key="d")
    actions.defer(first, minutes=10, key="d")
    assert Ticket.objects.get(pk=first.pk).defer_count == 1
    assert actions.call_next(mall.one, actor=mall.ani) == second
    actions.defer(first, minutes=20, key="e")
    with pytest.raises(actions.Refused):
        actions.defer(first, minutes=20, key="f")


def test_hold_frees_the_counter_and_keeps_the_place(mall):
    take(mall.queue), take(mall.queue)
    ticket = actions.call_next(mall.one, actor=mall.ani)
    actions.arrived(ticket, actor=mall.ani)
    actions.hold(ticket, actor=mall.ani, reason="Fotokopi")
    other = actions.call_next(mall.one, actor=mall.ani)
    with pytest.raises(actions.CounterBusy):
        actions.resume(ticket, actor=mall.ani, counter=mall.one)
    actions.no_answer(other, actor=mall.ani)
    actions.resume(ticket, actor=mall.ani, counter=mall.one)
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.SERVING


def test_transfer_keeps_the_start_and_refuses_a_closed_counter(mall):
    other = make_queue("dpmptsp", "P")
    ticket = take(mall.queue)
    start = ticket.start_at
    actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    with pytest.raises(actions.Refused):
        actions.transfer(ticket, actor=mall.ani, counter=other.counters.first(), reason="Salah")
    actions.transfer(ticket, actor=mall.ani, queue=other, reason="Salah loket")
    ticket.refresh_from_db()
    assert (ticket.queue_day.queue, ticket.start_at, ticket.label) == (other, start, "D 001")


def test_two_errands_are_one_number_in_two_lines_one_after_the_other(mall):
    other = make_queue("dpmptsp", "P")
    ticket = take(mall.queue, then=[(other, None)])
    actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    actions.arrived(ticket, actor=mall.ani)
    with pytest.raises(actions.Refused):
        actions.finish(ticket, actor=mall.ani)
    actions.next_errand(ticket, actor=mall.ani, key="next")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue_day.queue) == ("waiting", other)
    assert ticket.errands.filter(ended_at__isnull=True).count() == 1


def test_undo_brings_back_the_last_act_within_five_minutes(mall):
    ticket = take(mall.queue)
    actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    actions.arrived(ticket, actor=mall.ani)
    actions.finish(ticket, actor=mall.ani)
    with pytest.raises(actions.Refused):
        actions.undo(ticket, actor=mall.beni)
    actions.undo(ticket, actor=mall.ani, key="u")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.counter, ticket.ended_at) == ("serving", mall.one, None)
    assert LiveKey.objects.filter(ticket=ticket, is_live=True).exists()


def test_undo_is_refused_when_the_counter_is_taken(mall):
    take(mall.queue), take(mall.queue)
    first = actions.call_next(mall.one, actor=mall.ani)
    actions.no_answer(first, actor=mall.ani)
    actions.call_next(mall.one, actor=mall.ani)
    with pytest.raises(actions.Refused, match="Terlambat"):
        actions.undo(first, actor=mall.ani)


def finished(mall):
    ticket = take(mall.queue)
    actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    actions.arrived(ticket, actor=mall.ani)
    actions.finish(ticket, actor=mall.ani)
    return ticket


def test_nobody_is_brought_back_to_a_closed_counter(mall):
    ticket = finished(mall)
    actions.close_counter(mall.one, actor=mall.ani)
    with pytest.raises(actions.Refused, match="tidak lagi buka"):
        actions.undo(ticket, actor=mall.ani, key="u")
    ticket.refresh_from_db()
    assert ticket.state == TicketState.DONE
    actions.open_counter(mall.one, actor=mall.ani)
    actions.undo(ticket, actor=mall.ani, key="u2")
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.SERVING


def test_nobody_is_brought_back_to_the_counter_of_a_colleague(mall):
    ticket = finished(mall)
    actions.open_counter(mall.one, actor=mall.beni, take_over=True)
    with pytest.raises(actions.Refused, match="tidak lagi buka"):
        actions.undo(ticket, actor=mall.ani)
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.DONE


@pytest.mark.parametrize("closes", [True, False])
def test_a_number_brought_back_waits_for_no_closed_counter(mall, closes):
    ticket = take(mall.queue)
    actions.transfer(ticket, actor=mall.ani, counter=mall.two, reason="Diminta")
    actions.cancel(ticket)
    if closes:
        actions.close_counter(mall.two, actor=mall.beni)
    actions.undo(ticket, actor=None)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.wanted_counter) == ("waiting", None if closes else mall.two)


def test_closing_a_counter_loses_nobody(mall):
    ticket = take(mall.queue)
    actions.transfer(ticket, actor=mall.ani, counter=mall.two, reason="Diminta")
    with pytest.raises(actions.Refused):
        actions.call_next(mall.one, actor=mall.ani)
    actions.close_counter(mall.two, actor=mall.beni)
    assert actions.call_next(mall.one, actor=mall.ani) == ticket


def test_a_counter_belongs_to_one_person_at_a_time(mall):
    with pytest.raises(actions.Refused, match="Ani"):
        actions.open_counter(mall.one, actor=mall.beni)
    actions.open_counter(mall.one, actor=mall.beni, take_over=True)
    mall.two.refresh_from_db()
    assert mall.two.state == "closed"
    take(mall.queue)
    mall.one.refresh_from_db()
    with pytest.raises(actions.Refused):
        actions.call_next(mall.one, actor=mall.ani)


def test_a_break_refuses_calls_and_tells_why(mall):
    take(mall.queue)
    with pytest.raises(actions.Refused):
        actions.pause_counter(mall.one, actor=mall.ani, reason=" ")
    actions.pause_counter(mall.one, actor=mall.ani, reason="Salat")
    with pytest.raises(actions.Refused):
        actions.call_next(mall.one, actor=mall.ani)


def test_a_counter_closed_meanwhile_calls_nobody(mall):
    ticket = take(mall.queue)
    actions.close_counter(Counter.objects.get(pk=mall.one.pk), actor=mall.ani)
    # This console still believes it is open.
    with pytest.raises(actions.Refused):
        actions.call_next(mall.one, actor=mall.ani)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING
