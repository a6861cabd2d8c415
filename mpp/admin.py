"""The desk: Django's admin, entered through the portal's own door."""

from collections.abc import Iterable
from datetime import MAXYEAR
from functools import cache
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counters.views.desk.urls import patterns as queue_patterns
from mpp.kit.fields import is_key, make_safe
from permits.views.desk.frame import desk_links, frame
from permits.views.desk.start import start
from visits.views.desk.start import visits_start


class KnownKeys:
    """In front of a search box of the admin: it looks up only what can be a key."""

    def optgroups(self, name: str, value: list, attr: dict | None = None) -> list:
        """The rows chosen, as the stock box draws them."""
        column = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [key for key in value if is_key(column, key)], attr)


@cache
def _known_keys_class(plain: type[AutocompleteMixin]) -> type[AutocompleteMixin]:
    return type(plain.__name__, (KnownKeys, plain), {"__module__": __name__})


def _with_known_keys(field: Field) -> Field:
    widget = field.widget
    if isinstance(widget, AutocompleteMixin) and not isinstance(widget, KnownKeys):
        widget.__class__ = _known_keys_class(type(widget))
    return field


# What the filters of a list ask of a column; of a date also its parts, up to these.
FILTER_LOOKUPS = frozenset({"exact", "in", "isnull", "isempty", "gte", "gt", "lte", "lt"})
PARTS_OF_DATE = {"year": MAXYEAR, "month": 12, "day": 31}


def _is_asked_by_filters(model: type[Model], lookup: str, value: str) -> bool:
    """Whether a filter could ask this; others (`regex`, `year__gt`) break the database."""
    parts = lookup.split("__")
    while parts and model:
        try:
            model = model._meta.get_field(parts[0]).related_model
        except FieldDoesNotExist:
            break
        parts.pop(0)
    if not parts or (len(parts) == 1 and parts[0] in FILTER_LOOKUPS):
        return True
    most = PARTS_OF_DATE.get(parts[0])
    if len(parts) > 1 or not most:
        return False
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:5]) <= most):
        raise IncorrectLookupParameters
    return True


class GuardedAdmin:
    """What stock admin pages leave open to odd addresses and forms.

    A list is asked only by its own filters. Stock Django lets the address ask any column
    (`?body__startswith=1`), which reads letter by letter what the list masks or leaves out:
    one-time codes, password hashes, texts. And keys that are none are left out or refused instead
    of breaking the page.
    """

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Run the action on the rows ticked; what cannot be a row is left out."""
        asked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST = request.POST.copy()
        request.POST.setlist(ACTION_CHECKBOX_NAME, [k for k in asked if is_key(self.opts.pk, k)])
        return super().response_action(request, queryset)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **options: Any
    ) -> Field | None:
        """The stock field, with a sentence for keys that are none."""
        field = super().formfield_for_manytomany(db_field, request, **options)
        return field and make_safe(_with_known_keys(field))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **options: Any
    ) -> Field | None:
        """The stock field; its search box shows what was sent only when it can be a row."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        return field and _with_known_keys(field)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether the address may ask this: a column only when a filter of the list names it."""
        first = lookup.partition("__")[0]
        try:
            self.opts.get_field(first)
        except FieldDoesNotExist:
            return super().lookup_allowed(lookup, value, request)
        asked = self._columns_of_filters(request)
        if first not in asked or not _is_asked_by_filters(self.model, lookup, value):
            return False
        return super().lookup_allowed(lookup, value, request)

    def _columns_of_filters(self, request: HttpRequest) -> set[str]:
        named = [self.date_hierarchy or "", self.opts.pk.name]
        for item in self.get_list_filter(request):
            name = item[0] if isinstance(item, tuple | list) else item
            named.append(name if isinstance(name, str) else getattr(name, "parameter_name", ""))
        return {name.partition("__")[0] for name in named}


class DeskSite(admin.AdminSite):
    """The stock admin in our theme; signing in happens at /akun/ like for everybody."""

    site_title = _("Desk")
    site_header = _("Desk of the mall")
    index_title = _("Work")
    enable_nav_sidebar = True

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Register with `GuardedAdmin` in front, so that no list can forget it."""
        plain = admin_class or admin.ModelAdmin
        guarded = type(plain.__name__, (GuardedAdmin, plain), {"__module__": plain.__module__})
        super().register(model_or_iterable, guarded, **options)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Send to the portal's own sign-in page, and back to where one wanted to go."""
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """One door for passwords too: with fresh sign-in and a mail to the owner."""
        return redirect("account_change_password")

    def get_urls(self) -> list:
        """The queue's own pages in front of the stock ones."""
        return [*queue_patterns(self.admin_view), *super().get_urls()]

    def page_context(self, request: HttpRequest, title: str, current: str = "") -> dict:
        """The frame of an own page of the desk, for rooms that lie below the one that made it."""
        return frame(request, title, current=current)

    def each_context(self, request: HttpRequest) -> dict:
        """What the head and side of every stock page show, beside Django's own."""
        context = super().each_context(request)
        return {**context, **desk_links(request)} if context["has_permission"] else context

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The start page: my work first, the set-up below.

        Whoever only receives delegations sees his visits and no counters of permit files.
        """
        context = {**start(request), "visits": visits_start(request)}
        visits = context["visits"]
        if visits and visits["is_all"]:
            sentence = gettext("Your next visit comes first.")
            context["start"] = {"sentence": sentence, "next_url": visits["next_url"]}
            context["desk_nav"] = [{**item, "count": ""} for item in context["desk_nav"]]
        return super().index(request, {**context, **(extra_context or {})})
