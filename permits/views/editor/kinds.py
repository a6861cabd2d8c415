"""Which parts of a definition have a page of their own, and how their keys are grouped there."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from permits import definition as shapes
from permits.definition.vocabulary import CHOICE_TYPES, NUMBER_TYPES, TEXT_TYPES

Group = tuple[Promise | None, tuple[str, ...]]
SHOWN_WHEN: Group = (gettext_lazy("When it is shown"), ("show_if",))
FIELD_GROUPS: tuple[Group, ...] = (
    (
        None,
        (
            "type",
            "key",
            "label",
            "label_en",
            "help",
            "help_en",
            "required",
            "sensitive",
            "prefill",
        ),
    ),
    (gettext_lazy("Choices"), ("options", "options_source")),
    (
        gettext_lazy("Limits"),
        (
            "min",
            "max",
            "min_length",
            "max_length",
            "pattern",
            "pattern_hint",
            "pattern_hint_en",
        ),
    ),
    (gettext_lazy("Files"), ("accept", "max_mb", "max_files")),
    (gettext_lazy("Rows of a group"), ("min_rows", "max_rows")),
    SHOWN_WHEN,
)
# Groups of keys that matter for a type of field: they stand open.
OPEN_FOR = {
    "options": CHOICE_TYPES,
    "min": (*TEXT_TYPES, *NUMBER_TYPES, "date", "date_range", "time"),
    "accept": ("file",),
    "min_rows": ("group",),
}
REQUIREMENT_GROUPS: tuple[Group, ...] = (
    (
        None,
        (
            "key",
            "title",
            "title_en",
            "note",
            "note_en",
            "proof",
            "required",
            "sensitive",
            "reusable",
            "valid_months",
        ),
    ),
    (gettext_lazy("Files"), ("accept", "max_mb", "max_files")),
    SHOWN_WHEN,
)
SECTION_GROUPS: tuple[Group, ...] = (
    (None, ("key", "title", "title_en", "help", "help_en")),
    SHOWN_WHEN,
)
BASICS = (
    "name",
    "name_en",
    "kind",
    "audience",
    "holder",
    "sources",
    "assumed",
    "retention_days",
)


@dataclass(frozen=True)
class Kind:
    """A part with a page: where it stands, its shape, its name, its keys in groups.

    `lists` are the lists of parts in it that have pages too; None as groups: all other keys.
    """

    place: re.Pattern
    shape: type
    name: Promise
    groups: tuple[Group, ...] = ()
    is_optional: bool = False


def _kind(pattern: str, shape: type, name: Promise, groups: tuple = (), **more) -> Kind:
    return Kind(re.compile(pattern.replace("N", r"\d{1,5}")), shape, name, groups, **more)


KINDS = (
    _kind("", shapes.PermitDefinition, gettext_lazy("Basics"), ((None, BASICS),)),
    _kind("standard", shapes.Standard, gettext_lazy("Service standard")),
    _kind(r"requirements\.N", shapes.Requirement, gettext_lazy("Requirement"), REQUIREMENT_GROUPS),
    _kind(r"sections\.N", shapes.Section, gettext_lazy("Section"), SECTION_GROUPS),
    _kind(r"sections\.N\.fields\.N", shapes.Field, gettext_lazy("Field"), FIELD_GROUPS),
    _kind(
        r"sections\.N\.fields\.N\.fields\.N",
        shapes.Field,
        gettext_lazy("Field of a group"),
        FIELD_GROUPS,
    ),
    _kind(r"stages\.N", shapes.Stage, gettext_lazy("Stage")),
    _kind(r"stages\.N\.actions\.N", shapes.Action, gettext_lazy("Action")),
    _kind(
        r"stages\.N\.opinions",
        shapes.Opinions,
        gettext_lazy("Opinions of other agencies"),
        is_optional=True,
    ),
    _kind(
        r"stages\.N\.opinions\.requests\.N",
        shapes.OpinionRequest,
        gettext_lazy("Request for an opinion"),
    ),
    _kind("document", shapes.DocumentTemplate, gettext_lazy("Paper"), is_optional=True),
)


def kind_at(place: str) -> Kind | None:
    """The kind of part at this place, if such a part has a page."""
    return next((kind for kind in KINDS if kind.place.fullmatch(place)), None)


def page_of(place: str) -> tuple[str, str]:
    """The place that has a page nearest around `place`, and what remains below it."""
    steps = place.split(".") if place else []
    for count in range(len(steps), -1, -1):
        outer = ".".join(steps[:count])
        if outer and kind_at(outer):
            return outer, ".".join(steps[count:])
    return "", place
