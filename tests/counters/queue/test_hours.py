"""Hours: breaks, Friday, Ramadan, set days, holidays with an exception, zones, and the pages."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from counters import actions, calendar, known_sites, published
from counters.hours import BadSpan, read_spans, site_hours
from counters.models import Agency, Counter, DayChange, Holiday, Site, WeekPlan
from counters.opening import opening_of, openings, today_words
from mpp.kit import clock
from tests.counters.queue.hall import at, hall, make_queue, morning, take

pytestmark = pytest.mark.django_db
USUAL = ["08:00-12:00", "13:00-15:00"]
WEEK = {**dict.fromkeys("0123", USUAL), "4": ["08:00-11:30", "13:00-15:00"]}
TUESDAY, FRIDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture
def site():
    return Site.objects.get(key="among-warga")


def plan(site, days, key="biasa", **columns) -> WeekPlan:
    """A week plan."""
    return WeekPlan.objects.create(site=site, key=key, name=key, days=days, **columns)


def words(site, day, **of) -> list[str]:
    """The open spans of a day on the site's wall clock."""
    hours = site_hours(site, day).on(day, **of)
    zone = site.time_zone
    return [f"{clock.local(a, zone):%H:%M}-{clock.local(b, zone):%H:%M}" for a, b in hours.spans]


def test_friday_has_its_own_break(site):
    plan(site, WEEK)
    assert words(site, TUESDAY) == USUAL
    assert words(site, FRIDAY) == ["08:00-11:30", "13:00-15:00"]
    assert words(site, SATURDAY) == []


def test_ramadan_goes_before_the_usual_plan_on_its_dates_only(site):
    plan(site, WEEK)
    plan(
        site,
        dict.fromkeys("01234", ["08:00-14:00"]),
        key="ramadan",
        starts_on=TUESDAY,
        ends_on=TUESDAY + timedelta(days=2),
    )
    assert words(site, TUESDAY) == ["08:00-14:00"]
    assert words(site, FRIDAY) == ["08:00-11:30", "13:00-15:00"]


def test_an_agency_comes_on_set_days_and_never_outside_the_building(site):
    plan(site, WEEK)
    agency = Agency.objects.get(key="dukcapil")
    plan(site, {"1": ["07:00-12:30"]}, key="selasa", agency=agency)
    assert words(site, TUESDAY, agency_id=agency.pk) == ["08:00-12:00"]
    assert words(site, FRIDAY, agency_id=agency.pk) == []
    assert words(site, FRIDAY) != []


def test_a_counter_has_hours_of_its_own(site):
    plan(site, WEEK)
    counter = Counter.objects.filter(site=site).first()
    plan(site, {"1": ["10:00-15:00"]}, key="loket", counter=counter)
    of = {"agency_id": counter.agency_id, "counter_id": counter.pk}
    assert words(site, TUESDAY, **of) == ["10:00-12:00", "13:00-15:00"]


def test_a_holiday_closes_unless_that_day_has_hours_of_its_own(site):
    plan(site, WEEK)
    Holiday.objects.create(day=TUESDAY, name="Libur Uji")
    found = site_hours(site, TUESDAY).on(TUESDAY)
    assert (found.is_open, found.reason) == (False, "Libur Uji")
    DayChange.objects.create(site=site, day=TUESDAY, spans=["09:00-11:00"], reason="Piket")
    assert words(site, TUESDAY) == ["09:00-11:00"]


def test_a_closed_building_closes_all_with_its_reason(site):
    agency = Agency.objects.get(key="dukcapil")
    plan(site, WEEK)
    DayChange.objects.create(site=site, day=TUESDAY, reason="Listrik", reason_en="Power cut")
    found = site_hours(site, TUESDAY).on(TUESDAY, agency_id=agency.pk)
    assert (found.is_open, found.reason, found.reason_en) == (False, "Listrik", "Power cut")


def test_the_last_number_is_given_before_closing():
    with morning():
        mall = hall()
        plan(mall.queue.site, WEEK, last_ticket_minutes=60)
        with time_machine.travel(at(14), tick=False):
            assert take(mall.queue).number == 1
        with time_machine.travel(at(14, 1), tick=False):
            with pytest.raises(actions.Refused):
                take(mall.queue)
            assert take(mall.queue, source="desk").number == 2
        with time_machine.travel(at(12, 30), tick=False):
            assert take(mall.queue, source="desk").number == 3


@pytest.mark.parametrize(
    ("zone", "utc"), [("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", -1)]
)
def test_hours_are_local_in_every_zone(site, zone, utc):
    site.time_zone = zone
    plan(site, WEEK)
    hours = site_hours(site, TUESDAY).on(TUESDAY)
    opens = datetime(2026, 11, 24, tzinfo=clock.zone_of("UTC")) + timedelta(hours=utc)
    assert hours.opens_at == opens


def test_numbers_of_two_days_on_both_sides_of_midnight():
    with morning():
        queue = make_queue()
        site = queue.site
        every_day = [f"{h:02d}:00-{h + 1:02d}:00" for h in range(23)] + ["23:00-23:59"]
        plan(site, dict.fromkeys("0123456", every_day), last_ticket_minutes=0)
        with time_machine.travel(at(23, 58), tick=False):
            late = take(queue)
        with time_machine.travel(at(23, 58) + timedelta(minutes=5), tick=False):
            early = take(queue)
    assert (late.number, early.number) == (1, 1)
    assert early.day - late.day == timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["8-12", "08.00", "12.00-08.00", "25.00-26.00", "08.60-09.00", "a-b", "08.00-12.00-"]
)
def test_what_is_no_span_is_refused(text):
    with pytest.raises(BadSpan):
        read_spans([text])


def test_overlapping_spans_are_refused():
    with pytest.raises(BadSpan, match="overlap"):
        read_spans(["08.00-12.00", "11.00-13.00"])


# --- what people read ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (at(9), "Buka sampai 12.00"),
        (at(12, 30), "Istirahat, buka lagi 13.00"),
        (at(14), "Buka sampai 15.00"),
        (at(15), "Tutup, buka lagi Rabu 08.00"),
        (at(7), "Tutup, buka lagi hari ini 08.00"),
    ],
)
def test_a_site_says_how_it_stands(site, moment, sentence):
    plan(site, WEEK)
    found = opening_of(site, moment)
    assert found.sentence == sentence
    assert found.lines == (
        "Senin sampai Kamis, 08.00–12.00, 13.00–15.00",
        "Jumat, 08.00–11.30, 13.00–15.00",
    )


def test_a_site_says_why_it_is_closed_and_which_plan_runs(site):
    plan(site, WEEK)
    Holiday.objects.create(day=TUESDAY, name="Libur Uji")
    assert opening_of(site, at(9)).note == "Hari ini tutup: Libur Uji"
    Holiday.objects.all().delete()
    ramadan = plan(site, {"1": ["08:00-14:00"]}, key="ramadan", starts_on=TUESDAY, ends_on=FRIDAY)
    found = opening_of(site, at(9))
    assert (found.note, found.sentence) == (ramadan.name, "Buka sampai 14.00")


def test_a_site_closed_for_long_says_so(site):
    plan(site, {})
    assert opening_of(site, at(9)).sentence == "Tutup"


def test_pages_and_numbers_agree(site, client):
    agency = Agency.objects.get(key="dukcapil")
    with time_machine.travel(at(9), tick=False):
        mall = hall()
        plan(site, WEEK)
        DayChange.objects.create(
            site=site, agency=agency, day=TUESDAY, spans=["09:30-11:00"], reason="Rapat"
        )
        published.forget()
        page = client.get(f"/instansi/{agency.key}/").content.decode()
        assert "Hari ini 09.30–11.00" in page
        assert client.get("/").status_code == 200
        assert take(mall.queue).start_at == at(9, 30)


def test_a_closed_mall_shows_its_hours_and_why_on_the_home_page(site, client):
    plan(site, WEEK)
    Holiday.objects.create(day=TUESDAY, name="Libur Uji")
    with time_machine.travel(at(9), tick=False):
        published.forget()
        page = client.get("/").content.decode()
    assert "08.00–12.00, 13.00–15.00" in page
    assert "Hari ini tutup: Libur Uji" in page
    assert "Tutup, buka lagi Rabu 08.00" in page


def test_an_open_mall_shows_the_line_and_todays_hours_on_the_home_page(site, client):
    plan(site, WEEK)
    with time_machine.travel(at(9), tick=False):
        take(hall().queue)
        published.forget()
        page = client.get("/").content.decode()
    assert "orang menunggu" in page
    assert "Hari ini 08.00–12.00, 13.00–15.00" in page


def test_the_home_page_asks_for_sites_and_hours_once(site, client, django_assert_max_num_queries):
    with time_machine.travel(at(9), tick=False):
        hall(), make_queue("dpmptsp", "P")
        client.get("/layanan/")
        with django_assert_max_num_queries(9 + 3 * Site.objects.count()):
            client.get("/")
        known_sites.forget()
        published.forget()
        # What a hall looks like is kept longer than a page.
        with django_assert_max_num_queries(5 + 3 * Site.objects.count()):
            client.get("/")


def test_today_is_told_in_every_case(site):
    hours = site_hours(site, SATURDAY)
    assert today_words(hours.on(SATURDAY), site.time_zone) == "Hari ini tutup"
    assert len(openings()) == Site.objects.count()


# --- the legal clock ----------------------------------------------------------------------
def test_a_closed_building_is_no_working_day_but_a_closed_agency_is(site):
    agency = Agency.objects.get(key="dukcapil")
    DayChange.objects.create(site=site, agency=agency, day=FRIDAY, reason="Rapat")
    DayChange.objects.create(site=site, day=TUESDAY, reason="Listrik")
    DayChange.objects.create(
        site=site, day=date(2026, 11, 25), spans=["08:00-09:00"], reason="Rapat"
    )
    calendar.forget()
    found = calendar.home_calendar()
    assert not found.is_open(TUESDAY)
    assert found.is_open(FRIDAY)
    assert found.is_open(date(2026, 11, 25))


def test_a_day_opened_on_a_holiday_stays_a_holiday_for_the_clock(site):
    Holiday.objects.create(day=TUESDAY, name="Libur Uji")
    DayChange.objects.create(site=site, day=TUESDAY, spans=["09:00-11:00"], reason="Piket")
    calendar.forget()
    assert not calendar.home_calendar().is_open(TUESDAY)
