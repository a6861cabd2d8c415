"""Numbers people read aloud and codes nobody can guess.

A number looks like `BTU-2026-000427-K`. Its last character is a check: the letters and digits,
weighted by powers of 2, summed modulo 29. As 29 is prime and 2 a primitive root of it, every
single wrong character and every swap of two characters gives another check character. ISO 7064
MOD 37,36 misses some swaps; MOD 37,2 needs `*` as a check character.
"""

import re
import secrets
from collections.abc import Iterator
from itertools import product

PREFIX = re.compile(r"[A-Z]{2,5}")
_MODULUS = 29
_CHECK = "23456789ABCDEFGHJKMNPQRSTVWXY"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LONGEST_INPUT = 60
CODE_80_BIT = 16
CODE_128_BIT = 26


def _value(letter: str) -> int:
    return ord(letter) - (ord("0") if letter.isdigit() else ord("A"))


def _check_character(body: str) -> str:
    """The check character for letters and digits without separators."""
    # Counted from the right, so that the weight beside the check character is always 2: with
    # 28 (that is -1) a swap of the last digit and the check character would go unseen.
    total = sum(_value(c) * pow(2, i, _MODULUS) for i, c in enumerate(reversed(body), start=1))
    return _CHECK[total % _MODULUS]


def application_number(prefix: str, year: int, seq: int) -> str:
    """The public number of the `seq`-th file of a local year, with its check character.

    `prefix` is 2 to 5 letters A-Z (of the installation), `seq` starts at 1.
    """
    if not PREFIX.fullmatch(prefix) or not 2000 <= year <= 2999 or seq < 1:
        raise ValueError(f"No number can be made of {prefix!r}, {year!r}, {seq!r}.")
    number = f"{seq:06d}"
    return f"{prefix}-{year}-{number}-{_check_character(f'{prefix}{year}{number}')}"


def _candidates(letters: str) -> Iterator[tuple[str, str, str, str]]:
    """Every way to read the characters as (prefix, year, number, check character).

    The place tells letter from digit: O in a number is 0, 0 in a prefix is O, I and L in a
    number are 1; a 1 in a prefix may be I or L.
    """
    rest, check = letters[:-1], letters[-1]
    for size in range(2, 6):
        digits = rest[size:].translate(str.maketrans("OIL", "011"))
        if len(digits) < 10 or not digits.isdigit() or digits[0] != "2":
            continue
        if len(digits) > 10 and digits[4] == "0":
            continue
        choices = ({"0": "O", "1": "IL"}.get(letter, letter) for letter in rest[:size])
        for prefix in product(*choices):
            yield "".join(prefix), digits[:4], digits[4:], check


def check_reference(text: str) -> str | None:
    """The number as it is printed, from what was typed or read aloud; None if it is wrong.

    Case, spaces and dashes do not matter, nor O for 0, I or L for 1 where only one reading fits.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    letters = re.sub(r"[\s./_\u2010-\u2015-]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{13,32}", letters):
        return None
    found = {
        f"{prefix}-{year}-{number}-{check}"
        for prefix, year, number, check in _candidates(letters)
        if PREFIX.fullmatch(prefix)
        and int(number)
        and _check_character(f"{prefix}{year}{number}") == check
    }
    return found.pop() if len(found) == 1 else None


def new_code(length: int) -> str:
    """A random code of `length` characters of Crockford's base 32, 5 bits each.

    16 (`CODE_80_BIT`) for a code that also needs a rate limit, 26 (`CODE_128_BIT`) for one that
    opens something by itself; fewer than 16 are refused.
    """
    if length < CODE_80_BIT:
        raise ValueError("A code of fewer than 80 bits can be guessed.")
    return "".join(secrets.choice(_CROCKFORD) for _ in range(length))


def format_code(code: str) -> str:
    """The code in groups of four, as printed: `7K2M-Q9ZD-...`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise_code(text: str) -> str | None:
    """The code behind what was typed: no separators, capitals, O as 0, I and L as 1.

    None when other characters remain or nothing does. Whether the code exists is not asked.
    """
    if len(text) > 2 * _LONGEST_INPUT:
        return None
    code = (
        re.sub(r"[\s./_\u2010-\u2015-]", "", text).upper().translate(str.maketrans("OIL", "011"))
    )
    return code if code and all(letter in _CROCKFORD for letter in code) else None
