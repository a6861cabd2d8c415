"""Hostile files: refused with a sentence, nothing changed, nothing unpacked, memory flat."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from unittest import mock

import pytest

from counters.models import Agency, Service
from mpp.blueprint import archive
from mpp.blueprint.archive import MANIFEST, ORIGIN, SIGNATURE, NotABlueprint
from mpp.blueprint.content import Faulty
from mpp.blueprint.exporting import CannotExport
from tests.blueprint.conftest import entries, exported, imported, read_bytes, resealed

AGENCIES = "counters/agencies.yaml"
SERVICE = "counters/services/ktp-hilang.yaml"
TYPE = "permits/types/sip-dokter.yaml"


def rows() -> tuple[list, list]:
    return (
        list(Agency.objects.order_by("pk").values()),
        list(Service.objects.order_by("pk").values()),
    )


def refused(data: bytes) -> str:
    """What is said about the file; the rows are as they were, and it took no time."""
    before, started = rows(), time.process_time()
    with pytest.raises((NotABlueprint, Faulty)) as caught:
        imported(data)
    assert rows() == before
    assert time.process_time() - started < 20
    return str(caught.value)


def zipped(files: dict[str, bytes], *, kind: int = zipfile.ZIP_STORED) -> bytes:
    """The files as they are, without a fitting manifest."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, archive.FIXED_TIME), data, kind)
    return target.getvalue()


# --- the archive --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "data", [b"", b"PK", b"%PDF-1.7 \n" * 100, b"\0" * 4096, b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_zip(db, data):
    assert refused(data)


def test_a_truncated_file(mall):
    data = exported()
    for length in (1, 30, len(data) // 2, len(data) - 1):
        assert refused(data[:length])


def test_something_before_or_behind_the_archive(mall):
    assert refused(b"#!/bin/sh\n" + exported())
    assert refused(exported() + b"trailing")


def test_one_gigabyte_is_not_read(mall, tmp_path):
    path = tmp_path / "big.zip"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.seek(2**30)
        file.write(b"\0")
    with path.open("rb") as file, mock.patch.object(zipfile, "ZipFile") as opened:
        with pytest.raises(NotABlueprint, match="50"):
            archive.unpack(file)
        assert not opened.called


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "counters/../kit/installation.yaml",
        "counters\\agencies.yaml",
        "counters/services/..yaml",
        "counters/services/a/b.yaml",
        "C:/x.yaml",
        "counters/agencies.yaml\x00.exe",
        "counters/agen\u202ecies.yaml",
        "counters/",
        "readme.txt",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_lead_elsewhere(mall, name):
    files = entries(exported())
    assert refused(zipped({**files, name: b"x: 1\n"}))


def test_a_file_nobody_knows(mall):
    files = entries(exported())
    files["counters/secrets.yaml"] = b"secrets: []\n"
    assert "counters/secrets.yaml" in refused(resealed(files))


def test_a_name_that_stands_twice(mall):
    files = entries(exported())
    target = io.BytesIO(zipped(files))
    with zipfile.ZipFile(target, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr(AGENCIES, b"agencies: []\n")
    assert AGENCIES in refused(target.getvalue())


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_links_folders_and_devices(mall, kind):
    files = entries(exported())
    target = io.BytesIO(zipped(files))
    with zipfile.ZipFile(target, "a") as made:
        info = zipfile.ZipInfo("counters/devices.yaml")
        info.external_attr = (kind | 0o777) << 16
        info.create_system = 3
        made.writestr(info, b"/etc/passwd")
    assert "counters/devices.yaml" in refused(target.getvalue())


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_encrypted_entries(mall, flag):
    data = bytearray(zipped(entries(exported())))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<H", data, place + 8, flag)
    assert refused(bytes(data))


def test_other_ways_of_packing(mall):
    assert refused(zipped(entries(exported()), kind=zipfile.ZIP_BZIP2))
    assert refused(zipped(entries(exported()), kind=zipfile.ZIP_LZMA))


def test_a_bomb_is_not_unpacked(mall):
    files = entries(exported())
    bomb = zipped(
        {**files, "counters/bomb.yaml": b"\0" * (200 * 2**20)}, kind=zipfile.ZIP_DEFLATED
    )
    tracemalloc.start()
    try:
        assert "counters/bomb.yaml" in refused(bomb)
        assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    finally:
        tracemalloc.stop()


def test_a_bomb_of_many_entries(mall):
    files = entries(exported())
    many = {f"counters/services/x{number}.yaml": b"" for number in range(archive.MAX_ENTRIES)}
    data = zipped({**files, **many})
    with mock.patch.object(archive.zipfile, "ZipFile", side_effect=AssertionError):
        assert refused(data)


def test_an_entry_that_holds_more_than_it_says(mall):
    files = entries(exported())
    data = bytearray(zipped(files, kind=zipfile.ZIP_DEFLATED))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)
    assert refused(bytes(data))


def test_too_much_in_all(mall, monkeypatch):
    data = exported()
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1000)
    assert refused(data)
    with pytest.raises(CannotExport):
        exported()


# --- the manifest -------------------------------------------------------------------------
@pytest.mark.parametrize("name", [MANIFEST, ORIGIN])
def test_without_its_sheets(mall, name):
    files = entries(exported())
    del files[name]
    assert name in refused(zipped(files))


def test_without_a_seal_it_is_read_and_told(mall):
    files = entries(exported())
    del files[SIGNATURE]
    assert read_bytes(zipped(files)).seal.state == "missing"


def test_a_file_changed_after_the_export(mall):
    files = entries(exported())
    files[SERVICE] += b"# changed\n"
    assert SERVICE in refused(zipped(files))


def test_a_file_taken_out(mall):
    files = entries(exported())
    del files[SERVICE]
    assert SERVICE in refused(zipped(files))


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("mpp.blueprint/2", "2"),
        ("mpp.blueprint/0", "0"),
        ("mpp.blueprint/99999999", ""),
        ("mpp.catalogue/1", ""),
        ("", ""),
    ],
)
def test_other_versions_get_a_clear_answer(mall, schema, words):
    files = entries(exported())
    files[MANIFEST] = files[MANIFEST].replace(b"mpp.blueprint/1", schema.encode() or b'""')
    said = refused(zipped(files))
    assert words in said
    if words:
        assert "format" in said


@pytest.mark.parametrize(
    "text",
    [
        b"- a\n",
        b"schema: mpp.blueprint/1\n",
        b"\xff\xfe",
        b"schema: mpp.blueprint/1\nproduct: 1\ncounts: 1\nfiles: 1\n",
        b"schema: mpp.blueprint/1\nproduct: '1'\ncounts: {}\nfiles: {}\nmore: 1\n",
        b"schema: mpp.blueprint/1\nproduct: '1'\ncounts: {}\nfiles: {../x: abc}\n",
        b"a: &a [*a]\n",
        b"!!python/object/apply:os.system [ls]\n",
        b"schema: 0x" + b"f" * 5_000 + b"\n",
        b"schema: 1" + b":59" * 20_000 + b"\n",
        b"schema: mpp.blueprint/2\nproduct: 0x" + b"f" * 5_000 + b"\n",
        b"schema: mpp.blueprint/2\nproduct: 1\n",
        b"schema: [mpp.blueprint/2]\nproduct: 1\n",
    ],
)
def test_manifests_that_are_none(mall, text):
    files = entries(exported())
    files[MANIFEST] = text
    assert refused(zipped(files))


def test_counts_that_lie(mall):
    files = entries(exported())
    files[MANIFEST] = files[MANIFEST].replace(b"counters/sites: 2", b"counters/sites: 3")
    assert "MANIFEST" in refused(resealed(files))


# --- the content --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (AGENCIES, "agencies:", "agencies: !!python/object/apply:os.system [ls]\nx:", "tag tidak"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: !!str DPMPTSP", "tag tidak"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: &a DPMPTSP", "jangkar"),
        (AGENCIES, "agencies:", "x: &a [*a]\nagencies:", "jangkar"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: DPMPTSP\n    password: x", "password"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: DPMPTSP\n    id: 1", "id"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: DPMPTSP\n    created_at: x", "created_at"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: DPMPTSP\n    abbr: X", "dua kali"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: [DPMPTSP]", "abbr"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: 12", "abbr"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: null", "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "   "', "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "a\\0b"', "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "a\\e[31m"', "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "a\\nb"', "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "a\\u202eb"', "abbr"),
        (AGENCIES, "abbr: DPMPTSP", 'abbr: "\\uD800"', AGENCIES),
        (AGENCIES, "abbr: DPMPTSP", "abbr: a\x00b", AGENCIES),
        (AGENCIES, "abbr: DPMPTSP", f"abbr: {'x' * 5000}", "abbr"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: \udcff", "UTF-8"),
        (AGENCIES, "abbr: DPMPTSP", "abbr: {x: y}", "abbr"),
        (AGENCIES, "is_operator: true", "is_operator: 1", "is_operator"),
        (AGENCIES, "order: 1\n", "order: -1\n", "order"),
        (AGENCIES, "order: 1\n", f"order: {'9' * 400}\n", "terlalu besar"),
        (AGENCIES, "order: 1\n", f"order: {'9' * 9000}\n", "agencies"),
        (AGENCIES, "order: 1\n", "order: .nan\n", "order"),
        (AGENCIES, "order: 1\n", "order: 1e309\n", "order"),
        (AGENCIES, "order: 1\n", "order: true\n", "order"),
        (AGENCIES, "kind: regional", "kind: imperial", "kind"),
        (AGENCIES, "key: dpmptsp", "key: dukcapil", "dukcapil"),
        (AGENCIES, "key: dpmptsp", "key: ../x", "key"),
        (AGENCIES, "agencies:", "agency:", "agenc"),
        ("counters/sites.yaml", "Asia/Jakarta", "Mars/Olympus", "time_zone"),
        ("counters/sites.yaml", "Asia/Jakarta", "../../etc/passwd", "time_zone"),
        ("counters/sites.yaml", '"08:00"', '"25:99"', "opens_at"),
        ("counters/sites.yaml", "[0, 1, 2, 3, 4]", "[7]", "weekdays"),
        ("counters/sites.yaml", "[0, 1, 2, 3, 4]", "[0, [1]]", "weekdays"),
        ("counters/sites.yaml", "[0, 1, 2, 3, 4]", "{a: 1}", "weekdays"),
        ("counters/holidays.yaml", '"2026-01-01"', '"2026-02-30"', "day"),
        ("counters/holidays.yaml", '"2026-01-01"', "0001-01-01T00:00:00Z", "day"),
        ("kit/installation.yaml", "motif: kawung", "motif: tengkorak", "motif"),
        (
            "kit/installation.yaml",
            "motif: kawung",
            'motif: kawung\n    theme: {nila-800: "#FFFFFF"}',
            "theme",
        ),
        (SERVICE, "key: ktp-hilang", "key: lain", "key"),
        (SERVICE, "agency: dukcapil", "agency: tidak-ada", "tidak-ada"),
        (SERVICE, "  - hilang\n", "  - tidak-ada\n", "tidak-ada"),
        (SERVICE, "channel: counter", "channel: online", "channel"),
        (SERVICE, "synonyms:", "synonyms: x\nx:", "synonyms"),
        (SERVICE, "channel: counter", "channel: counter\nsystem_url: javascript:alert(1)", "url"),
        (TYPE, "schema: mpp.permit-type/1", "schema: mpp.permit-type/2", "schema"),
        (TYPE, "key: sip-dokter", "key: sip-bidan", "key"),
        (TYPE, "service: sip-dokter", "service: tidak-ada", "tidak-ada"),
        (TYPE, "kind: permit", "kind: permit\nowner: 1", "owner"),
        (TYPE, "verb: forward", "verb: teleport", "verb"),
        (TYPE, "agency: dinkes", "agency: tidak-ada", "tidak-ada"),
    ],
)
def test_content_that_does_not_belong(changed, name, old, new, said):
    answer = refused(changed(name, old, new))
    assert said in answer
    assert name in answer


@pytest.mark.parametrize(
    "text",
    [
        "agencies:\n" + "".join(f"  - {{k{n}: 1}}\n" for n in range(150_000)),
        "agencies: " + "[" * 100_000,
        "agencies: " + "{a: " * 100_000,
        "agencies: [" + "a," * 900_000 + "]",
        "? " * 100_000,
        "agencies: |\n" + " x\n" * 900_000,
    ],
    ids=["many", "deep", "deeper", "wide", "keys", "long"],
)
def test_yaml_that_costs_more_than_its_size(mall, text):
    files = entries(exported())
    files[AGENCIES] = text.encode()
    assert AGENCIES in refused(resealed(files))


def test_faults_are_named_with_file_and_line(changed):
    data = changed(AGENCIES, "abbr: DPMPTSP", "abbr: DPMPTSP\n    password: x")
    text = entries(data)[AGENCIES].decode()
    line = text[: text.index("password")].count("\n") + 1
    with pytest.raises(Faulty) as caught:
        imported(data)
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == (AGENCIES, line)
    assert str(problem).startswith(f"{AGENCIES}:{line}: ")


def test_all_faults_at_once_but_not_without_end(mall):
    files = entries(exported())
    files[AGENCIES] = b"agencies:\n" + b"  - {x: 1}\n" * 500
    with pytest.raises(Faulty) as caught:
        imported(resealed(files))
    assert len(caught.value.problems) == 200
