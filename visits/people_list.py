"""Many people at once: lines pasted from a table, or a CSV file of a spreadsheet.

The lines of a file are put where pasted ones stand, so that both are read, shown and corrected in
the same place. Nothing is stored before somebody has seen it.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from mpp.kit.exports import safe_cell
from mpp.kit.fields import SafeFormMixin, SafeTextField
from visits.actions.people import check_room
from visits.forms import PersonForm
from visits.models import Visit
from visits.workflow import Refused

FILE_BYTES = 64_000
MOST_LINES = 300
FAULTS_TOLD = 5
COLUMNS = tuple(PersonForm.base_fields)
# A first column that counts the lines is common and says nothing.
_COUNTING = {"no", "no.", "nomor", "number", "#"}
_RUNS = ("=", "@", "＝", "＠", "+", "-", "＋", "－")
# What a spreadsheet makes of a staff number of 18 digits.
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Unreadable(Exception):
    """A file that cannot be read as lines; `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass
class Line:
    """One line as it was understood: its number, the person, or what is wrong with it."""

    number: int
    person: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    is_known: bool = False


# --- the file -----------------------------------------------------------------------------
def text_of_file(file: Any) -> str:
    """The text of an uploaded CSV, in UTF-8, UTF-16 or the encoding of Windows.

    Raises Unreadable for a file that is too large, empty or no text.
    """
    if file.size > FILE_BYTES:
        raise Unreadable(_("The file is larger than 64 KB. Send the list in several files."))
    data = file.read(FILE_BYTES + 1)
    if data.startswith(_SPREADSHEETS):
        raise Unreadable(_("This is a spreadsheet. Save it as CSV, then choose that file."))
    text = _decoded(data).lstrip("\ufeff")
    if not text.strip():
        raise Unreadable(_("The file is empty. Choose another file."))
    return text


def _decoded(data: bytes) -> str:
    codes = ["utf-8-sig", "cp1252"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes = ["utf-16"]
    for code in codes:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(_("This file cannot be read as text. Save it as CSV (UTF-8)."))


def template() -> str:
    """An empty list with its headings, for a spreadsheet set to Indonesian."""
    names = [safe_cell(str(PersonForm.base_fields[name].label)) for name in COLUMNS]
    return "\ufeff" + ";".join(f'"{name}"' for name in names) + "\r\n"


# --- the lines ----------------------------------------------------------------------------
def read_lines(text: str) -> list[Line]:
    """Every line that is not blank; a line of headings says which column is which."""
    found: list[Line] = []
    columns, is_comma = COLUMNS, False
    headings = _headings()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip(" ;,\t\r"):
            continue
        if line.count('"') % 2:
            sentence = _("A quotation mark is open, or a cell holds a line break.")
            found.append(Line(number, fault=sentence))
            continue
        cells = _cells(line, is_comma=is_comma)
        heading = _columns_of(cells, headings) or _columns_of(
            _cells(line, is_comma=True), headings
        )
        if heading:
            columns, is_comma = heading, len(heading) > 1 and not _separator(line)
            cells = _cells(line, is_comma=is_comma)
            unknown = [cell for cell, name in zip(cells, heading, strict=True) if name is None]
            if unknown:
                sentence = _("This column is not known: %(name)s.") % {"name": unknown[0]}
                found.append(Line(number, fault=sentence))
            continue
        found.append(_person(number, cells, columns))
    return found


def _separator(line: str) -> str:
    return next((sign for sign in "\t;" if sign in line), "")


def _cells(line: str, *, is_comma: bool) -> list[str]:
    """The cells of a line. A comma separates only where a heading said so: names hold commas."""
    sign = _separator(line) or ("," if is_comma else "\t")
    row = next(csv.reader([line], delimiter=sign, skipinitialspace=True), [])
    return [_plain(cell) for cell in row]


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it; a dash is nothing."""
    cell = cell.strip()
    if cell.startswith("'") and cell[1:].lstrip().startswith(_RUNS):
        cell = cell[1:].lstrip()
    return "" if cell in ("-", "–") else cell


def _headings() -> dict[str, str]:
    """Heading -> column, in both languages."""
    found = {}
    for language in ("id", "en"):
        with override(language):
            found |= {str(PersonForm.base_fields[name].label).casefold(): name for name in COLUMNS}
    short = {"nip": "staff_number", "sppd": "travel_order", "instansi": "institution"}
    return {**found, **short, **dict.fromkeys(_COUNTING, "")}


def _columns_of(cells: list[str], headings: dict[str, str]) -> tuple[str | None, ...]:
    """The columns a line of headings names (None for an unknown one); empty for a person."""
    names = tuple(headings.get(cell.casefold()) for cell in cells)
    return names if "name" in names else ()


def _person(number: int, cells: list[str], columns: Iterable[str | None]) -> Line:
    columns = list(columns)
    if len([cell for cell in cells[len(columns) :] if cell]):
        return Line(number, fault=_("This line has too many parts."))
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    for name, value in values.items():
        if fault := _fault_of(name, value):
            return Line(number, values, fault)
    form = PersonForm(values)
    if not form.is_valid():
        return Line(number, values, next(iter(form.errors.values()))[0])
    return Line(number, form.cleaned_data)


def _fault_of(name: str, value: str) -> str:
    """What a spreadsheet did to a value, or could be made to do by it."""
    if name == "staff_number" and _SHORTENED.fullmatch(value):
        return _("The spreadsheet shortened this staff number. Set the column to text.")
    signs = _RUNS[:4] if name == "phone" else _RUNS
    if value.startswith(signs):
        return _("%(text)s begins with a sign that spreadsheets run.") % {"text": value[:20]}
    return ""


def _same(person: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        str(person.get(name, "")).casefold() for name in ("name", "position", "staff_number")
    )


# --- the form -----------------------------------------------------------------------------
class PeopleForm(SafeFormMixin, forms.Form):
    """The lines, one person each; after `is_valid` `read` holds every line as understood."""

    lines = SafeTextField(
        label=gettext_lazy("People, one a line"),
        help_text=gettext_lazy(
            "Name; position; institution; staff number; mobile number; travel order. "
            "Only the name is needed. You can paste rows of a table."
        ),
        max_length=FILE_BYTES,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a CSV file"),
        help_text=gettext_lazy(
            "At most 300 lines and 64 KB. You see everything before it counts."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        self.read: list[Line] = []

    @property
    def people(self) -> list[dict[str, Any]]:
        """Who was understood."""
        return [line.person for line in self.read if not line.fault]

    @property
    def faulty(self) -> list[Line]:
        """The lines that have to be corrected."""
        return [line for line in self.read if line.fault]

    @property
    def is_nothing_new(self) -> bool:
        """Whether all of them stand in the list: the button was pressed a second time."""
        return bool(self.read) and all(line.is_known for line in self.read)

    def clean_lines(self) -> str:
        """Read every line; a sentence names each that cannot be taken."""
        text = self.cleaned_data["lines"]
        if not text:
            raise ValidationError(_("Write or paste people, or choose a file."), code="required")
        if text.count("\n") >= MOST_LINES:
            sentence = _("A list has at most %(count)s lines. Send it in parts.")
            raise ValidationError(sentence % {"count": MOST_LINES})
        self.read = read_lines(text)
        self._mark_doubles()
        if self.faulty:
            raise ValidationError(self._told())
        if not self.read:
            raise ValidationError(_("Write or paste people, or choose a file."), code="required")
        try:
            check_room(self.visit, len(self.people))
        except Refused as fault:
            raise ValidationError(fault.sentence) from fault
        return text

    def _told(self) -> list[str]:
        told = [
            _("Line %(number)s: %(fault)s") % {"number": line.number, "fault": line.fault}
            for line in self.faulty
        ]
        rest = len(told) - FAULTS_TOLD
        if rest > 0:
            more = ngettext("%(count)s more line below.", "%(count)s more lines below.", rest)
            return [*told[:FAULTS_TOLD], more % {"count": rest}]
        return told

    def _mark_doubles(self) -> None:
        """The same person twice: pressed twice, or the list sent a second time."""
        known = {
            _same({"name": row.name, "position": row.position, "staff_number": row.staff_number})
            for row in self.visit.participants.all()
        }
        for line in self.read:
            if line.fault:
                continue
            if _same(line.person) in known:
                sentence = _("%(name)s stands in the list already.")
                line.fault = sentence % {"name": line.person["name"]}
                line.is_known = True
            known.add(_same(line.person))
