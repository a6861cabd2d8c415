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
    """A select of some hundred sessions, drawn by itself: one template per option is dear."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The select with its months as groups; `choices` are pairs, grouped or not."""
        chosen = "" if value is None else str(value)
        inner = [self._drawn(value, label, chosen) for value, label in self.choices]
        all_attrs = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", all_attrs, mark_safe("".join(inner)))  # noqa: S308

    def _drawn(self, value: str, label: Any, chosen: str) -> str:
        if isinstance(label, list):
            rows = "".join(self._drawn(each, text, chosen) for each, text in label)
            return f'<optgroup label="{escape(value)}">{rows}</optgroup>'
        mark = " selected" if value == chosen else ""
        return f'<option value="{escape(value)}"{mark}>{escape(label)}</option>'


class WishesMixin:
    """Fields wish_1 to wish_3: a session on a day out of those that can be asked for.

    What was chosen and can no longer be had stays shown, and is refused with a sentence.
    """

    def add_wishes(self, openings: Iterable[Opening], *, needed: bool) -> None:
        """Add the fields at the end of the form."""
        self.openings = {
            f"{each.session.key}:{each.date.isoformat()}": (each.session, each.date)
            for each in openings
        }
        groups: dict[str, list[tuple[str, str]]] = {}
        for value, (session, day) in self.openings.items():
            label = (
                f"{date_id(day)}, {hours(session.starts_at, session.ends_at)}"
                f" ({text_of(session, 'name')})"
            )
            groups.setdefault(date_id(day, "month"), []).append((value, label))
        labels = (_("First wish"), _("Second wish"), _("Third wish"))
        for number in range(1, MOST_WISHES + 1):
            self.fields[f"wish_{number}"] = forms.CharField(
                label=labels[number - 1],
                required=needed and number == 1,
                max_length=80,
                widget=WishSelect(choices=[NO_ANSWER, *self._choices(groups, number)]),
            )

    def _choices(self, groups: dict[str, list], number: int) -> list:
        typed = self.data.get(f"wish_{number}", "") if self.is_bound else ""
        typed = typed or self.initial.get(f"wish_{number}", "")
        gone = (
            [(typed, _("The session chosen before"))] if typed not in ("", *self.openings) else []
        )
        return [*gone, *groups.items()]

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
