"""Forms of the console and the hall: few fields each, every text made safe."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.identity import clean_nik, clean_phone
from counters.models import Agency, Counter, PriorityReason, Queue, Service, Site
from counters.persons import HELPERS, Person
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin

LONGEST_REASON = 200


class DeskForm(SafeFormMixin, forms.Form):
    """Base: a hidden key that makes two presses of one form one act."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


def reason_field(label: Any = None, **more: Any) -> forms.CharField:
    """A reason in one line that is kept with the act."""
    return forms.CharField(
        label=label or _("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Write the reason.")},
        **more,
    )


class ReasonForm(DeskForm):
    """Only a reason."""

    reason = reason_field()


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    input_type = "time"


def later_today(at: time | None, site: Site) -> datetime | None:
    """The instant of a local time of day that still lies ahead today."""
    if at is None:
        return None
    moment = clock.instant(clock.today(site.time_zone), at, site.time_zone)
    if moment <= clock.now():
        raise ValidationError(_("Choose a time that is still ahead today."))
    return moment


class UntilForm(ReasonForm):
    """A reason and a time of day until which it holds."""

    until = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=TimeInput(format="%H:%M"),
        error_messages={"invalid": _("Write a time of day, for example 10:30.")},
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_until(self) -> datetime | None:
        """The instant, in the site's zone."""
        return later_today(self.cleaned_data["until"], self.site)


class HoldForm(UntilForm):
    """Set a number aside."""


class PauseForm(UntilForm):
    """A break; people see the reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("People see the reason.")
        self.fields["until"].label = _("Back at")


class CloseForm(DeskForm):
    """Closing needs no reason."""

    reason = reason_field(required=False)


class TransferForm(ReasonForm):
    """To another queue of the site, or to one counter."""

    to = forms.ChoiceField(
        label=_("Where to"),
        error_messages={
            "required": _("Choose a queue or a counter."),
            "invalid_choice": _("Choose a queue or a counter of the list."),
        },
    )

    field_order = ("to", "reason")

    def __init__(self, *args: Any, counter: Counter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(site=counter.site_id, is_active=True).order_by(
            "order", "key"
        )
        others = (
            Counter.objects.filter(site=counter.site_id, queues__is_active=True)
            .exclude(pk=counter.pk)
            .exclude(state="closed")
            .distinct()
            .order_by("order", "key")
        )
        self.fields["to"].choices = [
            ("", _("Choose")),
            (_("Queue"), [(f"q{q.pk}", f"{q.letter} · {text_of(q, 'name')}") for q in queues]),
            (
                _("Counter"),
                [(f"c{c.pk}", f"{c.name} ({c.get_state_display()})") for c in others],
            ),
        ]

    def target(self) -> dict[str, Any]:
        """The queue or the counter, as the act wants it."""
        chosen = self.cleaned_data["to"]
        if chosen[0] == "q":
            return {"queue": Queue.objects.select_related("site").get(pk=chosen[1:])}
        return {"counter": Counter.objects.select_related("site").get(pk=chosen[1:])}


RESULTS = (
    ("served", _("served")),
    ("incomplete", _("documents incomplete")),
    ("elsewhere", _("shown the way elsewhere")),
    ("stopped", _("ended without a result")),
)


class FinishForm(DeskForm):
    """How the service ended."""

    result = forms.ChoiceField(label=_("How it ended"), choices=RESULTS, required=False)

    def clean_result(self) -> str:
        """Served, when nothing was chosen."""
        return self.cleaned_data["result"] or "served"


class DisruptionForm(DeskForm):
    """What is down, told to everybody in both languages.

    Supervisors say of which agency (`agencies`), officers report for their own.
    """

    agency = forms.ModelChoiceField(
        label=_("Agency"),
        queryset=Agency.objects.none(),
        required=False,
        error_messages={
            "required": _("Choose an agency."),
            "invalid_choice": _("Choose an agency."),
        },
    )
    system_name = forms.CharField(
        label=_("What is down"),
        max_length=80,
        error_messages={"required": _("Write which system is down.")},
    )
    note = forms.CharField(
        label=_("What people should know"),
        help_text=_("Shown on the boards and on every number of this agency."),
        max_length=200,
        required=False,
    )
    note_en = forms.CharField(label=_("The same in English"), max_length=200, required=False)
    name_fields = ("system_name",)

    def __init__(
        self, *args: Any, agencies: QuerySet[Agency] | None, may_all: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if agencies is None:
            del self.fields["agency"]
            return
        field = self.fields["agency"]
        field.queryset, field.required = agencies, not may_all
        field.empty_label = _("the whole site") if may_all else _("Choose")


HELPER_WORDS = {
    "family": _("a family member"),
    "mandate": _("somebody with a mandate"),
    "staff": _("staff"),
}


class IssueForm(DeskForm):
    """A number at the desk: a name is enough."""

    queue = forms.ModelChoiceField(label=_("Queue"), queryset=Queue.objects.none())
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), required=False
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("To call the person. It is not shown on the boards."),
        error_messages={"required": _("Write the name, so that you can call the person.")},
    )
    phone = forms.CharField(label=_("Mobile number"), max_length=40, required=False)
    nik = forms.CharField(label=_("NIK"), max_length=40, required=False)
    priority = forms.ModelChoiceField(
        label=_("Served first because"), queryset=PriorityReason.objects.none(), required=False
    )
    helped_by = forms.ChoiceField(
        label=_("Taken for this person by"),
        choices=[("", _("nobody, the person is here")), *((k, HELPER_WORDS[k]) for k in HELPERS)],
        required=False,
    )
    then = forms.ModelMultipleChoiceField(
        label=_("Afterwards also to"),
        help_text=_("The same number goes on; nobody queues twice."),
        queryset=Queue.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    name_fields = ("name",)

    def __init__(self, *args: Any, counter: Counter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = counter.queues.filter(is_active=True).order_by("order", "key")
        self.fields["queue"].queryset = own
        self.fields["queue"].empty_label = None
        self.fields["queue"].initial = own.first()
        self.fields["service"].queryset = (
            Service.objects.filter(queues__in=own, is_active=True).distinct().order_by("name")
        )
        self.fields["service"].empty_label = _("not said")
        self.fields["priority"].queryset = PriorityReason.objects.filter(is_active=True)
        self.fields["priority"].empty_label = _("no reason")
        self.fields["then"].queryset = (
            Queue.objects.filter(site=counter.site_id, is_active=True)
            .exclude(pk__in=own.values("pk"))
            .order_by("order", "key")
        )
        for name in ("queue", "service", "priority", "then"):
            self.fields[name].label_from_instance = _named

    def clean_phone(self) -> str:
        """E.164 or nothing."""
        typed = self.cleaned_data["phone"]
        return clean_phone(typed) if typed else ""

    def clean_nik(self) -> str:
        """Sixteen digits or nothing."""
        typed = self.cleaned_data["nik"]
        return clean_nik(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        """A service belongs to its queue."""
        data = super().clean()
        queue, service = data.get("queue"), data.get("service")
        if queue and service and not queue.services.filter(pk=service.pk).exists():
            self.add_error("service", _("This service has another queue. Choose that queue."))
        return data

    def person(self) -> Person:
        """Who takes the number."""
        data = self.cleaned_data
        return Person(
            name=data["name"],
            phone=data["phone"],
            nik=data["nik"],
            helped_by=data["helped_by"],
        )


def _named(row: Any) -> str:
    letter = getattr(row, "letter", "")
    name = text_of(row, "name")
    return f"{letter} · {name}" if letter else str(name)
