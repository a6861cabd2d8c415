"""A permit type as a whole: its parts with fast look-ups, and the pages of its form."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from permits.definition.declaring import a_flag, a_part, a_parts, a_text, a_texts, a_whole, one_of
from permits.definition.shapes import (
    DocumentTemplate,
    Field,
    Requirement,
    Section,
    Stage,
    Standard,
)
from permits.definition.vocabulary import FIELDS_PER_PAGE, SCHEMA


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

    schema: str = one_of((SCHEMA,), SCHEMA)
    key: str = a_text(required=True)
    service: str = a_text(required=True)
    name: str = a_text()
    name_en: str = a_text()
    kind: str = one_of(("permit", "document", "recommendation", "assistance"), "permit")
    audience: str = one_of(("person", "business", "both"), "person")
    holder: str = a_text()
    sources: tuple[str, ...] = a_texts()
    assumed: bool = a_flag()
    standard: Standard = a_part(Standard)
    requirements: tuple[Requirement, ...] = a_parts(Requirement)
    sections: tuple[Section, ...] = a_parts(Section)
    stages: tuple[Stage, ...] = a_parts(Stage)
    document: DocumentTemplate | None = a_part(DocumentTemplate)
    retention_days: int = a_whole(1825)
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
