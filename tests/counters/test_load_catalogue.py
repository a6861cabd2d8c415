"""Loading: the second run changes nothing, decisions of people stay, facts become new versions."""

import dataclasses
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from counters.catalogue_file import parse_catalogue
from counters.catalogue_load import load
from counters.management.commands.load_catalogue import DEMO_FILE
from counters.models import (
    Agency,
    Channel,
    Counter,
    LifeEvent,
    Service,
    ServiceStandard,
    Site,
    StandardRequirement,
)
from counters.search import rank
from counters.search_index import service_index
from tests.counters.test_search import QUERIES, misses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_mall")]
MODELS = (Agency, Counter, LifeEvent, Service, ServiceStandard, Site, StandardRequirement)


@pytest.fixture(scope="module")
def catalogue():
    return parse_catalogue(DEMO_FILE.read_text(encoding="utf-8"))


def everything() -> list:
    return [row for model in MODELS for row in model.objects.order_by("pk").values_list()]


def with_standard(catalogue, key, **changes):
    """The catalogue with changed facts in the standard of one service."""
    services = tuple(
        dataclasses.replace(s, standard=dataclasses.replace(s.standard, **changes))
        if s.key == key
        else s
        for s in catalogue.services
    )
    return dataclasses.replace(catalogue, services=services)


def test_first_load_writes_every_row(catalogue):
    load(catalogue)
    assert Agency.objects.count() == len(catalogue.agencies)
    assert Service.objects.count() == len(catalogue.services)
    assert Counter.objects.count() == len(catalogue.counters)
    lost = Service.objects.get(key="ktp-hilang")
    assert lost.assumed == ["channel"]
    standard = lost.standards.get(state="current")
    assert (standard.limit_count, standard.limit_unit) == (1, "working_days")
    assert "fee" in standard.assumed
    assert [r.proof for r in standard.requirements.all()] == ["scan", "scan"]


def test_second_load_changes_nothing(catalogue):
    load(catalogue)
    before = everything()
    loaded = load(catalogue)
    assert everything() == before
    assert loaded.created == loaded.changed == {}


def test_load_keeps_what_people_decided(catalogue):
    load(catalogue)
    Service.objects.filter(key="sip-dokter").update(channel=Channel.ONLINE)
    Service.objects.filter(key="kia").update(is_active=False, paused_reason="Mesin rusak")
    load(with_standard(catalogue, "sip-dokter", fee="Baru."))
    online = Service.objects.get(key="sip-dokter")
    assert online.channel == Channel.ONLINE
    assert online.standards.count() == 1
    assert Service.objects.get(key="kia").paused_reason == "Mesin rusak"


def test_changed_standard_becomes_a_new_version(catalogue):
    load(catalogue)
    load(with_standard(catalogue, "kia", product="Kartu baru"))
    states = ServiceStandard.objects.filter(service__key="kia").values_list("version", "state")
    assert sorted(states) == [(1, "past"), (2, "current")]


def test_load_never_deletes(catalogue):
    load(catalogue)
    smaller = dataclasses.replace(catalogue, services=catalogue.services[:3])
    load(smaller)
    assert Service.objects.count() == len(catalogue.services)


def test_another_operator_takes_over(catalogue):
    Agency.objects.create(key="lain", abbr="Lain", name="Lain", kind="regional", is_operator=True)
    load(catalogue)
    assert Agency.objects.get(is_operator=True).key == "dpmptsp"


def test_command_tells_what_it_wrote(tmp_path):
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    call_command("load_catalogue", stdout=out)
    assert "85 service" in out.getvalue()
    assert out.getvalue().count("created: nothing") == 1


def test_command_refuses_a_broken_file_whole(tmp_path):
    broken = tmp_path / "catalogue.yaml"
    broken.write_text("schema: something\n")
    with pytest.raises(CommandError, match="line 1: schema"):
        call_command("load_catalogue", broken)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_catalogue", tmp_path / "none.yaml")
    assert not Agency.objects.exists()


def test_index_costs_one_query_until_a_service_changes(catalogue, django_assert_num_queries):
    load(catalogue)
    assert rank("ktp hilang", service_index())[0].key == "ktp-hilang"
    with django_assert_num_queries(1):
        service_index()
    service = Service.objects.get(key="ktp-hilang")
    service.is_active = False
    service.save()
    assert rank("ktp hilang", service_index())[0].key != "ktp-hilang"


def test_everyday_queries_find_services_in_the_database(catalogue):
    load(catalogue)
    assert len(misses(QUERIES, service_index())) <= len(QUERIES) * 0.1
