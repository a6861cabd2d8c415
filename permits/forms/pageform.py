"""One page of the form: what was typed, what it means, what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from mpp.kit import clock
from permits import rules
from permits.conditions import is_empty
from permits.definition import Field
from permits.forms import reading, typed

SHOWN = "_shown"
InnerErrors = dict[tuple[int, str], list[str]]


class PageForm:
    """The fields of a page over stored answers, bound when `data` is given.

    `values` holds what could be read and passed the rules (None: emptied), `errors` the
    sentences per field. Files are documents and not read here. `only` limits reading to some
    fields (saving one as it is typed).
    """

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        answers: Mapping[str, Any],
        data: QueryDict | None = None,
        only: Iterable[str] | None = None,
        today: date | None = None,
    ) -> None:
        self.fields = list(fields)
        self.answers = answers
        self.data = data
        self.is_bound = data is not None
        self.today = today or clock.today()
        self.errors: dict[str, list[str]] = {}
        self.inner_errors: dict[str, InnerErrors] = {}
        self.values: dict[str, Any] = {}
        self._only = None if only is None else set(only)
        self._typed: dict[str, Any] = {}
        if self.is_bound:
            self._read()

    @property
    def asked(self) -> list[Field]:
        """The fields that are typed into: no headings, no files."""
        return [field for field in self.fields if field.is_answered and field.type != "file"]

    def posted_keys(self) -> set[str]:
        """Keys of the fields the sent page showed; all of them when it does not say."""
        told = self.data.get(SHOWN) if self.is_bound else None
        return {field.key for field in self.asked} if told is None else set(told.split())

    def typed_for(self, field: Field) -> Any:
        """What stands in the input: what was typed, else the stored answer."""
        if field.key not in self._typed:
            self._typed[field.key] = typed.from_value(field, self.answers.get(field.key))
        return self._typed[field.key]

    def take_typed(self, key: str, other: "PageForm") -> None:
        """Show what another form over the same post shows (rows dropped there)."""
        if key in other._typed:
            self._typed[key] = other._typed[key]

    def take_stored(self, field: Field) -> None:
        """Show the stored answer instead of what was posted (an offer that was taken over)."""
        self._typed[field.key] = typed.from_value(field, self.answers.get(field.key))

    def add_row(self, key: str) -> None:
        """One more empty row in a group, up to its limit."""
        field = next((f for f in self.fields if f.key == key and f.type == "group"), None)
        if field is not None:
            rows = list(self.typed_for(field)) or [{}]
            if len(rows) < (field.max_rows or reading.MOST_ROWS):
                self._typed[key] = [*rows, {}]

    def drop_row(self, key: str, number: int) -> None:
        """The group without its row `number` (0 is the first), what remains read anew."""
        field = next((f for f in self.fields if f.key == key and f.type == "group"), None)
        if field is None:
            return
        rows = [row for place, row in enumerate(self.typed_for(field)) if place != number]
        self._typed[key] = rows
        self._forget(key)
        self._read_one(field)

    def _forget(self, key: str) -> None:
        self.errors.pop(key, None)
        self.inner_errors.pop(key, None)
        self.values.pop(key, None)

    def _read(self) -> None:
        posted = self.posted_keys()
        for field in self.asked:
            if field.key in posted:
                self._typed[field.key] = typed.from_post(field, self.data, field.key)
                if self._only is None or field.key in self._only:
                    self._read_one(field)

    def _read_one(self, field: Field) -> None:
        try:
            value = reading.read(field, self._typed[field.key])
        except reading.GroupTrouble as fault:
            self.errors[field.key] = list(fault.messages)
            self.inner_errors[field.key] = fault.inner
            return
        except ValidationError as fault:
            self.errors[field.key] = list(fault.messages)
            return
        if is_empty(value):
            self.values[field.key] = None
            return
        problems = self._check(field, value)
        if not problems:
            self.values[field.key] = value
        elif self._only_lacks_something(field, value):
            # Half an address or a row with a gap is kept, so that nothing is lost; told too.
            self.values[field.key] = value
            self.errors[field.key] = problems
        else:
            self.errors[field.key] = problems

    def _check(self, field: Field, value: Any) -> list[str]:
        """The rules, with what is known on and before this page for conditions inside groups."""
        known = {**self.answers, **self.values}
        return rules.check(field, value, today=self.today, answers=known)

    def _only_lacks_something(self, field: Field, value: Any) -> bool:
        """Whether each given part is right by itself; sending checks the whole again."""
        match field.type:
            case "date_range":
                return not (value.get("from") and value.get("to"))
            case "address":
                return not self._check(replace(field, required=False), value)
            case "group":
                return not (field.max_rows and len(value) > field.max_rows) and not any(
                    rules.check(inner, row[inner.key], today=self.today)
                    for row in value
                    for inner in field.fields
                    if inner.key in row
                )
        return False

    def require_answers(self) -> None:
        """Tell of required fields left empty; not done when somebody only saves for later."""
        posted = self.posted_keys()
        for field in self.asked:
            if field.key not in posted or field.key in self.errors:
                continue
            if self.values.get(field.key) is None:
                problems = self._check(field, None)
                if not problems and field.type == "group" and field.min_rows:
                    problems = [_("Add at least %(count)s rows.") % {"count": field.min_rows}]
                if problems:
                    self.errors[field.key] = problems

    def keep_errors_of(self, fields: Iterable[Field]) -> None:
        """Forget the errors of all other fields."""
        keys = {field.key for field in fields}
        self.errors = {key: found for key, found in self.errors.items() if key in keys}

    def is_valid(self) -> bool:
        return self.is_bound and not self.errors

    def problems(self) -> list[dict[str, str]]:
        """The lines of the error summary, in the order of the page."""
        return [
            {"url": f"#id_{field.key}", "text": sentence}
            for field in self.fields
            for sentence in self.errors.get(field.key, ())
        ]
