"""Draws a page of the form: label, hint, error, input. Static parts are made once per version.

The order in every field is label, hint, error, offer, input; hint and error are tied to the
input. Each field saves itself as it is typed when `save_url` is given (htmx).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mpp.kit.icons import icon_svg
from permits import rules
from permits.conditions import visible_row_fields
from permits.definition import Field, fields_of
from permits.forms import controls, typed
from permits.forms.options import Choice
from permits.forms.pageform import SHOWN, PageForm
from permits.forms.reading import empty

MOST_PREPARED = 20_000
_prepared: dict[tuple, "Static"] = {}
TRIGGER = "change, input delay:1500ms"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a form field


@dataclass(frozen=True, slots=True)
class Static:
    """What of a field does not depend on the answers, in one language."""

    is_fieldset: bool
    label: str
    hint: str
    described: str


@dataclass(frozen=True, slots=True)
class OfferedValue:
    """A value known from elsewhere, for the person to take over or not."""

    shown: str
    source: str


@dataclass(slots=True)
class Drawing:
    """How a PageForm is drawn. `str(drawing)` is the HTML of all fields.

    `owner` is the digest of the version (empty: nothing is remembered), `save_url` the address
    that saves one field (its key and a slash follow), `search_url` the one that searches options.
    """

    form: PageForm
    owner: str = ""
    save_url: str = ""
    search_url: str = ""
    offers: Mapping[str, OfferedValue] = field(default_factory=dict)
    files: Mapping[str, SafeString] = field(default_factory=dict)
    results: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    def __str__(self) -> SafeString:
        deciding = self._deciding_keys()
        shown = " ".join(question.key for question in self.form.asked)
        parts = [f'<input type="hidden" name="{SHOWN}" value="{shown}">']
        parts += [self._field(question, deciding) for question in self.form.fields]
        return mark_safe("".join(parts))  # noqa: S308 - every value is escaped where it is put in

    __html__ = __str__

    def _deciding_keys(self) -> set[str]:
        """Fields on which others of this page depend: saving one may show other fields."""
        found: set[str] = set()
        for question in self.form.fields:
            if question.show_if is not None:
                found |= {key.partition(".")[0] for key in fields_of(question.show_if)}
        return found

    def _field(self, question: Field, deciding: set[str]) -> str:
        if question.type == "heading":
            return _heading(question)
        if question.type == "explanation":
            return _explanation(question)
        key = question.key
        errors = self.form.errors.get(key, ())
        if question.type == "file":
            return self._file(question, errors)
        if question.type == "group":
            return self._group(question, errors)
        box = self._box(question, key, f"id_{key}", self.form.typed_for(question), errors, key)
        return box.replace("<!--save-->", self._saving(question, deciding), 1)

    def _saving(self, question: Field, deciding: set[str]) -> str:
        if not self.save_url:
            return ""
        names = "*"
        if question.type != "group" and question.key not in deciding:
            names = ",".join([TOKEN, *typed.part_names(question, question.key)])
        return (
            f' hx-post="{self.save_url}{question.key}/" hx-trigger="{TRIGGER}" hx-params="{names}"'
        )

    def _box(
        self, question: Field, name: str, html_id: str, value: Any, errors: Sequence[str], key: str
    ) -> str:
        """One field with everything around its input."""
        static = self._static(question, html_id)
        wrong = bool(errors)
        described = f"{static.described} {html_id}_error".strip() if wrong else static.described
        slot = controls.Slot(
            name,
            html_id,
            described,
            wrong,
            self.search_url,
            key,
            self.results,
        )
        tag = "fieldset" if static.is_fieldset else "div"
        return (
            f'<{tag} class="field{" field-error" if wrong else ""}" id="div_{html_id}"<!--save-->>'
            f"{static.label}{static.hint}{error_line(html_id, errors)}{self._offer(name)}"
            f"{controls.control(question, value, slot)}</{tag}>"
        )

    def _static(self, question: Field, html_id: str) -> Static:
        if not self.owner:
            return _static(question, html_id)
        known = (self.owner, question.key, html_id, get_language())
        found = _prepared.get(known)
        if found is None:
            if len(_prepared) >= MOST_PREPARED:
                _prepared.clear()
            found = _prepared[known] = _static(question, html_id)
        return found

    def _offer(self, key: str) -> str:
        offered = self.offers.get(key)
        if offered is None:
            return ""
        return (
            f'<div class="offer"><p>{escape(offered.source)} <b><bdi>{escape(offered.shown)}</bdi>'
            f'</b></p><button class="button button-small" name="use" value="{key}">'
            f"{icon_svg('check-lg')}<span>{escape(_('Use this'))}</span></button></div>"
        )

    def _file(self, question: Field, errors: Sequence[str]) -> str:
        static = self._static(question, f"id_{question.key}")
        return (
            f'<div class="field{" field-error" if errors else ""}" id="div_id_{question.key}">'
            f'<p class="field-name" id="id_{question.key}">{_label_words(question)}</p>'
            f"{static.hint}{error_line(f'id_{question.key}', errors)}"
            f"{self.files.get(question.key, '')}"
            f'<button class="button button-small" name="go" value="{question.key}"'
            f' aria-describedby="id_{question.key}">{icon_svg("upload")}'
            f"<span>{escape(_('Save and add the file'))}</span></button></div>"
        )

    def _group(self, question: Field, errors: Sequence[str]) -> str:
        key = question.key
        rows = list(self.form.typed_for(question)) or [{}]
        rows += [{}] * (max(1, question.min_rows or 1) - len(rows))
        inner = self.form.inner_errors.get(key, {})
        drawn = "".join(self._row(question, number, row, inner) for number, row in enumerate(rows))
        numbers = " ".join(str(number) for number in range(len(rows)))
        more = ""
        if not question.max_rows or len(rows) < question.max_rows:
            more = (
                f'<button class="button button-small" name="add" value="{key}">'
                f"{icon_svg('plus-lg')}<span>{escape(_('Add a row'))}</span></button>"
            )
        static = self._static(question, f"id_{key}")
        return (
            f'<fieldset class="group{" field-error" if errors else ""}" id="div_id_{key}"'
            f"{self._saving(question, set())}>"
            f"{static.label}{static.hint}{error_line(f'id_{key}', errors)}"
            f'<input type="hidden" name="{key}{typed.ROWS}" value="{numbers}">'
            f'<div id="id_{key}" tabindex="-1">{drawn}</div>{more}</fieldset>'
        )

    def _row(self, question: Field, number: int, row: Mapping[str, Any], inner: Mapping) -> str:
        boxes = []
        for part in visible_row_fields(question, row, self.form.answers):
            if part.type == "heading":
                boxes.append(_heading(part))
            elif part.type == "explanation":
                boxes.append(_explanation(part))
            else:
                boxes.append(
                    self._box(
                        part,
                        f"{question.key}.{number}.{part.key}",
                        f"id_{question.key}-{number}-{part.key}",
                        row.get(part.key) or empty(part),
                        inner.get((number, part.key), ()),
                        f"{question.key}.{part.key}",
                    ).replace("<!--save-->", "", 1)
                )
        title = _("%(label)s %(number)s") % {
            "label": rules.hint(question, "label"),
            "number": number + 1,
        }
        return (
            f'<fieldset class="card card-quiet group-row"><legend>{escape(title)}</legend>'
            f"{''.join(boxes)}"
            f'<button class="button button-small button-danger" name="drop"'
            f' value="{question.key}.{number}">{icon_svg("trash")}'
            f"<span>{escape(_('Remove'))}"
            f'<span class="visually-hidden"> {escape(title)}</span></span></button></fieldset>'
        )


def error_line(html_id: str, errors: Sequence[str], *, swap: bool = False) -> SafeString:
    """The error of a field: always there, hidden while there is none, so it can be renewed."""
    more = ' hx-swap-oob="true"' if swap else ""
    if not errors:
        return mark_safe(  # noqa: S308 - ids are keys of the definition
            f'<p class="error" id="{html_id}_error"{more} hidden></p>'
        )
    words = " ".join(escape(sentence) for sentence in errors)
    return mark_safe(  # noqa: S308 - the sentences are escaped
        f'<p class="error" id="{html_id}_error"{more}>'
        f"{icon_svg('exclamation-circle-fill')}<span>{words}</span></p>"
    )


def _label_words(question: Field) -> str:
    words = escape(rules.hint(question, "label"))
    if question.required:
        return words
    return f'{words} <span class="optional">{escape(_("(you may skip this)"))}</span>'


def _static(question: Field, html_id: str) -> Static:
    fieldset = controls.is_fieldset(question)
    words = _label_words(question)
    label = f"<legend>{words}</legend>" if fieldset else f'<label for="{html_id}">{words}</label>'
    text = controls.hint_text(question)
    hint = f'<p class="hint" id="{html_id}_helptext">{escape(text)}</p>' if text else ""
    return Static(fieldset, label, hint, f"{html_id}_helptext" if text else "")


def _heading(question: Field) -> str:
    text = controls.hint_text(question)
    more = f"<p>{escape(text)}</p>" if text else ""
    return f'<h2 id="id_{question.key}">{escape(rules.hint(question, "label"))}</h2>{more}'


def _explanation(question: Field) -> str:
    text = controls.hint_text(question)
    label = escape(rules.hint(question, "label"))
    more = f" {escape(text)}" if text else ""
    return (
        f'<div class="notice gap-bottom">{icon_svg("info-circle-fill")}'
        f"<div><p><strong>{label}</strong>{more}</p></div></div>"
    )
