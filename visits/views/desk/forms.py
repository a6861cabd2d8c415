"""Forms of the visit desk: few fields each, every text made safe."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identity import normalise_phone
from accounts.models import User
from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin
from visits.models import Material, Participant, Topic, Visit, VisitSession
from visits.permissions import hosts
from visits.states import VisitState

LONGEST = 2_000
PICTURES = "image/jpeg,image/png,image/heic"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def text_area(rows: int = 4) -> forms.Textarea:
    """A box of several lines."""
    return forms.Textarea(attrs={"rows": rows})


class DeskForm(SafeFormMixin, forms.Form):
    """Base of the forms that act on a visit: they know it, and carry a key."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        self.prepare()

    def prepare(self) -> None:
        """Set choices and first values from the visit."""


class PlainForm(DeskForm):
    """Only the key."""


class QuestionForm(DeskForm):
    """What the delegation is asked."""

    text = forms.CharField(
        label=_("Your question"),
        help_text=_("The delegation reads it. Our time to answer stands still until it answers."),
        max_length=LONGEST,
        widget=text_area(),
    )


class NoteForm(DeskForm):
    """An optional note for the history."""

    note = forms.CharField(label=_("Note"), max_length=LONGEST, required=False, widget=text_area())


class ReasonForm(DeskForm):
    """A reason the delegation reads."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The delegation reads it."),
        max_length=LONGEST,
        widget=text_area(),
        error_messages={"required": _("Write the reason.")},
    )


class PersonField(forms.ModelChoiceField):
    """Somebody who receives delegations."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)


class DisposeForm(NoteForm):
    """Who decides, and who would receive the delegation."""

    leader = PersonField(label=_("Decided by"))
    host = PersonField(label=_("Received by"))
    field_order = ("leader", "host", "note", "key")

    def prepare(self) -> None:
        self.fields["leader"].queryset = self.fields["host"].queryset = hosts()
        self.initial.setdefault("host", self.visit.host_id)
        self.initial.setdefault("leader", self.visit.disposed_to_id)


class PlaceForm(DeskForm):
    """A session on a day, and who receives the delegation."""

    session = forms.ModelChoiceField(label=_("Session"), queryset=VisitSession.objects.none())
    date = forms.DateField(label=_("Day"), widget=DAY)
    host = PersonField(label=_("Received by"))

    def prepare(self) -> None:
        sessions = VisitSession.objects.filter(site=self.visit.site_id, is_active=True)
        self.fields["session"].queryset = sessions.select_related("site")
        self.fields["host"].queryset = hosts()
        wish = self.visit.wishes.order_by("order").first()
        if wish is not None:
            self.initial.setdefault("session", wish.session_id)
            self.initial.setdefault("date", wish.date)
        self.initial.setdefault("host", self.visit.host_id)


class ApproveForm(PlaceForm):
    """A place, and perhaps the group it is shared with."""

    merge_with = forms.ModelChoiceField(
        label=_("Merge with a group of that session"),
        help_text=_("Merged groups share one group place; every person still needs one."),
        queryset=Visit.objects.none(),
        required=False,
    )
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST, required=False, widget=text_area(2)
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["merge_with"].queryset = ahead(self.visit)
        self.fields["merge_with"].label_from_instance = group_words


class OfferForm(PlaceForm):
    """Another place and a word with it."""

    note = forms.CharField(
        label=_("Message to the delegation"),
        max_length=LONGEST,
        required=False,
        widget=text_area(2),
    )


class RescheduleForm(PlaceForm):
    """A new place for an approved visit."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The delegation reads it."),
        max_length=LONGEST,
        widget=text_area(),
        error_messages={"required": _("Write the reason.")},
    )

    def prepare(self) -> None:
        super().prepare()
        if self.visit.slot is not None:
            self.initial |= {
                "session": self.visit.slot.session_id,
                "date": self.visit.slot.day.date,
                "host": self.visit.host_id,
            }


class SizeForm(DeskForm):
    """How many people come."""

    size = forms.IntegerField(label=_("Number of people"), min_value=1, max_value=1_000)

    def prepare(self) -> None:
        self.initial.setdefault("size", self.visit.size)


class MergeForm(DeskForm):
    """The group of the same session this one joins."""

    into = forms.ModelChoiceField(label=_("Merge with"), queryset=Visit.objects.none())

    def prepare(self) -> None:
        self.fields["into"].queryset = ahead(self.visit).filter(slot=self.visit.slot_id)
        self.fields["into"].label_from_instance = group_words


def ahead(visit: Visit):
    """Approved groups of the same site that hold a place of their own."""
    rows = Visit.objects.filter(
        state=VisitState.APPROVED,
        site=visit.site_id,
        merged_into__isnull=True,
        slot__starts_at__gt=clock.now(),
    )
    return rows.exclude(pk=visit.pk).select_related("slot__day", "slot__session")


def group_words(visit: Visit) -> str:
    """A group by institution and session."""
    return f"{visit.institution}, {visit.slot}"


class PersonForm(SafeFormMixin, forms.ModelForm):
    """A member of a delegation as the desk writes it down."""

    name_fields = ("name",)

    class Meta:
        model = Participant
        fields = ["name", "position", "institution", "staff_number", "phone", "travel_order"]
        widgets = {
            "staff_number": forms.TextInput(attrs={"inputmode": "numeric"}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def clean_staff_number(self) -> str:
        """18 digits (NIP), or nothing."""
        text = "".join(self.cleaned_data["staff_number"].split())
        if text and not (text.isascii() and text.isdigit() and len(text) == 18):
            raise ValidationError(_("A staff number (NIP) has 18 digits."))
        return text

    def clean_phone(self) -> str:
        """A mobile number, or nothing."""
        text = self.cleaned_data["phone"]
        if not text:
            return ""
        number = normalise_phone(text)
        if number is None:
            raise ValidationError(_("Write a mobile number like 0812 3456 7890."))
        return number


class CodeForm(SafeFormMixin, forms.Form):
    """A scanned or typed badge."""

    code = forms.CharField(
        label=_("Scan a badge"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": _("Scan the code of a badge first.")},
    )


class PhotoForm(SafeFormMixin, forms.Form):
    """A photo of the delegation."""

    file = forms.FileField(
        label=_("Photo"),
        help_text=_("JPG, PNG or HEIC, at most 20 MB. Place and camera are removed from it."),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )
    caption = forms.CharField(label=_("Caption"), max_length=150, required=False)


class MaterialForm(SafeFormMixin, forms.ModelForm):
    """A material, or a new version of one."""

    upload = forms.FileField(
        label=_("File (PDF)"),
        help_text=_("At most 20 MB. A new file becomes a new version."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.all(), required=False)

    class Meta:
        model = Material
        fields = [
            "key",
            "title",
            "title_en",
            "summary",
            "summary_en",
            "audience",
            "topic",
            "order",
        ]


class PeriodForm(forms.Form):
    """From which day to which day figures are counted."""

    dari = forms.DateField(label=_("From"), widget=DAY)
    sampai = forms.DateField(label=_("Until"), widget=DAY)

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        data = super().clean()
        if data.get("dari") and data.get("sampai") and data["dari"] > data["sampai"]:
            self.add_error("sampai", _("This day lies before the first one."))
        return data
