"""Somebody lost the page of his number: the counter gives a new link, the place stays."""

import pytest
from django.urls import reverse

from counters import actions
from counters.models import Ticket
from counters.views.secrets import address_of
from tests.counters.queue.hall import hall, morning, officer, take
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    with morning():
        yield hall()


def ask(client, counter, ticket, key="k"):
    address = reverse("admin:counters_console_ticket_link", args=[counter.pk, ticket.pk])
    return client.post(address, {"key": key})


def test_the_old_link_ends_and_the_place_stays(mall, client):
    first, mine = take(mall.queue), take(mall.queue)
    old, due = address_of(mine), mine.due_at
    client.force_login(mall.ani)
    answer = ask(client, mall.one, mine)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"<svg" in answer.content
    mine.refresh_from_db()
    assert (mine.state, mine.due_at, mine.link_version) == ("waiting", due, 2)
    assert Reader().client.get(old).status_code == 404
    assert Reader().client.get(address_of(mine)).status_code == 200
    assert first.due_at < mine.due_at


def test_pressed_twice_it_is_one_new_link(mall, client):
    mine = take(mall.queue)
    client.force_login(mall.ani)
    assert ask(client, mall.one, mine).content.count(b"<svg") > 0
    assert ask(client, mall.one, mine).status_code == 200
    assert Ticket.objects.get(pk=mine.pk).link_version == 1 + 1


def test_not_for_a_number_that_is_over_nor_by_another_agency(mall, client):
    mine = take(mall.queue)
    client.force_login(officer("dinkes", "citra"))
    assert ask(client, mall.one, mine).status_code in (403, 404)
    actions.cancel(mine, actor=mall.ani, reason="Pulang")
    client.force_login(mall.ani)
    answer = ask(client, mall.one, mine)
    assert answer.status_code == 409
    assert Ticket.objects.get(pk=mine.pk).link_version == 1
