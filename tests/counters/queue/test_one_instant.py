"""What happens between a look and an act: the order stays right, and time runs one way."""

from datetime import timedelta

import pytest

from counters import actions
from counters.actions import calling, line
from counters.models import Counter, Ticket, TicketStep
from mpp.kit import clock
from tests.counters.queue.hall import hall, morning, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        yield hall()


def meanwhile(monkeypatch, module, name, happens):
    """Let something happen once just before this function of a module runs."""
    real, left = getattr(module, name), [happens]

    def run(*args, **given):
        while left:
            left.pop()()
        return real(*args, **given)

    monkeypatch.setattr(module, name, run)


def test_who_comes_in_front_meanwhile_is_called_first(mall, monkeypatch):
    first, second = take(mall.queue), take(mall.queue)
    Ticket.objects.filter(pk=second.pk).update(due_at=first.due_at + timedelta(minutes=1))

    def comes_back():
        Ticket.objects.filter(pk=second.pk).update(due_at=first.due_at - timedelta(minutes=1))

    meanwhile(monkeypatch, calling, "_call", comes_back)
    assert actions.call_next(mall.one, actor=mall.ani) == second
    assert actions.call_next(mall.two, actor=mall.beni) == first


def test_nobody_is_sent_to_a_counter_or_queue_that_closes_meanwhile(mall, monkeypatch):
    take(mall.queue)
    ticket = actions.call_next(mall.one, actor=mall.ani)
    two = Counter.objects.get(pk=mall.two.pk)
    meanwhile(monkeypatch, line, "touch", lambda: actions.close_counter(mall.two, actor=mall.beni))
    with pytest.raises(actions.Refused, match="tutup"):
        actions.transfer(ticket, actor=mall.ani, reason="salah loket", counter=two)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.counter) == ("called", mall.one)


def test_a_held_number_does_not_go_to_a_counter_that_closes_meanwhile(mall, monkeypatch):
    ticket = actions.hold(take(mall.queue), actor=mall.ani, reason="ambil salinan")
    one = Counter.objects.get(pk=mall.one.pk)
    meanwhile(monkeypatch, line, "touch", lambda: actions.close_counter(mall.one, actor=mall.ani))
    with pytest.raises(actions.Refused, match="Buka loket"):
        actions.resume(ticket, actor=mall.ani, counter=one)
    ticket.refresh_from_db()
    assert ticket.state == "held"


def test_an_act_has_one_instant_however_long_it_takes(mall):
    ticks = iter(range(1000))
    start = clock.now()
    with clock.follow(lambda: start + timedelta(seconds=next(ticks))):
        ticket = take(mall.queue)
        actions.call_next(mall.one, actor=mall.ani)
        actions.arrived(Ticket.objects.get(pk=ticket.pk), actor=mall.ani)
        actions.finish(Ticket.objects.get(pk=ticket.pk), actor=mall.ani)
    ticket.refresh_from_db()
    step = {row.act: row.at for row in TicketStep.objects.filter(ticket=ticket)}
    assert ticket.issued_at == step["issue"]
    assert ticket.called_at == ticket.calls.get().at == step["call"]
    assert ticket.served_at == ticket.errands.get().began_at == step["arrived"]
    assert ticket.ended_at == ticket.errands.get().ended_at == ticket.state_at == step["finish"]
    assert list(step.values()) == sorted(step.values())
