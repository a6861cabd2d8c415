"""Cells of CSV and spreadsheet files made from what people typed."""

from typing import Any

from django.utils.functional import Promise

# Spreadsheets run text with these in front as a formula (CWE-1236). The wide forms are turned
# into the plain ones by some of them.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """The value for a cell: text that could run gets an apostrophe in front, None is empty.

    Numbers, dates and truth values stay what they are; a text such as "-5" is text.
    """
    if value is None:
        return ""
    if isinstance(value, Promise):
        value = str(value)
    # A blank in front hides the sign from us, not from every spreadsheet.
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_STARTS_FORMULA):
        return f"'{value}"
    return value
