"""Tags and filters of the interface, the crispy pack and the component page."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from mpp.kit.promise_bar import promise_bar
from mpp.templatetags import ui
from mpp.views.gallery import SampleForm, gallery_context
from tools import build_assets

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(params=["id", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def test_icon_literal_is_drawn_once_and_hidden():
    html = Template('{% icon "clock" "big" %}').render(Context())
    assert html.startswith('<svg class="icon big" viewBox="0 0 16 16" aria-hidden="true">')


def test_icon_by_variable():
    html = Template("{% icon name %}").render(Context({"name": "clock"}))
    assert html == ui.icon_svg("clock")


@pytest.mark.parametrize("source", ['{% icon "nothing" %}', "{% icon name %}", "{% icon %}"])
def test_icon_unknown_raises(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source).render(Context({"name": "nothing"}))


def test_rupiah(language):
    mark = "," if language == "en" else "."
    assert ui.rupiah(30000) == f"Rp30{mark}000"
    assert ui.rupiah("1250000.00") == f"Rp1{mark}250{mark}000"
    assert ui.rupiah(0) == ("Free" if language == "en" else "Gratis")
    assert ui.rupiah(None) == ui.rupiah("") == ""


def test_date_id_styles(language):
    day = date(2026, 11, 27)
    if language == "en":
        assert ui.date_id(day) == f"Friday 27{NBSP}November{NBSP}2026"
    else:
        assert ui.date_id(day) == f"Jumat, 27{NBSP}November{NBSP}2026"
    assert ui.date_id(day, "plain") == f"27{NBSP}November{NBSP}2026"
    assert ui.date_id(None) == ""


def test_date_id_moment_uses_the_local_day():
    late = datetime(2026, 11, 26, 18, 5, tzinfo=UTC)
    with translation.override("id"), timezone.override("Asia/Jakarta"):
        assert ui.date_id(late).startswith("Jumat")
        assert ui.time_id(late) == f"01.05{NBSP}WIB"
        assert 'datetime="2026-11-27T01:05:00+07:00"' in ui.when(late)
    with translation.override("en"), timezone.override("Asia/Jayapura"):
        assert ui.time_id(late) == f"03:05{NBSP}WIT"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (999, "999 byte"),
        (640 * 1024, "640 KB"),
        (20 * 1024**2, "20 MB"),
        (5_033_165, "4,8 MB"),
        (None, ""),
    ],
)
def test_file_size(size, text):
    with translation.override("id"):
        assert ui.file_size(size).replace(NBSP, " ") == text


def test_masked_nik():
    assert ui.masked_nik("3579010101900001") == "3579********0001"
    assert ui.masked_nik("12345") == "*****"
    assert ui.masked_nik(None) == ""


def test_bdi_escapes():
    assert ui.bdi("<b>\u202e") == "<bdi>&lt;b&gt;\u202e</bdi>"


def test_pick(language):
    both = SimpleNamespace(name="Izin", name_en="Permit")
    only = {"name": "Izin", "name_en": ""}
    assert ui.pick(both, "name") == ("Permit" if language == "en" else "Izin")
    assert ui.pick(only, "name") == "Izin"
    assert ui.pick(None, "name") == ""


def test_qs_changes_adds_removes():
    request = RequestFactory().get("/?q=ktp&page=3&tag=a&tag=b")
    html = Template('{% qs page=None tag="a" %}').render(Context({"request": request}))
    assert html == "?q=ktp&amp;tag=a"
    assert ui.query_string(QueryDict("q=1"), q="") == "?"
    assert ui.query_string(QueryDict(), tag=["a", "b"]) == "?tag=a&tag=b"


def test_within():
    assert ui.within("/layanan/", "/layanan/") == "page"
    assert ui.within("/layanan/x/", "/layanan/") == "true"
    assert ui.within("/layanan/", "/") == ""


@pytest.mark.parametrize(
    ("arguments", "pieces"),
    [
        ({"total": 3}, ["rest", "rest", "rest"]),
        ({"total": 3, "day": 2}, ["past", "now", "rest"]),
        ({"total": 2, "day": 3, "late": 1}, ["past", "past", "late"]),
        ({"total": 2, "day": 2, "done": True}, ["past", "past"]),
        ({"total": 0, "day": 1}, ["now"]),
    ],
)
def test_promise_bar_pieces(arguments, pieces):
    assert promise_bar(**arguments).pieces == pieces


def test_promise_bar_long_is_one_line():
    bar = promise_bar(30, 34, late=4)
    assert bar.pieces == []
    assert round(bar.past + bar.late) == 100


def _crispy(form) -> str:
    source = "{% load crispy_forms_filters %}{{ form|crispy }}"
    return Template(source).render(Context({"form": form}))


def test_crispy_field_hint_and_error_are_described():
    html = _crispy(SampleForm({"kind": "clinic"}))
    assert 'aria-describedby="id_place_helptext id_place_error"' in html
    assert 'id="id_place_helptext"' in html
    assert 'id="id_place_error"' in html
    assert 'aria-invalid="true"' in html


def test_crispy_optional_is_said_in_words():
    with translation.override("id"):
        html = _crispy(SampleForm())
    assert html.count("(boleh dilewati)") == 2
    assert "*" not in re.sub(r"<[^>]+>", "", html)


def test_crispy_summary_links_to_fields():
    html = _crispy(SampleForm({}))
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html


def test_crispy_has_no_inline_style_or_script():
    html = _crispy(SampleForm({}))
    assert not re.search(r"<(script|style)|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("template", ["400.html", "413.html", "500.html", "503.html"])
def test_fault_pages_need_no_context(template):
    assert "<h1>" in render_to_string(template)


def test_gallery_context_is_the_same_every_time():
    assert gallery_context().keys() == gallery_context().keys()


def test_built_assets_are_current():
    assert build_assets.main(check=True) == 0
