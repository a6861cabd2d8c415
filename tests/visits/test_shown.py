"""The public pages keep what is the same for everybody, and never show an old state."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings as portal
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import visits
from counters.models import DayChange, Holiday
from tests.factories import visits as make
from visits import actions, shown
from visits.models import Blackout, Topic, VisitRules
from visits.wishes import value_of

pytestmark = pytest.mark.django_db
CALENDAR, FORM = "/studi-tiru/", "/studi-tiru/ajukan/"


def page(address=CALENDAR, language="id", **query) -> str:
    client = Client()
    client.cookies[portal.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def day_on(day) -> str:
    """The sessions of a day as the calendar tells them."""
    html = page(bulan=f"{day:%Y-%m}", hari=day.isoformat())
    return html[html.index('id="sesi"') : html.index("</section>", html.index('id="sesi"'))]


@pytest.mark.parametrize(("address", "most"), [(CALENDAR, 3), (FORM, 1)])
def test_what_was_drawn_once_asks_little(site, address, most):
    page(address)
    with CaptureQueriesContext(connection) as asked:
        page(address)
    assert len(asked) <= most, [each["sql"][:80] for each in asked]


def test_a_place_that_is_taken_or_asked_for_shows_at_once(site, desk):
    day = make.open_day()
    assert "2 rombongan dan 45 orang" in day_on(day)
    visit = make.sent(day=day)
    assert "1 permohonan" in day_on(day)
    make.decided_by(visit, desk.host)
    actions.approve(visit, actor=desk.host, session=make.session(), date=day, key="a")
    assert "1 rombongan dan 25 orang" in day_on(day)
    actions.resize(visit, actor=desk.host, size=10, key="r")
    assert "1 rombongan dan 35 orang" in day_on(day)
    actions.cancel_by_guest(visit, reason="Batal.", key="c")
    assert "2 rombongan dan 45 orang" in day_on(day)


def test_a_closed_day_closes_and_opens_at_once(site):
    day = make.open_day()
    value = f'value="pagi:{day.isoformat()}"'
    assert value in page(FORM)
    closings = (
        lambda: Blackout.objects.create(starts_on=day, ends_on=day, reason="Upacara"),
        lambda: Holiday.objects.create(day=day, name="Libur uji", kind="national"),
        lambda: DayChange.objects.create(site=site, day=day, spans=[], reason="Listrik padam"),
    )
    for close in closings:
        row = close()
        assert value not in page(FORM)
        assert "Ajukan sesi ini" not in day_on(day)
        row.delete()
        assert value in page(FORM)


def test_changed_rules_sessions_and_topics_show_at_once(site):
    assert "Paling banyak 50" in page(FORM)
    rules = VisitRules.objects.get()
    rules.size_max, rules.note = 33, "Bawa kartu identitas."
    rules.save()
    assert "Paling banyak 33" in page(FORM)
    assert "Bawa kartu identitas." in page()
    session = make.session()
    session.name = "Sesi fajar"
    session.save()
    Topic.objects.create(key="pajak", name="Layanan pajak")
    assert "Sesi fajar" in page(FORM)
    assert "Layanan pajak" in page(FORM)
    VisitRules.objects.update(is_active=False)
    assert "<table" not in page()


def test_what_is_kept_has_an_end(site, monkeypatch):
    monkeypatch.setattr(shown, "MOST_FRAGMENTS", 2)
    first = page()
    for weeks in range(4):
        day_on(make.open_day(weeks=weeks))
    assert page() == first


def test_each_language_is_drawn_for_itself(site):
    assert "Pilih tanggal" in page()
    english = page(language="en")
    assert "Choose a date" in english
    assert "Pilih tanggal" not in english
    assert "Nama instansi" not in page(FORM, language="en")
    assert "Nama instansi" in page(FORM)


def test_nothing_of_one_visitor_is_kept_for_the_next(site):
    """Whatever stands in the address belongs to one page only."""
    day = make.open_day()
    marked = page(FORM, sesi="pagi", tanggal=day.isoformat())
    assert f'value="pagi:{day.isoformat()}" selected' in marked
    assert " selected" not in page(FORM).replace('value="" selected', "")
    assert "mentari-7" in page(FORM, sesi="mentari-7", tanggal="x")
    assert "mentari-7" not in page(FORM)
    keys = {page(FORM).split('name="key" value="')[1].split('"')[0] for _each in range(2)}
    assert len(keys) == 2, "each page has its own key"
    for strange in ("2026-99-99", "٢٠٢٦-١٢-٠١", "0000-00-00", "1"):
        assert "Pilih hari" in page(hari=strange, bulan=strange[:7])
    assert "<script>alert" not in page(hari="<script>alert(1)", bulan="<script>alert(1)")


def test_the_options_of_a_wish_are_what_can_be_asked_for(site):
    from visits.availability import frame_of
    from visits.month import open_sessions

    html = page(FORM)
    openings = open_sessions(site, frame_of(site))
    assert openings
    first = html[html.index('name="wish_1"') :]
    first = first[: first.index("</select>")]
    assert first.count("<option") == len(openings) + 1
    assert all(f'value="{value_of(each)}"' in first for each in openings)


def test_what_delegations_take_home_has_one_name():
    """ "Materi" on every page, and in every address."""
    folder = Path(visits.__file__).parent
    texts = polib.pofile(str(folder / "locale/id/LC_MESSAGES/django.po"))
    said = " ".join(" ".join([each.msgstr, *each.msgstr_plural.values()]) for each in texts)
    assert not re.search(r"\bbahan\b", said, re.IGNORECASE)
    assert "bahan" not in (folder / "urls.py").read_text()
