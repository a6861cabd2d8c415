"""Queues as data, and the reasons of priority."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from counters.actions.base import touch
from counters.admin.base import DeskForm, LinesField
from counters.admin.calendar import CalendarAdmin
from counters.admin.hall_base import HallAdmin, HallForm
from counters.models import LIVE, PriorityReason, Queue, Site, Ticket
from mpp.kit import clock

# So many numbers stand in a sentence; the rest is a count.
SHOWN = 5


class QueueForm(HallForm):
    name_fields = ("name", "name_en")

    class Meta:
        field_classes = {"assumed": LinesField}

    def clean_letter(self) -> str:
        """One or two capital letters: they are called out and stand on the board."""
        letter = self.cleaned_data["letter"].upper()
        if not (letter.isascii() and letter.isalpha()):
            raise ValidationError(_("One or two letters, like A or KK."))
        site = self.cleaned_data.get("site") or self._site()
        others = Queue.objects.filter(site=site, letter=letter).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("Another queue of this site has this letter."))
        return letter

    def _site(self) -> Site | None:
        """The site of a queue that exists: it is not in the form any more."""
        return self.instance.site if self.instance.site_id else None

    def clean(self) -> dict:
        """Numbers that would make no slot, and counters of another site or agency."""
        cleaned = super().clean()
        for name, least in (("slot_minutes", 5), ("service_minutes", 1), ("most_calls", 1)):
            if cleaned.get(name) is not None and cleaned[name] < least:
                self.add_error(name, _("At least %(count)s.") % {"count": least})
        if (cleaned.get("booked_percent") or 0) > 100:
            self.add_error("booked_percent", _("At most 100."))
        if (cleaned.get("book_days_ahead") or 0) > 90:
            self.add_error("book_days_ahead", _("At most 90."))
        first, last = cleaned.get("release_from_minutes"), cleaned.get("release_to_minutes")
        if first is not None and last is not None and first > last:
            self.add_error("release_to_minutes", _("This is less than the line above."))
        site = cleaned.get("site") or self._site()
        if site and any(each.site_id != site.pk for each in cleaned.get("counters") or ()):
            self.add_error("counters", _("This counter stands at another site."))
        if self.instance.pk and not self.errors:
            self._leave_nobody(cleaned)
        return cleaned

    def _leave_nobody(self, cleaned: dict) -> None:
        """As in the hall: no queue with people in line is left without a counter or switched off.

        Holds the queue's day until the change is written: nobody gets in line meanwhile.
        """
        kept = set(cleaned.get("counters") or ())
        gone = set(self.instance.counters.all()) - kept
        stops = not cleaned.get("is_active")
        if not (gone or stops):
            return
        in_line = Ticket.objects.filter(queue_day__queue=self.instance, state__in=LIVE)
        days = self.instance.days.filter(day=clock.today(self.instance.site.time_zone))
        touch(*days.values_list("pk", flat=True))
        if stops and in_line.exists():
            words = _("People are in line: %(numbers)s. Serve them first, or end the day.")
            self.add_error("is_active", words % {"numbers": _labels(in_line)})
        if gone and not kept and in_line.exists():
            words = _("People are in line: %(numbers)s. Leave them at least one counter.")
            self.add_error("counters", words % {"numbers": _labels(in_line)})
        elif gone and (bound := in_line.filter(wanted_counter__in=gone)).exists():
            words = _("Sent to this counter: %(numbers)s. Send them elsewhere first.")
            self.add_error("counters", words % {"numbers": _labels(bound)})


def _labels(rows: QuerySet[Ticket]) -> str:
    """The first numbers in line, and how many more."""
    found = list(rows.order_by("due_at", "id")[:SHOWN])
    more = rows.count() - len(found)
    return ", ".join([row.label for row in found] + ([f"+{more}"] if more > 0 else []))


@admin.register(Queue)
class QueueAdmin(HallAdmin):
    form = QueueForm
    list_display = ["letter", "name", "agency", "site", "takes_bookings", "is_active"]
    list_display_links = ["name"]
    list_filter = ["site", "is_active"]
    list_select_related = ["agency", "site"]
    search_fields = ["name", "letter", "key", "agency__abbr"]
    ordering = ["site", "order", "key"]
    filter_horizontal = ["services", "counters"]
    fields = [
        ("site", "agency"),
        ("key", "letter"),
        ("name", "name_en"),
        "counters",
        "services",
        ("scope", "identity"),
        ("target_walk_in", "target_booked", "target_priority"),
        ("service_minutes", "walk_in_quota"),
        ("takes_online", "takes_bookings"),
        ("slot_minutes", "booked_percent", "book_days_ahead"),
        ("hold_minutes", "offer_minutes", "most_changes"),
        ("early_minutes", "late_minutes"),
        ("release_from_minutes", "release_to_minutes"),
        ("grace_minutes", "come_back_minutes"),
        ("most_calls", "most_defers"),
        ("order", "is_active"),
        "assumed",
    ]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """What numbers, bookings and scopes hang on never changes once it exists."""
        return ["key", "site", "agency"] if obj else []


@admin.register(PriorityReason)
class PriorityReasonAdmin(CalendarAdmin):
    form = DeskForm
    list_display = ["name", "name_en", "order", "is_active"]
    search_fields = ["name", "key"]
    ordering = ["order", "key"]
    fields = ["key", ("name", "name_en"), "icon", ("order", "is_active")]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["key"] if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
