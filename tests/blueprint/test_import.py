"""Import: adds and changes by key, removes nothing, all or nothing, with a typed difference."""

import pytest

from accounts.models import Role, User
from counters.actions import appoint
from counters.models import Agency, Counter, LifeEvent, Service, ServiceStandard
from mpp.blueprint.archive import ORIGIN, SIGNATURE
from mpp.blueprint.content import Faulty
from mpp.blueprint.importing import bring_in, renamed
from mpp.kit.models import Installation
from permits.models import PermitVersion
from permits.versions import copy_to_draft
from tests.blueprint.conftest import (
    empty,
    entries,
    exported,
    imported,
    read_bytes,
    resealed,
)

AGENCY = ("counters/agencies", "dpmptsp")


def state() -> dict[str, list]:
    """Every configuration row as it stands in the tables, to see that nothing moved."""
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for model in (Agency, Counter, LifeEvent, Service, ServiceStandard, Role, PermitVersion)
    }


def test_a_whole_mall_goes_round_unchanged(mall):
    """The demo mall's own file into an empty database and out again: the same bytes."""
    first = exported()
    empty()
    brought = imported(first)
    assert brought.count("added") == len(brought.differences) == len(brought.written)
    second = entries(exported())
    one = entries(first)
    assert list(one) == list(second)
    assert [name for name in one if one[name] != second[name]] in ([], [ORIGIN, SIGNATURE])
    assert one.keys() - {ORIGIN, SIGNATURE} == {
        name for name in one if one[name] == second[name]
    } - {ORIGIN, SIGNATURE}
    assert Service.objects.get(key="sip-dokter").channel == "online"


def test_a_second_import_changes_nothing(mall):
    data = exported()
    before = state()
    brought = imported(data)
    assert brought.differences == []
    assert brought.written == []
    assert state() == before


def test_a_difference_names_every_field_with_both_values(changed):
    data = changed(
        "counters/agencies.yaml", "key: dpmptsp\n    abbr: DPMPTSP", "key: dpmptsp\n    abbr: PTSP"
    )
    brought = imported(data, dry_run=True)
    [one] = brought.differences
    assert (one.id, one.kind) == (AGENCY, "changed")
    assert [(f.kind, f.path, f.old, f.new) for f in one.fields] == [
        ("changed", "abbr", "DPMPTSP", "PTSP")
    ]
    assert one.item.file == "counters/agencies.yaml"
    assert one.item.line > 1
    assert Agency.objects.get(key="dpmptsp").abbr == "DPMPTSP"
    imported(data)
    assert Agency.objects.get(key="dpmptsp").abbr == "PTSP"


def test_what_only_this_mall_has_stays(mall):
    data = exported()
    Agency.objects.create(key="dinas-baru", abbr="Baru", name="Dinas Baru", kind="regional")
    [one] = imported(data).differences
    assert (one.id, one.kind) == (("counters/agencies", "dinas-baru"), "missing")
    assert Agency.objects.filter(key="dinas-baru").exists()


def test_a_changed_standard_is_a_new_version(changed):
    service = Service.objects.filter(channel="counter", standards__state="current").first()
    before = service.standards.get(state="current")
    name = f"counters/services/{service.key}.yaml"
    data = changed(name, f"  limit_count: {before.limit_count}\n", "  limit_count: 77\n")
    [one] = imported(data).differences
    assert [(f.path, f.new) for f in one.fields] == [("standard.limit_count", 77)]
    before.refresh_from_db()
    now = service.standards.get(state="current")
    assert (before.state, now.limit_count, now.version) == ("past", 77, before.version + 1)
    assert now.requirements.count() == before.requirements.count()


def test_a_changed_type_is_published_as_a_new_version(changed):
    before = PermitVersion.objects.get(permit_type__key="sip-dokter", state="published")
    data = changed("permits/types/sip-dokter.yaml", "time_limit: {n: 5}", "time_limit: {n: 4}")
    [one] = imported(data).differences
    assert [(f.path, f.old, f.new) for f in one.fields] == [("standard.time_limit.n", 5, 4)]
    now = PermitVersion.objects.get(permit_type__key="sip-dokter", state="published")
    assert now.number == before.number + 1
    assert now.standard.limit_count == 4


def test_a_draft_written_here_is_never_overwritten_by_publishing(changed):
    version = PermitVersion.objects.get(permit_type__key="sip-dokter", state="published")
    copy_to_draft(version)
    data = changed("permits/types/sip-dokter.yaml", "time_limit: {n: 5}", "time_limit: {n: 4}")
    with pytest.raises(Faulty) as refused:
        imported(data)
    [problem] = refused.value.problems
    assert problem.file == "permits/types/sip-dokter.yaml"


def test_as_drafts_nothing_becomes_public(mall):
    data = exported()
    empty()
    imported(data, as_draft=True)
    assert not Service.objects.filter(is_active=True).exists()
    assert not Service.objects.filter(channel="online").exists()
    assert set(ServiceStandard.objects.values_list("state", flat=True)) == {"draft"}
    assert set(PermitVersion.objects.values_list("state", flat=True)) == {"draft"}
    before = state()
    again = imported(data, as_draft=True)
    assert state() == before
    assert [one.kind for one in again.differences if one.id[0] == "permits/types"] == []


def test_as_drafts_an_open_service_stays_open(changed):
    name = "counters/services/sip-dokter.yaml"
    data = changed(name, "order:", "paused_reason: Pindah gedung\norder:")
    imported(data, as_draft=True)
    row = Service.objects.get(key="sip-dokter")
    assert (row.is_active, row.channel, row.paused_reason) == (True, "online", "Pindah gedung")


def test_chosen_objects_bring_what_they_need(mall):
    data = exported()
    empty()
    brought = imported(data, chosen={("permits/types", "sip-dokter")}, as_draft=True)
    kinds = {one.id for one in brought.differences}
    assert ("counters/services", "sip-dokter") in kinds
    assert {AGENCY, ("counters/agencies", "dinkes")} <= kinds
    assert ("accounts/roles", "head") in kinds
    assert not Counter.objects.exists()
    assert PermitVersion.objects.count() == 1


def test_places_can_be_renamed(mall):
    data = exported()
    empty()
    found = renamed(read_bytes(data).mall, {AGENCY: {"abbr": "DPMPTSP TALA"}})
    assert found.items[AGENCY].content["abbr"] == "DPMPTSP TALA"
    assert found.items[AGENCY].content["name"] != "DPMPTSP TALA"


def test_the_operator_here_keeps_its_office(mall):
    """Rights follow from it, so no file takes it away."""
    data = exported()
    empty()
    Agency.objects.create(key="kantor", abbr="K", name="Kantor", kind="regional", is_operator=True)
    imported(data)
    assert [row.key for row in Agency.objects.filter(is_operator=True)] == ["kantor"]


def test_rights_follow_a_changed_role(changed):
    user = User.objects.create_user("a@contoh.id", None, full_name="A")
    role = Role.objects.get(key="cashier")
    appoint(user, agency=Agency.objects.get(key="dpmptsp"), role=role)
    data = changed(
        "accounts/roles.yaml",
        "name_en: Cashier\n",
        "name_en: Cashier\n    rights:\n      - counters.view_agency\n",
    )
    imported(data)
    assert User.objects.get(pk=user.pk).has_perm("counters.view_agency")


def test_all_or_nothing(mall):
    """One object that the database refuses undoes the others, and is named with its line."""
    files = entries(exported())
    files["counters/agencies.yaml"] = files["counters/agencies.yaml"].replace(
        b"abbr: DPMPTSP", b"abbr: Lain", 1
    )
    row = Service.objects.get(key="sip-dokter")
    row.permit_type.key = "lain"
    row.permit_type.save()
    before = state()
    with pytest.raises(Faulty) as refused:
        imported(resealed(files))
    assert state() == before
    assert "permits/types/sip-dokter.yaml" in str(refused.value)


def test_references_to_nowhere_are_named_with_file_and_line(changed):
    data = changed("counters/services/sip-dokter.yaml", "agency: dpmptsp", "agency: dinas-hilang")
    with pytest.raises(Faulty) as refused:
        imported(data)
    [problem] = refused.value.problems
    assert (problem.file, problem.line) == ("counters/services/sip-dokter.yaml", 2)
    assert "counters/agencies/dinas-hilang" in problem.sentence


def test_an_incomplete_definition_is_refused_with_its_line(changed):
    name = "permits/types/sip-dokter.yaml"
    text = entries(exported())[name].decode()
    line = next(n for n, one in enumerate(text.split("\n"), 1) if "agency: dinkes" in one)
    data = changed(name, "agency: dinkes", "agency: dinas-hilang")
    with pytest.raises(Faulty) as refused:
        imported(data)
    assert refused.value.problems[0].file == name
    assert line


def test_the_installation_is_a_row_like_others(mall):
    data = exported()
    empty()
    imported(data)
    row = Installation.objects.get()
    assert (row.region_name, row.reference_prefix) == ("Kota Batu", "BTU")


def test_queries_do_not_grow_with_what_stays_the_same(mall, django_assert_max_num_queries):
    found = read_bytes(exported()).mall
    with django_assert_max_num_queries(60):
        bring_in(found, actor=None, dry_run=True)
