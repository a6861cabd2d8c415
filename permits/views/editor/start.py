"""Starting a permit type: a service that has none gets an empty draft."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters.models import Service
from counters.permissions import can_publish
from permits import definition as definitions
from permits import drafts
from permits.models import PermitType
from permits.versions import ensure_draft
from permits.views.editor.access import address, check_right, page


class NewTypeForm(forms.Form):
    """Which service people shall be able to apply for here."""

    service = forms.ModelChoiceField(
        label=gettext_lazy("Service"),
        queryset=Service.objects.none(),
        to_field_name="key",
        help_text=gettext_lazy("Services that cannot be applied for here yet."),
    )


def new_type(request: HttpRequest) -> HttpResponse:
    """Choose a service and start its first draft."""
    if not can_publish(request.user):
        raise PermissionDenied(_("Only catalogue editors, heads and supervisors may do this."))
    form = NewTypeForm(request.POST if request.method == "POST" else None)
    free = Service.objects.filter(permit_type__isnull=True, is_active=True)
    rows = free.select_related("agency").order_by("agency__order", "order", "key")
    form.fields["service"].queryset = rows
    may = [row for row in rows if can_publish(request.user, row.agency)]
    form.fields["service"].choices = [
        ("", "–"),
        *((row.key, f"{row.agency.abbr}: {row.name}") for row in may),
    ]
    if request.method == "POST" and form.is_valid():
        service = form.cleaned_data["service"]
        check_right(request.user, service.agency)
        try:
            with transaction.atomic():
                defn = drafts.skeleton(service)
                draft = ensure_draft(defn, service, definitions.canonical_json(defn))
        except IntegrityError:
            known = PermitType.objects.filter(service=service).first()
            form.add_error("service", _("This service has a permit type already."))
            if known is None:
                form.add_error("service", _("Another permit type has this service's key."))
        else:
            messages.success(request, _("The draft is made. Fill in its parts."))
            return redirect(address("change", draft.pk))
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "new.html", None, _("New permit type"), form=form, status=status)
