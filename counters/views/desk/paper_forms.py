"""Forms of paper days: how many numbers to set aside, and what stands on one used paper."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counters.actions.paper import LEFT, MOST_NUMBERS, SERVED, WAITS, PaperEntry
from counters.models import PaperBlock, PriorityReason, Queue
from counters.views.desk.forms import DeskForm, TimeInput
from mpp.kit import clock


class BlockForm(DeskForm):
    """Set the next numbers of a queue aside."""

    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), empty_label=None)
    count = forms.IntegerField(
        label=_("How many numbers"), min_value=1, max_value=MOST_NUMBERS, initial=24
    )

    def __init__(self, *args: Any, queues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = queues


class EntryForm(DeskForm):
    """One used paper, typed fast: number, times, class, what became of it."""

    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=99_999)
    taken = forms.TimeField(label=_("Taken at"), widget=TimeInput)
    outcome = forms.ChoiceField(
        label=_("What became of it"),
        choices=[(SERVED, _("served")), (LEFT, _("left")), (WAITS, _("still waiting"))],
    )
    counter = forms.ModelChoiceField(None, label=_("Counter"), required=False, empty_label="-")
    served = forms.TimeField(label=_("Served from"), widget=TimeInput, required=False)
    ended = forms.TimeField(label=_("Until, or left at"), widget=TimeInput, required=False)
    priority = forms.ModelChoiceField(
        PriorityReason.objects.filter(is_active=True),
        label=_("Priority"),
        required=False,
        empty_label=_("ordinary"),
    )

    def __init__(self, *args: Any, block: PaperBlock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.block = block
        self.fields["counter"].queryset = block.queue_day.queue.counters.order_by("order", "key")

    def entry(self) -> PaperEntry:
        """What was typed, with the times as instants of the block's day."""
        given = self.cleaned_data
        return PaperEntry(
            number=given["number"],
            taken_at=self._at(given["taken"]),
            outcome=given["outcome"],
            priority=given["priority"],
            counter=given["counter"],
            served_at=self._at(given["served"]),
            ended_at=self._at(given["ended"]),
        )

    def _at(self, moment: time | None) -> datetime | None:
        if moment is None:
            return None
        day = self.block.queue_day
        return clock.instant(day.day, moment, day.queue.site.time_zone)
