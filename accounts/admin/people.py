"""People in the desk: lists are masked, opening one is logged with a purpose."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import record_access
from accounts.admin.base import NoDelete
from accounts.identity import clean_nik, mask_name, mask_phone
from accounts.models import User
from mpp.kit.fields import SafeCharField, SafeFormMixin
from mpp.kit.keys import lookup_hash

PURPOSE = "purpose:user:{pk}"


class PurposeForm(SafeFormMixin, forms.Form):
    """Why staff open a person's data outside a task; typed before the page opens."""

    purpose = SafeCharField(label=gettext_lazy("Why do you open these data?"), max_length=200)


@admin.register(User)
class UserAdmin(NoDelete):
    """Accounts: contacts and state are read, only the name and "active" can be changed here."""

    list_display = ["shown_name", "shown_contact", "nik_masked", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["full_name", "email", "phone"]
    search_help_text = gettext_lazy("Name, e-mail, mobile number, or a whole NIK")
    ordering = ["-pk"]
    list_per_page = 50
    show_full_result_count = False
    fields = [
        "full_name",
        "email",
        "phone",
        "nik_masked",
        "nik_verified_at",
        "birth_place",
        "birth_date",
        "sex",
        "address",
        "region_code",
        "language",
        "is_active",
        "is_staff",
        "date_joined",
        "last_login",
    ]
    readonly_fields = [name for name in fields if name not in ("full_name", "is_active")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, person: User) -> str:
        """Staff by name, citizens masked: a list opens nobody's data."""
        return person.full_name if person.is_staff else mask_name(person.full_name)

    @admin.display(description=gettext_lazy("contact"))
    def shown_contact(self, person: User) -> str:
        """The mobile number masked, else the first letter of the e-mail and its host."""
        if person.phone:
            return mask_phone(person.phone)
        name, _at, host = (person.email or "").partition("@")
        return f"{name[:1]}•••@{host}"

    @admin.display(description="NIK")
    def nik_masked(self, person: User) -> str:
        return person.nik_masked

    def get_search_results(self, request, queryset, search_term):
        """A whole NIK is found by its hash; it never stands in a query by itself."""
        try:
            nik = clean_nik(search_term)
        except forms.ValidationError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(nik_hash=lookup_hash(nik, "nik")), False

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None):
        """Ask for the purpose once a session, log the opening, then show the page."""
        person = self.get_object(request, object_id)
        if person is None or not self.has_view_permission(request, person):
            return super().change_view(request, object_id, form_url, extra_context)
        purpose = request.session.get(PURPOSE.format(pk=person.pk))
        if purpose is None:
            return self._ask_purpose(request, person)
        if person.pk != request.user.pk:
            record_access(
                actor=request.user,
                office=_("Administration"),
                subject=person,
                object_kind="person",
                object_ref=str(person.pk),
                purpose=purpose,
            )
        return super().change_view(request, object_id, form_url, extra_context)

    def _ask_purpose(self, request: HttpRequest, person: User) -> HttpResponse:
        asked = "purpose" in request.POST and "_purpose" in request.POST
        form = PurposeForm(request.POST if asked else None)
        if asked and form.is_valid():
            request.session[PURPOSE.format(pk=person.pk)] = form.cleaned_data["purpose"]
            request.method = "GET"
            return self.change_view(request, str(person.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open a person's data"),
            "form": form,
            "opts": self.opts,
            "back": reverse("admin:accounts_user_changelist"),
        }
        return render(request, "admin/accounts/user/purpose.html", context)
