"""The public pages: what they say, what they refuse, what they cost."""

import pytest
from django.core.cache import caches
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counters import published
from counters.models import Channel
from tests.factories.accounts import UserFactory
from tests.factories.counters import (
    AgencyFactory,
    CounterFactory,
    LifeEventFactory,
    RequirementFactory,
    ServiceFactory,
    StandardFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_mall")]
LIST = "/layanan/"


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def office():
    """One agency with three services of different kinds."""
    agency = AgencyFactory(key="dukcapil", abbr="Dukcapil")
    other = AgencyFactory(key="dpmptsp", abbr="DPMPTSP", is_operator=True)
    lost = ServiceFactory(
        agency=agency,
        key="ktp-hilang",
        name="KTP-el hilang",
        name_en="Lost ID card",
        synonyms=["ktp hilang"],
    )
    shop = ServiceFactory(
        agency=other,
        key="nib",
        name="Pendampingan NIB",
        audience="business",
        life_events=[LifeEventFactory()],
    )
    passport = ServiceFactory(
        agency=other,
        key="paspor",
        name="Paspor biasa",
        channel=Channel.NATIONAL_SYSTEM,
        system_name="M-Paspor",
        system_url="https://example.go.id/",
    )
    for service in (lost, shop, passport):
        RequirementFactory(standard=StandardFactory(service=service), title="Surat pengantar")
    return agency


# --- Catalogue ---------------------------------------------------------------------------
def test_catalogue_without_services_says_so(client):
    response = client.get(LIST)
    assert response.status_code == 200
    assert 'class="empty"' in text_of(response)


def test_catalogue_lists_name_agency_time_fee_and_channel(client, office):
    page = text_of(client.get(LIST))
    for words in ("KTP-el hilang", "Dukcapil", "5 hari kerja", "Gratis", "Di loket", "M-Paspor"):
        assert words in page
    assert "3 layanan" in page


def test_catalogue_speaks_english_when_chosen(client, office):
    client.cookies["bahasa"] = "en"
    page = text_of(client.get(LIST))
    assert "Lost ID card" in page
    assert "5 working days" in page
    client.cookies["bahasa"] = "id"
    assert "Lost ID card" not in text_of(client.get(LIST))


def test_search_finds_everyday_words(client, office):
    page = text_of(client.get(LIST, {"q": "ktp ilang"}))
    assert "KTP-el hilang" in page
    assert "Paspor biasa" not in page


def test_search_suggests_known_words(client, office):
    page = text_of(client.get(LIST, {"q": "pendamingan"}))
    assert "Maksud Anda" in page
    assert "?q=pendampingan" in page


def test_search_without_result_names_the_word_escaped(client, office):
    page = text_of(client.get(LIST, {"q": "<b>zzz</b>"}))
    assert "Tidak ada layanan" in page
    assert "&lt;b&gt;zzz" in page
    assert "<b>zzz" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("agency=dukcapil", "KTP-el hilang", "Paspor biasa"),
        ("event=usaha", "Pendampingan NIB", "KTP-el hilang"),
        ("audience=business", "Pendampingan NIB", "KTP-el hilang"),
        ("channel=national_system", "Paspor biasa", "KTP-el hilang"),
        ("agency=dukcapil&agency=dpmptsp&channel=counter", "KTP-el hilang", "Paspor biasa"),
    ],
)
def test_filters_narrow_the_list(client, office, query, shown, hidden):
    response = client.get(f"{LIST}?{query}", headers={"X-Instant": "1"})
    assert shown in text_of(response)
    assert hidden not in text_of(response)


def test_active_filter_is_a_chip_that_takes_itself_away(client, office):
    page = text_of(client.get(LIST, {"q": "izin", "agency": "dukcapil"}))
    assert f'class="chip chip-on" href="{LIST}?q=izin"' in page
    assert 'id="agency-dukcapil" checked' in page


def test_unknown_filter_values_are_ignored(client, office):
    response = client.get(LIST, {"agency": ["x", "%00"], "event": "'", "foo": "bar"})
    assert response.status_code == 200
    assert "3 layanan" in text_of(response)


def test_instant_search_gets_the_results_region_only(client, office):
    response = client.get(LIST, {"q": "paspor"}, headers={"X-Instant": "1"})
    assert text_of(response).lstrip().startswith('<section id="results"')
    assert "<html" not in text_of(response)
    assert "X-Instant" in response["Vary"]


def test_paging_by_twenty_keeps_the_filters(client):
    agency = AgencyFactory(key="dukcapil")
    for _ in range(45):
        ServiceFactory(agency=agency)
    first = text_of(client.get(LIST, {"agency": "dukcapil"}))
    assert first.count('<article class="service">') == 20
    assert "?agency=dukcapil&amp;page=2" in first
    last = text_of(client.get(LIST, {"agency": "dukcapil", "page": "3"}))
    assert last.count('<article class="service">') == 5
    assert "halaman 3 dari 3" in last


@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "9e20", "1.0", "abc", "", "%00", "١", "9" * 400, "1 ", "+1", "01"]
)
def test_page_that_does_not_exist_is_not_found(client, office, page):
    assert client.get(LIST, {"page": page}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("a\x00b", "karakter"), ("k" * 10_000, "paling banyak"), ("a\nb", "satu baris")],
)
def test_words_that_cannot_be_searched_are_told_and_kept(client, office, typed, sentence):
    response = client.get(LIST, {"q": typed})
    assert response.status_code == 400
    page = text_of(response)
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert "\x00" not in page
    assert typed[:1] in page


WEIRD = [
    "q=%ff%fe",
    "q=%ed%a0%80",
    "q=%F0%9F%98%80",
    "q=" + "%CC%81" * 300,
    "q=%E2%80%AEabc",
    "q=%20%C2%A0",
    "q=a&q=b",
    "q[]=1&agency[]=2",
    "q=" + "a+" * 99,
    "q='%22;--",
    "q={{7*7}}{%25+csrf_token+%25}",
    "q=%2500&page=1",
    "agency=" + "x" * 5_000,
    "event=%00&audience=%00&channel=online",
    "&&&===&q",
    "version=1",
]


@pytest.mark.parametrize("query", WEIRD, ids=range(len(WEIRD)))
@pytest.mark.parametrize("path", [LIST, "/", "/instansi/", "/layanan/ktp-hilang/"])
def test_weird_query_strings_never_break_a_page(client, office, path, query):
    response = client.get(f"{path}?{query}")
    assert response.status_code in (200, 400)


@given(typed=st.text(max_size=260), extra=st.text(max_size=30), page=st.text(max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_the_address_gives_a_page_or_not_found(client, office, typed, extra, page):
    query = {"q": typed, "agency": [extra, "dukcapil"], "event": extra, "channel": typed}
    response = client.get(LIST, query)
    assert response.status_code in (200, 400)
    paged = client.get(LIST, {**query, "page": page})
    assert paged.status_code in (200, 400, 404)
    assert client.get("/layanan/ktp-hilang/", {"version": page}).status_code in (200, 404)


def test_template_syntax_in_a_search_stays_text(client, office):
    assert "{{7*7}}" in text_of(client.get(LIST, {"q": "{{7*7}}"}))


# --- One service -------------------------------------------------------------------------
def test_service_shows_the_published_components(client, office):
    page = text_of(client.get("/layanan/ktp-hilang/"))
    for words in (
        "Surat pengantar",
        "Isi permohonan.",
        "5 hari kerja",
        "Tidak dipungut biaya.",
        "Surat izin",
        "Meja informasi.",
        "188/12/2026",
        "UU 25/2009",
    ):
        assert words in page
    assert 'data-remember="ktp-hilang:' in page


def test_service_marks_assumed_values_as_example(client, office):
    assert ">contoh<" not in text_of(client.get("/layanan/ktp-hilang/"))
    standard = StandardFactory(assumed=["time_limit", "decree"])
    published.forget()
    page = text_of(client.get(f"/layanan/{standard.service.key}/"))
    assert page.count(">contoh<") >= 3
    assert "bukan fakta" in page


def test_online_service_offers_to_apply(client):
    service = StandardFactory(service__channel=Channel.ONLINE).service
    page = text_of(client.get(f"/layanan/{service.key}/"))
    assert reverse("permits:application-new", args=[service.key]) in page


def test_counter_service_names_its_counters(client, office):
    CounterFactory(agency=office, name="Loket 7", zone="Zona Biru")
    page = text_of(client.get("/layanan/ktp-hilang/"))
    assert "Loket 7, Zona Biru" in page
    assert "/permohonan/baru/" not in page


def test_national_system_is_linked(client, office):
    page = text_of(client.get("/layanan/paspor/"))
    assert 'href="https://example.go.id/"' in page
    assert "Buka M-Paspor" in page


def test_system_address_of_another_kind_is_no_link(client):
    service = ServiceFactory(
        channel=Channel.NATIONAL_SYSTEM, system_name="X", system_url="javascript:alert(1)"
    )
    assert "javascript:" not in text_of(client.get(f"/layanan/{service.key}/"))


def test_paused_service_tells_why_and_offers_no_button(client):
    standard = StandardFactory(
        service__channel=Channel.ONLINE, service__paused_reason="Sistem diperbaiki."
    )
    page = text_of(client.get(f"/layanan/{standard.service.key}/"))
    assert "Sistem diperbaiki." in page
    assert "/permohonan/baru/" not in page


def test_former_version_is_readable_and_says_so(client):
    current = StandardFactory(version=2, limit_count=3)
    StandardFactory(service=current.service, version=1, state="past", limit_count=9)
    address = f"/layanan/{current.service.key}/"
    page = text_of(client.get(address))
    assert "Paling lama 3 hari kerja" in page
    assert f"{address}?version=1" in page
    past = text_of(client.get(address, {"version": "1"}))
    assert "Paling lama 9 hari kerja" in past
    assert "tidak berlaku lagi" in past
    assert "noindex" in past


@pytest.mark.parametrize("version", ["0", "3", "-1", "9e9", "", "x", "\x00"])
def test_unknown_or_draft_version_is_not_found(client, version):
    current = StandardFactory(version=2)
    StandardFactory(service=current.service, version=3, state="draft", decree="SK-KONSEP")
    address = f"/layanan/{current.service.key}/"
    assert client.get(address, {"version": version}).status_code == 404
    assert "SK-KONSEP" not in text_of(client.get(address))


def test_service_without_standard_still_opens(client):
    service = ServiceFactory()
    response = client.get(f"/layanan/{service.key}/")
    assert response.status_code == 200
    assert "Belum ditetapkan" in text_of(response)


@pytest.mark.parametrize("path", ["/layanan/tidak-ada/", "/instansi/tidak-ada/", "/layanan/a%00/"])
def test_unknown_names_are_not_found(client, path):
    assert client.get(path).status_code == 404


def test_inactive_service_and_agency_are_not_found(client):
    hidden = ServiceFactory(is_active=False)
    gone = ServiceFactory(agency__is_active=False)
    assert client.get(f"/layanan/{hidden.key}/").status_code == 404
    assert client.get(f"/layanan/{gone.key}/").status_code == 404
    assert client.get(f"/instansi/{gone.agency.key}/").status_code == 404


# --- Agencies ----------------------------------------------------------------------------
def test_agencies_are_listed_with_their_services(client, office):
    page = text_of(client.get("/instansi/"))
    assert "Dukcapil" in page
    assert "1 layanan" in page
    assert "/instansi/dukcapil/" in page


def test_agency_shows_counters_and_services(client, office):
    CounterFactory(agency=office, name="Loket 9")
    page = text_of(client.get("/instansi/dukcapil/"))
    assert "Loket 9" in page
    assert "/layanan/ktp-hilang/" in page


def test_agency_without_services_opens(client):
    agency = AgencyFactory()
    assert client.get(f"/instansi/{agency.key}/").status_code == 200


def test_icon_that_does_not_exist_is_replaced(client):
    service = ServiceFactory(life_events=[LifeEventFactory(key="x", icon="no-such-icon")])
    assert client.get(LIST).status_code == 200
    assert client.get("/").status_code == 200
    assert client.get(f"/layanan/{service.key}/").status_code == 200


# --- All of them -------------------------------------------------------------------------
PUBLIC = ["/", LIST, "/layanan/ktp-hilang/", "/instansi/", "/instansi/dukcapil/", "/tema.css"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_set_no_cookie(client, office, path):
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_only_answer_reading(client, office, path):
    assert client.post(path).status_code == 405


def test_signed_in_person_sees_the_same_page_with_an_own_frame(client, office):
    person = UserFactory(full_name="Budi Santoso")
    client.force_login(person)
    response = client.get(LIST)
    assert "Budi" in text_of(response)
    client.logout()
    assert "Budi" not in text_of(client.get(LIST))


@pytest.mark.parametrize("count", [1, 30, 300])
def test_pages_cost_the_same_queries_for_any_size(client, django_assert_max_num_queries, count):
    agency = AgencyFactory(key="dukcapil")
    event = LifeEventFactory()
    for number in range(count):
        service = ServiceFactory(agency=agency, key=f"s-{number}", life_events=[event])
        RequirementFactory(standard=StandardFactory(service=service))
    budgets = {
        "/": 6,
        LIST: 6,
        f"{LIST}?q=surat": 6,
        "/layanan/s-0/": 8,
        "/instansi/dukcapil/": 6,
    }
    for path, budget in budgets.items():
        caches["local"].clear()
        with django_assert_max_num_queries(budget):
            assert client.get(path).status_code == 200
        with django_assert_max_num_queries(0):
            client.get(path)


def test_change_shows_after_the_catalogue_is_read_anew(client, office):
    client.get(LIST)
    ServiceFactory(name="Layanan baru sekali")
    published.forget()
    assert "Layanan baru sekali" in text_of(client.get(LIST))
