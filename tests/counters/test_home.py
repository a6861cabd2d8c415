"""The home page, the region's colours and the language switch."""

import pytest
import time_machine

from counters import published
from counters.models import Channel
from mpp.kit.models import Installation
from tests.factories.counters import (
    HolidayFactory,
    LifeEventFactory,
    ServiceFactory,
    SiteFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_mall")]


def home(client) -> str:
    published.forget()
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_home_of_an_empty_mall_keeps_search_and_doors(client):
    page = home(client)
    assert "Anda perlu mengurus apa?" in page
    assert "/layanan/" in page
    assert "/verifikasi/" in page
    assert "Jam buka" not in page


def test_home_shows_only_needs_that_find_something(client):
    ServiceFactory(key="paspor", name="Paspor biasa")
    page = home(client)
    assert "?q=Paspor" in page
    assert "?q=KTP" not in page


def test_home_offers_applying_only_when_something_is_online(client):
    assert "Ajukan dari rumah" not in home(client)
    ServiceFactory(channel=Channel.ONLINE)
    assert "/layanan/?channel=online" in home(client)


def test_home_shows_life_events_with_services(client):
    LifeEventFactory(key="duka", title="Keluarga meninggal")
    ServiceFactory(life_events=[LifeEventFactory(key="pindah", title="Pindah rumah")])
    page = home(client)
    assert "Pindah rumah" in page
    assert "/layanan/?event=pindah" in page
    assert "Keluarga meninggal" not in page


@pytest.mark.parametrize(
    ("instant", "sentence"),
    [
        ("2026-11-23T03:00:00Z", "Buka sampai 15.00"),
        ("2026-11-23T00:30:00Z", "Tutup, buka lagi hari ini 08.00"),
        ("2026-11-23T08:00:00Z", "Tutup, buka lagi Selasa 08.00"),
        ("2026-11-27T09:00:00Z", "Tutup, buka lagi Senin 08.00"),
        ("2026-12-24T09:00:00Z", "Tutup, buka lagi Senin 08.00"),
    ],
)
def test_home_says_whether_the_mall_is_open(client, instant, sentence):
    SiteFactory()
    HolidayFactory()
    with time_machine.travel(instant, tick=False):
        assert sentence in home(client)


def test_theme_is_the_regions_css(client):
    Installation.objects.create(name="MPP", region_name="Kota Batu", theme={"nila-800": "#123A2C"})
    response = client.get("/tema.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "--nila-800:#123A2C" in response.content.decode()
    assert response["Cache-Control"] == "no-cache"
    assert "max-age=31536000" in client.get("/tema.css?r=1")["Cache-Control"]


def test_unreadable_theme_falls_back_to_the_default(client):
    Installation.objects.create(name="MPP", region_name="Batu", theme={"nila-800": "#FFFFF0"})
    assert "--nila-800:#1E2C66" in client.get("/tema.css").content.decode()


def test_language_switch_works_without_a_token_and_stays_on_our_host(client):
    client.handler.enforce_csrf_checks = True
    response = client.post("/bahasa/", {"language": "en", "next": "//evil.example/"})
    assert response["Location"] == "/"
    assert response.cookies["bahasa"].value == "en"
    assert "What do you need to get done?" in client.get("/").content.decode()
