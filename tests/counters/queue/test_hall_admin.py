"""The desk of hours, queues, slots and bookings: rights, bad input told at its field."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, Role
from counters import actions
from counters.actions import follow_postings
from counters.models import Booking, DayChange, Holiday, Queue, Site, WeekPlan
from counters.persons import Person
from tests.conftest import make_person, post
from tests.counters.queue.hall import MORNING, at, hall, make_queue, morning, take
from tests.counters.queue.test_bookings import TOMORROW, booked, on

pytestmark = pytest.mark.django_db
LINES = {"day_0": "08.00-12.00, 13.00-15.00", "day_4": "08:00 - 11:30; 13.00-15.00"}


def supervisor(agency: str, name: str):
    """A supervisor with the rights of his role, as an appointment gives them."""
    user = make_person(f"{name}@contoh.id", name.title(), is_staff=True)
    post(user, agency, "supervisor")
    return follow_postings(user)


@pytest.fixture
def mall():
    with morning():
        found = hall()
        found.boss = supervisor("dpmptsp", "bos")
        found.chief = supervisor("dukcapil", "kabid")
        found.other = make_queue("dpmptsp", "P")
        found.site = Site.objects.get(key="among-warga")
        yield found


@pytest.fixture
def desk(client, mall):
    client.force_login(mall.boss)
    return client


def plan_data(mall, **given) -> dict:
    """A week plan as the form sends it."""
    base = {"site": mall.site.pk, "key": "biasa", "name": "Jam biasa", "last_ticket_minutes": 30}
    return {**base, **LINES, **given}


ADD_PLAN = "/admin/counters/weekplan/add/"


def test_a_week_plan_is_written_as_people_write_hours(desk, mall):
    answer = desk.post(ADD_PLAN, plan_data(mall))
    assert answer.status_code == 302
    row = WeekPlan.objects.get()
    assert row.days == {"0": ["08:00-12:00", "13:00-15:00"], "4": ["08:00-11:30", "13:00-15:00"]}
    page = desk.get(f"/admin/counters/weekplan/{row.pk}/change/").content.decode()
    assert "08.00-12.00, 13.00-15.00" in page


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"day_0": "08.00-12.00, 11.00-13.00"}, "day_0", "bertumpang"),
        ({"day_1": "jam delapan"}, "day_1", "jam delapan"),
        ({"day_2": "15.00-08.00"}, "day_2", "15.00-08.00"),
        ({"day_3": ",".join(["08.00-09.00"] * 7)}, "day_3", "enam"),
        ({"day_0": "", "day_4": ""}, "day_0", "paling sedikit satu hari"),
        ({"starts_on": "2027-02-01"}, "ends_on", "kedua tanggal"),
        ({"starts_on": "2027-02-01", "ends_on": "2027-01-01"}, "ends_on", "lebih awal"),
        ({"day_5": "08.00\x00-12.00"}, "day_5", "karakter"),
    ],
)
def test_a_fault_is_told_at_its_line_and_nothing_typed_is_lost(desk, mall, wrong, field, words):
    data = plan_data(mall, **wrong)
    answer = desk.post(ADD_PLAN, data)
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert words in " ".join(form.errors[field])
    assert form["name"].value() == "Jam biasa"
    assert (form[field].value() or "") == data.get(field, "")
    assert not WeekPlan.objects.exists()


def test_an_agencys_supervisor_sets_hours_of_the_agency_only(client, mall):
    client.force_login(mall.chief)
    answer = client.post(ADD_PLAN, plan_data(mall))
    assert answer.status_code == 200
    assert "agency" in answer.context["adminform"].form.errors
    foreign = client.post(ADD_PLAN, plan_data(mall, agency=mall.other.agency_id))
    assert foreign.status_code == 200
    assert client.post(ADD_PLAN, plan_data(mall, agency=mall.queue.agency_id)).status_code == 302
    whole = WeekPlan.objects.create(site=mall.site, key="gedung", name="Gedung", days={})
    answer = client.get(f"/admin/counters/weekplan/{whole.pk}/change/")
    assert answer.status_code == 302


def test_a_plan_of_both_levels_is_told(desk, mall):
    counter = mall.queue.counters.first()
    data = plan_data(mall, agency=mall.queue.agency_id, counter=counter.pk)
    answer = desk.post(ADD_PLAN, data)
    assert "counter" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("who", ["ani", "citizen"])
@pytest.mark.parametrize("model", ["queue", "weekplan", "daychange", "slot", "booking"])
def test_others_are_not_let_in(client, mall, people, who, model):
    user = mall.ani if who == "ani" else people.citizen
    client.force_login(user)
    answer = client.get(reverse(f"admin:counters_{model}_changelist"))
    assert answer.status_code in (302, 403)


def queue_data(desk, queue) -> dict:
    """The form of a queue as a browser sends it back."""
    form = desk.get(f"/admin/counters/queue/{queue.pk}/change/").context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in data.items() if value is not None}


def test_a_queue_is_changed_and_its_faults_are_told(desk, mall):
    data = queue_data(desk, mall.queue)
    address = f"/admin/counters/queue/{mall.queue.pk}/change/"
    wrong = {"letter": "7", "slot_minutes": 2, "booked_percent": 130, "release_to_minutes": 1}
    answer = desk.post(address, {**data, **wrong})
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == set(wrong)
    assert desk.post(address, {**data, "letter": "x", "service_minutes": 12}).status_code == 302
    mall.queue.refresh_from_db()
    assert (mall.queue.letter, mall.queue.service_minutes) == ("X", 12)


def test_a_letter_is_given_once_a_site(desk, mall):
    data = queue_data(desk, mall.queue)
    answer = desk.post(f"/admin/counters/queue/{mall.queue.pk}/change/", {**data, "letter": "P"})
    assert answer.status_code == 200
    assert Queue.objects.get(pk=mall.queue.pk).letter == "D"


@pytest.mark.parametrize("field", ["counters", "is_active"])
def test_no_queue_with_people_in_line_is_left_without_a_counter(desk, mall, field):
    data = queue_data(desk, mall.queue)
    data["counters"] = [counter.pk for counter in mall.queue.counters.all()]
    # A browser sends nothing for what is not chosen.
    del data[field]
    waits = [take(mall.queue) for _n in range(7)]
    address = f"/admin/counters/queue/{mall.queue.pk}/change/"
    answer = desk.post(address, data)
    assert answer.status_code == 200
    told = answer.context["adminform"].form.errors[field][0]
    assert "D 001, D 002, D 003, D 004, D 005, +2" in told
    mall.queue.refresh_from_db()
    assert (mall.queue.is_active, mall.queue.counters.count()) == (True, 2)
    for ticket in waits:
        actions.cancel(ticket)
    assert desk.post(address, data).status_code == 302


def test_a_counter_somebody_is_sent_to_stays_with_its_queue(desk, mall):
    data = {**queue_data(desk, mall.queue), "counters": [mall.one.pk]}
    address = f"/admin/counters/queue/{mall.queue.pk}/change/"
    ticket = take(mall.queue)
    actions.transfer(ticket, actor=mall.ani, counter=mall.two, reason="Diminta")
    answer = desk.post(address, data)
    assert answer.status_code == 200
    assert "D 001" in answer.context["adminform"].form.errors["counters"][0]
    actions.call_next(mall.two, actor=mall.beni)
    assert desk.post(address, data).status_code == 302


# --- closing a day ------------------------------------------------------------------------
ADD_DAY = "/admin/counters/daychange/add/"


def day_data(mall, **given) -> dict:
    """The page of closing tomorrow."""
    base = {"site": mall.site.pk, "day": TOMORROW.isoformat(), "reason": "Listrik padam"}
    return {**base, **given}


def test_the_consequence_is_shown_before_and_then_drawn(desk, mall):
    actions.make_slots()
    booking = booked(mall.queue, person=Person(name="Rukmini Sari", phone="+628120001"))
    assert desk.get(ADD_DAY).status_code == 200
    shown = desk.post(ADD_DAY, day_data(mall))
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "Rukmini" not in page
    assert shown.context["found"].bookings == [booking]
    assert not DayChange.objects.exists()
    assert desk.post(ADD_DAY, day_data(mall, confirm="1")).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "displaced"
    assert Notice.objects.filter(kind="counters.booking_displaced").count() == 1
    change = DayChange.objects.get()
    assert desk.get(f"/admin/counters/daychange/{change.pk}/change/").status_code == 200
    address = reverse("admin:counters_daychange_reopen", args=[change.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address).status_code == 302
    assert not DayChange.objects.exists()
    assert desk.post(address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": "2026-11-01"}, "day"),
        ({"day": "2029-01-01"}, "day"),
        ({"day": "besok"}, "day"),
        ({"reason": "   "}, "reason"),
        ({"spans": "siang"}, "spans"),
        ({"site": "99999"}, "site"),
        ({"agency": "99999"}, "agency"),
        ({"counter": "x"}, "counter"),
        ({"reason": "a\x00b"}, "reason"),
    ],
)
@pytest.mark.parametrize("confirm", [{}, {"confirm": "1"}])
def test_a_wrong_closing_is_told_at_its_field(desk, mall, wrong, field, confirm):
    data = day_data(mall, **wrong, **confirm)
    answer = desk.post(ADD_DAY, data)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert answer.context["form"]["reason"].value() == data["reason"]
    assert not DayChange.objects.exists()


def test_an_agencys_supervisor_closes_the_agency_only(client, mall):
    client.force_login(mall.chief)
    answer = client.post(ADD_DAY, day_data(mall, confirm="1"))
    assert "agency" in answer.context["form"].errors
    data = day_data(mall, confirm="1", agency=mall.queue.agency_id)
    assert client.post(ADD_DAY, data).status_code == 302
    whole = DayChange.objects.create(site=mall.site, day=TOMORROW, reason="Gedung")
    address = reverse("admin:counters_daychange_reopen", args=[whole.pk])
    assert client.post(address).status_code == 404


# --- slots and bookings -------------------------------------------------------------------
def test_lists_show_places_and_masked_names(client, mall):
    actions.make_slots()
    phone = "+6281234509999"
    booking = booked(mall.queue, person=Person(name="Rukmini Sari", phone=phone))
    booked(mall.queue, on(TOMORROW, 10))
    client.force_login(mall.chief)
    page = client.get("/admin/counters/slot/").content.decode()
    assert "1/3" in page
    page = client.get("/admin/counters/booking/").content.decode()
    assert "Rukmini" not in page
    assert "R" in page
    found = client.get("/admin/counters/booking/", {"q": "0812-3450-9999"})
    assert list(found.context["cl"].queryset) == [booking]
    one = client.get(f"/admin/counters/booking/{booking.pk}/change/")
    assert one.status_code == 200
    assert "Rukmini" not in one.content.decode()
    assert phone[3:] not in one.content.decode()
    assert client.post(f"/admin/counters/booking/{booking.pk}/change/").status_code == 403


def test_the_configuring_superuser_opens_no_bookings(client, mall, people):
    client.force_login(people.superuser)
    assert client.get("/admin/counters/booking/").status_code == 403
    assert client.get("/admin/counters/slot/").status_code == 200


def test_conflicts_are_listed_and_their_people_asked(client, mall):
    actions.make_slots()
    booking = booked(mall.queue, on(TOMORROW, 14))
    safe = booked(mall.queue, on(TOMORROW, 9))
    WeekPlan.objects.create(
        site=mall.site, key="b", name="b", days=dict.fromkeys("01234", ["08:00-12:00"])
    )
    actions.make_slots()
    client.force_login(mall.chief)
    listed = client.get("/admin/counters/booking/", {"hours": "outside"})
    assert list(listed.context["cl"].queryset) == [booking]
    data = {"action": "ask_for_another_time", "_selected_action": [booking.pk]}
    assert client.post("/admin/counters/booking/", data).status_code == 302
    booking.refresh_from_db(), safe.refresh_from_db()
    assert (booking.state, safe.state) == ("displaced", "booked")


def test_lists_of_bookings_ask_the_same_for_one_and_many(client, mall):
    actions.make_slots()
    client.force_login(mall.chief)
    client.get("/admin/counters/booking/")
    counts = []
    for hour in range(9, 15):
        booked(mall.queue, on(TOMORROW, hour))
        with CaptureQueriesContext(connection) as caught:
            client.get("/admin/counters/booking/")
        counts.append(len(caught))
    assert counts[-1] == counts[0]
    assert Booking.objects.count() == 6


# --- holidays -----------------------------------------------------------------------------
SUGGEST = "/admin/counters/holiday/usulan/"


def test_holidays_are_suggested_and_only_the_ticked_ones_are_added(desk, mall):
    Holiday.objects.filter(day__year=2027).delete()
    page = desk.get(SUGGEST, {"year": "2027"})
    assert page.status_code == 200
    rows = {row.day: row for row in page.context["rows"]}
    feast = rows[date(2027, 3, 10)]
    assert feast.is_estimated
    assert not feast.is_ticked
    assert rows[date(2027, 8, 17)].is_ticked
    assert "perkiraan" not in feast.name
    answer = desk.post(SUGGEST, {"year": "2027", "days": ["2027-01-01", "2027-03-10"]})
    assert answer.status_code == 302
    found = Holiday.objects.filter(day__year=2027).values_list("day", flat=True)
    assert set(found) == {date(2027, 1, 1), date(2027, 3, 10)}
    again = desk.get(SUGGEST, {"year": "2027"})
    known = [row.day for row in again.context["rows"] if row.is_known]
    assert known == [date(2027, 1, 1), date(2027, 3, 10)]


@pytest.mark.parametrize("year", ["", "abc", "1066", "99999999999", "２０２７"])
def test_another_year_is_the_present_one(desk, year):
    assert desk.get(SUGGEST, {"year": year}).context["year"] == MORNING.year


@pytest.mark.parametrize("days", [[], ["kapan-kapan"], ["2030-01-01"]])
def test_no_or_unknown_days_are_told(desk, days):
    answer = desk.post(SUGGEST, {"year": "2027", "days": days})
    assert answer.status_code == 200
    assert "days" in answer.context["form"].errors


def test_bookings_on_a_new_holiday_are_told(desk, mall):
    Holiday.objects.filter(day__year=2026, day__month=12).delete()
    with time_machine.travel(at(9) + timedelta(days=25)):
        actions.make_slots()
        booking = booked(mall.queue, on(date(2026, 12, 24), 9))
        Holiday.objects.filter(day=date(2026, 12, 24)).delete()
        desk.force_login(mall.boss)
        answer = desk.post(
            SUGGEST, {"year": "2026", "days": ["2026-12-24"]}, follow=True
        ).content.decode()
    assert "1 pesanan kehilangan waktunya" in answer
    booking.refresh_from_db()
    assert booking.state == "displaced"


def test_roles_carry_the_rights_of_the_hall(db):
    rights = Role.objects.get(key="supervisor").rights
    assert {"counters.change_weekplan", "counters.view_booking"} <= set(rights)
    assert "counters.change_booking" not in rights
    assert not set(Role.objects.get(key="host").rights) & set(rights)
