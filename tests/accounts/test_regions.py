"""The region table: complete where it says so, right at home, and never in the way."""

import pytest

from accounts import regions

BATU = {
    "35.79.01": (
        "Batu",
        "1001 Temas, 1002 Ngaglik, 1003 Songgokerto, 1004 Sisir, 2005 Sumberejo, "
        "2006 Oro-oro Ombo, 2007 Sidomulyo, 2008 Pesanggrahan",
    ),
    "35.79.02": (
        "Bumiaji",
        "2001 Punten, 2002 Gunungsari, 2003 Tulungrejo, 2004 Sumbergondo, 2005 Pandanrejo, "
        "2006 Bumiaji, 2007 Giripurno, 2008 Bulukerto, 2009 Sumberbrantas",
    ),
    "35.79.03": (
        "Junrejo",
        "1001 Dadaprejo, 2002 Beji, 2003 Junrejo, 2004 Tlekung, 2005 Mojorejo, 2006 Pendem, "
        "2007 Torongrejo",
    ),
}


def test_regions_nationwide_are_complete():
    provinces = regions.children()
    assert len(provinces) == 38
    assert sum(len(regions.children(p.code)) for p in provinces) == 514


@pytest.mark.parametrize("code", BATU)
def test_regions_of_home_city_have_official_codes(code):
    name, villages = BATU[code]
    assert regions.region_name(code) == name
    expected = [f"{code}.{part.strip()[:4]}" for part in villages.split(",")]
    assert [v.code for v in regions.children(code)] == expected
    assert [v.name for v in regions.children(code)] == [p.strip()[5:] for p in villages.split(",")]


def test_regions_of_home_city_are_three_districts_and_24_villages():
    districts = regions.children("35.79")
    assert len(districts) == 3
    villages = [v for d in districts for v in regions.children(d.code)]
    assert len(villages) == 24
    assert sum(v.kind == "kelurahan" for v in villages) == 5
    assert sum(v.kind == "desa" for v in villages) == 19


def test_region_finds_its_province_and_regency():
    assert regions.province("35.79.01.1001").name == "Jawa Timur"
    assert regions.regency("35.79.01.1001").name == "Kota Batu"
    assert regions.region_path("35.79.01.1001") == "Temas, Batu, Kota Batu, Jawa Timur"
    assert regions.regency("35") is None


@pytest.mark.parametrize(
    "code", ["", "99", "35.79.01.9999", "3579", "\x00", "35.79\n", "x" * 9999]
)
def test_unknown_code_is_answered_without_raising(code):
    assert not regions.is_known(code)
    assert regions.region_name(code) == ""
    assert regions.region_path(code) == ""
    assert regions.region(code) is None


def test_search_puts_kota_batu_before_batu_bara():
    names = [r.name for r in regions.search("batu", "regency", 5)]
    assert names[0] == "Kota Batu"
    assert "Kabupaten Batu Bara" in names


@pytest.mark.parametrize(
    ("query", "level", "code"),
    [
        ("tanah laut", "regency", "63.01"),
        ("tanah lauut", "regency", "63.01"),
        ("oro oro ombo", "village", "35.79.01.2006"),
        ("JAWA TIMUR", "province", "35"),
        ("35.79", "", "35.79"),
        ("surabya", "regency", "35.78"),
    ],
)
def test_search_forgives(query, level, code):
    found = [r.code for r in regions.search(query, level, 3)]
    assert code == found[0]


@pytest.mark.parametrize("query", ["", " ", "\x00", "🙂", "a" * 10_000, "((((", "\ud800"])
def test_search_survives_odd_text(query):
    assert isinstance(regions.search(query), list)
