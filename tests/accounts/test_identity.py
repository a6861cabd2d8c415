from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import identity

GIRL = "3579014508150001"
MAN = "3579011708900002"


@pytest.mark.parametrize(
    "text", [GIRL, " 3579 0145 0815 0001 ", "3579.0145.0815.0001", "357901-450815-0001"]
)
def test_clean_nik_accepts_sixteen_digits_with_separators(text):
    assert identity.clean_nik(text) == GIRL


@pytest.mark.parametrize(
    "text",
    ["", "357901450815000", "35790145081500011", "357901450815000A", "٣٥٧٩٠١٤٥٠٨١٥٠٠٠١"]
    + ["0" * 16, "1" * 16, "x" * 1_000_000, "3" * 1_000_000, "\x00" * 16, "３" * 16, "²" * 16],
)
def test_clean_nik_refuses_anything_else(text):
    with pytest.raises(ValidationError) as refusal:
        identity.clean_nik(text)
    assert refusal.value.code == "nik"


def test_a_girl_born_in_2015_is_not_read_as_born_in_1915_only():
    assert identity.nik_birth_dates(GIRL) == (date(1915, 8, 5), date(2015, 8, 5))
    assert identity.nik_warnings(GIRL, birth_date=date(2015, 8, 5), sex="female") == []
    assert identity.nik_warnings(GIRL, birth_date=date(1915, 8, 5), sex="female") == []


@pytest.mark.parametrize("region", ["3579", "9301", "9501", "9601", "6501", "9202"])
def test_new_provinces_are_known(region):
    assert identity.nik_warnings(f"{region}{MAN[4:]}") == []


def test_an_unknown_region_is_only_a_warning():
    nik = f"9999{MAN[4:]}"
    assert identity.clean_nik(nik) == nik
    assert len(identity.nik_warnings(nik)) == 1


@pytest.mark.parametrize(
    "middle", ["320190", "000190", "400190", "720190", "011390", "300290", "990101"]
)
def test_an_impossible_date_is_only_a_warning(middle):
    nik = f"357901{middle}0001"
    assert identity.nik_birth_dates(nik) == ()
    assert len(identity.nik_warnings(nik, birth_date=date(1990, 1, 1))) == 1


def test_a_leap_day_exists_only_in_leap_years():
    assert identity.nik_birth_dates("3579012902000001") == (date(2000, 2, 29),)
    assert len(identity.nik_birth_dates("3579012902040001")) == 2
    assert identity.nik_birth_dates("3579016902010001") == ()


def test_another_birth_date_or_sex_is_a_warning():
    assert len(identity.nik_warnings(MAN, birth_date=date(1990, 8, 18))) == 1
    assert len(identity.nik_warnings(MAN, sex="female")) == 1
    assert len(identity.nik_warnings(MAN, birth_date=date(1991, 8, 17), sex="female")) == 2
    assert identity.nik_warnings(MAN, birth_date=date(1990, 8, 17), sex="male") == []


def test_nik_sex_follows_the_day():
    days = {"01": "male", "31": "male", "41": "female", "71": "female"}
    days |= {"00": "", "32": "", "40": "", "72": "", "99": ""}
    assert {day: identity.nik_sex(f"357901{day}01900001") for day in days} == days


def test_an_impossible_day_says_nothing_about_the_sex():
    assert len(identity.nik_warnings("3579013201900001", sex="male")) == 1


@given(st.from_regex(r"\A[0-9]{16}\Z"))
def test_nik_warnings_never_fail(nik):
    assert isinstance(identity.nik_warnings(nik, birth_date=date(2000, 1, 1), sex="male"), list)


def test_masks_hide_the_middle():
    assert identity.mask_nik(GIRL) == "3579••••••••0001"
    assert identity.mask_nik("12345") == "•••••"
    assert identity.mask_nik("") == ""
    assert identity.mask_name("Siti  Aminah") == "S••• A•••"
    assert identity.mask_name("") == ""
    assert identity.mask_phone("+6281234567890") == "•••• 890"
    assert identity.mask_phone("123") == "•••"


def test_family_card_has_sixteen_digits():
    assert identity.clean_family_card("3579 0101 0101 0001") == "3579010101010001"
    for text in ("", "357901010101000", "0" * 16, "x"):
        with pytest.raises(ValidationError):
            identity.clean_family_card(text)


def test_nib_has_thirteen_digits():
    assert identity.clean_nib("0220 1234 56789") == "0220123456789"
    for text in ("", "022012345678", "02201234567890", "٠" * 13):
        with pytest.raises(ValidationError):
            identity.clean_nib(text)


@pytest.mark.parametrize(
    "text",
    ["01.312.166.0-091.000", "013121660091000", "0013121660091000", " 01 312 166 0 091 000"],
)
def test_clean_npwp_gives_one_spelling(text):
    assert identity.clean_npwp(text) == "0013121660091000"


def test_clean_npwp_takes_a_nik_of_a_new_province():
    assert identity.clean_npwp("9301014508150001") == "9301014508150001"


@pytest.mark.parametrize(
    "text",
    ["", "013121661091000", "0013121661091000", "01312166009100", "00131216600910000", "0" * 15]
    + ["0" * 16, "1" * 16, "abc", "٠١٣١٢١٦٦٠٠٩١٠٠٠"],
)
def test_clean_npwp_refuses_wrong_numbers(text):
    with pytest.raises(ValidationError) as refusal:
        identity.clean_npwp(text)
    assert refusal.value.code == "npwp"


def test_format_npwp_shows_the_printed_form():
    assert identity.format_npwp("0013121660091000") == "01.312.166.0-091.000"
    assert identity.format_npwp(GIRL) == GIRL
    assert identity.format_npwp("0123") == "0123"


@pytest.mark.parametrize(
    "text",
    ["081234567890", "6281234567890", "+6281234567890", "81234567890", "0812-3456-7890"]
    + ["+62 812 3456 7890", "(0812) 3456 7890", "0812.3456.7890", "\u00a00812 3456 7890 "],
)
def test_normalise_phone_gives_one_spelling(text):
    assert identity.normalise_phone(text) == "+6281234567890"
    assert identity.clean_phone(text) == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "phone"),
    [("+60 12-345 6789", "+60123456789"), ("+1 650 253 0000", "+16502530000")]
    + [("+65 9123 4567", "+6591234567")],
)
def test_normalise_phone_takes_other_countries_with_plus(text, phone):
    assert identity.normalise_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "021-500",
        "0341512345",
        "+62341512345",
        "62812345",
        "60123456789",
        "0812",
        "08" * 10,
    ]
    + ["++6281234567890", "0812345678x", "٠٨١٢٣٤٥٦٧٨٩٠", "\x00" * 10, "8" * 1_000_000]
    + ["+999123456789", "+6565212345", "+628001234567", "0812+34567890", "110"],
)
def test_normalise_phone_refuses_anything_else(text):
    assert identity.normalise_phone(text) is None
    with pytest.raises(ValidationError):
        identity.clean_phone(text)


@given(st.text(max_size=30))
def test_nothing_typed_ever_fails_hard(text):
    phone = identity.normalise_phone(text)
    assert phone is None or identity.normalise_phone(phone) == phone
    for clean in (identity.clean_nik, identity.clean_npwp, identity.clean_nib):
        try:
            assert clean(clean(text)) == clean(text)
        except ValidationError:
            continue
