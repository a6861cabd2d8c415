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
from typing import Any

from permits.definition.conditions import Condition

SCHEMA = "mpp.permit-type/1"
FIELDS_PER_PAGE = 40

TEXT_TYPES = ("text", "long_text", "email", "phone", "nik", "npwp", "nib")
NUMBER_TYPES = ("integer", "decimal", "money")
CHOICE_TYPES = ("choice", "choices")
SILENT_TYPES = ("heading", "explanation")  # shown, never answered
FIELD_TYPES = (
    *TEXT_TYPES,
    *NUMBER_TYPES,
    *CHOICE_TYPES,
    *SILENT_TYPES,
    "yes_no",
    "date",
    "date_range",
    "time",
    "address",
    "map_point",
    "file",
    "group",
)
FILE_PROOFS = ("scan", "photo", "statement")
PROOFS = (*FILE_PROOFS, "original_at_counter", "condition")
FILE_KINDS = ("pdf", "image")
MOVING_VERBS = ("forward", "send_back")
GOOD_ENDS = ("approve", "hand_over", "complete")
END_VERBS = (*GOOD_ENDS, "reject")
VERBS = (*MOVING_VERBS, *END_VERBS)
GUARD_NAMES = (
    "declared_complete",
    "documents_accepted",
    "checklist_done",
    "opinions_in",
    "no_open_correction",
)
ROLE_KEYS = ("front_desk", "verifier", "opinion_giver", "inspector", "cashier", "head")
OPTION_SOURCES = ("provinces", "regencies", "districts", "villages", "kbli")
PREFILLS = (
    "profile.full_name",
    "profile.nik",
    "profile.email",
    "profile.phone",
    "profile.birth_date",
    "profile.birth_place",
    "profile.sex",
    "profile.address",
    "profile.address_region",
    "business.name",
    "business.nib",
    "business.npwp",
)


def _declare(kind: str, default: Any, **more: Any) -> Any:
    return dataclasses.field(default=default, metadata={"kind": kind, **more})


def _text(*, required: bool = False) -> Any:
    return _declare("text", "", required=required)


def _texts() -> Any:
    return _declare("texts", ())


def _flag(default: bool = False) -> Any:
    return _declare("flag", default)


def _whole(default: int | None = None) -> Any:
    return _declare("whole", default)


def _one_of(options: tuple[str, ...], default: str = "", *, required: bool = False) -> Any:
    return _declare("one_of", default, options=options, required=required)


def _some_of(options: tuple[str, ...], default: tuple[str, ...] = ()) -> Any:
    return _declare("some_of", default, options=options)


def _part(shape: Any) -> Any:
    return _declare("part", None, shape=shape)


def _parts(shape: Any) -> Any:
    return _declare("parts", (), shape=shape)


def _condition() -> Any:
    return _declare("condition", None)


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long the office may take once the file is complete."""

    n: int | None = _whole()
    unit: str = _one_of(("working_days", "minutes", "hours"), "working_days")


@dataclass(frozen=True, slots=True)
class Standard:
    """The published service standard (UU 25/2009 art. 21); `assumed` names unsourced keys."""

    time_limit: TimeLimit | None = _part(TimeLimit)
    intake_days: int = _whole(1)
    fee_idr: int | None = _whole()
    fee: str = _text()
    fee_en: str = _text()
    decree: str = _text()
    decree_on: date | None = _declare("date", None)
    effective_on: date | None = _declare("date", None)
    product: str = _text()
    product_en: str = _text()
    procedure: tuple[str, ...] = _texts()
    procedure_en: tuple[str, ...] = _texts()
    complaints: str = _text()
    complaints_en: str = _text()
    legal_basis: tuple[str, ...] = _texts()
    assumed: tuple[str, ...] = _texts()

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

    key: str = _text(required=True)
    title: str = _text()
    title_en: str = _text()
    note: str = _text()
    note_en: str = _text()
    proof: str = _one_of(PROOFS, "scan")
    accept: tuple[str, ...] = _some_of(FILE_KINDS, FILE_KINDS)
    max_mb: int = _whole(20)
    max_files: int = _whole(1)
    required: bool = _flag(default=True)
    show_if: Condition | None = _condition()
    sensitive: bool = _flag()
    reusable: bool = _flag()
    valid_months: int | None = _whole()

    @property
    def takes_file(self) -> bool:
        """Whether a file is asked for; originals and conditions are checked by people."""
        return self.proof in FILE_PROOFS


@dataclass(frozen=True, slots=True)
class Option:
    value: str = _text(required=True)
    label: str = _text()
    label_en: str = _text()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `heading` and `explanation` only show label and help.

    min and max are numbers for number types, "HH:MM" for time, and for dates an ISO date or
    `today`, `today+14`, `today-365` (days). A pattern must match the whole answer.
    `fields`, `min_rows` and `max_rows` belong to type group; accept and the file limits to file.
    """

    key: str = _text(required=True)
    type: str = _one_of(FIELD_TYPES, required=True)
    label: str = _text()
    label_en: str = _text()
    help: str = _text()
    help_en: str = _text()
    required: bool = _flag()
    min: int | float | str | None = _declare("bound", None)
    max: int | float | str | None = _declare("bound", None)
    min_length: int | None = _whole()
    max_length: int | None = _whole()
    pattern: str = _text()
    pattern_hint: str = _text()
    pattern_hint_en: str = _text()
    options: tuple[Option, ...] = _parts(Option)
    options_source: str = _one_of(OPTION_SOURCES)
    show_if: Condition | None = _condition()
    prefill: str = _one_of(PREFILLS)
    sensitive: bool = _flag()
    accept: tuple[str, ...] = _some_of(FILE_KINDS, FILE_KINDS)
    max_mb: int = _whole(20)
    max_files: int = _whole(1)
    fields: tuple["Field", ...] = _parts("Field")
    min_rows: int | None = _whole()
    max_rows: int | None = _whole()
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
    key: str = _text(required=True)
    title: str = _text()
    title_en: str = _text()
    help: str = _text()
    help_en: str = _text()
    show_if: Condition | None = _condition()
    fields: tuple[Field, ...] = _parts(Field)


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    key: str = _text(required=True)
    text: str = _text()
    text_en: str = _text()


@dataclass(frozen=True, slots=True)
class OpinionRequest:
    key: str = _text(required=True)
    agency: str = _text(required=True)
    role: str = _text()
    question: str = _text()
    question_en: str = _text()


@dataclass(frozen=True, slots=True)
class Opinions:
    """The gate of a stage: asked when a file enters it; `silence` says what no answer means."""

    mode: str = _one_of(("all", "any", "advisory"), "all")
    due_days: int = _whole(3)
    silence: str = _one_of(("no_objection", "block", "escalate"), "block")
    requests: tuple[OpinionRequest, ...] = _parts(OpinionRequest)


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done in a stage: a closed verb, a target for moving verbs, and guards."""

    key: str = _text(required=True)
    verb: str = _one_of(VERBS, required=True)
    to: str = _text()
    label: str = _text()
    label_en: str = _text()
    says: str = _text()
    says_en: str = _text()
    role: str = _text()
    guards: tuple[str, ...] = _texts()
    needs_reason: bool = _flag()

    @property
    def is_end(self) -> bool:
        return self.verb in END_VERBS


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a file can lie: one agency, one role. `days` is a target, not a promise."""

    key: str = _text(required=True)
    name: str = _text()
    name_en: str = _text()
    agency: str = _declare("text", "service", required=False)
    role: str = _text()
    days: int | None = _whole()
    intake: bool = _flag()
    corrections: bool = _flag()
    checklist: tuple[ChecklistItem, ...] = _parts(ChecklistItem)
    opinions: Opinions | None = _part(Opinions)
    actions: tuple[Action, ...] = _parts(Action)

    def action(self, key: str) -> Action:
        """The action with this key. Raises KeyError."""
        for action in self.actions:
            if action.key == key:
                return action
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a paper holds: a span from the day of issue, or until an answered date."""

    years: int | None = _whole()
    months: int | None = _whole()
    days: int | None = _whole()
    until_field: str = _text()


@dataclass(frozen=True, slots=True)
class DocumentRow:
    label: str = _text(required=True)
    label_en: str = _text()
    value: str = _text()


@dataclass(frozen=True, slots=True)
class Signatory:
    position: str = _text()
    position_en: str = _text()


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """The paper made on approval. Placeholders come from a closed list, see `papertext`."""

    title: str = _text()
    title_en: str = _text()
    sequence: str = _text()
    number_format: str = _text()
    validity: Validity | None = _part(Validity)
    opening: str = _text()
    opening_en: str = _text()
    rows: tuple[DocumentRow, ...] = _parts(DocumentRow)
    paragraphs: tuple[str, ...] = _texts()
    paragraphs_en: tuple[str, ...] = _texts()
    legal_basis: tuple[str, ...] = _texts()
    signatory: Signatory | None = _part(Signatory)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: a section, or a part of a long one."""

    key: str
    section: Section
    fields: tuple[Field, ...]
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class PermitDefinition:
    """A whole permit type. Make it with `parse` or `from_yaml`; look things up by key."""

    schema: str = _one_of((SCHEMA,), SCHEMA)
    key: str = _text(required=True)
    service: str = _text(required=True)
    name: str = _text()
    name_en: str = _text()
    kind: str = _one_of(("permit", "document", "recommendation", "assistance"), "permit")
    audience: str = _one_of(("person", "business", "both"), "person")
    holder: str = _text()
    sources: tuple[str, ...] = _texts()
    assumed: bool = _flag()
    standard: Standard = _part(Standard)
    requirements: tuple[Requirement, ...] = _parts(Requirement)
    sections: tuple[Section, ...] = _parts(Section)
    stages: tuple[Stage, ...] = _parts(Stage)
    document: DocumentTemplate | None = _part(DocumentTemplate)
    retention_days: int = _whole(1825)
    _fields: Mapping[str, Field] = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )
    _stages: Mapping[str, Stage] = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )
    _requirements: Mapping[str, Requirement] = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )
    _pages: tuple[Page, ...] = dataclasses.field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.standard is None:
            object.__setattr__(self, "standard", Standard())
        object.__setattr__(self, "_fields", _fields_by_key(self.sections))
        object.__setattr__(self, "_stages", {stage.key: stage for stage in self.stages})
        object.__setattr__(self, "_requirements", {item.key: item for item in self.requirements})
        pages = tuple(page for section in self.sections for page in _split(section))
        object.__setattr__(self, "_pages", pages)

    def field(self, key: str) -> Field:
        """The field with this key, `group.inner` for a field of a group. Raises KeyError."""
        return self._fields[key]

    def has_field(self, key: str) -> bool:
        return key in self._fields

    def stage(self, key: str) -> Stage:
        """The stage with this key. Raises KeyError."""
        return self._stages[key]

    def has_stage(self, key: str) -> bool:
        return key in self._stages

    def requirement(self, key: str) -> Requirement:
        """The requirement with this key. Raises KeyError."""
        return self._requirements[key]

    def has_requirement(self, key: str) -> bool:
        return key in self._requirements

    @property
    def first_stage(self) -> Stage:
        """Where a submitted application lands."""
        return self.stages[0]

    def all_fields(self) -> tuple[Field, ...]:
        """Every field in order; a group is one field that holds its inner fields."""
        return tuple(field for section in self.sections for field in section.fields)

    def section(self, key: str) -> Section:
        """The section with this key. Raises KeyError."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def section_of(self, field_key: str) -> Section:
        """The section in which a field (or the group of `group.inner`) stands. Raises KeyError."""
        outer = field_key.partition(".")[0]
        for section in self.sections:
            if any(field.key == outer for field in section.fields):
                return section
        raise KeyError(field_key)

    def pages(self) -> tuple[Page, ...]:
        """The pages of the form: at most 40 fields each, sections never mixed."""
        return self._pages

    def page(self, key: str) -> Page:
        """The page with this key. Raises KeyError."""
        for page in self._pages:
            if page.key == key:
                return page
        raise KeyError(key)


def _fields_by_key(sections: tuple[Section, ...]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for section in sections:
        for field in section.fields:
            found[field.key] = field
            found.update({f"{field.key}.{inner.key}": inner for inner in field.fields})
    return found


def _split(section: Section) -> list[Page]:
    chunks: list[list[Field]] = [[]]
    weight = 0
    for field in section.fields:
        if chunks[-1] and weight + field.weight > FIELDS_PER_PAGE:
            carried = _trailing_headings(chunks[-1])
            chunks.append(carried)
            weight = sum(item.weight for item in carried)
        chunks[-1].append(field)
        weight += field.weight
    total = len(chunks)
    return [
        Page(
            section.key if number == 1 else f"{section.key}-{number}",
            section,
            tuple(chunk),
            number,
            total,
        )
        for number, chunk in enumerate(chunks, start=1)
    ]


def _trailing_headings(fields: list[Field]) -> list[Field]:
    """Headings at the end of a page go on with what they announce."""
    carried: list[Field] = []
    while len(fields) > 1 and fields[-1].type == "heading":
        carried.insert(0, fields.pop())
    return carried
