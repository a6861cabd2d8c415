"""What the desk's pages of this room share: scope by agency, and fields for lists of lines."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from counters import calendar, published
from counters import permissions as places
from counters.models import Agency
from mpp.kit.fields import SafeFormMixin, SafeTextField

MOST_LINES = 60
LONGEST_LINE = 400


class LinesField(SafeTextField):
    """A JSON list of short texts, written as one text per line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What a JSON column hands to its form field and lines have no use for.
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as lines; what somebody typed stays as typed."""
        return "\n".join(str(line) for line in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The lines without empty ones."""
        lines = [line.strip() for line in super().clean(value).split("\n")]
        lines = [line for line in lines if line]
        if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
            most = {"lines": MOST_LINES, "count": LONGEST_LINE}
            raise ValidationError(
                _("Write at most %(lines)s lines of %(count)s characters.") % most
            )
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown: lines with lines."""
        return super().has_changed(self.prepare_value(initial), data)


class LinkLinesField(LinesField):
    """Web addresses, one per line."""

    def clean(self, value: Any) -> list[str]:
        """Only http and https addresses: a list of sources becomes links on public pages."""
        lines = super().clean(value)
        for line in lines:
            if not _is_web(line):
                raise ValidationError(_("Write web addresses only, one per line."))
        return lines


def _is_web(line: str) -> bool:
    """Whether a line is a web address; `http://[abc` is none, and urlsplit raises at it."""
    try:
        return urlsplit(line).scheme in ("http", "https")
    except ValueError:
        return False


class DeskForm(SafeFormMixin, forms.ModelForm):
    """A model form whose JSON lists are edited as lines."""


class PlaceAdmin(admin.ModelAdmin):
    """Rows of one agency (`agency_path`): staff see and change those of their own agencies.

    Django's permissions (they follow the roles) say what kind of thing a person may do; the
    postings say to which rows. Superusers and supervisors of the operator reach all rows.
    Nothing is deleted here: rows that ended are switched off.
    """

    form = DeskForm
    agency_path = "agency"
    list_per_page = 50

    def agency_id_of(self, obj: Any) -> int | None:
        """The agency a row belongs to."""
        return obj.agency_id

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Only rows of one's own agencies; also for lists, search and autocomplete."""
        rows = super().get_queryset(request)
        if places.can_configure(request.user):
            return rows
        return rows.filter(**{f"{self.agency_path}__in": places.agency_ids_of(request.user)})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The right by role, and for a row that it is of an agency one publishes for."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or places.can_publish(request.user, self.agency_id_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An agency can only be chosen among one's own, whatever the browser sends."""
        if db_field.related_model is Agency and not places.can_configure(request.user):
            kwargs["queryset"] = places.agencies_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        renew()


def renew() -> None:
    """Let this process read catalogue and calendar anew; others follow within a minute."""
    published.forget()
    calendar.forget()
