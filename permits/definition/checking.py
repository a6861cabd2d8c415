"""What forbids publishing a definition: all findings at once, each with a path and a sentence."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from permits.definition.condition_checks import condition_findings
from permits.definition.field_checks import field_findings
from permits.definition.papertext import (
    PLACEHOLDERS,
    answer_key,
    has_stray_brace,
    number_is_sound,
    placeholders,
    texts_of,
)
from permits.definition.path_checks import path_findings
from permits.definition.reading import Problem, specs
from permits.definition.shapes import (
    Action,
    ChecklistItem,
    DocumentRow,
    DocumentTemplate,
    Field,
    OpinionRequest,
    Option,
    Requirement,
    Section,
    Signatory,
    Stage,
    Standard,
)
from permits.definition.vocabulary import ROLE_KEYS, SILENT_TYPES
from permits.definition.walking import identity_of, lists_of, parts_of
from permits.definition.whole import PermitDefinition

NEEDED_TEXTS: dict[type, tuple[str, ...]] = {
    PermitDefinition: ("name",),
    Standard: ("product", "fee", "complaints"),
    Requirement: ("title",),
    Section: ("title",),
    Field: ("label",),
    Option: ("label",),
    Stage: ("name",),
    ChecklistItem: ("text",),
    OpinionRequest: ("question",),
    Action: ("label", "says"),
    DocumentTemplate: ("title", "opening"),
    DocumentRow: ("label",),
    Signatory: ("position",),
}
MAX_KEY = 60
MAX_NUMBER_FORMAT = 50
MAX_LIMIT = 1000
# What fits on a page and into the columns of the catalogue; `_en` twins likewise.
MAX_LENGTHS = {
    "name": 150,
    "title": 250,
    "label": 250,
    "note": 400,
    "product": 200,
    "decree": 120,
    "position": 150,
    "sequence": MAX_KEY,
}
MAX_SPANS = {"years": 99, "months": 1200, "days": 36_500}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELD_KEY = re.compile(r"[a-z][a-z0-9_]*")
_OPTION_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
Finding = tuple[str, str]


def problems(
    defn: PermitDefinition, *, agencies: set[str], roles: set[str] | None = None
) -> list[Problem]:
    """Everything that forbids publishing; an empty list means it can be published.

    `agencies` are the keys that exist here; `roles` those of the desks, by default the closed set.
    """
    findings = chain(
        _keys(defn),
        _texts(defn),
        _standard(defn),
        field_findings(defn),
        condition_findings(defn),
        path_findings(defn, agencies, set(ROLE_KEYS) if roles is None else roles),
        _paper(defn),
        _holder(defn),
    )
    return [Problem(path, sentence) for path, sentence in dict.fromkeys(findings)]


def _keys(defn: PermitDefinition) -> Iterator[Finding]:
    for name in ("key", "service"):
        if not _SLUG.fullmatch(getattr(defn, name)):
            yield name, _("A key has small letters, digits and hyphens only.")
        if len(getattr(defn, name)) > MAX_KEY:
            yield name, _("This text is too long.")
    for items, path in lists_of(defn):
        seen: set[str] = set()
        for index, item in enumerate(items):
            key = identity_of(item)
            if key in seen:
                yield f"{path}[{index}]", _("The key %(key)s stands twice.") % {"key": key[:60]}
            seen.add(key)
            yield from _key_form(item, key, f"{path}[{index}]")
    outer = [field.key for field in defn.all_fields()]
    for key in sorted({key for key in outer if outer.count(key) > 1}):
        yield "sections", _("The key %(key)s stands twice.") % {"key": key[:60]}


def _key_form(item: Any, key: str, path: str) -> Iterator[Finding]:
    if isinstance(item, DocumentRow):
        return
    form = _SLUG
    if isinstance(item, Field):
        form = _FIELD_KEY
    elif isinstance(item, Option):
        form = _OPTION_VALUE
    if not form.fullmatch(key) or len(key) > MAX_KEY:
        yield f"{path}.key", _("This key has a sign that keys cannot have, or is too long.")


def _texts(defn: PermitDefinition) -> Iterator[Finding]:
    for shape, path in parts_of(defn):
        names = {spec.name for spec in specs(type(shape))}
        needed = NEEDED_TEXTS.get(type(shape), ())
        for name in sorted(name for name in names if f"{name}_en" in names):
            yield from _twins(shape, name, path, needed=name in needed)
        for name in sorted(names):
            longest = MAX_LENGTHS.get(name.removesuffix("_en"))
            if longest and len(getattr(shape, name)) > longest:
                yield f"{path}.{name}" if path else name, _("This text is too long.")


def _twins(shape: Any, name: str, path: str, *, needed: bool) -> Iterator[Finding]:
    prefix = f"{path}." if path else ""
    text, english = getattr(shape, name), getattr(shape, f"{name}_en")
    if isinstance(text, tuple):
        if len(text) != len(english):
            yield f"{prefix}{name}_en", _("Both languages need the same number of lines.")
        return
    if not text and (needed or english):
        yield f"{prefix}{name}", _("The Indonesian text is missing.")
    if not english and (needed or text):
        yield f"{prefix}{name}_en", _("The English text is missing.")


def _standard(defn: PermitDefinition) -> Iterator[Finding]:
    standard = defn.standard
    if not 1 <= (standard.limit_count or 0) <= MAX_LIMIT:
        yield "standard.time_limit", _("Say how long the service takes, 1 to 1,000.")
    if not standard.procedure:
        yield "standard.procedure", _("Say how the service works.")
    if not 0 <= standard.intake_days <= 30:
        yield "standard.intake_days", _("Give 0 to 30 working days.")
    known = {"requirements", "fee"} | {spec.name for spec in specs(Standard)}
    for index, name in enumerate(standard.assumed):
        if name not in known:
            yield f"standard.assumed[{index}]", _("The standard has no such key.")
    if not defn.sources and not defn.assumed:
        yield "sources", _("Name a source, or mark the type as assumed.")
    for index, source in enumerate(defn.sources):
        if not re.match(r"https?://[^\s/]+", source):
            yield f"sources[{index}]", _("A source is a web address.")
    if not 1 <= defn.retention_days <= 36_500:
        yield "retention_days", _("Give 1 to 36,500 days.")


def _paper(defn: PermitDefinition) -> Iterator[Finding]:
    approves = any(action.verb == "approve" for stage in defn.stages for action in stage.actions)
    document = defn.document
    if document is None:
        if approves:
            yield "document", _("An action approves, but there is no paper to issue.")
        return
    if not approves:
        yield "document", _("There is a paper, but no action approves.")
    if not _SLUG.fullmatch(document.sequence):
        yield "document.sequence", _("Name the number sequence.")
    if not number_is_sound(document.number_format) or (
        len(document.number_format) > MAX_NUMBER_FORMAT
    ):
        yield "document.number_format", _("The number needs {seq} and {year} once each.")
    if document.signatory is None:
        yield "document.signatory", _("Say who signs.")
    for path, text in texts_of(document):
        yield from _placeholders(defn, path, text, PLACEHOLDERS)
    yield from _validity(defn, document)


def _placeholders(
    defn: PermitDefinition, path: str, text: str, allowed: frozenset[str]
) -> Iterator[Finding]:
    if has_stray_brace(text):
        yield path, _("A brace stands alone.")
    for name in placeholders(text):
        key = answer_key(name)
        if key and "." not in key and defn.has_field(key):
            if defn.field(key).type in (*SILENT_TYPES, "file"):
                yield path, _("The placeholder %(name)s has no answer.") % {"name": name}
        elif name not in allowed:
            yield path, _("The placeholder %(name)s is unknown.") % {"name": name[:60] or "{}"}


def _validity(defn: PermitDefinition, document: DocumentTemplate) -> Iterator[Finding]:
    validity = document.validity
    if validity is None:
        return
    spans = {name: getattr(validity, name) for name in MAX_SPANS}
    given = {name: span for name, span in spans.items() if span is not None}
    if len(given) + bool(validity.until_field) != 1:
        yield "document.validity", _("Give one of years, months, days or until_field.")
    for name, span in given.items():
        if not 1 <= span <= MAX_SPANS[name]:
            yield f"document.validity.{name}", _("This number is too small or too large.")
    key = validity.until_field
    if key and not (defn.has_field(key) and _is_certain_date(defn, key)):
        yield "document.validity.until_field", _("A required date that is always shown is needed.")


def _is_certain_date(defn: PermitDefinition, key: str) -> bool:
    """Whether every application answers it; the last day counts for a range of dates."""
    field = defn.field(key)
    section = defn.section_of(key)
    shown = field.show_if is None and section.show_if is None and "." not in key
    return field.type in ("date", "date_range") and field.required and shown


def _holder(defn: PermitDefinition) -> Iterator[Finding]:
    if defn.holder:
        yield from _placeholders(defn, "holder", defn.holder, frozenset())
