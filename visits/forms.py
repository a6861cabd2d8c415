"""What a delegation types: the request, its people, answers, feedback."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identity import clean_phone
from accounts.regions import region, search
from counters.words import text_of
from mpp.kit.fields import SafeFormMixin, SafeNameField, SafeTextField
from mpp.kit.uploads import MEGABYTE, UploadRefused, inspect
from visits.actions.request import OF_A_REGION
from visits.availability import Opening
from visits.models import Adopted, InstitutionKind, LeaderRank, Topic, VisitRules
from visits.wishes import NO_ANSWER, WishesMixin

LETTER_BYTES = 10 * MEGABYTE
LONGEST_TEXT = 2_000
REGIONS_FOUND = 12


def regions_found(query: str) -> list[Any]:
    """Provinces, regencies and cities whose name fits, best first."""
    found = [*search(query, "province", 3), *search(query, "regency", REGIONS_FOUND)]
    return found[:REGIONS_FOUND]


class LetterFields(SafeFormMixin, forms.Form):
    """Number, date and PDF of the official letter."""

    letter_number = forms.CharField(
        label=gettext_lazy("Number of the letter"), max_length=100, required=False
    )
    letter_on = forms.DateField(
        label=gettext_lazy("Date of the letter"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the date as day, month and year.")},
    )
    letter_file = forms.FileField(
        label=gettext_lazy("The letter as a PDF"),
        help_text=gettext_lazy("At most 10 MB. It may follow, but we confirm nothing without it."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={"empty": gettext_lazy("The file is empty. Choose another file.")},
    )

    def clean_letter_file(self):
        """The inspected PDF, or None."""
        file = self.cleaned_data.get("letter_file")
        if not file:
            return None
        try:
            return inspect(
                file,
                name=file.name,
                declared_type=file.content_type or "",
                accept={"pdf"},
                max_bytes=LETTER_BYTES,
            )
        except UploadRefused as told:
            raise ValidationError(told.sentence, code=told.code) from told


class LetterForm(LetterFields):
    """The letter that follows: only what is not there yet has to be given."""


class RequestForm(WishesMixin, LetterFields):
    """The whole request. `is_strict` asks for everything a request needs; a draft may wait."""

    name_fields = ("institution", "leader_name", "leader_position", "contact_name")

    institution_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of institution"), choices=[NO_ANSWER, *InstitutionKind.choices]
    )
    institution = forms.CharField(label=gettext_lazy("Name of the institution"), max_length=200)
    region_code = forms.CharField(label=gettext_lazy("Region"), max_length=13, required=False)
    leader_name = forms.CharField(label=gettext_lazy("Leader of the delegation"), max_length=150)
    leader_position = forms.CharField(label=gettext_lazy("Position of the leader"), max_length=150)
    leader_rank = forms.ChoiceField(
        label=gettext_lazy("Rank of the leader"),
        choices=[NO_ANSWER, *LeaderRank.choices],
        required=False,
    )
    size = forms.IntegerField(
        label=gettext_lazy("Number of people"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "tiny", "inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Write the number in digits.")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("What do you want to achieve?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What do you want to learn?"),
        help_text=gettext_lazy("We prepare the right people."),
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy("Choose topics from the list."),
            "invalid_pk_value": gettext_lazy("Choose topics from the list."),
        },
    )
    special_needs = forms.CharField(
        label=gettext_lazy("Special needs"),
        help_text=gettext_lazy("For example a wheelchair, an interpreter, food."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages spoken"), max_length=100, required=False
    )
    contact_name = forms.CharField(label=gettext_lazy("Contact person"), max_length=150)
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail of the contact"),
        help_text=gettext_lazy("The link to your page goes to this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Mobile number of the contact"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(
        self,
        *args: Any,
        openings: Iterable[Opening],
        rules: VisitRules,
        drawn: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.fields["topics"].queryset = Topic.objects.filter(is_active=True)
        self.fields["topics"].label_from_instance = lambda topic: text_of(topic, "name")
        self.fields["size"].help_text = _("At most %(count)s.") % {"count": rules.size_max}
        self.add_wishes(openings, needed=True, drawn=drawn)

    def clean_size(self) -> int | None:
        """The size, within what the site receives at once."""
        size = self.cleaned_data.get("size")
        if size and size > self.rules.size_max:
            sentence = _("A group has at most %(count)s people. Come in several groups.")
            raise ValidationError(sentence % {"count": self.rules.size_max})
        return size

    def clean_contact_phone(self) -> str:
        """The mobile number as +62..."""
        return clean_phone(self.cleaned_data["contact_phone"])

    def clean_region_code(self) -> str:
        """A code of a province, regency or city we know."""
        code = self.cleaned_data["region_code"]
        found = region(code) if code else None
        if code and (found is None or found.level not in ("province", "regency")):
            raise ValidationError(_("Search your region and choose it from the list."))
        return code

    def clean(self) -> dict[str, Any]:
        """Wishes that can be had; a region for those that have one."""
        self.clean_wishes()
        kind = self.cleaned_data.get("institution_kind")
        has_region = self.cleaned_data.get("region_code") or "region_code" in self.errors
        if kind in OF_A_REGION and not has_region:
            sentence = _("Search your region and choose it from the list.")
            self.add_error("region_code", ValidationError(sentence, code="required"))
        return self.cleaned_data

    def forgive_what_is_missing(self) -> None:
        """Drop the errors about what is not there yet: a draft may be saved half done."""
        for name in list(self.errors):
            left = [fault for fault in self.errors[name].as_data() if fault.code != "required"]
            if not left:
                del self.errors[name]


class TextForm(SafeFormMixin, forms.Form):
    """One text: an answer, a reason."""

    text = SafeTextField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, label: str, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].required = needed


class ListedForm(forms.Form):
    """Consent to be named publicly: the page says which answer its button gives.

    Sent twice it is the same answer; a button that only turns it around would take it back.
    """

    wanted = forms.ChoiceField(
        label=gettext_lazy("Named in the public list"),
        choices=[("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))],
        widget=forms.HiddenInput,
    )


class ProposeForm(WishesMixin, SafeFormMixin, forms.Form):
    """Other wished sessions, with a word of explanation."""

    def __init__(self, *args: Any, openings: Iterable[Opening], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_wishes(openings, needed=True)
        self.fields["text"] = SafeTextField(
            label=_("Why another date?"),
            max_length=LONGEST_TEXT,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self) -> dict[str, Any]:
        """Only sessions that can be had."""
        self.clean_wishes()
        return self.cleaned_data


class PersonForm(SafeFormMixin, forms.Form):
    """One member of the delegation."""

    name = SafeNameField(label=gettext_lazy("Name"), max_length=150)
    position = SafeNameField(label=gettext_lazy("Position"), max_length=150, required=False)
    institution = SafeNameField(
        label=gettext_lazy("Institution, if another"), max_length=200, required=False
    )
    staff_number = forms.CharField(
        label=gettext_lazy("Staff number (NIP)"), max_length=30, required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    travel_order = forms.CharField(
        label=gettext_lazy("Number of the travel order (SPPD)"), max_length=100, required=False
    )

    def clean_phone(self) -> str:
        """The mobile number as +62..., if there is one."""
        phone = self.cleaned_data["phone"]
        return clean_phone(phone) if phone else ""


class JoinForm(SafeFormMixin, forms.Form):
    """Somebody who stands at the door and is not in the list."""

    name = SafeNameField(label=gettext_lazy("Name"), max_length=150)
    position = SafeNameField(label=gettext_lazy("Position"), max_length=150, required=False)
    code = forms.CharField(label=gettext_lazy("Code shown on site"), max_length=12)


SCORES = [
    (4, gettext_lazy("very good")),
    (3, gettext_lazy("good")),
    (2, gettext_lazy("not so good")),
    (1, gettext_lazy("bad")),
]


def _score(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=SCORES, coerce=int, widget=forms.RadioSelect
    )


class FeedbackForm(SafeFormMixin, forms.Form):
    """What the delegation thought of its visit."""

    reception = _score(gettext_lazy("How were you received?"))
    content = _score(gettext_lazy("How was what you were shown?"))
    usefulness = _score(gettext_lazy("How useful is it for your work?"))
    comment = SafeTextField(
        label=gettext_lazy("What should we do better?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FollowUpForm(SafeFormMixin, forms.Form):
    """What was adopted since."""

    adopted = forms.ChoiceField(
        label=gettext_lazy("Did you adopt something?"),
        choices=Adopted.choices,
        widget=forms.RadioSelect,
    )
    story = SafeTextField(
        label=gettext_lazy("What did you adopt, or what hinders you?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    blueprint_version = forms.CharField(
        label=gettext_lazy("Version of the blueprint you use"), max_length=60, required=False
    )


class GuestBookForm(SafeFormMixin, forms.Form):
    """A line in the guest book."""

    name = SafeNameField(label=gettext_lazy("Name"), max_length=150)
    position = SafeNameField(label=gettext_lazy("Position"), max_length=150, required=False)
    message = SafeTextField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
