import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpp.kit import references
from mpp.kit.references import (
    application_number,
    check_reference,
    format_code,
    new_code,
    normalise_code,
)

PREFIXES = st.text(string.ascii_uppercase, min_size=2, max_size=5)
NUMBERS = st.builds(
    application_number, PREFIXES, st.integers(2000, 2999), st.integers(1, 99_999_999)
)


def test_application_number_has_prefix_year_number_and_check():
    prefix, year, number, check = application_number("BTU", 2026, 427).split("-")
    assert (prefix, year, number) == ("BTU", "2026", "000427")
    assert len(check) == 1


@pytest.mark.parametrize(
    ("prefix", "year", "seq"),
    [("B", 2026, 1), ("BATUKO", 2026, 1), ("btu", 2026, 1), ("B1", 2026, 1), ("", 2026, 1)]
    + [("BTU", 1999, 1), ("BTU", 3000, 1), ("BTU", 2026, 0), ("BTU", 2026, -1)],
)
def test_application_number_refuses_bad_parts(prefix, year, seq):
    with pytest.raises(ValueError, match="No number"):
        application_number(prefix, year, seq)


@given(NUMBERS)
def test_check_reference_accepts_what_was_made(number):
    assert check_reference(number) == number


@given(st.integers(2000, 2999), st.integers(1, 9_999_999))
def test_check_reference_is_tolerant_to_the_way_of_typing(year, seq):
    number = application_number("BTU", year, seq)
    prefix, rest = number[:3], number[3:-1]
    spoken = f" {prefix.lower()}{rest.replace('0', 'o').replace('1', 'l')}{number[-1].lower()} "
    assert check_reference(spoken) == number
    assert check_reference(number.replace("-", " ")) == number
    assert check_reference(number.replace("-", "–")) == number
    assert check_reference(number.replace("-", "/")) == number
    assert check_reference(number.replace("-", "")) == number


def test_check_reference_reads_zero_in_a_prefix_as_o():
    number = application_number("KOTA", 2026, 5)
    assert check_reference(number.replace("KOTA", "K0TA")) == number


@given(NUMBERS, st.data())
def test_every_single_wrong_character_is_found(number, data):
    places = [i for i, letter in enumerate(number) if letter != "-"]
    place = data.draw(st.sampled_from(places))
    pool = string.digits if number[place].isdigit() else string.ascii_uppercase
    if place == len(number) - 1:
        pool = string.digits + string.ascii_uppercase
    other = data.draw(st.sampled_from([c for c in pool if c != number[place]]))
    changed = number[:place] + other + number[place + 1 :]
    assert check_reference(changed) is None


@given(NUMBERS, st.data())
def test_every_swap_of_two_neighbours_is_found(number, data):
    flat = number.replace("-", "")
    place = data.draw(st.integers(0, len(flat) - 2))
    if flat[place] == flat[place + 1]:
        return
    swapped = flat[:place] + flat[place + 1] + flat[place] + flat[place + 2 :]
    assert check_reference(swapped) != number
    size = len(number.split("-")[0])
    parts = (swapped[:size], swapped[size : size + 4], swapped[size + 4 : -1], swapped[-1])
    if parts[0].isalpha() and (parts[1] + parts[2]).isdigit():
        assert check_reference("-".join(parts)) is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "BTU", "BTU-2026-427-K", "BTU-1926-000427-K", "BTU-2026-000000-2"]
    + ["BTU-2026-000427", "☃" * 14, "\x00" * 14, "9" * 14, "A" * 14, "B" * 1_000_000]
    + ["BTU-2026-000427-0", "BTU-2026-000427-U", "BTU-٢٠٢٦-000427-K", "'; DROP TABLE--"],
)
def test_check_reference_refuses_garbage(text):
    assert check_reference(text) is None


def test_check_reference_refuses_a_number_with_zeros_too_many():
    flat = "BTU20260000427"
    assert check_reference(flat + references._check_character(flat)) is None


def test_check_reference_refuses_what_can_be_read_two_ways():
    one, two = application_number("IL", 2026, 1), application_number("LI", 2026, 1)
    read = check_reference("11" + one[2:])
    assert read in (one, None)
    assert two != one


def test_new_code_has_the_length_and_alphabet_and_never_repeats():
    codes = {new_code(references.CODE_128_BIT) for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 26 and set(code) <= set(references._CROCKFORD) for code in codes)
    assert not set("ILOU") & set("".join(codes))


def test_new_code_refuses_fewer_than_80_bits():
    assert len(new_code(references.CODE_80_BIT)) == 16
    with pytest.raises(ValueError, match="80 bits"):
        new_code(15)


@given(st.integers(16, 40))
def test_normalise_code_undoes_format_code(length):
    code = new_code(length)
    assert normalise_code(format_code(code)) == code
    assert normalise_code(format_code(code).lower().replace("0", "o").replace("1", "i")) == code


def test_format_code_groups_by_four():
    assert format_code("ABCDEFGHJK") == "ABCD-EFGH-JK"
    assert format_code("") == ""


@pytest.mark.parametrize("text", ["", " - ", "ABCU", "AB*C", "é", "\x00", "A" * 1_000_000])
def test_normalise_code_refuses_garbage(text):
    assert normalise_code(text) is None
