"""Figures of the queue against a day counted by hand, and what may leave the house."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse
from openpyxl import load_workbook

from counters import actions, figures
from counters.models import QueueFact, ShownRange
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
    return {name: getattr(row, name) for name in figures.COUNTED}


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
