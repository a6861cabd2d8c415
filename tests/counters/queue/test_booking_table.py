"""Every (state, act) of a booking: what docs/queue.md does not list writes no step."""

from datetime import timedelta
from uuid import uuid4

import pytest

from counters import actions
from counters.actions.waiting_list import lapse, release
from counters.models import Booking, BookingState, BookingStep, LiveKey, Site, Slot
from counters.persons import Person
from mpp.kit import clock
from mpp.kit.states import WrongState
from tests.counters.queue.hall import at, hall, morning

pytestmark = pytest.mark.django_db

ALLOWED = {
    "confirm": {"held"},
    "accept": {"offered"},
    "hold_again": {"expired"},
    "reschedule": {"held", "booked", "displaced"},
    "cancel": {"waiting", "offered", "held", "booked", "displaced"},
    "check_in": {"booked"},
    "decline": {"offered"},
    "expire": {"held", "offered"},
    "lapse": {"waiting", "displaced"},
    "no_show": {"booked"},
    "displace": {"waiting", "held", "offered", "booked"},
}
PAIRS = [(state, act) for state in BookingState.values for act in ALLOWED]
WITH_PLACE = {"held", "offered", "booked", "checked_in", "done"}


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.queue.early_minutes = 180
        found.queue.save()
        actions.make_slots()
        yield found


def brought_to(state: str, mall) -> Booking:
    """A booking in this state, its place counted as the state says."""
    slot = Slot.objects.select_related("queue__site", "queue__agency").get(
        queue=mall.queue, starts_at=at(11)
    )
    person = Person(phone=f"+62813{uuid4().int % 10**8:08d}")
    booking = actions.hold_place(slot, person=person, key=uuid4().hex)
    holds = state in WITH_PLACE
    Booking.objects.filter(pk=booking.pk).update(
        state=state,
        holds_place=holds,
        slot=None if state == "waiting" else slot,
    )
    Slot.objects.filter(pk=slot.pk).update(taken=int(holds))
    LiveKey.objects.filter(booking=booking).update(
        is_live=state in ("waiting", "offered", "held", "booked", "checked_in")
    )
    return Booking.objects.select_related("queue__site", "queue__agency", "slot").get(
        pk=booking.pk
    )


def do(act: str, booking: Booking, mall) -> None:
    """The act, with all that it asks for."""
    other = Slot.objects.get(queue=mall.queue, starts_at=at(12))
    if act == "expire":
        rows = Booking.objects.filter(pk=booking.pk, expires_at__isnull=False)
        rows.update(expires_at=clock.now() - timedelta(minutes=1))
    {
        "confirm": lambda: actions.confirm(booking),
        "accept": lambda: actions.accept(booking),
        "hold_again": lambda: actions.hold_again(booking),
        "reschedule": lambda: actions.reschedule(booking, other),
        "cancel": lambda: actions.cancel_booking(booking),
        "check_in": lambda: actions.check_in(booking, site=Site.objects.get(key="among-warga")),
        "decline": lambda: actions.decline(booking),
        "expire": lambda: actions.expire_booking(booking),
        "lapse": lambda: lapse(booking),
        "no_show": lambda: actions.no_show(booking),
        "displace": lambda: actions.displace(booking, actor=None, reason="Listrik"),
    }[act]()


@pytest.mark.parametrize(("state", "act"), PAIRS)
def test_every_state_and_act(mall, state, act):
    booking = brought_to(state, mall)
    steps = BookingStep.objects.count()
    if state in ALLOWED[act]:
        do(act, booking, mall)
        assert BookingStep.objects.count() == steps + 1
    elif (state, act) == ("held", "hold_again"):
        # Still running: the answer is the same hold.
        do(act, booking, mall)
        assert BookingStep.objects.count() == steps
    else:
        with pytest.raises((WrongState, actions.Refused)):
            do(act, booking, mall)
        assert BookingStep.objects.count() == steps
        assert Booking.objects.get(pk=booking.pk).state == state
    booking.refresh_from_db()
    for slot in Slot.objects.filter(queue=mall.queue):
        # S1: what is counted is what bookings hold.
        assert slot.taken == Booking.objects.filter(slot=slot, holds_place=True).count()


@pytest.mark.parametrize("state", BookingState.values)
def test_only_a_cancelled_place_is_released(mall, state):
    booking = brought_to(state, mall)
    due = clock.now() - timedelta(minutes=1)
    Booking.objects.filter(pk=booking.pk).update(release_at=due)
    held = booking.holds_place or state == "cancelled"
    if state == "cancelled":
        Booking.objects.filter(pk=booking.pk).update(holds_place=True)
        Slot.objects.filter(pk=booking.slot_id).update(taken=1)
    release(booking)
    booking.refresh_from_db()
    assert booking.holds_place == (held and state != "cancelled")
