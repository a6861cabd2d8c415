"""The shape of a permit type: frozen values, each key declared once.

Reading, writing, checking and comparing all follow these declarations, so a new key is added
here only. The order of the declarations is the order of the keys in YAML. Every text that people
read has an English twin with the ending `_en`.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from permits.definition.conditions import Condition
from permits.definition.declaring import (
    a_condition,
    a_flag,
    a_part,
    a_parts,
    a_text,
    a_texts,
    a_whole,
    declare,
    one_of,
    some_of,
)
from permits.definition.vocabulary import (
    END_VERBS,
    FIELD_TYPES,
    FILE_KINDS,
    FILE_PROOFS,
    OPTION_SOURCES,
    PREFILLS,
    PROOFS,
    SILENT_TYPES,
    VERBS,
)


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long the office may take once the file is complete."""

    n: int | None = a_whole()
    unit: str = one_of(("working_days", "minutes", "hours"), "working_days")


@dataclass(frozen=True, slots=True)
class Standard:
    """The published service standard (UU 25/2009 art. 21); `assumed` names unsourced keys."""

    time_limit: TimeLimit | None = a_part(TimeLimit)
    intake_days: int = a_whole(1)
    fee_idr: int | None = a_whole()
    fee: str = a_text()
    fee_en: str = a_text()
    decree: str = a_text()
    decree_on: date | None = declare("date", None)
    effective_on: date | None = declare("date", None)
    product: str = a_text()
    product_en: str = a_text()
    procedure: tuple[str, ...] = a_texts()
    procedure_en: tuple[str, ...] = a_texts()
    complaints: str = a_text()
    complaints_en: str = a_text()
    legal_basis: tuple[str, ...] = a_texts()
    assumed: tuple[str, ...] = a_texts()

    @property
    def limit_count(self) -> int | None:
        return self.time_limit.n if self.time_limit else None

    @property
    def limit_unit(self) -> str:
        return self.time_limit.unit if self.time_limit else ""

    @property
    def fee_amount(self) -> Decimal | None:
        """Rupiah; None when it varies or is not known."""
        return None if self.fee_idr is None else Decimal(self.fee_idr)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the applicant must bring or fulfil, and the form in which it is proven."""

    key: str = a_text(required=True)
    title: str = a_text()
    title_en: str = a_text()
    note: str = a_text()
    note_en: str = a_text()
    proof: str = one_of(PROOFS, "scan")
    accept: tuple[str, ...] = some_of(FILE_KINDS, FILE_KINDS)
    max_mb: int = a_whole(20)
    max_files: int = a_whole(1)
    required: bool = a_flag(default=True)
    show_if: Condition | None = a_condition()
    sensitive: bool = a_flag()
    reusable: bool = a_flag()
    valid_months: int | None = a_whole()

    @property
    def takes_file(self) -> bool:
        """Whether a file is asked for; originals and conditions are checked by people."""
        return self.proof in FILE_PROOFS


@dataclass(frozen=True, slots=True)
class Option:
    value: str = a_text(required=True)
    label: str = a_text()
    label_en: str = a_text()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `heading` and `explanation` only show label and help.

    min and max are numbers for number types, "HH:MM" for time, and for dates an ISO date or
    `today`, `today+14`, `today-365` (days). A pattern must match the whole answer.
    `fields`, `min_rows` and `max_rows` belong to type group; accept and the file limits to file.
    """

    key: str = a_text(required=True)
    type: str = one_of(FIELD_TYPES, required=True)
    label: str = a_text()
    label_en: str = a_text()
    help: str = a_text()
    help_en: str = a_text()
    required: bool = a_flag()
    min: int | float | str | None = declare("bound", None)
    max: int | float | str | None = declare("bound", None)
    min_length: int | None = a_whole()
    max_length: int | None = a_whole()
    pattern: str = a_text()
    pattern_hint: str = a_text()
    pattern_hint_en: str = a_text()
    options: tuple[Option, ...] = a_parts(Option)
    options_source: str = one_of(OPTION_SOURCES)
    show_if: Condition | None = a_condition()
    prefill: str = one_of(PREFILLS)
    sensitive: bool = a_flag()
    accept: tuple[str, ...] = some_of(FILE_KINDS, FILE_KINDS)
    max_mb: int = a_whole(20)
    max_files: int = a_whole(1)
    fields: tuple["Field", ...] = a_parts("Field")
    min_rows: int | None = a_whole()
    max_rows: int | None = a_whole()
    _options: Mapping[str, Option] = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )
    _inner: Mapping[str, "Field"] = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_options", {option.value: option for option in self.options})
        object.__setattr__(self, "_inner", {inner.key: inner for inner in self.fields})

    @property
    def is_answered(self) -> bool:
        """Whether people can answer it; headings and explanations are only shown."""
        return self.type not in SILENT_TYPES

    @property
    def weight(self) -> int:
        """How many fields it counts for on a page: a group counts with its inner fields."""
        return 1 + len(self.fields)

    def option(self, value: str) -> Option | None:
        """The option with this value, or None when there is none (any more)."""
        return self._options.get(value)

    def inner(self, key: str) -> "Field":
        """The field of this group with this key. Raises KeyError."""
        return self._inner[key]


@dataclass(frozen=True, slots=True)
class Section:
    key: str = a_text(required=True)
    title: str = a_text()
    title_en: str = a_text()
    help: str = a_text()
    help_en: str = a_text()
    show_if: Condition | None = a_condition()
    fields: tuple[Field, ...] = a_parts(Field)


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    key: str = a_text(required=True)
    text: str = a_text()
    text_en: str = a_text()


@dataclass(frozen=True, slots=True)
class OpinionRequest:
    key: str = a_text(required=True)
    agency: str = a_text(required=True)
    role: str = a_text()
    question: str = a_text()
    question_en: str = a_text()


@dataclass(frozen=True, slots=True)
class Opinions:
    """The gate of a stage: asked when a file enters it; `silence` says what no answer means."""

    mode: str = one_of(("all", "any", "advisory"), "all")
    due_days: int = a_whole(3)
    silence: str = one_of(("no_objection", "block", "escalate"), "block")
    requests: tuple[OpinionRequest, ...] = a_parts(OpinionRequest)


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done in a stage: a closed verb, a target for moving verbs, and guards."""

    key: str = a_text(required=True)
    verb: str = one_of(VERBS, required=True)
    to: str = a_text()
    label: str = a_text()
    label_en: str = a_text()
    says: str = a_text()
    says_en: str = a_text()
    role: str = a_text()
    guards: tuple[str, ...] = a_texts()
    needs_reason: bool = a_flag()

    @property
    def is_end(self) -> bool:
        return self.verb in END_VERBS


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a file can lie: one agency, one role. `days` is a target, not a promise."""

    key: str = a_text(required=True)
    name: str = a_text()
    name_en: str = a_text()
    agency: str = declare("text", "service", required=False)
    role: str = a_text()
    days: int | None = a_whole()
    intake: bool = a_flag()
    corrections: bool = a_flag()
    checklist: tuple[ChecklistItem, ...] = a_parts(ChecklistItem)
    opinions: Opinions | None = a_part(Opinions)
    actions: tuple[Action, ...] = a_parts(Action)

    def action(self, key: str) -> Action:
        """The action with this key. Raises KeyError."""
        for action in self.actions:
            if action.key == key:
                return action
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a paper holds: a span from the day of issue, or until an answered date."""

    years: int | None = a_whole()
    months: int | None = a_whole()
    days: int | None = a_whole()
    until_field: str = a_text()


@dataclass(frozen=True, slots=True)
class DocumentRow:
    label: str = a_text(required=True)
    label_en: str = a_text()
    value: str = a_text()


@dataclass(frozen=True, slots=True)
class Signatory:
    position: str = a_text()
    position_en: str = a_text()


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """The paper made on approval. Placeholders come from a closed list, see `papertext`."""

    title: str = a_text()
    title_en: str = a_text()
    sequence: str = a_text()
    number_format: str = a_text()
    validity: Validity | None = a_part(Validity)
    opening: str = a_text()
    opening_en: str = a_text()
    rows: tuple[DocumentRow, ...] = a_parts(DocumentRow)
    paragraphs: tuple[str, ...] = a_texts()
    paragraphs_en: tuple[str, ...] = a_texts()
    legal_basis: tuple[str, ...] = a_texts()
    signatory: Signatory | None = a_part(Signatory)
