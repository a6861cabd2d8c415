"""The supervisor's hall: scope, acts with reasons, alarms, a fixed number of queries."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from counters import actions, hall_view
from counters.models import Announcement, Device, DeviceKind, QueueDay, Site, Ticket
from counters.persons import Person
from counters.views.secrets import address_of
from mpp.kit import clock
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, morning, take
from tests.web import Person as Reader

pytestmark = pytest.mark.django_db
HALL = "/admin/aula/"


@pytest.fixture
def mall():
    with morning():
        yield hall()


@pytest.fixture
def head(mall, people, client):
    """The operator's supervisor."""
    client.force_login(people.supervisor)
    return client


def url(name, *args):
    return reverse(f"admin:counters_hall_{name}", args=args)


@pytest.mark.parametrize(
    ("role", "code"),
    [("supervisor", 200), ("front_desk", 403), ("superuser", 403), ("citizen", 302)],
)
def test_roles_in_the_hall(mall, people, client, role, code):
    client.force_login(getattr(people, role))
    for address in (HALL, url("live"), url("end_day"), url("counter", mall.one.pk)):
        assert client.get(address).status_code == code
    assert client.get(url("queue", mall.queue.pk)).status_code == code


def test_an_agency_supervisor_sees_his_own_agency_only(mall, client):
    other = make_queue("dpmptsp", "P")
    take(other), take(mall.queue)
    user = post(make_person("p@contoh.id", "P", is_staff=True), "dukcapil", "supervisor")
    client.force_login(user)
    page = client.get(HALL).content.decode()
    assert "D · Antrean D" in page
    assert "P · Antrean P" not in page
    assert client.get(url("queue", other.pk)).status_code == 404
    assert client.get(url("counter", other.counters.first().pk)).status_code == 404
    # What changes the configuration or speaks to the whole hall is the operator's.
    assert "Antrean yang dilayani" not in client.get(url("counter", mall.one.pk)).content.decode()
    answer = client.post(url("counter", mall.one.pk), {"act": "assign", "queues": [mall.queue.pk]})
    assert answer.status_code == 409
    with pytest.raises(actions.Refused):
        actions.announce(mall.queue.site, actor=user, text="Halo")


def test_no_more_numbers_today_with_a_reason(mall, head):
    waiting = take(mall.queue)
    address = url("queue", mall.queue.pk)
    assert head.post(address, {"act": "stop", "reason": ""}).status_code == 400
    head.post(address, {"act": "stop", "reason": "Listrik padam"})
    with pytest.raises(actions.Refused, match="Listrik padam"):
        take(mall.queue)
    assert actions.call_next(mall.one, actor=mall.ani) == waiting
    head.post(address, {"act": "again"})
    assert take(mall.queue).number == 2


def test_the_quota_is_raised_but_not_below_what_was_given(mall, head):
    take(mall.queue), take(mall.queue)
    address = url("queue", mall.queue.pk)
    answer = head.post(address, {"act": "quota", "quota": "1"})
    assert answer.status_code == 400
    assert 'value="1"' in answer.content.decode()
    head.post(address, {"act": "quota", "quota": "3"})
    assert QueueDay.objects.get(queue=mall.queue).walk_in_quota == 3


def test_a_counter_gets_other_queues_unless_people_would_stand_alone(mall, head):
    other = make_queue("dpmptsp", "P")
    address = url("counter", mall.one.pk)
    head.post(address, {"act": "assign", "queues": [mall.queue.pk, other.pk]})
    assert set(mall.one.queues.all()) == {mall.queue, other}
    ticket = take(mall.queue)
    mall.two.queues.clear()
    answer = head.post(address, {"act": "assign", "queues": [other.pk]})
    assert answer.status_code == 409
    assert mall.queue in mall.one.queues.all()
    assert actions.call_next(mall.one, actor=mall.ani) == ticket


def test_a_counter_is_closed_from_the_hall_when_nobody_stands_there(mall, head):
    take(mall.queue)
    actions.call_next(mall.one, actor=mall.ani)
    address = url("counter", mall.one.pk)
    answer = head.post(address, {"act": "close", "reason": "Rapat", "key": "a"})
    assert answer.status_code == 409
    assert "Rapat" in answer.content.decode()
    head.post(url("counter", mall.two.pk), {"act": "close", "reason": "Rapat", "key": "b"})
    mall.two.refresh_from_db()
    assert mall.two.state == "closed"


def test_ending_the_day_asks_first(mall, head):
    ticket = take(mall.queue)
    assert "D" in head.get(url("end_day")).content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "waiting"
    head.post(url("end_day"))
    ticket.refresh_from_db()
    assert ticket.state == "expired"


def test_a_text_for_the_boards(mall, head):
    address = url("announce")
    assert head.post(address, {"text": ""}).status_code == 400
    head.post(address, {"text": "Latihan gempa pukul 10", "until": "10:30"})
    row = Announcement.objects.get()
    assert row.ends_at == at(10, 30)
    head.post(url("announcement_end", row.pk))
    row.refresh_from_db()
    assert not row.is_active


def test_alarms_name_what_is_wrong(mall):
    site = Site.objects.get(pk=mall.queue.site_id)
    Device.objects.create(
        key="k",
        site=site,
        kind=DeviceKind.KIOSK,
        name="Kios pintu",
        last_seen_at=clock.now() - timedelta(hours=1),
    )
    other = make_queue("dpmptsp", "P")
    take(other)
    take(mall.queue, printing=True)
    take(mall.queue)
    with time_machine.travel(at(10, 10) + timedelta(seconds=30)):
        texts = " ".join(alarm.text for alarm in hall_view.hall(site, None).alarms)
    assert "Antrean P: 1 orang menunggu, belum ada loket yang buka." in texts
    assert "Antrean D: ada yang menunggu 70 menit." in texts
    assert "Loket D1 buka, tetapi 70 menit tidak memanggil siapa pun." in texts
    assert "1 nomor macet di pencetak" in texts
    assert "Kios pintu" in texts


def test_repeated_phones_are_told_by_their_numbers_only(mall):
    person = Person(phone="+6281234567801")
    actions.cancel(take(mall.queue, person=person))
    take(mall.queue, person=person)
    made = hall_view.hall(mall.queue.site, None)
    assert made.repeats == ["D 001, D 002"]


def test_queries_do_not_grow_with_the_hall(mall, head, django_assert_num_queries):
    head.get(HALL)
    take(mall.queue)
    with django_assert_num_queries(22):
        head.get(HALL)
    for _n in range(30):
        take(mall.queue)
    other = make_queue("dpmptsp", "P")
    take(other)
    actions.call_next(mall.one, actor=mall.ani)
    with django_assert_num_queries(22):
        head.get(HALL)


def test_nothing_changed_is_304(mall, head):
    with time_machine.travel(at(9, 1), tick=False):
        etag = head.get(url("live"))["ETag"]
        assert head.get(url("live"), headers={"If-None-Match": etag}).status_code == 304
        take(mall.queue)
        assert head.get(url("live"), headers={"If-None-Match": etag}).status_code == 200


def test_lists_of_numbers_are_masked_and_scoped(mall, people, client):
    take(mall.queue, person=Person(name="Rukmini Sari", phone="+6281234567801"))
    client.force_login(people.supervisor)
    page = client.get(reverse("admin:counters_ticket_changelist")).content.decode()
    assert "R••• S•••" in page
    assert "Rukmini" not in page
    detail = client.get(reverse("admin:counters_ticket_change", args=[Ticket.objects.get().pk]))
    assert "81234567801" not in detail.content.decode()
    assert "Rukmini" not in detail.content.decode()
    client.force_login(people.superuser)
    assert client.get(reverse("admin:counters_ticket_changelist")).status_code == 403


def test_a_number_held_past_its_time_is_an_alarm_and_its_page_says_so(mall):
    ticket, other = take(mall.queue), take(mall.queue)
    actions.hold(ticket, actor=mall.ani, reason="Salinan kurang", until=at(10))
    actions.hold(other, actor=mall.ani, reason="Salinan kurang")
    for moment, is_late in ((at(9, 59), False), (at(11, 20), True)):
        with time_machine.travel(moment):
            alarms = hall_view.hall(Site.objects.get(key="among-warga"), None).alarms
            said = " ".join(alarm.text for alarm in alarms)
            assert (f"{ticket.label} (10.00)" in said) is is_late
            assert other.label not in said
            page = Reader().open(address_of(ticket))
            assert ("Seharusnya dilanjutkan pukul 10.00" in page.text) is is_late
    live = f"{address_of(ticket)}kini/"
    with time_machine.travel(at(9, 59)):
        etag = Reader().client.get(live).headers["ETag"]
    with time_machine.travel(at(10, 1)):
        # Time alone changes the sentence: the page must hear of it.
        assert Reader().client.get(live, headers={"If-None-Match": etag}).status_code == 200
