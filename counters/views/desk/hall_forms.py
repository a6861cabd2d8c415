"""Forms of the supervisor's hall."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from counters.models import Counter, Queue, Site
from counters.views.desk.forms import CloseForm, ReasonForm, TimeInput, later_today
from counters.words import text_of
from mpp.kit.fields import SafeFormMixin

MOST_WALK_INS = 5_000


class StopForm(ReasonForm):
    """Why no more numbers are given today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("People see the reason.")


class QuotaForm(SafeFormMixin, forms.Form):
    """How many walk-ins are taken today; empty is no limit."""

    quota = forms.IntegerField(
        label=_("Walk-ins today at most"),
        help_text=_("Leave it empty for no limit."),
        required=False,
        min_value=0,
        max_value=MOST_WALK_INS,
        error_messages={"invalid": _("Write a whole number.")},
    )

    def __init__(self, *args: Any, least: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least = least

    def clean_quota(self) -> int | None:
        """Not fewer than were given already."""
        quota = self.cleaned_data["quota"]
        if quota is not None and quota < self.least:
            raise ValidationError(
                _("%(count)s were given already. Write that number or a higher one."),
                params={"count": self.least},
            )
        return quota


class QueueChoice(forms.ModelMultipleChoiceField):
    """Queues with their letter."""

    def label_from_instance(self, obj: Queue) -> str:
        """`D · Dispendukcapil`."""
        return f"{obj.letter} · {text_of(obj, 'name')}"


class AssignForm(SafeFormMixin, forms.Form):
    """Which queues a counter serves."""

    queues = QueueChoice(
        label=_("Queues this counter serves"),
        queryset=Queue.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one queue.")},
    )

    def __init__(self, *args: Any, counter: Counter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Queue.objects.filter(site=counter.site_id, is_active=True).order_by("order", "key")
        self.fields["queues"].queryset = rows
        self.fields["queues"].initial = counter.queues.all()


class AnnounceForm(SafeFormMixin, forms.Form):
    """A text on the boards."""

    text = forms.CharField(
        label=_("Text on the boards"),
        max_length=200,
        error_messages={"required": _("Write the text first.")},
    )
    text_en = forms.CharField(label=_("The same in English"), max_length=200, required=False)
    until = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=TimeInput(format="%H:%M"),
        error_messages={"invalid": _("Write a time of day, for example 10:30.")},
    )
    is_spoken = forms.BooleanField(label=_("Say it aloud too"), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_until(self) -> datetime | None:
        """The instant, in the site's zone."""
        return later_today(self.cleaned_data["until"], self.site)


__all__ = ["AnnounceForm", "AssignForm", "CloseForm", "QuotaForm", "StopForm"]
