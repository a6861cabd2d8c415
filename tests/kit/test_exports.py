from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy

from mpp.kit.exports import safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+6281", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "  =1", "\u00a0@x"]
    + ['=HYPERLINK("http://x")', "\ufeff=1"],
)
def test_safe_cell_puts_an_apostrophe_in_front(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Siti", "a=b", "081-2", "'=1", " ", "5-1"])
def test_safe_cell_leaves_plain_text(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize("value", [-5, 0, Decimal("-1.5"), date(2026, 1, 1), True, 1.5])
def test_safe_cell_leaves_numbers_and_dates(value):
    assert safe_cell(value) is value


def test_safe_cell_of_nothing_is_empty():
    assert safe_cell(None) == ""


def test_safe_cell_translates_lazy_text():
    assert isinstance(safe_cell(gettext_lazy("Desk")), str)
    assert type(safe_cell(gettext_lazy("Desk"))) is str
