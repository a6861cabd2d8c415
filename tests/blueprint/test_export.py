"""Export: everything declared, nothing personal, the same bytes every time."""

import io
import json
import subprocess
import zipfile

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from counters.models import Agency, Service, ServiceStandard
from counters.models.hours import WeekPlan
from mpp.blueprint import checking, columns, schema
from mpp.blueprint.archive import FIXED_TIME, MANIFEST, ORIGIN, SIGNATURE, unpack
from mpp.blueprint.manifest import digest, read_manifest
from mpp.blueprint.plain_yaml import dump
from mpp.kit import clock
from mpp.kit.signing import current_signer
from permits import definition as definitions
from permits.models import PermitVersion
from permits.versions import definition_of
from tests.blueprint.conftest import entries, exported, read_bytes

TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=4))
def test_every_reader_of_yaml_reads_what_was_written(data):
    text = dump(data)
    assert yaml.safe_load(text) == data
    assert yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == data


def test_two_exports_differ_in_origin_and_signature_only(mall):
    with clock.replay(clock.now()):
        one = entries(exported())
    two = entries(exported())
    assert list(one) == list(two)
    assert {name for name in one if one[name] != two[name]} <= {ORIGIN, SIGNATURE}


def test_entries_are_stored_with_fixed_dates_and_permissions(mall):
    with zipfile.ZipFile(io.BytesIO(exported())) as zipped:
        for info in zipped.infolist():
            assert info.date_time == FIXED_TIME
            assert info.external_attr >> 16 == 0o100644
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.create_system == 3
        names = zipped.namelist()
    assert names[0] == MANIFEST
    assert names[1:-2] == sorted(names[1:-2])


def test_the_manifest_counts_and_names_every_file(mall):
    data = exported()
    files = entries(data)
    sheet = read_manifest(unpack(io.BytesIO(data)))
    assert sheet.counts["counters/agencies"] == Agency.objects.count()
    assert sheet.counts["counters/services"] == Service.objects.count()
    assert sheet.counts["permits/types"] == PermitVersion.objects.filter(state="published").count()
    assert set(sheet.files) == set(files) - {MANIFEST, ORIGIN, SIGNATURE}
    for name, sha256 in sheet.files.items():
        assert digest(files[name]) == sha256


def test_a_type_stands_there_in_its_own_format(mall):
    version = PermitVersion.objects.get(permit_type__key="sip-dokter", state="published")
    text = entries(exported())["permits/types/sip-dokter.yaml"].decode()
    assert text == definitions.to_yaml(definition_of(version))


def test_the_standard_of_an_online_service_stands_in_its_type_only(mall):
    files = entries(exported())
    online = yaml.safe_load(files["counters/services/sip-dokter.yaml"])
    counter = yaml.safe_load(
        files[f"counters/services/{Service.objects.filter(channel='counter').first().key}.yaml"]
    )
    assert "standard" not in online
    assert online["channel"] == "counter"
    assert counter["standard"]["requirements"]


def test_drafts_and_former_versions_stay_here(mall):
    service = Service.objects.filter(channel="counter").first()
    before = entries(exported())
    ServiceStandard.objects.create(service=service, version=90, state="draft", product="Rahasia")
    ServiceStandard.objects.create(service=service, version=91, state="past", product="Rahasia")
    row = PermitVersion.objects.filter(state="published").first()
    PermitVersion.objects.create(
        permit_type=row.permit_type, number=90, definition='{"key":"Rahasia","service":"x"}'
    )
    after = entries(exported())
    assert {n for n in after if after[n] != before[n]} <= {ORIGIN, SIGNATURE}


def test_keys_of_json_columns_stand_in_order():
    field = WeekPlan._meta.get_field("days")
    assert list(columns.to_plain(field, {"4": [], "0": ["08:00-12:00"]})) == ["0", "4"]


def test_invisible_signs_are_left_out(mall):
    Agency.objects.filter(key="dpmptsp").update(summary="ti\u202edur\x07")
    data = exported()
    row = read_bytes(data).mall.items["counters/agencies", "dpmptsp"]
    assert row.content["summary"] == "tidur"


def test_the_export_fits_the_published_schema(mall):
    whole = schema.document()
    assert json.loads(json.dumps(whole)) == whole
    files = {
        name: data.decode() if name == SIGNATURE else yaml.safe_load(data)
        for name, data in entries(exported()).items()
    }
    found = []
    for name, content in files.items():
        rule = whole["properties"].get(name) or next(
            rule
            for pattern, rule in whole["patternProperties"].items()
            if checking.pattern(pattern).search(name)
        )
        found += [
            (name, *one)
            for one in checking.findings(checking.plain_dates(content), rule, defs=whole["$defs"])
        ]
    assert not found, found[:5]


def test_the_schema_refuses_what_does_not_belong(mall):
    whole = schema.document()
    agencies = whole["properties"]["counters/agencies.yaml"]
    row = {"key": "x", "abbr": "X", "name": "X", "kind": "regional", "is_active": True}
    row |= {"is_operator": False, "order": 0}
    assert not checking.findings({"agencies": [row]}, agencies)
    for wrong in ({"user": 1}, {"order": -1}, {"order": 10**30}, {"kind": "x"}, {"abbr": ""}):
        assert checking.findings({"agencies": [row | wrong]}, agencies), wrong


def test_openssl_agrees_about_the_seal(mall, tmp_path):
    files = entries(exported())
    (tmp_path / "signed").write_bytes(files[MANIFEST] + files[ORIGIN])
    (tmp_path / "SIGNATURE").write_bytes(files[SIGNATURE])
    root = current_signer().trusted[0]
    (tmp_path / "ca.der").write_bytes(root.dump())
    subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", "ca.der", "-out", "ca.crt"],
        cwd=tmp_path,
        check=True,
    )
    command = "openssl cms -verify -purpose any -binary -inform PEM -in SIGNATURE -content signed"
    subprocess.run(
        [*command.split(), "-CAfile", "ca.crt", "-out", "content"], cwd=tmp_path, check=True
    )


@pytest.mark.parametrize("part", [MANIFEST, ORIGIN, SIGNATURE])
def test_one_changed_byte_breaks_the_seal(mall, part):
    files = entries(exported())
    data = bytearray(files[part])
    place = data.index(b"0") if part != SIGNATURE else 200
    data[place] = ord("1") if data[place] != ord("1") else ord("2")
    files[part] = bytes(data)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    with pytest.raises(ValueError, match=r"segel|seal|Segel|manifes|diubah|changed|rusak|damaged"):
        read_bytes(target.getvalue())
