"""Many people at once: pasted, or from the CSV file of a spreadsheet."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import visits as make
from tests.web import Person
from visits.links import visit_path
from visits.people_list import (
    FILE_BYTES,
    MOST_LINES,
    Unreadable,
    read_lines,
    template,
    text_of_file,
)

pytestmark = pytest.mark.django_db
NOT_ALLOWED = 422


@pytest.fixture
def visit(site, desk):
    return make.approved(desk.host)


def csv_file(content: str | bytes, name: str = "peserta.csv") -> SimpleUploadedFile:
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data, content_type="text/csv")


def page_of(visit) -> Person:
    return Person().open(f"{visit_path(visit)}peserta/banyak/")


def names(text: str) -> list[str]:
    return [line.person["name"] for line in read_lines(text) if not line.fault]


def faults(text: str) -> dict[int, str]:
    return {line.number: line.fault for line in read_lines(text) if line.fault}


# --- what is in a line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Dahnial Kifli, S.H., M.H.;Sekda",
        "Dahnial Kifli, S.H., M.H.\tSekda",
        '"Dahnial Kifli, S.H., M.H.";Sekda',
        'Nama,Jabatan\n"Dahnial Kifli, S.H., M.H.",Sekda',
        "Jabatan;Nama\nSekda;Dahnial Kifli, S.H., M.H.",
        "No;NAMA;Jabatan\n1;Dahnial Kifli, S.H., M.H.;Sekda",
        "Name;Position\nDahnial Kifli, S.H., M.H.;Sekda",
    ],
)
def test_a_title_with_commas_stays_with_its_name(text):
    (line,) = read_lines(text)
    assert line.fault == ""
    assert line.person["name"] == "Dahnial Kifli, S.H., M.H."
    assert line.person["position"] == "Sekda"


def test_only_a_name_with_commas_under_its_heading():
    assert names("Nama\nDahnial Kifli, S.H.\nRina") == ["Dahnial Kifli, S.H.", "Rina"]


def test_blank_lines_and_dashes_say_nothing_and_lines_keep_their_number():
    text = "Rina;-;-\n\n;;;\nBudi;Staf\nX;" + "a" * 200
    assert names(text) == ["Rina", "Budi"]
    assert read_lines(text)[0].person["position"] == ""
    assert list(faults(text)) == [5]
    assert list(faults("Rina;Staf;Setda;1;;x;y")) == [1], "more parts than there are columns"


def test_what_a_spreadsheet_spoiled_is_named():
    text = "Nama;NIP\nRina;1,98001E+17\nBudi;198001012005011001"
    assert list(faults(text)) == [2]
    assert "NIP" in faults(text)[2]
    cut = 'Rina;"Kabag\nUmum";Setda'
    assert list(faults(cut)) == [1, 2], "no half of a cell becomes a person"
    assert "Golongan" in faults("Nama;Golongan\nRina;IV/a")[1]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "'=", "' @"])
def test_nothing_a_spreadsheet_would_run_comes_in(sign):
    assert list(faults(f"{sign}HYPERLINK(1);Staf")) == [1]
    assert list(faults(f"Rina;{sign}cmd")) == [1]


def test_a_mobile_number_may_begin_with_its_plus():
    text = "Nama;Nomor HP\nRina;+6281234567890\nBudi;'+6281234567891"
    assert [line.person["phone"] for line in read_lines(text)] == [
        "+6281234567890",
        "+6281234567891",
    ]


# --- the file ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_is_read(code):
    found = text_of_file(csv_file("Nama;Jabatan\r\nRené Müller;Staf\r\n".encode(code)))
    assert names(found) == ["René Müller"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04" + b"x" * 50, "Excel"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "Excel"),
        (b"\x00\x01\x02Rina", "teks"),
        (b"\xff\xfeR", "teks"),
        (b"\x81\x8d\x90", "teks"),
        (b"  \n \n", "kosong"),
        (b"Rina;Staf\n" * (FILE_BYTES // 10 + 1), "64 KB"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(content, word):
    with pytest.raises(Unreadable) as fault:
        text_of_file(csv_file(content))
    assert word in fault.value.sentence


def test_the_template_is_read_as_headings_and_brings_nobody():
    assert read_lines(text_of_file(csv_file(template()))) == []
    filled = template() + "Rina;Kabag;;198001012005011001;0812 3456 7890;090/1/SPPD\r\n"
    (line,) = read_lines(text_of_file(csv_file(filled)))
    assert line.fault == ""
    assert line.person["travel_order"] == "090/1/SPPD"


# --- the page ------------------------------------------------------------------------------


def test_a_file_is_shown_before_it_counts(visit):
    page = page_of(visit)
    page.send({"file": csv_file("Nama;Jabatan\nRina;Kabag\nBudi;Staf\n")}, with_field="lines")
    assert page.status == 200
    assert "2 orang terbaca" in page.text
    assert "Belum ada yang disimpan" in page.text
    assert not visit.participants.exists()
    page.send(with_field="lines", button="Simpan")
    assert list(visit.participants.values_list("name", "position")) == [
        ("Rina", "Kabag"),
        ("Budi", "Staf"),
    ]


def test_each_faulty_line_is_named_and_nothing_is_lost(visit):
    page = page_of(visit)
    lines = [f"Peserta {n};Staf" for n in range(1, 4)] + [";Kabid"] * 7
    page.send(
        {"lines": "Dari tempel;Kabag", "file": csv_file("\n".join(lines))}, with_field="lines"
    )
    assert page.status == NOT_ALLOWED
    assert "4 orang terbaca. 7 baris perlu diperbaiki" in page.text
    assert "2 baris lagi di bawah" in page.text
    assert all(f"Baris {number}" in page.text for number in range(5, 12))
    kept = page.form(with_field="lines").values["lines"][0].split("\n")
    assert [line.strip() for line in kept] == ["Dari tempel;Kabag", *lines]
    assert not visit.participants.exists()


def test_a_broken_file_leaves_what_was_typed(visit):
    page = page_of(visit)
    page.send({"lines": "Rina;Kabag", "file": csv_file(b"PK\x03\x04xxxx")}, with_field="lines")
    assert page.status == NOT_ALLOWED
    assert "Ini berkas Excel" in page.text
    assert "Rina;Kabag" in page.form(with_field="lines").values["lines"][0]


def test_looking_first_saves_nothing(visit):
    page = page_of(visit).send({"lines": "Rina;Kabag"}, with_field="lines", button="Periksa dulu")
    assert "1 orang terbaca" in page.text
    assert not visit.participants.exists()


def test_pressing_twice_adds_nobody_twice(visit):
    page = page_of(visit)
    url = page.address
    for _press in range(2):
        answer = page.client.post(url, {"lines": "Rina;Kabag\nBudi;Staf", "save": "1"})
        assert answer.status_code == 302
    assert visit.participants.count() == 2
    page = page_of(visit).send({"lines": "Sari;Staf\nrina;KABAG"}, with_field="lines")
    assert page.status == NOT_ALLOWED
    assert "Baris 2" in page.text
    assert visit.participants.count() == 2


def test_more_people_than_places_and_too_many_lines_are_told_before(visit):
    many = "\n".join(f"Peserta {n}" for n in range(visit.places + 1))
    page = page_of(visit).send({"lines": many}, with_field="lines", button="Periksa dulu")
    assert page.status == NOT_ALLOWED
    assert f"{visit.places} orang" in page.text
    page = page_of(visit).send({"lines": "a\n" * MOST_LINES + "b"}, with_field="lines")
    assert f"paling banyak {MOST_LINES} baris" in page.text
    page = page_of(visit).send({"lines": " \n "}, with_field="lines")
    assert page.status == NOT_ALLOWED
    assert not visit.participants.exists()


def test_headings_alone_bring_nobody_and_say_so(visit):
    page = page_of(visit).send({"file": csv_file(template())}, with_field="lines")
    assert page.status == NOT_ALLOWED
    assert "pilih berkas" in page.text


def test_names_are_shown_as_text(visit):
    page = page_of(visit)
    page.send(
        {"lines": "<script>alert(1)</script>;Staf"}, with_field="lines", button="Periksa dulu"
    )
    assert "<script>alert" not in page.html


def test_the_template_comes_by_the_link_only(visit):
    page = page_of(visit)
    answer = page.client.get(f"{visit_path(visit)}peserta/contoh.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.content.decode("utf-8-sig").startswith('"Nama";"Jabatan"')
    assert page.client.get(f"/studi-tiru/{'x' * 38}/peserta/contoh.csv").status_code == 404
    with time_machine.travel(visit.slot.starts_at - timedelta(hours=1), tick=False):
        assert page.client.get(page.address).status_code == 409
