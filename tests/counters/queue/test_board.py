"""The board's answer: small, few queries, one per version, nothing of a person; its devices."""

import json
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counters import actions, board
from counters.models import Announcement, Call, Device, Site
from counters.persons import Person
from mpp.kit import clock
from tests.counters.queue.hall import hall, make_queue, morning, officer, take

pytestmark = pytest.mark.django_db
DATA = "/layar/among-warga/data.json"


@pytest.fixture(autouse=True)
def _nine():
    with morning():
        yield


@pytest.fixture
def room():
    return hall()


def asked(client, etag: str = "", query: str = ""):
    headers = {"If-None-Match": etag} if etag else {}
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(DATA + query, headers=headers)
    return answer, len(queries)


def call(room, counter=None, **given):
    ticket = take(room.queue, **given)
    counter = counter or room.one
    called = actions.call_next(counter, actor=counter.staffed_by)
    actions.no_answer(called, actor=counter.staffed_by)
    return ticket


def test_a_call_is_in_the_answer_once_and_a_recall_once_more(client, room):
    take(room.queue)
    ticket = actions.call_next(room.one, actor=room.ani)
    first = asked(client)[0].json()
    assert [line[1:3] for line in first["calls"]] == [["D 001", "Loket D1"]]
    actions.recall(ticket, actor=room.ani)
    second = asked(client)[0].json()
    fresh = [line for line in second["calls"] if line[0] > first["calls"][0][0]]
    assert [line[1] for line in fresh] == ["D 001"]
    assert first["counters"] == 2
    assert first["open"] == 2


def test_the_same_version_is_answered_with_304_and_one_query(client, room):
    take(room.queue)
    answer, count = asked(client)
    assert answer.status_code == 200
    assert count <= 3
    again, count = asked(client, answer.headers["ETag"])
    assert again.status_code == 304
    assert not again.content
    assert count == 1
    # Another watcher shares what was built.
    other, count = asked(Client())
    assert other.content == answer.content
    assert count == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda room: take(room.queue),
        lambda room: actions.pause_counter(room.one, actor=room.ani, reason="istirahat"),
        lambda room: actions.begin_disruption(
            room.queue.site, actor=room.ani, system_name="SIAK", agency=room.queue.agency
        ),
    ],
)
def test_whatever_happens_gives_a_new_version(client, room, act):
    etag = asked(client)[0].headers["ETag"]
    act(room)
    answer, count = asked(client, etag)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag
    assert count <= 3


def test_the_answer_stays_small_and_within_three_queries_on_a_full_day(client, room):
    for number in range(40):
        call(room, (room.one, room.two)[number % 2])
    for number in range(12):
        Announcement.objects.create(
            site=room.queue.site, key=f"t{number}", text="k" * 200, text_en="e" * 200
        )
    caches["local"].clear()
    answer, count = asked(client)
    assert count <= 3
    assert len(answer.content) <= board.MOST_BYTES
    assert len(answer.json()["calls"]) == board.CALLS
    assert answer.json()["texts"]


def test_texts_that_do_not_fit_together_take_turns(client, room):
    for number in range(12):
        Announcement.objects.create(
            site=room.queue.site, key=f"t{number}", order=number, text=f"{number}" + "k" * 190
        )
    first = asked(client)[0].json()["texts"][0]
    with clock.replay(clock.now() + timedelta(minutes=1)):
        second = asked(client)[0].json()["texts"][0]
    assert first != second


def test_texts_begin_and_end_by_the_clock(client, room):
    now = clock.now()
    site = room.queue.site
    Announcement.objects.create(site=site, key="a", text="Kini", starts_at=now)
    Announcement.objects.create(
        site=site, key="b", text="Nanti", starts_at=now + timedelta(minutes=5)
    )
    Announcement.objects.create(site=site, key="c", text="Lewat", ends_at=now)
    Announcement.objects.create(site=site, key="d", text="Mati", is_active=False)
    assert [row[1] for row in asked(client)[0].json()["texts"]] == ["Kini"]
    with clock.replay(now + timedelta(minutes=6)):
        assert {row[1] for row in asked(client)[0].json()["texts"]} == {"Kini", "Nanti"}


def test_a_zone_sees_its_own_calls(client, room):
    room.one.zone, room.two.zone = "Zona Uji", "Zona Lain"
    room.one.save(), room.two.save()
    call(room, room.one)
    call(room, room.two)
    whole = asked(client)[0].json()
    one = asked(client, query="?zona=zona-uji")[0].json()
    short = asked(client, query="?zona=uji")[0].json()
    both = asked(client, query="?zona=uji,lain")[0].json()
    assert len(whole["calls"]) == len(both["calls"]) == 2
    assert [line[3] for line in one["calls"]] == ["Zona Uji"]
    assert short == one
    assert one["counters"] == 1
    # A zone that is none is no filter, never a fault.
    assert asked(client, query="?zona=%27%22%3Cx%3E")[0].json()["calls"] == whole["calls"]


def test_nothing_of_a_person_is_in_page_or_answer(client, room):
    person = Person(name="Siti Rahmawati", phone="+6281234567801", nik="3579024507900003")
    call(room, person=person)
    take(room.queue, person=Person(name="Budi Santoso", phone="+6281234567802"))
    page = client.get("/layar/among-warga/").content.decode()
    data = asked(client)[0].content.decode()
    for secret in ("Siti", "Rahmawati", "Budi", "81234567801", "3579024507900003", "Ani", "Beni"):
        assert secret not in page
        assert secret not in data


def test_yesterdays_calls_are_gone_after_midnight(client, room):
    call(room)
    assert asked(client)[0].json()["calls"]
    etag = asked(client)[0].headers["ETag"]
    with clock.replay(clock.now() + timedelta(days=1)):
        answer, _count = asked(client, etag)
    assert answer.status_code == 200
    assert answer.json()["calls"] == []
    assert answer.json()["waiting"] == 0


def test_queues_of_another_site_do_not_show(client, room):
    other = Site.objects.create(key="lain", name="Mal lain")
    Call.objects.create(
        site=other, ticket=call(room), counter=room.one, day=clock.today(), at=clock.now()
    )
    assert len(asked(client)[0].json()["calls"]) == 1
    assert client.get("/layar/tidak-ada/data.json").status_code == 404
    assert client.get("/layar/tidak-ada/").status_code == 404


def test_the_figures_say_how_long_people_waited(client, room):
    assert asked(client)[0].json()["minutes"] is None
    take(room.queue)
    take(room.queue)
    with clock.replay(clock.now() + timedelta(minutes=12)):
        actions.call_next(room.one, actor=room.ani)
        data = asked(client)[0].json()
    assert (data["minutes"], data["waiting"]) == (12, 1)


def test_queries_do_not_grow_with_the_hall(client, room):
    for letter in "EFG":
        queue = make_queue("dukcapil", letter)
        take(queue)
    caches["local"].clear()
    assert asked(client)[1] <= 3


# --- devices ------------------------------------------------------------------------------
def registered(people, kind: str = "board", **given):
    site = Site.objects.get(key="among-warga")
    given = {"key": f"{kind}-1", "name": f"Layar {kind}", **given}
    return actions.register_device(site, actor=people.supervisor, kind=kind, **given)


def test_a_link_makes_one_browser_the_device_once(client, people):
    device, token = registered(people)
    assert token not in {device.token_hash, device.key}
    address = f"/perangkat/{token}/"
    asking = client.get(address)
    assert asking.status_code == 200
    assert asking.headers["Referrer-Policy"] == "same-origin"
    opened = client.post(address)
    assert opened.status_code == 302
    assert opened.url == "/layar/among-warga/"
    cookie = opened.cookies["perangkat"]
    assert cookie["httponly"]
    assert b"data-alive" in client.get("/layar/among-warga/").content
    # The link is spent, for a GET and for a POST.
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404
    assert b"data-alive" not in Client().get("/layar/among-warga/").content


def test_two_browsers_that_open_a_link_at_once_are_one_device(people):
    device, token = registered(people)
    actions.claim_device(device, token=token)
    with pytest.raises(actions.Refused):
        actions.claim_device(device, token=token)


def test_a_revoked_board_shows_nothing_and_hears_it_at_its_next_sign_of_life(client, room, people):
    device, token = registered(people)
    client.post(f"/perangkat/{token}/")
    call(room)
    assert client.post("/layar/among-warga/hidup/").status_code == 204
    actions.revoke_device(device, actor=people.supervisor)
    assert client.post("/layar/among-warga/hidup/").status_code == 410
    page = client.get("/layar/among-warga/")
    assert page.status_code == 403
    assert b"D 001" not in page.content
    assert "tidak terdaftar" in page.content.decode()


def test_a_renewed_link_ends_the_browser_before(client, people):
    device, token = registered(people)
    client.post(f"/perangkat/{token}/")
    _device, fresh = actions.renew_device(device, actor=people.supervisor)
    assert client.post("/layar/among-warga/hidup/").status_code == 410
    assert Client().post(f"/perangkat/{fresh}/").status_code == 302


def test_a_sign_of_life_is_written_once_a_minute(client, people):
    device, token = registered(people)
    client.post(f"/perangkat/{token}/")
    device.refresh_from_db()
    before = device.last_seen_at
    client.post("/layar/among-warga/hidup/")
    device.refresh_from_db()
    assert device.last_seen_at == before
    with clock.replay(clock.now() + timedelta(minutes=2)):
        client.post("/layar/among-warga/hidup/")
    device.refresh_from_db()
    assert device.last_seen_at > before


def test_only_the_operator_looks_after_devices(people):
    site = Site.objects.get(key="among-warga")
    clerk = officer("dukcapil", "cici")
    with pytest.raises(actions.Refused):
        actions.register_device(site, actor=clerk, kind="board", key="x", name="x")
    device, _token = registered(people)
    for act in (actions.renew_device, actions.revoke_device):
        with pytest.raises(actions.Refused):
            act(device, actor=clerk)
    with pytest.raises(actions.Refused):
        registered(people)
    assert Device.objects.count() == 1


def test_a_forged_or_odd_cookie_is_no_device(client):
    client.cookies["perangkat"] = "x" * 40
    assert client.get("/layar/among-warga/").status_code == 403
    assert client.post("/layar/among-warga/hidup/").status_code == 410
    assert client.get("/perangkat/" + "x" * 300 + "/").status_code == 404


def test_the_answer_is_json_without_spaces(client, room):
    body = asked(client)[0].content
    assert json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode() == body
