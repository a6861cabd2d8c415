"""The inputs of each field type as HTML text: written once here instead of a template per widget.

Drawing 25 fields through Django's widget templates costs more than everything else of the page.
Every value from outside goes through `escape`; `Slot` says where an input stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from mpp.kit.icons import icon_svg
from permits import rules
from permits.definition import Field
from permits.forms import options
from permits.forms.reading import NO, YES

FEW = 7
QUERY = ".q"
AUTOCOMPLETE = {
    "profile.full_name": "name",
    "profile.email": "email",
    "profile.phone": "tel",
    "profile.birth_date": "bday",
    "profile.address": "street-address",
    "business.name": "organization",
}
# type of the input, further attributes
INPUTS = {
    "text": ("text", ""),
    "email": ("email", ' inputmode="email" spellcheck="false"'),
    "phone": ("tel", ' inputmode="tel"'),
    "nik": ("text", ' inputmode="numeric" autocomplete="off" spellcheck="false"'),
    "npwp": ("text", ' inputmode="numeric" autocomplete="off" spellcheck="false"'),
    "nib": ("text", ' inputmode="numeric" autocomplete="off" spellcheck="false"'),
    "integer": ("text", ' inputmode="numeric" class="short" autocomplete="off"'),
    "decimal": ("text", ' inputmode="decimal" class="short" autocomplete="off"'),
    "money": ("text", ' inputmode="decimal" class="short" autocomplete="off"'),
}
FIELDSETS = frozenset({"yes_no", "choices", "date_range", "address", "map_point", "group"})


@dataclass(slots=True)
class Slot:
    """Where an input stands: its name and id, what describes it, whether it is wrong.

    `results` are search results by input name; `search_url` is the search endpoint, or empty.
    """

    name: str
    id: str
    described: str = ""
    wrong: bool = False
    search_url: str = ""
    key: str = ""
    results: Mapping[str, Sequence[options.Choice]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """The attributes that tie hint and error to the input."""
        text = f' aria-describedby="{self.described}"' if self.described else ""
        return f'{text} aria-invalid="true"' if self.wrong else text


def is_fieldset(question: Field) -> bool:
    """Whether the field has several inputs, so that its label is a legend."""
    if question.type in FIELDSETS or options.is_searched(question):
        return True
    return question.type == "choice" and len(question.options) <= FEW


def control(question: Field, typed: Any, slot: Slot) -> str:
    """The input or inputs of a field as HTML."""
    return CONTROLS.get(question.type, _input)(question, typed, slot)


def _input(question: Field, typed: Any, slot: Slot) -> str:
    kind, more = INPUTS.get(question.type, ("text", ""))
    known = AUTOCOMPLETE.get(question.prefill)
    if known and "autocomplete" not in more:
        more += f' autocomplete="{known}"'
    box = (
        f'<input type="{kind}" name="{slot.name}" id="{slot.id}" value="{escape(typed)}"'
        f"{more}{slot.state}>"
    )
    if question.type == "money":
        return f'<div class="input-group"><span aria-hidden="true">Rp</span>{box}</div>'
    return box


def _area(question: Field, typed: Any, slot: Slot) -> str:
    return (
        f'<textarea name="{slot.name}" id="{slot.id}" rows="4"{slot.state}>'
        f"\n{escape(typed)}</textarea>"
    )


def _radio(slot: Slot, place: int, choice: options.Choice, checked: bool, kind: str) -> str:
    number = slot.id if place == 0 else f"{slot.id}_{place}"
    hint = f"<small>{escape(choice.hint)}</small>" if choice.hint else ""
    state = f"{' checked' if checked else ''}{slot.state if place == 0 else ''}"
    return (
        f'<div class="choice"><input type="{kind}" name="{slot.name}" id="{number}"'
        f' value="{escape(choice.value)}"{state}>'
        f'<label for="{number}">{escape(choice.label)}{hint}</label></div>'
    )


def _rows(slot: Slot, choices: Sequence[options.Choice], typed: Any, kind: str = "radio") -> str:
    chosen = set(typed) if isinstance(typed, list) else {typed}
    return "".join(
        _radio(slot, place, choice, choice.value in chosen, kind)
        for place, choice in enumerate(choices)
    )


def _no_answer(question: Field) -> list[options.Choice]:
    """A way back for a question that may be skipped: a radio cannot be taken away."""
    return [] if question.required else [options.Choice("", _("No answer"))]


def _yes_no(question: Field, typed: Any, slot: Slot) -> str:
    choices = [options.Choice(YES, _("Yes")), options.Choice(NO, _("No"))]
    return _rows(slot, choices + _no_answer(question), typed)


def _choice(question: Field, typed: Any, slot: Slot) -> str:
    if options.is_searched(question):
        return _search(question, typed, slot, "radio")
    choices = options.all_choices(question)
    if typed and not question.option(str(typed)):
        # A value that is not offered any more stays visible: it must be chosen anew, knowingly.
        choices = [*choices, options.Choice(str(typed), str(typed))]
    if len(question.options) <= FEW:
        return _rows(slot, choices + _no_answer(question), typed)
    lines = "".join(
        f'<option value="{escape(c.value)}"{" selected" if c.value == typed else ""}>'
        f"{escape(c.label)}</option>"
        for c in choices
    )
    first = f'<option value="">{escape(_("Choose"))}</option>'
    return f'<select name="{slot.name}" id="{slot.id}"{slot.state}>{first}{lines}</select>'


def _choices(question: Field, typed: Any, slot: Slot) -> str:
    if options.is_searched(question):
        return _search(question, typed, slot, "checkbox")
    known = options.all_choices(question)
    gone = [options.Choice(one, one) for one in typed if not question.option(one)]
    return _rows(slot, [*known, *gone], typed, "checkbox")


def _search(question: Field, typed: Any, slot: Slot, kind: str) -> str:
    """A search line, what is chosen already, and the results to choose from."""
    values = typed if isinstance(typed, list) else [typed] if typed else []
    chosen = [options.chosen(question, value) for value in values]
    line = search_line(slot, kind, f"{slot.name}{QUERY}")
    return line + results(slot, kind, chosen, slot.results.get(slot.name))


def search_line(slot: Slot, kind: str, query_name: str, query: str = "") -> str:
    """The search input with its button; htmx asks while typing, the button works without."""
    live = ""
    if slot.search_url:
        address = f"{slot.search_url}{slot.key}/?name={slot.name}&id={slot.id}&kind={kind}"
        live = (
            f' hx-get="{escape(address)}" hx-trigger="input changed delay:300ms" hx-params="*"'
            f' hx-target="#{slot.id}_results" hx-swap="outerHTML" hx-sync="this:replace"'
        )
    return (
        f'<div class="search"><input type="search" name="{query_name}" id="{slot.id}_q"'
        f' value="{escape(query)}" maxlength="80" autocomplete="off" spellcheck="false"'
        f' aria-label="{escape(_("Type a few letters to search"))}"{live}>'
        f'<button class="button button-small" name="search" value="{slot.name}">'
        f"{icon_svg('search')}<span>{escape(_('Search'))}</span></button></div>"
    )


def results(
    slot: Slot,
    kind: str,
    chosen: Sequence[options.Choice],
    found: Sequence[options.Choice] | None,
) -> str:
    """The region with what is chosen and what was found (None: nothing was searched yet)."""
    known = {choice.value for choice in chosen}
    fresh = [choice for choice in found or () if choice.value not in known]
    lines = _rows(slot, [*chosen, *fresh], [choice.value for choice in chosen], kind)
    words = ""
    if found is not None and not found:
        words = _("Nothing found. Try other words.")
    elif not lines:
        words = _("Search first, then choose.")
    note = f'<p class="small quiet" role="status">{escape(words)}</p>' if words else ""
    return f'<div id="{slot.id}_results" class="gap-top">{lines}{note}</div>'


def _date(question: Field, typed: Any, slot: Slot) -> str:
    return day_input(str(typed), slot.name, slot.id, slot.state)


def day_input(typed: str, name: str, html_id: str, state: str) -> str:
    """A date input; a text input when what was typed is no date, so that it stays readable."""
    is_iso = not typed or (len(typed) == 10 and typed[4:5] == "-" and typed[7:8] == "-")
    kind = "date" if is_iso else "text"
    return (
        f'<input type="{kind}" name="{name}" id="{html_id}" value="{escape(typed)}"'
        f' class="short"{state}>'
    )


def _time(question: Field, typed: Any, slot: Slot) -> str:
    text = str(typed)
    kind = "time" if not text or (len(text) == 5 and text[2] == ":") else "text"
    return (
        f'<input type="{kind}" name="{slot.name}" id="{slot.id}" value="{escape(text)}"'
        f' class="short"{slot.state}>'
    )


def _part(label: str, box: str, html_id: str) -> str:
    return f'<div><label for="{html_id}">{escape(label)}</label>{box}</div>'


def _range(question: Field, typed: Any, slot: Slot) -> str:
    second = f"{slot.id}-to"
    start = day_input(typed.get("from", ""), f"{slot.name}.from", slot.id, slot.state)
    end = day_input(typed.get("to", ""), f"{slot.name}.to", second, slot.state)
    return (
        f'<div class="row parts">{_part(_("From"), start, slot.id)}'
        f"{_part(_('Until'), end, second)}</div>"
    )


def _plain(slot: Slot, part: str, typed: Mapping[str, str], more: str = "") -> str:
    html_id = slot.id if part in ("street", "lat") else f"{slot.id}-{part}"
    return (
        f'<input type="text" name="{slot.name}.{part}" id="{html_id}"'
        f' value="{escape(typed.get(part, ""))}"{more}{slot.state if html_id == slot.id else ""}>'
    )


def _address(question: Field, typed: Any, slot: Slot) -> str:
    digits = ' inputmode="numeric" autocomplete="off" class="tiny"'
    region = typed.get("region", "")
    inner = Slot(
        f"{slot.name}.region",
        f"{slot.id}-region",
        search_url=slot.search_url,
        key=slot.key,
        results=slot.results,
    )
    chosen = [options.chosen(question, region)] if region else []
    query = typed.get("region_q", "") if not region else ""
    line = search_line(inner, "radio", f"{slot.name}.region_q", query)
    found = slot.results.get(inner.name)
    if found is None and query:
        found = options.find_villages(query)
    street = _plain(slot, "street", typed, ' autocomplete="street-address"')
    return (
        _part(_("Street and number"), street, slot.id)
        + '<div class="row parts">'
        + _part("RT", _plain(slot, "rt", typed, digits), f"{slot.id}-rt")
        + _part("RW", _plain(slot, "rw", typed, digits), f"{slot.id}-rw")
        + _part(
            _("Postal code (you may skip this)"),
            _plain(slot, "postal_code", typed, digits),
            f"{slot.id}-postal_code",
        )
        + "</div>"
        + f'<fieldset class="part"><legend>{escape(_("Village"))}</legend>{line}'
        + results(inner, "radio", chosen, found)
        + "</fieldset>"
    )


def _point(question: Field, typed: Any, slot: Slot) -> str:
    second = f"{slot.id}-lon"
    more = ' inputmode="decimal" autocomplete="off" class="short"'
    return (
        '<div class="row parts">'
        + _part(_("Latitude"), _plain(slot, "lat", typed, more), slot.id)
        + _part(_("Longitude"), _plain(slot, "lon", typed, more), second)
        + "</div>"
        f'<button type="button" class="button button-small gap-top" hidden'
        f' data-locate="{slot.id},{second}">{icon_svg("geo-alt")}'
        f"<span>{escape(_('Use the place of this device'))}</span></button>"
    )


CONTROLS: dict[str, Callable[[Field, Any, Slot], str]] = {
    "long_text": _area,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "time": _time,
    "date_range": _range,
    "address": _address,
    "map_point": _point,
}


def hint_text(question: Field) -> str:
    """The help of a field in the page's language."""
    return rules.hint(question, "help")
