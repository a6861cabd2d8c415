"""Figures of the queue against a day counted by hand, and what may leave the house."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse
from openpyxl import load_workbook

from counters import actions, figures, tally
from counters.models import QueueFact, ShownRange
from mpp import demo_past
from tests.conftest import make_person, post
from tests.counters.queue.hall import at, hall, make_queue, take

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
PERIOD = figures.Period(DAY, DAY)


def when(hour, minute=0):
    return time_machine.travel(at(hour, minute), tick=False)


@pytest.fixture
def day():
    """Counted by hand: A 09.00-09.20, served to 09.30; B 09.05-09.50 no show; C 10.00 left;
    D priority 10.00-10.03, served to 10.13, called out of order; E waits."""
    with when(9):
        mall = hall()
        a = take(mall.queue)
    with when(9, 5):
        b = take(mall.queue)
    with when(9, 20):
        actions.call_next(mall.one, actor=mall.ani)
        a.refresh_from_db()
        actions.arrived(a, actor=mall.ani)
    with when(9, 30):
        actions.finish(a, actor=mall.ani)
    with when(9, 50):
        actions.call_next(mall.one, actor=mall.ani)
        b.refresh_from_db()
        actions.no_answer(b, actor=mall.ani)
    with when(10):
        c = take(mall.queue)
        d = take(mall.queue, lane="priority", priority=mall.priority)
        take(mall.queue)
        actions.cancel(c)
    with when(10, 3):
        actions.call_this(mall.one, d, actor=mall.ani, reason="Sakit")
        actions.arrived(d, actor=mall.ani)
    with when(10, 13):
        actions.finish(d, actor=mall.ani)
    for ticket, is_hit in ((a, True), (d, False)):
        ShownRange.objects.create(
            ticket=ticket,
            shown_at=at(9),
            ahead=0,
            point_minutes=10,
            low_at=at(9, 10),
            high_at=at(9, 30),
            is_hit=is_hit,
        )
    with when(10, 20):
        yield mall


def counts(lane, hour):
    row = QueueFact.objects.get(lane=lane, hour=hour)
    return {name: getattr(row, name) for name in tally.COUNTED}


def test_a_day_counted_by_hand(day):
    figures.rebuild(day.queue.site, DAY)
    assert counts("walk_in", 9) == {
        "issued": 2,
        "called": 2,
        "served": 1,
        "within_target": 1,  # 20 of 30 minutes; the other waited 45
        "abandoned": 0,
        "no_shows": 1,
        "wait_seconds": 65 * 60,
        "longest_wait": 45 * 60,
        "service_seconds": 600,
        "ranges": 1,
        "range_hits": 1,
    }
    assert counts("walk_in", 10)["issued"] == 2
    assert counts("walk_in", 10)["abandoned"] == 1
    assert counts("walk_in", 10)["called"] == 0
    assert counts("priority", 10)["within_target"] == 1
    total = figures.report(PERIOD).total
    assert (total.issued, total.called, total.served) == (5, 3, 2)
    assert total.wait_minutes == round((20 + 45 + 3) / 3, 1)
    assert total.service_minutes == 10
    assert (total.hit_percent, total.out_of_order) == (50, 1)


def test_median_and_ninetieth_stand_beside_the_mean(day):
    figures.rebuild(day.queue.site, DAY)
    made = figures.report(PERIOD)
    total = made.total
    # Waits of 3, 20 and 45 minutes, services of 10 and 10.
    assert (total.wait_median, total.wait_p90, total.wait_minutes) == (20, 45, 22.7)
    assert (total.service_median, total.service_p90) == (10, 10)
    assert sorted(tally.wait_p90 for _lane, tally in made.lanes) == [3, 45]
    assert dict(made.hours)[9].wait_median == 20
    assert dict(made.agencies)[day.queue.agency_id].wait_median == 20


def test_a_middle_of_a_part_is_not_told_as_that_of_the_whole(day):
    figures.rebuild(day.queue.site, DAY)
    QueueFact.objects.create(
        queue=day.queue,
        day=DAY - timedelta(days=1),
        hour=9,
        lane="walk_in",
        issued=1,
        called=1,
        wait_seconds=60,
    )
    total = figures.report(figures.Period(DAY - timedelta(days=1), DAY)).total
    assert (total.wait_median, total.wait_p90) == (None, None)
    assert total.wait_minutes is not None
    assert figures.report(PERIOD).total.wait_median == 20
    assert tally.Tally().service_median is None


@pytest.mark.parametrize(
    ("lane", "jumps"), [("", 1), ("walk_in", 0), ("priority", 1), ("booked", 0)]
)
def test_the_class_holds_for_every_part(day, lane, jumps):
    figures.rebuild(day.queue.site, DAY)
    made = figures.report(figures.Period(DAY, DAY, lane=lane))
    assert made.total.out_of_order == jumps
    assert sum(tally.out_of_order for _agency, tally in made.agencies) == jumps
    issued = {"": 5, "walk_in": 4, "priority": 1, "booked": 0}[lane]
    for rows in (made.agencies, made.hours, made.lanes):
        assert sum(tally.issued for _key, tally in rows) == issued
    assert sum(tally.issued for tally in made.heat.values()) == issued


def test_page_and_files_carry_median_and_ninetieth(day, people, client):
    client.force_login(people.supervisor)
    page = client.get(reverse("admin:counters_figures")).content.decode()
    assert "separuh dalam 20, 9 dari 10 dalam 45 mnt" in page
    assert "separuh dalam 10, 9 dari 10 dalam 10 mnt" in page
    text = client.get(reverse("admin:counters_figures_download", args=["csv"])).content.decode()
    head, *rows = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    nine = dict(zip(head, next(row for row in rows if row[3] == "9"), strict=True))
    names = ("rata_rata", "median", "p90")
    assert [nine[f"menit_menunggu_{name}"] for name in names] == ["32.5", "20", "45"]
    assert [nine[f"menit_dilayani_{name}"] for name in names] == ["10.0", "10", "10"]
    book = client.get(reverse("admin:counters_figures_download", args=["xlsx"]))
    sheet = load_workbook(io.BytesIO(book.content)).active
    first, *others = sheet.iter_rows(values_only=True)
    column = first.index("menit_menunggu_p90")
    assert sorted(row[column] for row in others if row[column] is not None) == [3, 45]


def test_counting_again_changes_nothing_and_follows_what_changed(day):
    figures.rebuild(day.queue.site, DAY)
    before = list(QueueFact.objects.order_by("hour", "lane").values())
    figures.rebuild(day.queue.site, DAY)
    assert list(QueueFact.objects.order_by("hour", "lane").values()) == before
    actions.call_next(day.one, actor=day.ani)
    figures.rebuild(day.queue.site, DAY)
    assert counts("walk_in", 10)["called"] == 1


def test_the_page_counts_today_and_filters(day, people, client):
    client.force_login(people.supervisor)
    url = reverse("admin:counters_figures")
    page = client.get(url).content.decode()
    assert "Dispendukcapil" in page or "Dukcapil" in page
    assert "shade-" in page
    assert "style=" not in page
    caches["local"].clear()
    other = client.get(url, {"instansi": "dpmptsp"}).content.decode()
    assert "Belum ada angka" in other
    bad = client.get(url, {"dari": "2026-12-01", "sampai": "2026-11-01", "kelas": "x"})
    assert bad.status_code == 400
    assert "2026-12-01" in bad.content.decode()


@pytest.mark.parametrize(
    ("role", "code"),
    [("supervisor", 200), ("front_desk", 403), ("superuser", 403), ("citizen", 302)],
)
def test_roles_at_the_figures(day, people, client, role, code):
    client.force_login(getattr(people, role))
    assert client.get(reverse("admin:counters_figures")).status_code == code
    assert client.get(reverse("admin:counters_figures_download", args=["csv"])).status_code == code


def test_an_agency_supervisor_gets_his_own_agency_only(day, client):
    user = post(make_person("s@contoh.id", "S", is_staff=True), "dpmptsp", "supervisor")
    other = make_queue("kesbangpol", "K")
    user.postings.all().delete()
    user = post(user, "kesbangpol", "supervisor")
    take(other)
    client.force_login(user)
    text = client.get(reverse("admin:counters_figures_download", args=["csv"])).content.decode()
    assert "Antrean K" in text
    assert "Antrean D" not in text


def test_files_carry_no_formula(day, people, client):
    day.queue.name = '=HYPERLINK("http://x")'
    day.queue.save()
    client.force_login(people.supervisor)
    text = client.get(reverse("admin:counters_figures_download", args=["csv"])).content.decode()
    assert "'=HYPERLINK" in text
    assert "\n=HYPERLINK" not in text
    book = client.get(reverse("admin:counters_figures_download", args=["xlsx"]))
    sheet = load_workbook(io.BytesIO(book.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    assert client.get(reverse("admin:counters_figures_download", args=["pdf"])).status_code == 404


def test_small_groups_are_not_published(day, client):
    figures.rebuild(day.queue.site, DAY)
    page = client.get("/antrean/angka/").content.decode()
    assert "21,7" not in page
    assert "21,7" not in client.get("/antrean/angka/unduh.csv").content.decode()
    for _n in range(6):
        ticket = take(day.queue)
    with when(10, 40):
        for _n in range(7):
            ticket = actions.call_next(day.one, actor=day.ani)
            actions.arrived(ticket, actor=day.ani)
            actions.finish(ticket, actor=day.ani)
    figures.rebuild(day.queue.site, DAY)
    caches["local"].clear()
    page = client.get("/antrean/angka/").content.decode()
    assert "21" in page
    assert "separuh dalam" in page
    text = client.get("/antrean/angka/unduh.csv").content.decode()
    assert ",10,8," in text
    assert ",9,<5," in text


def test_queries_of_the_pages_are_fixed(day, people, client, django_assert_max_num_queries):
    figures.rebuild(day.queue.site, DAY)
    for back in range(1, 10):
        QueueFact.objects.create(
            queue=day.queue, day=DAY - timedelta(days=back), hour=9, lane="walk_in", issued=1
        )
    client.get("/antrean/angka/")
    caches["local"].clear()
    with django_assert_max_num_queries(8):
        client.get("/antrean/angka/")


def test_the_past_of_the_demo_has_its_middle_too(day):
    demo_past.make_past(day.queue.site)
    total = figures.report(figures.Period(DAY - timedelta(days=28), DAY - timedelta(days=1))).total
    assert total.called > 0
    assert total.wait_median < total.wait_p90 <= total.longest_minutes + 1
    assert total.service_median < total.service_p90
