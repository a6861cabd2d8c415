"""Numbers of people and businesses: NIK, family card, NPWP, NIB, mobile phone.

Only what cannot be right is refused. What merely looks odd (region, date, sex in a NIK) is a
warning: a NIK with a real mistake in it is still the number on the card. No database, no time.
"""

import re
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import luhn

from accounts import regions

_SEPARATORS = re.compile(r"[\s.\-/\u00a0\u2010-\u2015]")
_MOBILE = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
# In a NIK the day of birth of a woman has 40 added.
_FEMALE_OFFSET = 40
_LONGEST_INPUT = 60


def _digits(text: str, *lengths: int) -> str | None:
    """The digits of `text` without separators if there are as many as wanted, else None."""
    compact = _SEPARATORS.sub("", text[:_LONGEST_INPUT])
    return compact if len(compact) in lengths and re.fullmatch("[0-9]+", compact) else None


def clean_nik(text: str) -> str:
    """The 16 digits of a NIK; raises ValidationError for anything else.

    There is no check digit. All the same digit is refused: that is a placeholder.
    """
    nik = _digits(text, 16)
    if nik is None:
        raise ValidationError(_("A NIK has 16 digits. Check the number on your KTP."), code="nik")
    if len(set(nik)) == 1:
        raise ValidationError(_("This is not a NIK. Check the number on your KTP."), code="nik")
    return nik


def nik_birth_dates(nik: str) -> tuple[date, ...]:
    """The days of birth a NIK can mean: in 19xx, in 20xx, or none when there is no such day."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= _FEMALE_OFFSET if day > _FEMALE_OFFSET else 0
    found = []
    for century in (1900, 2000):
        try:
            found.append(date(century + year, month, day))
        except ValueError:
            continue
    return tuple(found)


def nik_sex(nik: str) -> str:
    """`female`, `male`, or empty when the day of birth in the NIK is impossible."""
    day = int(nik[6:8])
    if 1 <= day <= 31:
        return "male"
    return "female" if 1 <= day - _FEMALE_OFFSET <= 31 else ""


def nik_warnings(nik: str, *, birth_date: date | None = None, sex: str = "") -> list[str]:
    """Sentences on what does not fit in a NIK of 16 digits; an empty list when all fits.

    `birth_date` and `sex` (`female` or `male`) are what the person typed beside it. The region
    is where the NIK was issued, not where the person lives, so it is never compared with one.
    """
    warnings = []
    if not regions.is_known(f"{nik[:2]}.{nik[2:4]}"):
        warnings.append(_("The first four digits of the NIK name no regency or city we know."))
    dates = nik_birth_dates(nik)
    if not dates:
        warnings.append(_("Digits 7 to 12 of the NIK are no date of birth."))
    elif birth_date and birth_date not in dates:
        warnings.append(_("The NIK names another date of birth than the one you gave."))
    if sex and nik_sex(nik) and sex != nik_sex(nik):
        warnings.append(_("The NIK does not fit the sex you gave."))
    return warnings


def mask_nik(nik: str) -> str:
    """A NIK for lists: first and last four digits; the date of birth stays hidden."""
    return f"{nik[:4]}{'•' * 8}{nik[-4:]}" if len(nik) == 16 else "•" * len(nik)


def mask_name(name: str) -> str:
    """A name for lists: the first letter of each word; the length of a word stays hidden."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def mask_phone(phone: str) -> str:
    """A phone number for lists: the last three digits only."""
    return f"•••• {phone[-3:]}" if len(phone) > 6 else "•" * len(phone)


def clean_family_card(text: str) -> str:
    """The 16 digits of a family card (KK); raises ValidationError for anything else."""
    number = _digits(text, 16)
    if number is None or len(set(number)) == 1:
        raise ValidationError(_("A family card number (KK) has 16 digits."), code="family_card")
    return number


def clean_nib(text: str) -> str:
    """The 13 digits of a business number (NIB); raises ValidationError for anything else."""
    number = _digits(text, 13)
    if number is None:
        raise ValidationError(_("A NIB has 13 digits."), code="nib")
    return number


def clean_npwp(text: str) -> str:
    """A tax number as 16 digits, so that one number has one spelling.

    Sixteen digits are the NIK of a person, or 0 and the old number. Old numbers (15 digits)
    carry a Luhn check digit over the first nine. Raises ValidationError.
    """
    number = _digits(text, 15, 16)
    if number is None:
        raise ValidationError(_("An NPWP has 15 or 16 digits."), code="npwp")
    if len(number) == 15:
        number = f"0{number}"
    is_wrong = not luhn.is_valid(number[1:10]) if number.startswith("0") else len(set(number)) == 1
    if is_wrong or not int(number):
        raise ValidationError(_("This NPWP is not right. Check each digit."), code="npwp")
    return number


def format_npwp(npwp: str) -> str:
    """An NPWP of 16 digits as printed: old numbers as `01.312.166.0-091.000`, others plain."""
    if len(npwp) != 16 or not npwp.startswith("0"):
        return npwp
    n = npwp[1:]
    return f"{n[:2]}.{n[2:5]}.{n[5:8]}.{n[8]}-{n[9:12]}.{n[12:]}"


def normalise_phone(text: str) -> str | None:
    """A mobile number in E.164 (`+62812...`), or None.

    `0812`, `62812`, `+62812` and `812` mean the same. Other countries need their `+`.
    """
    compact = _SEPARATORS.sub("", text[:_LONGEST_INPUT]).translate(
        {ord("("): None, ord(")"): None}
    )
    if not re.fullmatch(r"\+?[0-9]{8,15}", compact):
        return None
    # `62812...` without + would be read as a number inside Indonesia.
    for start, prefix in (("+", ""), ("628", "+"), ("08", "+62"), ("8", "+62")):
        if compact.startswith(start):
            rest = compact[1:] if start == "08" else compact
            return _mobile(prefix + rest)
    return None


def _mobile(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    if phonenumbers.number_type(parsed) not in _MOBILE:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def clean_phone(text: str) -> str:
    """Like `normalise_phone`, but raises ValidationError with a sentence."""
    phone = normalise_phone(text)
    if phone is None:
        raise ValidationError(
            _("Give a mobile number, for example 0812 3456 7890. Other countries start with +."),
            code="phone",
        )
    return phone
