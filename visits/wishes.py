"""The wished sessions in a form: chosen from what can still be asked for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.words import text_of
from mpp.kit.wording import date_id
from visits.actions.request import MOST_WISHES
from visits.availability import Opening
from visits.models import VisitSession
from visits.words import hours

NO_ANSWER = ("", gettext_lazy("Choose"))
Wish = tuple[VisitSession, date]


class WishSelect(forms.Select):
    """A select of some hundred sessions, drawn by itself: one template per option is dear.

    `drawn` are the options that can be had, as HTML of `drawn_options`, shared by all selects.
    """

    def __init__(self, drawn: str, gone: tuple[str, str] | None = None) -> None:
        super().__init__(choices=[NO_ANSWER, *([gone] if gone else [])])
        self.drawn = drawn

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The select; what was chosen before and is gone stands first."""
        chosen = _mark("" if value is None else str(value))
        rows = "".join(_option(value, label) for value, label in self.choices) + self.drawn
        rows = rows.replace(chosen, f"{chosen} selected", 1)
        all_attrs = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", all_attrs, mark_safe(rows))  # noqa: S308


def _mark(value: str) -> str:
    """How an option with this value begins."""
    return f'<option value="{escape(value)}"'


def _option(value: str, label: Any) -> str:
    return f"{_mark(value)}>{escape(label)}</option>"


def value_of(opening: Opening) -> str:
    """What stands for a session on a day in a form."""
    return f"{opening.session.key}:{opening.date.isoformat()}"


def drawn_options(openings: Iterable[Opening]) -> str:
    """The options of all sessions that can be had, months as groups, in the active language."""
    groups: dict[str, list[str]] = {}
    for each in openings:
        session = each.session
        times = hours(session.starts_at, session.ends_at)
        label = f"{date_id(each.date)}, {times} ({text_of(session, 'name')})"
        groups.setdefault(date_id(each.date, "month"), []).append(_option(value_of(each), label))
    return "".join(
        f'<optgroup label="{escape(month)}">{"".join(rows)}</optgroup>'
        for month, rows in groups.items()
    )


class WishesMixin:
    """Fields wish_1 to wish_3: a session on a day out of those that can be asked for.

    What was chosen and can no longer be had stays shown, and is refused with a sentence.
    """

    def add_wishes(
        self, openings: Iterable[Opening], *, needed: bool, drawn: str | None = None
    ) -> None:
        """Add the fields at the end of the form; `drawn` are their options, drawn before."""
        openings = list(openings)
        self.openings = {value_of(each): (each.session, each.date) for each in openings}
        drawn = drawn_options(openings) if drawn is None else drawn
        labels = (_("First wish"), _("Second wish"), _("Third wish"))
        for number in range(1, MOST_WISHES + 1):
            self.fields[f"wish_{number}"] = forms.CharField(
                label=labels[number - 1],
                required=needed and number == 1,
                max_length=80,
                widget=WishSelect(drawn, self._gone(number)),
            )

    def _gone(self, number: int) -> tuple[str, str] | None:
        """The wish that was chosen and cannot be had any more, to be shown all the same."""
        name = f"wish_{number}"
        typed = (self.data.get(name, "") if self.is_bound else "") or self.initial.get(name, "")
        if typed in ("", *self.openings):
            return None
        return typed, _("The session chosen before")

    def clean_wishes(self) -> None:
        """Refuse a session that cannot be had any more."""
        for number in range(1, MOST_WISHES + 1):
            name = f"wish_{number}"
            value = self.cleaned_data.get(name, "")
            if value and value not in self.openings:
                self.add_error(name, _("This session has no place any more. Choose another."))

    def wishes(self) -> list[Wish]:
        """The chosen sessions in order of preference, each once."""
        names = (f"wish_{number}" for number in range(1, MOST_WISHES + 1))
        values = (self.cleaned_data.get(name, "") for name in names)
        return [self.openings[value] for value in dict.fromkeys(values) if value in self.openings]
