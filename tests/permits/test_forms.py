"""What people type, read into values; pages drawn; bad input told and kept. No HTTP."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import override

from permits.definition import Field, Option
from permits.forms import Drawing, PageForm, options, reading, typed

TODAY = date(2026, 11, 23)
EVERY_TYPE = [
    Field(key="a_text", type="text", label="Teks"),
    Field(key="a_long", type="long_text", label="Panjang"),
    Field(key="an_email", type="email", label="Surel"),
    Field(key="a_phone", type="phone", label="Telepon"),
    Field(key="a_nik", type="nik", label="NIK"),
    Field(key="an_npwp", type="npwp", label="NPWP"),
    Field(key="a_nib", type="nib", label="NIB"),
    Field(key="an_integer", type="integer", label="Bulat"),
    Field(key="a_decimal", type="decimal", label="Desimal"),
    Field(key="some_money", type="money", label="Uang"),
    Field(key="a_yes_no", type="yes_no", label="Ya?"),
    Field(
        key="a_choice",
        type="choice",
        label="Pilih",
        options=(Option("x", "Iks"), Option("y", "Ye")),
    ),
    Field(
        key="some_choices",
        type="choices",
        label="Pilih",
        options=(Option("x", "Iks"), Option("y", "Ye")),
    ),
    Field(key="a_date", type="date", label="Tanggal"),
    Field(key="a_range", type="date_range", label="Rentang"),
    Field(key="a_time", type="time", label="Jam"),
    Field(key="an_address", type="address", label="Alamat"),
    Field(key="a_point", type="map_point", label="Titik"),
    Field(key="a_file", type="file", label="Berkas"),
    Field(
        key="a_group",
        type="group",
        label="Anggota",
        fields=(
            Field(key="name", type="text", label="Nama", required=True),
            Field(key="age", type="integer", label="Umur", min=0, max=120),
        ),
    ),
    Field(key="a_heading", type="heading", label="Judul"),
    Field(key="an_explanation", type="explanation", label="Penjelasan"),
]
TYPED = {
    "a_text": "Halo <b>",
    "a_long": "satu\r\ndua",
    "an_email": "a@b.id",
    "a_phone": "0812 3456 7890",
    "a_nik": "3579 0245 0790 0003",
    "an_npwp": "01.312.166.0-091.000",
    "a_nib": "1234567890123",
    "an_integer": "1.250",
    "a_decimal": "1.250.000,50",
    "some_money": "Rp 2.000.000",
    "a_yes_no": "true",
    "a_choice": "x",
    "some_choices": ["x", "y"],
    "a_date": "23-11-2026",
    "a_range.from": "2026-11-23",
    "a_range.to": "1/12/2026",
    "a_time": "8.30",
    "an_address.street": "Jl. Mawar 1",
    "an_address.rt": "3",
    "an_address.region": "35.79.01.1004",
    "an_address.postal_code": "65314",
    "a_point.lat": "-7,871",
    "a_point.lon": "112.526",
    "a_group.rows": "0 4",
    "a_group.0.name": "Budi",
    "a_group.0.age": "30",
    "a_group.4.name": "Ani",
    "a_group.4.age": "",
}
VALUES = {
    "a_text": "Halo <b>",
    "a_long": "satu\ndua",
    "an_email": "a@b.id",
    "a_phone": "+6281234567890",
    "a_nik": "3579024507900003",
    "an_npwp": "0013121660091000",
    "a_nib": "1234567890123",
    "an_integer": 1250,
    "a_decimal": "1250000.5",
    "some_money": "2000000",
    "a_yes_no": True,
    "a_choice": "x",
    "some_choices": ["x", "y"],
    "a_date": "2026-11-23",
    "a_range": {"from": "2026-11-23", "to": "2026-12-01"},
    "a_time": "08:30",
    "an_address": {
        "street": "Jl. Mawar 1",
        "rt": "3",
        "region": "35.79.01.1004",
        "postal_code": "65314",
    },
    "a_point": {"lat": "-7.871", "lon": "112.526"},
    "a_group": [{"name": "Budi", "age": 30}, {"name": "Ani"}],
}


def post(values):
    data = QueryDict(mutable=True)
    for key, value in values.items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return data


def bound(fields, values, **more):
    return PageForm(fields, answers={}, data=post(values), today=TODAY, **more)


def test_every_type_is_read_into_its_value():
    form = bound(EVERY_TYPE, TYPED)
    assert form.errors == {}
    assert form.values == VALUES


def test_a_stored_value_is_typed_and_read_back_unchanged():
    for field in EVERY_TYPE:
        if field.key in VALUES:
            shown = typed.from_value(field, VALUES[field.key])
            assert reading.read(field, shown) == VALUES[field.key], field.key


def test_every_type_is_drawn_with_a_label_and_without_markup_of_people():
    html = str(Drawing(bound(EVERY_TYPE, TYPED), save_url="/s/", search_url="/p/"))
    assert "Halo &lt;b&gt;" in html
    assert '<b>"' not in html
    assert "style=" not in html
    for field in EVERY_TYPE:
        assert field.label in html
        assert f'id="id_{field.key}"' in html or field.type == "explanation"


def test_nothing_typed_is_no_answer():
    blank = {"a_text": "  \u00a0 ", "a_long": "\u200b", "some_choices": [""], "a_group.rows": "0"}
    form = bound(EVERY_TYPE, blank)
    assert form.errors == {}
    assert set(map(repr, form.values.values())) == {"None"}


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1.250", "id", "1250"),
        ("1.250", "en", "1.250"),
        ("1,250", "en", "1250"),
        ("1,5", "id", "1.5"),
        ("1.5", "id", "1.5"),
        ("1.250.000,50", "id", "1250000.50"),
        ("1,250,000.50", "id", "1250000.50"),
        ("1.250.000,50", "en", "1250000.50"),
        ("-3", "id", "-3"),
        ("Rp 30.000", "id", "30000"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, language, number):
    with override(language):
        assert reading.plain_number(text) == number


@pytest.mark.parametrize("text", ["NaN", "1e309", "١٢٣", "1.2.3", "--1", "1,2,3", "=1+1", "0x10"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        reading.read(Field(key="n", type="decimal"), text)


def test_numbers_beyond_any_column_are_kept_or_refused_in_words():
    field = Field(key="n", type="integer", max=10)
    for text in ("2147483648", "9" * 25, "9" * 40):
        assert bound([field], {"n": text}).errors["n"]


@pytest.mark.parametrize(
    "text", ["30-02-2026", "2026-02-30", "0000-01-01", "9999-99-99", "besok", "1" * 500]
)
def test_a_date_that_does_not_exist_is_told_and_stays(text):
    form = bound([Field(key="d", type="date", label="Tanggal")], {"d": text})
    assert form.errors["d"]
    assert text in str(Drawing(form))


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\nb", "\x7f"])
def test_characters_that_cannot_be_shown_are_refused(bad):
    for field in EVERY_TYPE:
        if field.type in ("text", "nik", "integer", "date", "time", "choice", "email"):
            assert bound([field], {field.key: bad}).errors.get(field.key), field.key


def test_four_byte_characters_and_direction_marks_are_kept_in_text():
    form = bound(EVERY_TYPE[:1], {"a_text": "𠮷 🙂 \u202eabc"})
    assert form.values["a_text"] == "𠮷 🙂 \u202eabc"


def test_a_hundred_thousand_characters_are_counted_and_kept():
    form = bound(EVERY_TYPE[:1], {"a_text": "x" * 100_000})
    assert "100.000" in form.errors["a_text"][0]
    assert "x" * 100_000 in str(Drawing(form))


def test_a_deleted_option_is_told_and_stays_visible():
    field = next(f for f in EVERY_TYPE if f.key == "a_choice")
    form = bound([field], {"a_choice": "gone"})
    assert form.errors["a_choice"]
    assert 'value="gone"' in str(Drawing(form))


def test_missing_answers_are_asked_for_only_when_going_on():
    fields = [Field(key="a", type="text", label="Nama", required=True)]
    form = bound(fields, {"a": ""})
    assert form.is_valid()
    form.require_answers()
    assert not form.is_valid()
    assert form.problems()[0]["url"] == "#id_a"


def test_a_field_the_page_did_not_show_is_left_alone():
    fields = [Field(key="a", type="text"), Field(key="b", type="text")]
    form = bound(fields, {"_shown": "a", "a": "x", "b": "y"})
    assert form.values == {"a": "x"}


def test_a_row_with_a_gap_is_kept_and_told():
    group = next(f for f in EVERY_TYPE if f.type == "group")
    form = bound([group], {"a_group.rows": "0", "a_group.0.age": "30"})
    assert form.values["a_group"] == [{"age": 30}]
    assert form.errors["a_group"]


def test_a_wrong_cell_keeps_all_rows_as_typed():
    group = next(f for f in EVERY_TYPE if f.type == "group")
    form = bound([group], {"a_group.rows": "0", "a_group.0.name": "Budi", "a_group.0.age": "abc"})
    assert "a_group" not in form.values
    html = str(Drawing(form))
    assert 'value="abc"' in html
    assert 'value="Budi"' in html
    assert 'id="id_a_group-0-age_error"' in html


def test_rows_are_added_and_dropped():
    group = next(f for f in EVERY_TYPE if f.type == "group")
    form = bound(
        [group], {"a_group.rows": "0 1", "a_group.0.name": "Budi", "a_group.1.name": "Ani"}
    )
    form.drop_row("a_group", 0)
    assert form.values["a_group"] == [{"name": "Ani"}]
    form.add_row("a_group")
    assert 'name="a_group.1.name"' in str(Drawing(form))


def test_ten_thousand_options_are_searched_and_never_drawn():
    many = tuple(Option(f"{n:05}", f"Pilihan {n:05}") for n in range(10_000))
    field = Field(key="kbli", type="choice", label="KBLI", options=many)
    html = str(
        Drawing(PageForm([field], answers={"kbli": "00042"}, today=TODAY), search_url="/p/")
    )
    assert len(html) < 3_000
    assert "Pilihan 00042" in html
    assert len(options.find(field, "pilihan")) == options.MOST_FOUND
    assert options.find(field, "09999")[0].value == "09999"


def test_a_village_is_searched_by_its_name():
    field = Field(key="v", type="choice", options_source="villages")
    assert options.find(field, "Temas")[0].value == "35.79.01.1001"
    assert bound([field], {"v": "35.79.01.1004"}).values["v"] == "35.79.01.1004"
    assert bound([field], {"v": "35"}).errors["v"]


def test_half_an_address_is_kept_and_told():
    field = Field(key="a", type="address", label="Alamat", required=True)
    form = bound([field], {"a.street": "Jl. Mawar 1", "a.region_q": ""})
    assert form.values["a"] == {"street": "Jl. Mawar 1"}
    assert form.errors["a"]


def test_a_village_typed_without_choosing_is_taken_when_there_is_no_doubt():
    field = Field(key="a", type="address", label="Alamat", required=True)
    form = bound([field], {"a.street": "Jl. Mawar 1", "a.region_q": "Temas"})
    found = options.find_villages("Temas", 2)
    assert ("a" in form.errors) == (len(found) != 1)
    assert "Temas" in str(Drawing(form))
