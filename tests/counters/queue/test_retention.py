"""Names and contacts of people in line are forgotten; what was served is not."""

import pytest
import time_machine

from counters.models import LiveKey, Ticket
from counters.persons import Person
from counters.retention import forget_contacts
from tests.counters.queue.hall import MORNING, hall, morning, take

pytestmark = pytest.mark.django_db


def test_contacts_of_long_ago_are_forgotten():
    with morning():
        mall = hall()
        take(mall.queue, person=Person(name="Rukmini", phone="+6281234567801"))
        assert forget_contacts() == 0
    with time_machine.travel(MORNING.replace(year=2027)):
        assert forget_contacts() == 1
        assert forget_contacts() == 0
    ticket = Ticket.objects.get()
    assert (ticket.contact_name, ticket.phone, ticket.person_key) == ("", "", "")
    assert not LiveKey.objects.exists()
