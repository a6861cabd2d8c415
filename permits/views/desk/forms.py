"""Forms of the desk: few fields each, every text made safe."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin, clean_text
from permits.models import OpinionAnswer, VerdictOutcome

LONGEST_MESSAGE = 4_000
SHORTEST_PURPOSE = 10
LONGEST_REASON = 2_000
LONGEST_WAIT = 90
LONGEST_ITEM = 400

# Sentences the applicant reads; staff add their own words below.
CANNED = {
    "blurred": _("The picture is not sharp. Upload a brighter, sharper one."),
    "cut": _("Part of the page is missing. Upload the whole page."),
    "wrong": _("This is another document. Upload the one that is asked."),
    "expired": _("The document is not valid any more. Upload the newest one."),
    "unsigned": _("The signature is missing. Upload the signed one."),
    "differs": _("The data differ from your answers. Correct one of them."),
}


class DeskForm(SafeFormMixin, forms.Form):
    """Base of the desk's forms."""


class PurposeForm(DeskForm):
    """Why a file is opened outside one's task."""

    purpose = forms.CharField(
        label=_("Why do you open this file?"),
        help_text=_("At least 10 characters. The applicant reads this."),
        min_length=SHORTEST_PURPOSE,
        max_length=200,
        error_messages={
            "required": _("Write why you open this file."),
            "min_length": _("Write at least 10 characters."),
        },
    )


class VerdictForm(DeskForm):
    """What was found of one document."""

    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=VerdictOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the document is accepted.")},
    )
    canned = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *CANNED.items()],
        required=False,
    )
    reason = forms.CharField(
        label=_("Sentence for the applicant"),
        help_text=_("Say what to do. It is sent once, together with all other corrections."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal needs a reason: a ready one, own words, or both."""
        data = super().clean()
        refused = data.get("outcome") == VerdictOutcome.REJECTED
        if refused and not (data.get("canned") or data.get("reason")) and "reason" in data:
            self.add_error("reason", _("Write for the applicant what is wrong with it."))
        return data

    def sentence(self) -> str:
        """The reason as the applicant reads it, in the active language."""
        data = self.cleaned_data
        canned = str(CANNED[data["canned"]]) if data["canned"] else ""
        return f"{canned} {data['reason']}".strip()[:400]


class MessageForm(DeskForm):
    """A message to the applicant."""

    body = forms.CharField(
        label=_("Message to the applicant"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your message first.")},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class OpinionForm(DeskForm):
    """The opinion of an asked agency."""

    answer = forms.ChoiceField(
        label=_("Your agency says"),
        choices=OpinionAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what your agency says.")},
    )
    text = forms.CharField(
        label=_("Reason or conditions"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """Anything but a plain yes needs words."""
        data = super().clean()
        answer = data.get("answer")
        if answer and answer != OpinionAnswer.AGREE and "text" in data and not data["text"]:
            self.add_error("text", _("Write the reason or the conditions."))
        return data


class ReasonForm(DeskForm):
    """A reason that somebody will read; `reader` says who."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the reason.")},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DecisionForm(ReasonForm):
    """The act of a stage: its reason, and who received the paper at a hand-over."""

    received_by = forms.CharField(
        label=_("Received by"),
        max_length=150,
        error_messages={"required": _("Write who received it.")},
    )
    stage_key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    seen = forms.IntegerField(
        min_value=0, max_value=2**62, required=False, widget=forms.HiddenInput
    )
    name_fields = ("received_by",)

    def __init__(self, *args: Any, needs_reason: bool, hands_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.fields["reason"].label = _("Reason") if needs_reason else _("Note for the file")
        if not hands_over:
            del self.fields["received_by"]


class RoundForm(DeskForm):
    """What goes with a request for corrections; the items themselves are read by `items`."""

    note = forms.CharField(
        label=_("Note for the applicant"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    due_on = forms.DateField(
        label=_("To be answered by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a real date: day, month and year.")},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_due_on(self):
        """The day must lie ahead, at most 90 days."""
        day = self.cleaned_data["due_on"]
        today = clock.today()
        if day and not today < day <= today + timedelta(days=LONGEST_WAIT):
            raise ValidationError(_("Choose a day after today, at most 90 days ahead."))
        return day


def items_of(post: Any, targets: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """(target -> reason, target -> problem) of the ticked items of a posted request."""
    picked = set(post.getlist("pilih"))
    items: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for target in targets:
        if target not in picked:
            continue
        try:
            items[target] = clean_text(post.get(f"alasan-{target}", "")[:2_000], one_line=False)
        except ValidationError as fault:
            items[target] = ""
            wrong[target] = fault.messages[0]
            continue
        if not items[target]:
            wrong[target] = str(_("Write for each part what is wrong."))
        elif len(items[target]) > LONGEST_ITEM:
            wrong[target] = str(_("Write at most 400 characters."))
    return items, wrong
