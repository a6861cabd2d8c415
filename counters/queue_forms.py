"""The forms of taking a number and booking: who it is, for whom, why first, what for."""

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.identity import clean_phone
from accounts.models import User
from counters.models import Lane, PriorityReason, Queue, Service
from counters.persons import Person
from counters.words import text_of
from mpp.kit.fields import SafeCharField, SafeFormMixin, SafeNameField

SELF, FAMILY, MANDATE = "self", "family", "mandate"
# More errands than this in one visit are rather a mistake of the finger.
MOST_ERRANDS = 5


class PersonForm(SafeFormMixin, forms.Form):
    """Who takes a number or a place. Signed in, the account says who it is."""

    for_whom = forms.ChoiceField(
        label=gettext_lazy("For whom is the number?"),
        choices=[
            (SELF, gettext_lazy("For myself")),
            (FAMILY, gettext_lazy("For a family member")),
            (MANDATE, gettext_lazy("For somebody who gave me a mandate")),
        ],
        widget=forms.RadioSelect,
        initial=SELF,
    )
    name = SafeNameField(
        label=gettext_lazy("Name of the person who will be served"),
        max_length=100,
        help_text=gettext_lazy("As on the KTP. The number cannot be handed on to another name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = SafeCharField(
        label=gettext_lazy("Mobile number of that person"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example 0812 3456 7890. One person has one live number."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("We write when your turn is near."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    helper_phone = SafeCharField(
        label=gettext_lazy("Your own mobile number, as the helper"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Only when the number is for somebody else."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("What do you come for?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Several in one visit: one number, one after the other."),
    )
    also = forms.MultipleChoiceField(
        label=gettext_lazy("Also at another agency in the same visit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Your number moves on by itself, without a new wait from zero."),
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Should you be served first?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Only the kind is kept, nothing about your health."),
    )
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self,
        *args,
        user: User | AnonymousUser,
        queue: Queue,
        reasons: Sequence[PriorityReason],
        others: Sequence[Queue] = (),
        is_booking: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.queue = user, queue
        self.known_services = {row.key: row for row in queue.services.all() if row.is_active}
        self.known_queues = {row.key: row for row in others}
        if is_booking:
            # A booked place is for one service; more of them follow at the counter.
            self.fields["services"] = forms.ChoiceField(
                label=_("What do you come for?"), required=False, widget=forms.RadioSelect
            )
        self.reasons = {row.key: row for row in reasons}
        self._choices("services", self.known_services, at_least=2)
        self._choices("also", self.known_queues)
        if self.reasons:
            rows = [(row.key, text_of(row, "name")) for row in self.reasons.values()]
            self.fields["priority"].choices = [("", _("No, in the usual order")), *rows]
            self.fields["priority"].initial = ""
        else:
            del self.fields["priority"]
        if user.is_authenticated:
            # The account is reachable; what is typed goes before it.
            self.fields["name"].initial = user.full_name
            self.fields["phone"].initial = user.phone or ""
            del self.fields["helper_phone"]
        else:
            self.fields["phone"].required = True

    def _choices(self, name: str, rows: dict, *, at_least: int = 1) -> None:
        if len(rows) < at_least:
            del self.fields[name]
            return
        self.fields[name].choices = [(key, self._label(row)) for key, row in rows.items()]

    @staticmethod
    def _label(row: Service | Queue) -> str:
        name = text_of(row, "name")
        return f"{name}, {row.agency.abbr}" if isinstance(row, Queue) else name

    def clean_phone(self) -> str:
        """The number in one spelling; needed from whoever has no account."""
        text = self.cleaned_data.get("phone", "")
        if text:
            return clean_phone(text)
        if self.user.is_authenticated and self.cleaned_data.get("for_whom") == SELF:
            return ""
        raise ValidationError(_("Give a mobile number: it makes the number yours alone."))

    def clean_helper_phone(self) -> str:
        """The helper's own number, when there is a helper without an account."""
        if self.cleaned_data.get("for_whom") in (None, SELF):
            return ""
        text = self.cleaned_data.get("helper_phone", "")
        if not text:
            raise ValidationError(_("Give your own mobile number: helpers are named."))
        number = clean_phone(text)
        if number == self.cleaned_data.get("phone"):
            raise ValidationError(_("This is the number of the other person. Give your own."))
        return number

    def clean_website(self) -> str:
        """Robots fill this in."""
        if self.cleaned_data.get("website"):
            raise ValidationError(_("Leave the last field empty and send the form again."))
        return ""

    def clean_services(self) -> list[str]:
        """Not more errands than somebody can do in a visit."""
        chosen = self.cleaned_data["services"]
        if isinstance(chosen, str):
            return [chosen] if chosen else []
        if len(chosen) > MOST_ERRANDS:
            raise ValidationError(_("Choose five services at most."))
        return chosen

    def clean_also(self) -> list[str]:
        """As `clean_services`."""
        chosen = self.cleaned_data["also"]
        if len(chosen) > MOST_ERRANDS:
            raise ValidationError(_("Choose five agencies at most."))
        return chosen

    @property
    def is_helped(self) -> bool:
        """Whether somebody takes it for another person."""
        return self.cleaned_data["for_whom"] != SELF

    @property
    def helper(self) -> str:
        """What tells the helper apart: account or own number; empty when there is none."""
        if not self.is_helped:
            return ""
        if self.user.is_authenticated:
            return f"user:{self.user.pk}"
        return self.cleaned_data["helper_phone"]

    def person(self) -> Person:
        """Who will be served."""
        data = self.cleaned_data
        name, phone, email = data["name"], data["phone"], data["email"]
        if self.user.is_authenticated and not self.is_helped:
            known = Person.of(self.user)
            return replace(
                known, name=name, phone=known.phone or phone, email=email or known.email
            )
        return Person(
            name=name,
            phone=phone,
            email=email,
            language="en" if get_language() == "en" else "id",
            helped_by=data["for_whom"] if self.is_helped else "",
        )

    def lane(self) -> tuple[str, PriorityReason | None]:
        """The class, and the reason of a priority."""
        reason = self.reasons.get(self.cleaned_data.get("priority") or "")
        return (Lane.PRIORITY, reason) if reason else (Lane.WALK_IN, None)

    def errands(self) -> tuple[Service | None, list[tuple[Queue, Service | None]]]:
        """The first service, and what comes after it under the same number."""
        chosen = [self.known_services[key] for key in self.cleaned_data.get("services", [])]
        if not chosen and len(self.known_services) == 1:
            chosen = list(self.known_services.values())
        first = chosen[0] if chosen else None
        then: list[tuple[Queue, Service | None]] = [(self.queue, row) for row in chosen[1:]]
        then += [(self.known_queues[key], None) for key in self.cleaned_data.get("also", [])]
        return first, then
