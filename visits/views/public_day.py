"""On the day: coming and leaving without staff, with the code shown on site."""

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mpp.kit import clock
from mpp.kit.fields import SafeFormMixin
from mpp.kit.papers import qr_svg
from mpp.kit.states import WrongState
from mpp.kit.wording import when
from visits import actions, words
from visits.forms import JoinForm
from visits.links import badge_of, badge_url, visit_path
from visits.models import Participant, Visit
from visits.states import MAY_CHECK_IN
from visits.views.public_access import (
    is_limited,
    limited_sentence,
    load,
    load_badge,
    posted_key,
    put_refusal,
    secret_page,
    tells_refusals,
)
from visits.views.public_visit import at
from visits.workflow import Refused


class CodeForm(SafeFormMixin, forms.Form):
    """The code that turns on the screen at the entrance."""

    code = forms.CharField(
        label=gettext_lazy("Code shown on site"),
        help_text=gettext_lazy("Six digits on the screen at the entrance, new each minute."),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code-input"}
        ),
    )


def is_open(visit: Visit) -> bool:
    """Whether people may check in now: an approved visit on its day."""
    if visit.slot is None or visit.state not in MAY_CHECK_IN:
        return False
    return visit.slot.day.date == clock.today(visit.site.time_zone)


# --- the badge of one participant ---------------------------------------------------------
@secret_page
@require_http_methods(["GET", "POST"])
def badge(request: HttpRequest, badge: str) -> HttpResponse:
    """A participant's own page: his code for staff, or checking in by himself; his proof after."""
    person = load_badge(badge)
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if "leave" in request.POST:
            return _leave(request, person, request.path)
        status = 422
        if is_limited(request, "visit_code", f"badge:{person.pk}"):
            form.add_error(None, limited_sentence())
            status = 429
        elif form.is_valid() and _come(person, form):
            messages.success(request, _("Welcome. You are checked in."))
            return redirect(request.path)
    return render(request, "visits/badge.html", _badge_context(person, form), status=status)


def _come(person: Participant, form: CodeForm) -> bool:
    try:
        actions.self_check_in(person, code=form.cleaned_data["code"])
    except Refused as fault:
        put_refusal(form, fault)
        return False
    except WrongState as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _badge_context(person: Participant, form: Form) -> dict[str, Any]:
    visit = person.visit
    came = person.checked_in_at
    has_proof = hasattr(person, "attendance")
    return {
        "person": person,
        "visit": visit,
        "place": words.slot_words(visit.slot),
        "form": form,
        "is_open": is_open(visit) and came is None,
        # The address is ours and holds no character that SVG or HTML would read.
        "qr": mark_safe(qr_svg(badge_url(person))) if is_open(visit) and came is None else "",  # noqa: S308
        "came": when(came) if came else "",
        "left": when(person.checked_out_at) if person.checked_out_at else "",
        "proof_url": reverse("visits:own-proof", args=[badge_of(person)]) if has_proof else "",
    }


def _leave(request: HttpRequest, person: Participant, back: str) -> HttpResponse:
    try:
        actions.check_out(person, actor=None)
        messages.success(request, _("Checked out. Have a good trip home."))
    except Refused as fault:
        messages.warning(request, fault.sentence)
    return redirect(back)


# --- the whole delegation -----------------------------------------------------------------
class ComeForm(CodeForm):
    """Who of the list is here, with the code on site."""

    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who is here?"),
        queryset=Participant.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick who is here.")},
    )
    field_order = ["people", "code"]

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = waiting


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def door(request: HttpRequest, secret: str) -> HttpResponse:
    """The leader checks the delegation in by the code on site; people join, people leave."""
    visit = load(secret)
    if request.method == "POST" and "leave" in request.POST:
        person = _person(visit, request.POST["leave"])
        return _leave(request, person, request.path)
    waiting = visit.participants.filter(checked_in_at__isnull=True)
    is_join = "join" in request.POST
    come = ComeForm(request.POST if request.POST and not is_join else None, waiting=waiting)
    join = JoinForm(request.POST if is_join else None, auto_id="join_%s")
    status = 200
    if request.method == "POST":
        used, status = join if is_join else come, 422
        if is_limited(request, "visit_code", f"visit:{visit.pk}"):
            used.add_error(None, limited_sentence())
            status = 429
        elif used.is_valid():
            told = _join(request, visit, join) if is_join else _all_come(come)
            if told:
                messages.success(request, told)
                return redirect(request.path)
    context = {**_door_context(visit, come, join), "key": posted_key(request)}
    return render(request, "visits/door.html", context, status=status)


def _person(visit: Visit, text: str) -> Participant:
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    found = visit.participants.filter(pk=int(text)).first() if is_number else None
    if found is None:
        raise Http404
    return found


def _all_come(form: ComeForm) -> str:
    """Check everybody in who was ticked; what was told, empty when refused."""
    count = 0
    for person in form.cleaned_data["people"].select_related("visit__site", "visit__slot__day"):
        try:
            actions.self_check_in(person, code=form.cleaned_data["code"])
            count += 1
        except Refused as fault:
            put_refusal(form, fault)
            break
    if not count:
        return ""
    words_ = ngettext("%(count)s person checked in.", "%(count)s people checked in.", count)
    return words_ % {"count": count}


def _join(request: HttpRequest, visit: Visit, form: JoinForm) -> str:
    values = {name: form.cleaned_data[name] for name in ("name", "position")}
    try:
        person = actions.join_on_site(
            visit, code=form.cleaned_data["code"], values=values, key=posted_key(request)
        )
    except Refused as fault:
        put_refusal(form, fault)
        return ""
    return _("%(name)s is added and checked in.") % {"name": person.name}


def _door_context(visit: Visit, come: Form, join: Form) -> dict[str, Any]:
    people = list(visit.participants.all())
    for person in people:
        person.visit = visit
    return {
        "visit": visit,
        "place": words.slot_words(visit.slot),
        "come": come,
        "join": join,
        "is_open": is_open(visit),
        "has_waiting": any(person.checked_in_at is None for person in people),
        "inside": [p for p in people if p.checked_in_at and not p.checked_out_at],
        "badges": [
            {"name": p.name, "url": reverse("visits:badge", args=[badge_of(p)])} for p in people
        ],
        "book_url": at("guest-book", visit),
        "back_url": visit_path(visit),
    }
