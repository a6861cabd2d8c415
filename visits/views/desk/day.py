"""On the day: who comes, who is in the building, badges, people added, the code on site."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counters.models import Site
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.wording import time_id
from visits import actions
from visits.links import read_badge
from visits.models import CheckInWay, Participant, Visit
from visits.states import MAY_CHECK_IN, VISITED
from visits.views.desk import words
from visits.views.desk.forms import CodeForm, PersonForm
from visits.views.desk.frame import at, frame, load, only_desk, told
from visits.views.public_access import posted_key
from visits.views.screen import code_of
from visits.workflow import Refused


@require_GET
@told
def today(request: HttpRequest) -> HttpResponse:
    """Every visit of today at every site, and who is in the building now."""
    only_desk(request)
    rows = (
        Visit.objects.visible_to(request.user)
        .with_place()
        .filter(slot__day__date=clock.today(), state__in={*MAY_CHECK_IN, *VISITED})
        .order_by("slot__starts_at", "pk")
    )
    visits = list(rows)
    inside = Participant.objects.filter(
        visit__in=[visit.pk for visit in visits],
        checked_in_at__isnull=False,
        checked_out_at__isnull=True,
    ).select_related("visit")
    context = {
        **frame(request, _("Today"), current="today"),
        "rows": [
            {
                "url": at("day", visit.number),
                "institution": visit.institution,
                "when": words.slot_words(visit.slot),
                "room": visit.slot.room,
                "host": str(visit.host),
                "status": words.status_of(visit),
                "people": visit.places,
            }
            for visit in visits
        ],
        "inside": list(inside.order_by("visit", "order")),
        "sites": [
            {"url": at("screen", site.key), "name": site.name}
            for site in Site.objects.filter(visit_rules__isnull=False)
        ],
    }
    return render(request, "admin/visits/today.html", context)


@require_GET
@told
def day(request: HttpRequest, number: str) -> HttpResponse:
    """One visit on its day: the list with buttons, badges, people added."""
    return _day_page(request, load(request, number, is_opened=True))


def _day_page(
    request: HttpRequest,
    visit: Visit,
    *,
    person_form: PersonForm | None = None,
    code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    people = list(visit.participants.select_related("attendance__paper"))
    zone = visit.site.time_zone
    is_today = visit.slot is not None and visit.slot.day.date == clock.today(zone)
    context = {
        **frame(request, visit.institution, current="today"),
        "visit": visit,
        "status": words.status_of(visit),
        "when": words.slot_words(visit.slot),
        "people": [_line(visit, person) for person in people],
        "inside": sum(1 for p in people if p.checked_in_at and not p.checked_out_at),
        "came": sum(1 for p in people if p.checked_in_at),
        "may_check_in": is_today and visit.state in MAY_CHECK_IN,
        "code_form": code_form or CodeForm(),
        "person_form": person_form or PersonForm(),
        "key": posted_key(request),
        "person_url": at("person", visit.number),
        "scan_url": at("scan", visit.number),
        "check_url": at("check", visit.number),
        "review_url": at("review", visit.number),
        "end_url": at("act", visit.number, "selesai") if visit.state == "arrived" else "",
        "sppd_url": at("print", visit.number, "sppd") if visit.slot else "",
    }
    return render(request, "admin/visits/day.html", context, status=status)


def _line(visit: Visit, person: Participant) -> dict[str, Any]:
    proof = getattr(person, "attendance", None)
    return {
        "person": person,
        "came": time_id(person.checked_in_at) if person.checked_in_at else "",
        "left": time_id(person.checked_out_at) if person.checked_out_at else "",
        "way": person.get_check_in_way_display(),
        "proof_url": at("paper", visit.number, proof.paper.code)
        if proof is not None and proof.paper.pdf_id
        else "",
        "edit_url": "" if person.checked_in_at else at("person_change", visit.number, person.pk),
    }


def _person(visit: Visit, text: str) -> Participant:
    """A participant of this visit by the number a form sends; 404 for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    person = visit.participants.filter(pk=int(text)).first()
    if person is None:
        raise Http404
    person.visit = visit
    return person


@require_POST
@told
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Let a person in or out, or correct a mistaken check-in, by the buttons of the list."""
    visit = load(request, number)
    what = request.POST.get("what", "in")
    person = _person(visit, request.POST.get("person", ""))
    if what == "out":
        actions.check_out(person, actor=request.user)
        sentence = _("%(name)s has left.")
    elif what == "wrong":
        reason = request.POST.get("reason", "").replace("\x00", "")[:500]
        actions.take_back_check_in(person, actor=request.user, reason=reason)
        sentence = _("The check-in of %(name)s is corrected.")
    else:
        actions.check_in(person, actor=request.user)
        sentence = _("%(name)s is in.")
    messages.success(request, sentence % {"name": person.name})
    return redirect(at("day", number))


@require_POST
@told
def scan(request: HttpRequest, number: str) -> HttpResponse:
    """Let the person of a scanned badge in; another visit's badge is named as such."""
    visit = load(request, number)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            person = _person_of_badge(visit, form.cleaned_data["code"])
            actions.check_in(person, actor=request.user, way=CheckInWay.SCAN)
        except (Refused, WrongState) as refused:
            form.add_error("code", refused.sentence)
        else:
            messages.success(request, _("%(name)s is in.") % {"name": person.name})
            return redirect(at("day", number))
    return _day_page(request, visit, code_form=form, status=400)


def _person_of_badge(visit: Visit, code: str) -> Participant:
    found = read_badge(code)
    if found is None:
        raise Refused(_("This is not a badge of a visit."), status=400)
    person = visit.participants.filter(pk=found[0]).first()
    if person is None or found[1] != visit.link_version:
        raise Refused(_("This badge belongs to another visit, or is not valid any more."))
    person.visit = visit
    return person


@require_http_methods(["GET", "POST"])
@told
def badge(request: HttpRequest, token: str) -> HttpResponse:
    """What a staff phone shows after scanning a badge: who it is, and one button."""
    found = read_badge(token)
    rows = Participant.objects.filter(
        pk=found[0] if found else 0,
        visit__in=Visit.objects.visible_to(request.user),
        visit__link_version=found[1] if found else 0,
    )
    person = rows.select_related("visit__slot__day__site", "visit__slot__session").first()
    if person is None:
        raise Http404
    visit = load(request, person.visit.number, is_opened=True)
    person.visit = visit
    if request.method == "POST":
        actions.check_in(person, actor=request.user, way=CheckInWay.SCAN)
        messages.success(request, _("%(name)s is in.") % {"name": person.name})
        return redirect(at("day", visit.number))
    context = {
        **frame(request, person.name, current="today"),
        "person": person,
        "visit": visit,
        "status": words.status_of(visit),
        "when": words.slot_words(visit.slot),
        "day_url": at("day", visit.number),
    }
    return render(request, "admin/visits/badge.html", context)


@require_POST
@told
def add_person(request: HttpRequest, number: str) -> HttpResponse:
    """Add somebody: to the list before the day, and let him in at once on the day."""
    visit = load(request, number)
    form, key = PersonForm(request.POST), posted_key(request)
    if form.is_valid():
        data, actor = form.cleaned_data, request.user
        try:
            if request.POST.get("what") == "in":
                actions.add_walk_in(visit, actor=actor, values=data, key=key)
            else:
                actions.add_participants(visit, rows=[data], actor=actor, key=key)
        except (Refused, WrongState) as refused:
            form.add_error(None, refused.sentence)
        else:
            name = form.cleaned_data["name"]
            messages.success(request, _("%(name)s is in the list.") % {"name": name})
            return redirect(at("day", number))
    return _day_page(request, visit, person_form=form, status=400)


@require_http_methods(["GET", "POST"])
@told
def change_person(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Correct or remove somebody who has not come yet."""
    visit = load(request, number, is_opened=True)
    person = _person(visit, str(pk))
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and request.POST.get("what") == "remove":
        name = person.name
        actions.remove_participant(person, actor=request.user)
        messages.success(request, _("%(name)s is off the list.") % {"name": name})
        return redirect(at("day", number))
    if request.method == "POST" and form.is_valid():
        actions.change_participant(person, values=form.cleaned_data, actor=request.user)
        return redirect(at("day", number))
    context = {
        **frame(request, person.name),
        "form": form,
        "visit": visit,
        "back_url": at("day", number),
    }
    status = 400 if form.errors else 200
    return render(request, "admin/visits/person.html", context, status=status)


@require_GET
@told
def screen(request: HttpRequest, site: str) -> HttpResponse:
    """The code shown on site, large; it turns by itself as long as this person is signed in.

    Asked with `kode` it is the code alone as JSON, which keeps no idle session alive.
    """
    only_desk(request)
    place = Site.objects.filter(key=site, visit_rules__isnull=False).first()
    if place is None:
        raise Http404
    shown = code_of(place)
    if "kode" in request.GET:
        response = JsonResponse(shown)
    else:
        context = {
            **frame(request, _("Code for self check-in"), current="today"),
            "site": place,
            "data_url": f"{at('screen', place.key)}?kode=1",
            "wall_url": settings.SITE_URL + reverse("visits:screen", args=[place.key]),
            **shown,
        }
        response = render(request, "admin/visits/screen.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
