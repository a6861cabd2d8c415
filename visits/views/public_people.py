"""The list of participants, kept by the delegation through its link until the cutoff."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from visits import actions
from visits.actions.people import PERSON_FIELDS
from visits.forms import PeopleForm, PersonForm
from visits.links import visit_path
from visits.models import Participant, Visit
from visits.permissions import can_edit_list
from visits.views.public_access import (
    load,
    put_refusal,
    refusal_page,
    secret_page,
    tells_refusals,
)
from visits.workflow import Refused


def _show(
    request: HttpRequest,
    visit: Visit,
    form: Form,
    title: str,
    *,
    person: Participant | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "visit": visit,
        "form": form,
        "title": title,
        "person": person,
        "back_url": f"{visit_path(visit)}#peserta",
    }
    return render(request, "visits/person.html", context, status=status)


def _closed(request: HttpRequest, visit: Visit) -> HttpResponse | None:
    verdict = can_edit_list(visit)
    return None if verdict else refusal_page(request, visit, verdict.sentence)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def person_add(request: HttpRequest, secret: str) -> HttpResponse:
    """Add one person; "and another" comes back to an empty form."""
    visit = load(secret)
    if closed := _closed(request, visit):
        return closed
    form = PersonForm(request.POST or None)
    if request.method == "GET":
        return _show(request, visit, form, _("Add a person"))
    if form.is_valid():
        try:
            actions.add_participants(visit, rows=[form.cleaned_data])
        except Refused as fault:
            put_refusal(form, fault)
        else:
            name = form.cleaned_data["name"]
            messages.success(request, _("%(name)s stands in the list.") % {"name": name})
            another = "another" in request.POST
            return redirect(request.path if another else f"{visit_path(visit)}#peserta")
    return _show(request, visit, form, _("Add a person"), status=422)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def people_add(request: HttpRequest, secret: str) -> HttpResponse:
    """Add many people at once, pasted from a table: all of them or none."""
    visit = load(secret)
    if closed := _closed(request, visit):
        return closed
    form = PeopleForm(request.POST or None)
    if request.method == "GET":
        return _show(request, visit, form, _("Add many at once"))
    if form.is_valid():
        try:
            found = actions.add_participants(visit, rows=form.cleaned_data["lines"])
        except Refused as fault:
            fault.field = "lines"
            put_refusal(form, fault)
        else:
            words = ngettext("%(count)s person added.", "%(count)s people added.", len(found))
            messages.success(request, words % {"count": len(found)})
            return redirect(f"{visit_path(visit)}#peserta")
    return _show(request, visit, form, _("Add many at once"), status=422)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def person_change(request: HttpRequest, secret: str, pk: int) -> HttpResponse:
    """Correct a person, or take him off the list (`remove`)."""
    visit = load(secret)
    person = visit.participants.filter(pk=pk).first()
    if person is None:
        raise Http404
    person.visit = visit
    if closed := _closed(request, visit):
        return closed
    title = _("Correct a person")
    if request.method == "GET":
        form = PersonForm(initial={name: getattr(person, name) for name in PERSON_FIELDS})
        return _show(request, visit, form, title, person=person)
    if "remove" in request.POST:
        actions.remove_participant(person)
        messages.success(
            request, _("%(name)s does not stand in the list any more.") % {"name": person.name}
        )
        return redirect(f"{visit_path(visit)}#peserta")
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, form, title, person=person, status=422)
    actions.change_participant(person, values=form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(f"{visit_path(visit)}#peserta")
