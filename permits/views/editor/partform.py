"""The form of one part of a definition, made from the declared keys of its shape."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mpp.kit.fields import SafeFormMixin
from permits import editing
from permits.definition import Field, Problem
from permits.definition.checking import NEEDED_TEXTS
from permits.definition.reading import specs
from permits.views.editor import conditionform, lines, words
from permits.views.editor.controls import Surroundings, control, initial, to_data
from permits.views.editor.kinds import OPEN_FOR, Kind

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FIELD_KEY = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_KEY = 60
NAMES = ("label", "title", "name", "question")
MIDDLE = {("n", "unit"), ("min", "max"), ("min_length", "max_length"), ("min_rows", "max_rows")}


class PartForm(SafeFormMixin, forms.Form):
    """Every key of a part as a form field; `part_data` is the part as it was typed.

    `data` is the whole definition, `place` where the part stands or will stand. Fields of a
    part inside (time limit, validity, signatory) have its name and a hyphen before theirs.
    """

    use_required_attribute = False

    def __init__(
        self,
        kind: Kind,
        data: dict[str, Any],
        place: str,
        around: Surroundings,
        *,
        posted: Any = None,
        is_new: bool = False,
        read_only: bool = False,
    ) -> None:
        self.kind, self.source, self.place, self.around = kind, data, place, around
        self.is_new = is_new
        self.part: dict[str, Any] = {} if is_new else editing.part_at(data, place)
        self.blocks: list[dict[str, Any]] = []
        super().__init__(posted)
        self.kinds = conditionform.lookable(self._fields_before())
        for heading, names in kind.groups or ((None, self._own_keys()),):
            self._add_group(heading, names, posted)
        if read_only:
            for field in self.fields.values():
                field.disabled = True

    # --- Making -------------------------------------------------------------------------------
    def _own_keys(self) -> tuple[str, ...]:
        """Keys without pages of their own: lists of parts have pages but for lines of text."""
        return tuple(
            spec.name
            for spec in specs(self.kind.shape)
            if spec.metadata["kind"] != "parts" or spec.name in lines.COLUMNS
            if spec.name != "opinions"
        )

    def _add_group(self, heading: Any, names: tuple[str, ...], posted: Any) -> None:
        known = {spec.name: spec for spec in specs(self.kind.shape)}
        made: list[str] = []
        for name in names:
            spec = known[name]
            if name == "show_if":
                before = set(self.fields)
                conditionform.add_fields(self, self.part.get(name), self.kinds, posted)
                made += [key for key in self.fields if key not in before]
            elif spec.metadata["kind"] == "part":
                made += self._add_inner(spec)
            else:
                self._add(name, spec, self.kind.shape, self.part.get(name))
                made.append(name)
        self.blocks.append({"heading": heading, "names": made, "first": names[0]})

    def _add_inner(self, spec: Any) -> list[str]:
        shape = spec.metadata["shape"]
        inner = self.part.get(spec.name) or {}
        made = []
        for one in specs(shape):
            name = f"{spec.name}-{one.name}"
            self._add(name, one, shape, inner.get(one.name))
            if one.metadata["kind"] == "whole":
                self.fields[name].required = False
            made.append(name)
        return made

    def _add(self, name: str, spec: Any, shape: type, value: Any) -> None:
        field = control(spec, shape, value, self.around)
        names = {one.name for one in specs(shape)}
        field.label = words.label(spec.name, twins=_is_twin(spec.name, names))
        field.help_text = "" if spec.name.endswith("_en") else words.hint(spec.name)
        self.fields[name] = field
        self.initial[name] = initial(spec, value)

    def _fields_before(self) -> list[Field]:
        """The fields that a condition of this part may look at: those that stand earlier."""
        steps = editing.steps_of(self.place)
        sections = self.around.definition.sections
        if steps[:1] != ["sections"]:
            return list(self.around.definition.all_fields())
        found = [field for section in sections[: steps[1]] for field in section.fields]
        if len(steps) >= 4:
            found += sections[steps[1]].fields[: steps[3]]
        if len(steps) >= 6:
            found += sections[steps[1]].fields[steps[3]].fields[: steps[5]]
        return found

    # --- Reading ------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        """Checks the key and reads lines and conditions; `part_data` holds the result."""
        found = dict(self.part)
        for spec in specs(self.kind.shape):
            if spec.metadata["kind"] == "part" and f"{spec.name}-" in self._prefixes():
                found[spec.name] = self._inner(spec)
            elif spec.name == "show_if" and "show_if_mode" in self.fields:
                found["show_if"] = self._condition()
            elif spec.name in self.fields:
                found[spec.name] = self._value(spec.name, spec, self.part.get(spec.name))
        if "key" in self.fields:
            found["key"] = self._key(found)
        self.part_data = {key: value for key, value in found.items() if value is not None}
        return self.cleaned_data

    def _prefixes(self) -> set[str]:
        return {f"{name.partition('-')[0]}-" for name in self.fields if "-" in name}

    def _inner(self, spec: Any) -> dict | None:
        before = self.part.get(spec.name) or {}
        values = {
            one.name: self._value(f"{spec.name}-{one.name}", one, before.get(one.name))
            for one in specs(spec.metadata["shape"])
        }
        values = {key: value for key, value in values.items() if value not in (None, "")}
        return values if set(values) - {"unit"} else None

    def _value(self, name: str, spec: Any, before: Any) -> Any:
        if name not in self.cleaned_data:
            return before
        typed = self.cleaned_data[name]
        if spec.name not in lines.COLUMNS:
            return to_data(spec, typed, before)
        try:
            return lines.from_lines(spec.name, typed)
        except ValidationError as fault:
            self.add_error(name, fault)
            return before

    def _condition(self) -> dict | None:
        try:
            return conditionform.condition_from(self, self.kinds)
        except ValidationError as fault:
            is_yaml = self.cleaned_data.get("show_if_mode") == conditionform.YAML
            self.add_error("show_if_yaml" if is_yaml else "show_if_mode", fault)
            return self.part.get("show_if")

    def _key(self, found: dict[str, Any]) -> str:
        key = found.get("key") or ""
        taken = self._taken_keys()
        if not key and "key" not in self.errors:
            return self._made_key(found, taken)
        form = FIELD_KEY if self.kind.shape is Field else SLUG
        if key != self.part.get("key") and (not form.fullmatch(key) or len(key) > LONGEST_KEY):
            self.add_error("key", self._key_sentence())
        elif key in taken:
            self.add_error("key", _("The key %(key)s stands twice.") % {"key": key})
        return key

    def _key_sentence(self) -> str:
        if self.kind.shape is Field:
            return _("Start with a small letter; then small letters, digits and _ only.")
        return _("A key has small letters, digits and hyphens only.")

    def _made_key(self, found: dict[str, Any], taken: set[str]) -> str:
        text = next((found[name] for name in NAMES if found.get(name)), "")
        base = slugify(text)[: LONGEST_KEY - 5].strip("-_") or "part"
        if self.kind.shape is Field:
            base = base.replace("-", "_")
            base = base if base[0].isalpha() else f"f_{base}"
        else:
            base = re.sub("[-_]+", "-", base)
        names = [base, *(f"{base}{number}" for number in range(2, 1000))]
        return next(name for name in names if name not in taken)

    def _taken_keys(self) -> set[str]:
        near = {item.get("key", "") for item in editing.siblings(self.source, self.place)}
        if self.kind.shape is not Field:
            return near
        outer = {field.key for field in self.around.definition.all_fields()}
        own = set() if self.is_new else {self.part.get("key", "")}
        return near | (outer - own)

    def add_faults(self, faults: list[Problem], place: str) -> None:
        """Put what reading found wrong at the fields it is about."""
        for fault in faults:
            where = editing.place_of(fault.path)
            rest = where.removeprefix(place).lstrip(".") if where.startswith(place) else where
            self.add_error(self.field_name(rest), fault.sentence)

    def field_name(self, rest: str) -> str | None:
        """The form field for what remains of a place below this part."""
        first, _dot, more = rest.partition(".")
        inner = f"{first}-{more.partition('.')[0]}"
        if first == "show_if" and "show_if_mode" in self.fields:
            is_yaml = self["show_if_mode"].value() == conditionform.YAML
            return "show_if_yaml" if is_yaml else "show_if_mode"
        starts = (name for name in self.fields if name.startswith(f"{first}-"))
        known = (name for name in (inner, first) if name in self.fields)
        return next(chain(known, starts), None) if first else None

    # --- Drawing ------------------------------------------------------------------------------
    def groups(self) -> Iterator[dict[str, Any]]:
        """The groups of fields for the page: heading, whether open, rows of fields.

        Texts that publishing needs are not drawn as ones to skip, though a draft may lack them.
        """
        for name in NEEDED_TEXTS.get(self.kind.shape, ()):
            for twin in (name, f"{name}_en"):
                if twin in self.fields:
                    self.fields[twin].required = True
        for block in self.blocks:
            names = block["names"]
            yield {
                "heading": block["heading"],
                "is_open": block["heading"] is None or self._stands_open(block),
                "rows": list(self._rows(names)),
            }

    def _stands_open(self, block: dict[str, Any]) -> bool:
        if any(name in self.errors for name in block["names"]):
            return True
        if block["first"] == "show_if":
            return self["show_if_mode"].value() not in (conditionform.ALWAYS, None)
        kinds = OPEN_FOR.get(block["first"])
        return kinds is None or "type" not in self.fields or self["type"].value() in kinds

    def _rows(self, names: list[str]) -> Iterator[list[forms.BoundField]]:
        """Fields that stand side by side: two languages, two limits, one comparison."""
        left = list(names)
        while left:
            name = left.pop(0)
            row = [name]
            if f"{name}_en" in left:
                row.append(f"{name}_en")
            elif name.endswith("_field"):
                row += [one for one in left if one.startswith(name.removesuffix("field"))]
            else:
                prefix, _hyphen, last = name.rpartition("-")
                mates = [two for one, two in MIDDLE if one == last]
                row += [
                    one for one in left if one in [f"{prefix}-{m}" if prefix else m for m in mates]
                ]
            left = [one for one in left if one not in row]
            yield [self[one] for one in row]


def _is_twin(name: str, names: set[str]) -> bool:
    return name.endswith("_en") or f"{name}_en" in names
