"""The component page shows the queue's own parts in every state people meet them in."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_every_state_of_a_number_stands_on_the_component_page(people, client):
    client.force_login(people.supervisor)
    page = client.get(reverse("gallery")).content.decode()
    for kind in ("waiting", "near", "called", "missed", "held", "over"):
        assert f"turn-{kind}" in page
    for part in ('class="queues', 'class="order"', 'class="heat"', 'class="beads"'):
        assert part in page
    assert page.count('id="ticket-live"') == 0
