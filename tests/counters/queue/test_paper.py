"""Paper days: numbers set aside once, keyed in once, as they happened."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from counters import actions
from counters.actions.paper import LEFT, WAITS
from counters.invariants import problems
from counters.models import Announcement, Device, PaperBlock, QueueDay, SiteLive, Ticket
from mpp.kit import clock
from tests.conftest import make_person
from tests.counters.queue.hall import at, hall, make_queue, morning, officer, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    with morning():
        yield hall()


@pytest.fixture
def block(room):
    take(room.queue)
    return actions.reserve_block(room.queue, count=5, actor=room.ani, key="pagi")


def entry(room, number: int, **given) -> actions.PaperEntry:
    return actions.PaperEntry(
        **{
            "number": number,
            "taken_at": at(10),
            "counter": room.one,
            "served_at": at(10, 20),
            "ended_at": at(10, 30),
            **given,
        }
    )


def keyed(room, block, number: int = 2, *, key: str = "a", hour: int = 14, **given) -> Ticket:
    with time_machine.travel(at(hour)):
        return actions.key_in(block, entry(room, number, **given), actor=room.ani, key=key)


def test_a_block_is_reserved_once_and_leaves_no_double(room, block):
    again = actions.reserve_block(room.queue, count=5, actor=room.ani, key="pagi")
    assert again == block
    assert (block.first, block.last) == (2, 6)
    assert take(room.queue).number == 7
    other = actions.reserve_block(room.queue, count=2, actor=room.ani, key="lagi")
    assert (other.first, other.last) == (8, 9)


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_wrong_count_is_refused(room, count):
    with pytest.raises(actions.Refused):
        actions.reserve_block(room.queue, count=count, actor=room.ani, key="x")
    assert not PaperBlock.objects.exists()


def test_only_the_front_desk_of_the_agency_uses_paper(room, block):
    stranger = officer("dinkes", "dewi")
    citizen = make_person("warga@contoh.id", "Warga")
    for who in (stranger, citizen):
        with pytest.raises(actions.Refused):
            actions.reserve_block(room.queue, count=2, actor=who, key="y")
        with pytest.raises(actions.Refused):
            actions.key_in(block, entry(room, 2), actor=who, key="y")


def test_what_happened_is_written_at_its_time(room, block):
    ticket = keyed(room, block)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.source, ticket.number) == ("done", "paper", 2)
    assert (ticket.issued_at, ticket.served_at, ticket.ended_at) == (
        at(10),
        at(10, 20),
        at(10, 30),
    )
    assert [step.act for step in ticket.steps.all()] == ["issue", "key_in"]
    assert not ticket.calls.exists()
    assert QueueDay.objects.get(pk=block.queue_day_id).unkeyed == 1
    assert not problems(block.queue_day.day)


def test_double_entry_is_told_and_a_double_press_is_one(room, block):
    first = keyed(room, block)
    assert keyed(room, block).pk == first.pk
    with pytest.raises(actions.Refused, match="D 002"):
        keyed(room, block, key="b")
    assert Ticket.objects.filter(source="paper").count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"number": 1},
        {"number": 7},
        {"taken_at": at(10) - timedelta(days=1)},
        {"taken_at": at(15)},
        {"ended_at": at(9)},
        {"ended_at": at(15)},
        {"ended_at": None},
        {"served_at": at(9, 30)},
        {"served_at": at(10, 40)},
        {"served_at": None},
        {"counter": None},
    ],
)
def test_what_cannot_be_is_refused_and_writes_nothing(room, block, given):
    with pytest.raises(actions.Refused):
        keyed(room, block, **{"number": 2, **given})
    assert not Ticket.objects.filter(source="paper").exists()


def test_who_left_and_who_still_waits(room, block):
    left = keyed(room, block, 3, outcome=LEFT, served_at=None, counter=None)
    assert left.state == "cancelled"
    waits = keyed(
        room, block, 4, outcome=WAITS, served_at=None, counter=None, ended_at=None, hour=11
    )
    assert (waits.state, waits.due_at) == ("waiting", at(10, 30))
    with time_machine.travel(at(14) + timedelta(days=1)), pytest.raises(actions.Refused):
        actions.key_in(
            block, entry(room, 5, outcome=WAITS, ended_at=None), actor=room.ani, key="c"
        )


def test_a_number_is_keyed_while_its_counter_serves_somebody(room, block):
    actions.call_next(room.one, actor=room.ani)
    assert keyed(room, block).state == "done"


# --- pages --------------------------------------------------------------------------------
def form_of(room, **given) -> dict:
    return {
        "key": "k1",
        "number": "2",
        "taken": "10:00",
        "outcome": "served",
        "counter": str(room.one.pk),
        "served": "10:20",
        "ended": "10:30",
        "priority": "",
        **given,
    }


def test_the_pages_lead_from_block_to_sheet_to_entry(client, room):
    client.force_login(room.ani)
    page = client.post("/admin/kertas/", {"key": "a", "queue": room.queue.pk, "count": "6"})
    block = PaperBlock.objects.get()
    assert page.url == f"/admin/kertas/{block.pk}/"
    sheet = client.get(f"{page.url}cetak/").content.decode()
    assert sheet.count("<li>") == 6
    assert "D 006" in sheet
    # A new session: after so many hours the one of the morning has ended.
    client = Client()
    with time_machine.travel(at(14)):
        client.force_login(room.ani)
        assert client.post(page.url, form_of(room)).status_code == 302
        text = client.get(page.url).content.decode()
        assert "D 002" in text
        assert "belum dimasukkan" in text
        assert 'value="1"' in text
        twice = client.post(page.url, form_of(room, key="k2"))
        assert twice.status_code == 409
        assert "sudah pernah dimasukkan" in twice.content.decode()
        assert 'value="10:20"' in twice.content.decode()
        bad = client.post(page.url, form_of(room, number="x", taken="25:99"))
        assert bad.status_code == 400
        assert 'value="25:99"' in bad.content.decode()
        assert "1 / 6" in client.get("/admin/kertas/").content.decode()


def test_another_agencys_block_is_not_there(client, room, block):
    client.force_login(officer("dinkes", "dewi"))
    for path in (f"/admin/kertas/{block.pk}/", f"/admin/kertas/{block.pk}/cetak/"):
        assert client.get(path).status_code == 404
    assert f"/admin/kertas/{block.pk}/" not in client.get("/admin/kertas/").content.decode()


def test_the_list_asks_as_much_for_many_blocks(client, room, django_assert_max_num_queries):
    client.force_login(room.ani)
    for number in range(30):
        actions.reserve_block(room.queue, count=1, actor=room.ani, key=f"b{number}")
    client.get("/admin/kertas/")
    with django_assert_max_num_queries(12):
        client.get("/admin/kertas/")


def test_the_operator_registers_and_sees_the_link_once(client, room, people):
    client.force_login(people.supervisor)
    site = room.queue.site
    form = {
        "do": "register",
        "key": "x",
        "site": site.pk,
        "kind": "kiosk",
        "name": "Kios timur",
        "slug": "kios-timur",
        "zone": "",
    }
    page = client.post("/admin/perangkat/", form).content.decode()
    assert "<code>http" in page
    assert (
        "http://127.0.0.1:8000/perangkat/" not in client.get("/admin/perangkat/").content.decode()
    )
    again = client.post("/admin/perangkat/", form)
    assert again.status_code == 409
    assert "Kios timur" in again.content.decode()
    device = Device.objects.get()
    client.post("/admin/perangkat/", {"do": "revoke", "device": device.pk})
    device.refresh_from_db()
    assert device.revoked_at is not None
    assert "dicabut" in client.get("/admin/perangkat/").content.decode()
    assert client.post("/admin/perangkat/", {"do": "renew", "device": "x"}).status_code == 404
    client.force_login(room.ani)
    assert client.get("/admin/perangkat/").status_code == 403


def test_a_text_for_the_boards_tells_them(client, room, people):
    site = room.queue.site
    Announcement.objects.filter(site=site).delete()
    SiteLive.objects.filter(site=site).delete()
    client.force_login(people.supervisor)
    form = {"site": site.pk, "key": "uji", "text": "Halo", "order": "0", "is_active": "on"}
    answer = client.post("/admin/counters/announcement/add/", form)
    assert answer.status_code == 302
    assert SiteLive.objects.get(site=site).version > 1
    with morning():
        assert clock.now()
        texts = client.get("/layar/among-warga/data.json").json()["texts"]
    assert [row[1] for row in texts] == ["Halo"]
    client.force_login(room.ani)
    assert client.get("/admin/counters/announcement/").status_code == 403
    assert make_queue("dinkes", "C")
