"""The catalogue file: the demo's own is whole, and a broken one says where it is broken."""

from pathlib import Path

import pytest

from counters.catalogue_file import CatalogueError, parse_catalogue

SOURCE = (Path(__file__).parents[2] / "counters" / "data" / "catalogue.yaml").read_text(
    encoding="utf-8"
)
CATALOGUE = parse_catalogue(SOURCE)
SMALL = """schema: mpp.catalogue/1
life_events:
  - {key: lahir, title: Anak lahir, title_en: Birth, icon: gift}
sites:
  - {key: pusat, name: Pusat, name_en: Centre, address: Jalan 1, time_zone: Asia/Jakarta,
     opens_at: "08:00", closes_at: "15:00", weekdays: [0, 1]}
agencies:
  - key: dinas
    abbr: Dinas
    name: Dinas
    name_en: Office
    kind: regional
    summary: Melayani.
    summary_en: Serves.
    hours: Senin
    hours_en: Monday
    operator: true
    sources: []
counters:
  - {key: satu, site: pusat, agency: dinas, name: Loket 1, zone: A, floor: "1"}
services:
  - key: kartu
    agency: dinas
    name: Kartu
    name_en: Card
    summary: Untuk warga.
    summary_en: For residents.
    audience: person
    life_events: [lahir]
    synonyms: [ktp]
    channel: counter
    sources: []
    standard:
      decree: "1"
      decree_on: 2026-01-05
      effective_on: "2026-02-01"
      time_limit: {n: 1, unit: hours}
      fee_idr: 0
      fee: Gratis.
      fee_en: Free.
      product: Kartu
      product_en: Card
      procedure: [Datang.]
      procedure_en: [Come.]
      complaints: Meja informasi.
      complaints_en: Information desk.
      requirements:
        - {key: kk, title: KK, title_en: Family card, proof: scan}
"""


def problems(text: str) -> str:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text)
    return str(caught.value)


def test_demo_catalogue_is_whole():
    assert len(CATALOGUE.agencies) == 30
    assert len(CATALOGUE.services) >= 83
    assert 8 <= len(CATALOGUE.life_events) <= 10
    assert [a.key for a in CATALOGUE.agencies if a.operator] == ["dpmptsp"]


@pytest.mark.parametrize(
    "key",
    [
        "sip-dokter",
        "sip-bidan",
        "sip-apoteker",
        "izin-reklame",
        "izin-penelitian",
        "pbg",
        "izin-keramaian",
        "ktp-hilang",
        "pendampingan-nib",
    ],
)
def test_services_with_permit_types_exist(key):
    assert key in {service.key for service in CATALOGUE.services}


@pytest.mark.parametrize("service", CATALOGUE.services, ids=lambda s: s.key)
def test_demo_service_is_findable_and_plain(service):
    assert len(service.summary.split()) <= 15
    assert len(service.synonyms) >= 3
    assert service.sources
    assert service.standard.requirements


def test_demo_counters_cover_every_agency_that_serves():
    serving = {service.agency for service in CATALOGUE.services}
    assert serving <= {counter.agency for counter in CATALOGUE.counters}


def test_small_catalogue_is_read():
    service = parse_catalogue(SMALL).services[0]
    assert service.standard.decree_on.isoformat() == "2026-01-05"
    assert service.standard.intake_days == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("abbr: Dinas", "abr: Dinas", "line 9: agencies[0].abr: is not a known key"),
        (
            "    agency: dinas\n    name: Kartu\n",
            "    name: Kartu\n",
            "services[0]: agency is missing",
        ),
        (
            "agency: dinas, name",
            "agency: lain, name",
            "line 20: counters[0].agency: 'lain' is not",
        ),
        ("unit: hours", "unit: days", "standard.time_limit.unit: must be one of: minutes"),
        ("n: 1", "n: 0", "must be a whole number from 1 to 1000"),
        ("n: 1", "n: true", "must be a whole number"),
        ("2026-02-01", "kemarin", "line 36: services[0].standard.effective_on: must be a date"),
        ('opens_at: "08:00"', "opens_at: 08.00", "must be a time in quotes"),
        ("    key: kartu", "    key: kartu", None),
        ("  - key: kartu", "  - key: Kartu Baru", "must be a slug"),
        ("operator: true", "operator: false", "exactly one agency must have operator: true"),
        ("channel: counter", "channel: national_system", "national_system and system go together"),
        ("procedure_en: [Come.]", "procedure_en: []", "needs as many steps as procedure"),
        ("sources: []\ncounters", "sources: []\nsources: []\ncounters", "line 19:"),
        ("name: Dinas\n", "name: Dinas\n    name: Lain\n", "the key 'name' stands twice"),
        ("abbr: Dinas", "abbr: &x Dinas", "anchors and aliases are not allowed"),
        ("abbr: Dinas", "abbr: !!python/object:os.system x", "tags are not allowed"),
        ("synonyms: [ktp]", "synonyms: ktp", "must be a list"),
        ("synonyms: [ktp]", 'synonyms: ["a\\u0000b"]', "holds a control character"),
    ],
)
def test_wrong_file_names_the_place(old, new, said):
    changed = SMALL.replace(old, new, 1)
    if said is None:
        assert parse_catalogue(changed)
    else:
        assert said in problems(changed)


def test_duplicate_keys_are_refused():
    service = SMALL[SMALL.index("  - key: kartu") :]
    assert "services[1].key: 'kartu' stands twice" in problems(SMALL + service)


@pytest.mark.parametrize(
    "text", ["", "schema", "[1, 2]", "a: [", "\x00", "- - - -", "a: " + "[" * 3000, "? [a]\n: b"]
)
def test_text_that_is_no_catalogue_is_refused(text):
    assert problems(text)


def test_every_problem_is_told_at_once():
    told = problems(SMALL.replace("unit: hours", "unit: days").replace("abbr:", "abr:"))
    assert told.count("\n") >= 2
