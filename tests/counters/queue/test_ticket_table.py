"""Every (state, act) of a number: what docs/queue.md does not list raises and writes no step."""

import pytest

from counters import actions
from counters.models import Ticket, TicketState, TicketStep
from mpp.kit.states import WrongState
from tests.counters.queue.hall import hall, make_queue, morning, take

pytestmark = pytest.mark.django_db

ALLOWED = {
    "printed": {"printing"},
    "call_this": {"waiting"},
    "recall": {"called"},
    "arrived": {"called"},
    "no_answer": {"called"},
    "come_back": {"missed"},
    "defer": {"waiting"},
    "hold": {"waiting", "called", "serving"},
    "resume": {"held"},
    "resume_at": {"held"},
    "transfer": {"waiting", "called", "serving"},
    "next_errand": {"serving"},
    "finish": {"serving"},
    "cancel": {"waiting", "held", "missed", "printing"},
    "expire": {"missed"},
    "end_of_day": {"printing", "waiting", "called", "serving", "held", "missed"},
    "undo": {"done", "missed", "cancelled"},
}
PAIRS = [(state, act) for state in TicketState.values for act in ALLOWED]


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.other = make_queue("dpmptsp", "P")
        yield found


def brought_to(state: str, mall) -> Ticket:
    """A number in this state, on its real way there."""
    ticket = take(mall.queue, then=[(mall.other, None)], printing=state == "printing")
    if state in ("held", "cancelled"):
        call = actions.hold if state == "held" else actions.cancel
        call(ticket, actor=mall.ani, reason="Fotokopi")
    if state in ("called", "serving", "missed", "done", "expired"):
        actions.call_next(mall.one, actor=mall.ani)
    ticket = Ticket.objects.select_related("queue_day__queue__site", "counter").get(pk=ticket.pk)
    if state in ("serving", "done"):
        actions.arrived(ticket, actor=mall.ani)
    if state in ("missed", "expired"):
        actions.no_answer(ticket, actor=mall.ani)
    if state == "done":
        actions.finish(ticket, actor=mall.ani, result="stopped")
    if state == "expired":
        actions.expire(ticket)
    assert ticket.state == state
    return ticket


def do(act: str, ticket: Ticket, mall) -> None:
    """The act, by whoever may do it, with all that it asks for."""
    ani, reason = mall.ani, "Alasan"
    {
        "printed": lambda: actions.printed(ticket),
        "call_this": lambda: actions.call_this(mall.two, ticket, actor=mall.beni, reason=reason),
        "recall": lambda: actions.recall(ticket, actor=ani),
        "arrived": lambda: actions.arrived(ticket, actor=ani),
        "no_answer": lambda: actions.no_answer(ticket, actor=ani),
        "come_back": lambda: actions.come_back(ticket),
        "defer": lambda: actions.defer(ticket, minutes=10),
        "hold": lambda: actions.hold(ticket, actor=ani, reason=reason),
        "resume": lambda: actions.resume(ticket, actor=ani),
        "resume_at": lambda: actions.resume(ticket, actor=ani, counter=mall.one),
        "transfer": lambda: actions.transfer(ticket, actor=ani, queue=mall.other, reason=reason),
        "next_errand": lambda: actions.next_errand(ticket, actor=ani),
        "finish": lambda: actions.finish(ticket, actor=ani, result="stopped"),
        "cancel": lambda: actions.cancel(ticket, actor=ani),
        "expire": lambda: actions.expire(ticket),
        "end_of_day": lambda: actions.expire(ticket, from_=tuple(ALLOWED["end_of_day"])),
        "undo": lambda: actions.undo(ticket, actor=ani),
    }[act]()


@pytest.mark.parametrize(("state", "act"), PAIRS)
def test_every_state_and_act(mall, state, act):
    ticket = brought_to(state, mall)
    steps = TicketStep.objects.count()
    if state in ALLOWED[act]:
        do(act, ticket, mall)
        last = TicketStep.objects.filter(ticket=ticket).order_by("-id").first()
        assert TicketStep.objects.count() == steps + 1
        assert last.to_state == Ticket.objects.get(pk=ticket.pk).state
        return
    with pytest.raises((WrongState, actions.Refused)):
        do(act, ticket, mall)
    assert TicketStep.objects.count() == steps
    assert Ticket.objects.get(pk=ticket.pk).state == state


@pytest.mark.parametrize("state", [s for s in TicketState.values if s != "waiting"])
def test_only_who_waits_is_called_next(mall, state):
    ticket = brought_to(state, mall)
    with pytest.raises(actions.Refused):
        actions.call_next(mall.two, actor=mall.beni)
    assert Ticket.objects.get(pk=ticket.pk).state == state
