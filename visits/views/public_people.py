"""The list of participants, kept by the delegation through its link until the cutoff."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from visits import actions
from visits.actions.people import PERSON_FIELDS
from visits.forms import PersonForm
from visits.links import visit_path
from visits.models import Participant, Visit
from visits.people_list import PeopleForm, Unreadable, template, text_of_file
from visits.permissions import can_edit_list
from visits.views.public_access import (
    load,
    posted_key,
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
        "key": "" if person else posted_key(request),
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
            actions.add_participants(visit, rows=[form.cleaned_data], key=posted_key(request))
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
    """Add many people at once, pasted or from a file: shown first, then all of them or none."""
    visit = load(secret)
    if closed := _closed(request, visit):
        return closed
    if request.method == "GET":
        return _many(request, PeopleForm(visit=visit))
    lines, file = request.POST.get("lines", ""), request.FILES.get("file")
    if file is not None:
        try:
            lines = "\n".join(filter(str.strip, (lines, text_of_file(file))))
        except Unreadable as fault:
            form = PeopleForm({"lines": lines}, visit=visit)
            form.errors.clear()
            form.add_error("file", fault.sentence)
            return _many(request, form, status=422)
    form = PeopleForm({"lines": lines}, visit=visit)
    is_saved = file is None and "check" not in request.POST
    if not form.is_valid():
        if is_saved and form.is_nothing_new:
            messages.info(request, _("They all stand in the list already."))
            return redirect(f"{visit_path(visit)}#peserta")
        return _many(request, form, status=422)
    # What came in a file is looked at before it counts.
    if is_saved:
        try:
            found = actions.add_participants(visit, rows=form.people)
        except Refused as fault:
            fault.field = "lines"
            put_refusal(form, fault)
            return _many(request, form, status=422)
        words = ngettext("%(count)s person added.", "%(count)s people added.", len(found))
        messages.success(request, words % {"count": len(found)})
        return redirect(f"{visit_path(visit)}#peserta")
    return _many(request, form)


def _many(request: HttpRequest, form: PeopleForm, status: int = 200) -> HttpResponse:
    """The page of many people, with every line as it was understood."""
    count = len(form.people)
    words = ngettext("%(count)s person was read.", "%(count)s people were read.", count)
    context = {
        "visit": form.visit,
        "form": form,
        "back_url": f"{visit_path(form.visit)}#peserta",
        "template_url": f"{request.path.removesuffix('banyak/')}contoh.csv",
        "read": form.read,
        "count": words % {"count": count},
        "faulty": len(form.faulty),
    }
    return render(request, "visits/people.html", context, status=status)


@secret_page
@require_safe
def people_template(request: HttpRequest, secret: str) -> HttpResponse:
    """An empty list with its headings, to be filled in a spreadsheet."""
    load(secret)
    response = HttpResponse(template(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="peserta.csv"'
    return response


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
