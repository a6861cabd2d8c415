"""What is refused to a number in line: the sentence, and that the place is kept."""

import pytest
import time_machine

from counters import actions
from counters.actions import line, tickets
from counters.models import DayChange, LiveKey, QueueDay, Source, Ticket
from counters.persons import Person
from mpp.kit.states import WrongState
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, morning, officer, opened, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.chief = post(make_person("kabid@contoh.id", "Kabid"), "dukcapil", "supervisor")
        found.stranger = officer("dpmptsp", "lala")
        yield found


def seen(ticket) -> tuple:
    """State, queue, counter and due time of a number as stored."""
    row = Ticket.objects.get(pk=ticket.pk)
    return row.state, row.queue_day_id, row.counter_id, row.due_at


def served(mall, **given) -> Ticket:
    """A number that is served at the first counter."""
    take(mall.queue, **given)
    ticket = actions.call_next(mall.one, actor=mall.ani)
    return actions.arrived(ticket, actor=mall.ani)


# --- taking a number ----------------------------------------------------------------------
def test_a_closed_or_hidden_queue_says_why_and_gives_no_number(mall):
    DayChange.objects.create(site=mall.queue.site, day=at(9).date(), reason="Cuti bersama")
    with pytest.raises(actions.Refused, match="Cuti bersama"):
        take(mall.queue)
    DayChange.objects.all().delete()
    mall.queue.takes_online = False
    with pytest.raises(actions.Refused, match="informasi"):
        take(mall.queue, source=Source.ONLINE)
    assert take(mall.queue).number == 1


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_form_without_a_usable_key_gives_no_number(mall, key):
    with pytest.raises((ValueError, WrongState)):
        take(mall.queue, key=key)
    assert not Ticket.objects.exists()


def once(monkeypatch, module, name, act, *, before: bool):
    """Run `act` once beside the function `name`: somebody else was a moment quicker."""
    real, done = getattr(module, name), []

    def quicker():
        if not done:
            done.append(True)
            act()

    def run(*args, **kwargs):
        if before:
            quicker()
        found = real(*args, **kwargs)
        quicker()
        return found

    monkeypatch.setattr(module, name, run)


@pytest.mark.parametrize("what", ["stopped", "full"])
def test_what_happens_between_the_look_and_the_number(mall, monkeypatch, what):
    mall.queue.walk_in_quota = 1
    mall.queue.save()

    def act():
        if what == "stopped":
            actions.stop_numbers(mall.queue, actor=mall.chief, reason="Listrik padam")
        else:
            take(mall.queue)

    once(monkeypatch, tickets, "can_issue", act, before=False)
    words = "Listrik padam" if what == "stopped" else "sudah habis"
    with pytest.raises(actions.Refused, match=words):
        take(mall.queue)
    assert LiveKey.objects.filter(is_live=True).count() == Ticket.objects.count()


def test_one_tap_that_arrives_twice_is_one_number(mall, monkeypatch):
    given = {"key": "tap", "person": Person(phone="+6281211112222")}
    once(monkeypatch, tickets, "_issued_before", lambda: take(mall.queue, **given), before=False)
    assert take(mall.queue, **given) == Ticket.objects.get()
    assert QueueDay.objects.get().last_number == 1


# --- away from the counter ----------------------------------------------------------------
def test_a_printer_that_says_nothing_for_two_minutes_holds_nobody_back(mall):
    with time_machine.travel(at(9, 1), tick=False):
        ticket = take(mall.queue, printing=True)
        assert actions.settle_printing() == 0
    with time_machine.travel(at(9, 4), tick=False):
        assert [actions.settle_printing() for _round in range(2)] == [1, 0]
    assert actions.call_next(mall.one, actor=mall.ani) == ticket


def test_a_number_printed_at_that_very_moment_is_no_fault(mall, monkeypatch):
    take(mall.queue, printing=True)
    real = actions.own.printed

    def printed(ticket, **given):
        real(Ticket.objects.get(pk=ticket.pk))
        return real(ticket, **given)

    monkeypatch.setattr(actions.own, "printed", printed)
    with time_machine.travel(at(9, 5)):
        assert actions.settle_printing() == 0
    assert Ticket.objects.get().state == "waiting"


def test_leaving_twice_is_leaving_once(mall):
    ticket = take(mall.queue)
    for _tap in range(2):
        actions.cancel(ticket, key="x")
    assert seen(ticket)[0] == "cancelled"
    assert ticket.steps.filter(act="cancel").count() == 1


def test_who_comes_back_too_late_is_told_and_twice_is_once(mall):
    late, soon = take(mall.queue), take(mall.queue)
    with time_machine.travel(at(9, 1), tick=False):
        for _number in range(2):
            ticket = actions.call_next(mall.one, actor=mall.ani)
            actions.no_answer(ticket, actor=mall.ani)
        soon.refresh_from_db()
        for _tap in range(2):
            actions.come_back(soon, key="b")
    late.refresh_from_db()
    with (
        time_machine.travel(at(11), tick=False),
        pytest.raises(actions.Refused, match="nomor baru"),
    ):
        actions.come_back(late)
    assert (seen(late)[0], seen(soon)[0]) == ("missed", "waiting")
    assert soon.steps.filter(act="come_back").count() == 1


# --- moved by staff -----------------------------------------------------------------------
def test_holding_needs_a_reason_and_the_right_desk(mall):
    ticket = served(mall)
    before = seen(ticket)
    with pytest.raises(actions.Refused, match="Tulis mengapa"):
        actions.hold(ticket, actor=mall.ani, reason=" ")
    with pytest.raises(actions.Refused, match="tidak ditugaskan"):
        actions.hold(ticket, actor=mall.stranger, reason="Fotokopi")
    with pytest.raises(actions.Refused, match="Ambil alih dulu"):
        actions.hold(ticket, actor=mall.beni, reason="Fotokopi")
    assert seen(ticket) == before
    actions.hold(ticket, actor=mall.chief, reason="Fotokopi")
    assert seen(ticket)[0] == "held"


def test_a_held_number_comes_back_to_an_open_counter_without_its_person_elsewhere(mall):
    ticket, other = served(mall), make_queue("dpmptsp", "P")
    actions.hold(ticket, actor=mall.ani, reason="Fotokopi")
    actions.pause_counter(mall.one, actor=mall.ani, reason="Salat")
    with pytest.raises(actions.Refused, match="Buka loket dulu"):
        actions.resume(ticket, actor=mall.ani, counter=mall.one)
    actions.open_counter(mall.one, actor=mall.ani)
    desk = opened(other.counters.order_by("key").first(), mall.stranger)
    Ticket.objects.filter(pk=take(other).pk).update(person_key=ticket.person_key)
    actions.call_next(desk, actor=mall.stranger)
    with pytest.raises(actions.Refused, match="loket lain"):
        actions.resume(ticket, actor=mall.ani, counter=mall.one)
    assert seen(ticket)[0] == "held"


def test_where_a_number_cannot_be_sent(mall):
    ticket, other = served(mall), make_queue("dpmptsp", "P")
    empty, desk = other.counters.order_by("key")
    opened(desk, mall.stranger)
    before = seen(ticket)
    for given, words in (
        ({"queue": other, "reason": " "}, "Tulis mengapa"),
        ({}, "Pilih antrean atau loket"),
        ({"counter": desk, "queue": mall.queue}, "tidak melayani"),
        ({"counter": empty}, "tutup"),
    ):
        with pytest.raises(actions.Refused, match=words):
            actions.transfer(ticket, actor=mall.ani, **{"reason": "Salah loket", **given})
    desk.queues.clear()
    with pytest.raises(actions.Refused, match="tidak melayani"):
        actions.transfer(ticket, actor=mall.ani, counter=desk, reason="Salah loket")
    QueueDay.objects.create(queue=other, day=ticket.day, closed_at=at(9), closed_reason="Rapat")
    with pytest.raises(actions.Refused, match="Antrean itu tutup"):
        actions.transfer(ticket, actor=mall.ani, queue=other, reason="Salah loket")
    other.is_active = False
    with pytest.raises(actions.Refused, match="lokasi ini"):
        actions.transfer(ticket, actor=mall.ani, queue=other, reason="Salah loket")
    assert seen(ticket) == before


def test_a_transfer_pressed_twice_is_one_and_keeps_what_follows(mall):
    third = make_queue("dpmptsp", "P")
    ticket = served(mall, then=[(third, None)])
    for _tap in range(2):
        actions.transfer(
            ticket, actor=mall.ani, counter=mall.two, queue=mall.queue, reason="Diminta", key="t"
        )
    assert ticket.steps.filter(act="transfer").count() == 1
    first, second = ticket.errands.order_by("order")
    assert (first.queue, first.began_at, second.queue) == (mall.queue, None, third)
    assert actions.call_next(mall.two, actor=mall.beni) == ticket


# --- the next service of a visit ----------------------------------------------------------
def test_the_next_service_is_refused_without_losing_the_present_one(mall):
    third = make_queue("dpmptsp", "P")
    alone = served(mall)
    with pytest.raises(actions.Refused, match="Tidak ada layanan lanjutan"):
        actions.next_errand(alone, actor=mall.ani)
    actions.finish(alone, actor=mall.ani)
    with pytest.raises(WrongState, match="tidak sedang dilayani"):
        actions.next_errand(alone, actor=mall.ani)
    ticket = served(mall, then=[(third, None)])
    with pytest.raises(actions.Refused, match="Ambil alih dulu"):
        actions.next_errand(ticket, actor=mall.beni)
    QueueDay.objects.create(queue=third, day=ticket.day, closed_at=at(9), closed_reason="Rapat")
    with pytest.raises(actions.Refused, match="tutup hari ini"):
        actions.next_errand(ticket, actor=mall.ani)
    assert seen(ticket)[0] == "serving"
    assert ticket.errands.filter(ended_at__isnull=True).count() == 2


def test_the_next_service_at_the_same_counter_just_goes_on_once(mall):
    ticket = served(mall, then=[(mall.queue, None)])
    for _tap in range(2):
        actions.next_errand(ticket, actor=mall.ani, key="next")
    first, second = ticket.errands.order_by("order")
    assert (first.result, second.ended_at) == ("served", None)
    assert second.began_at is not None
    assert seen(ticket)[0] == "serving"


def test_two_presses_of_the_next_service_at_once_end_one_service(mall, monkeypatch):
    ticket = served(mall, then=[(mall.queue, None), (mall.queue, None)])
    other_tap = Ticket.objects.select_related("counter", "queue_day__queue").get(pk=ticket.pk)
    act = lambda: actions.next_errand(other_tap, actor=mall.ani, key="next")  # noqa: E731
    once(monkeypatch, line, "day_of", act, before=True)
    actions.next_errand(ticket, actor=mall.ani, key="next")
    assert [row.result for row in ticket.errands.order_by("order")] == ["served", "", ""]
