"""Hours and queues in the desk: superuser and the mall's supervisor all, others their agency."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters import permissions as places
from counters.admin.base import DeskForm, renew
from counters.models import Agency, Counter


def may_oversee(user: Any, agency_id: int | None) -> bool:
    """Whether this person sets hours and queues of an agency; None is the whole building."""
    if places.can_configure(user):
        return True
    return agency_id is not None and places.can_supervise(user, agency_id)


def own_agencies(user: Any) -> QuerySet[Agency]:
    """The agencies whose hours and queues this person sets."""
    if places.can_configure(user):
        return Agency.objects.all()
    return Agency.objects.filter(pk__in=places.supervised_ids(user) or ())


class HallForm(DeskForm):
    """A form of the desk that knows who fills it in (`actor`, set by the page)."""

    actor: Any = None
    labels = {
        "site": gettext_lazy("Site"),
        "agency": gettext_lazy("Agency"),
        "counter": gettext_lazy("Counter"),
        "counters": gettext_lazy("Counters"),
        "services": gettext_lazy("Services"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            if name in self.fields:
                self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        """Only the mall's supervisor changes what concerns the whole building."""
        cleaned = super().clean()
        if {"agency", "counter"} <= set(self.fields):
            agency, counter = cleaned.get("agency"), cleaned.get("counter")
            whose = counter.agency_id if counter else agency.pk if agency else None
            if agency and counter:
                self.add_error("counter", _("Choose an agency or a counter, not both."))
            elif not ({"agency", "counter"} & set(self.errors)) and not may_oversee(
                self.actor, whose
            ):
                self.add_error("agency", _("Choose your agency or one of its counters."))
            site = cleaned.get("site") or (self.instance.site if self.instance.site_id else None)
            if counter and site and counter.site_id != site.pk:
                self.add_error("counter", _("This counter stands at another site."))
        return cleaned


class HallAdmin(admin.ModelAdmin):
    """Rows of an agency, of a counter, or of the whole building (neither).

    Django's permissions (they follow the roles) say what kind of thing; postings say which rows.
    """

    form = HallForm
    list_per_page = 50
    agency_paths: tuple[str, ...] = ("agency",)

    def agency_id_of(self, obj: Any) -> int | None:
        """The agency a row belongs to; None for the whole building."""
        return obj.agency_id

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Rows of the agencies one oversees."""
        rows = super().get_queryset(request)
        if places.can_configure(request.user):
            return rows
        own = places.supervised_ids(request.user) or ()
        allowed = Q()
        for path in self.agency_paths:
            allowed |= Q(**{f"{path}__in": own})
        return rows.filter(allowed)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type:
        form = super().get_form(request, obj, **kwargs)
        form.actor = request.user
        return form

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and self._oversees(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._oversees(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._oversees(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return self._oversees(request)
        return may_oversee(request.user, self.agency_id_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _oversees(self, request: HttpRequest) -> bool:
        return places.can_configure(request.user) or places.can_supervise(request.user)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An agency or counter can only be chosen among one's own, whatever the browser sends."""
        own = own_agencies(request.user)
        if db_field.related_model is Agency:
            kwargs["queryset"] = own.order_by("order", "key")
        elif db_field.related_model is Counter:
            rows = Counter.objects.filter(agency__in=own)
            kwargs["queryset"] = rows.order_by("order", "key")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Counters and services of one's own agencies only."""
        rows = db_field.related_model.objects.filter(agency__in=own_agencies(request.user))
        kwargs["queryset"] = rows.order_by("agency__order", "order", "key")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        renew()
