"""What every page of the visit desk shares: the frame, loading, refusals, the access log."""

import functools
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import record_access
from counters import permissions as places
from mpp.kit.states import WrongState
from visits.models import Visit
from visits.permissions import can_work
from visits.workflow import Refused, require

KEPT = ("reason", "text", "note", "message")


def at(name: str, *args: Any) -> str:
    """The address of a page of the visit desk."""
    return reverse(f"admin:visits_visit_{name}", args=args)


def frame(request: HttpRequest, title: str, *, current: str = "") -> dict[str, Any]:
    """Context of a page: the admin's own, with the visit desk's tabs."""
    labels = {
        "calendar": _("Calendar"),
        "list": _("Requests"),
        "today": _("Today"),
        "figures": _("Figures"),
        "materials": _("Materials"),
    }
    return {
        **admin.site.each_context(request),
        "title": title,
        "visit_tabs": [
            {"url": at(name), "label": label, "current": name == current}
            for name, label in labels.items()
        ],
        "list_url": at("list"),
    }


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return secrets.token_urlsafe(12)


def office_of(request: HttpRequest) -> str:
    """The agencies a person works for, as one short text."""
    return ", ".join(str(agency) for agency in places.offices_of(request.user))


def load(request: HttpRequest, number: str, *, is_opened: bool = False) -> Visit:
    """The visit with this number, for its desk; 404 for everybody else.

    `is_opened` records that names and contacts were shown, once an hour: delegations come in
    office, but the people in them are people.
    """
    rows = Visit.objects.with_place().select_related("disposed_to", "merged_into", "letter_file")
    visit = rows.visible_to(request.user).filter(number=number).first()
    if visit is None:
        raise Http404
    if is_opened:
        with override("id"):
            purpose = _("Receiving a delegation")
        record_access(
            actor=request.user,
            office=office_of(request),
            subject=None,
            object_kind="visit",
            object_ref=number,
            purpose=purpose,
            file_ref=number,
        )
    return visit


def only_desk(request: HttpRequest) -> None:
    """Refuse whoever does not work at the visit desk."""
    require(can_work(request.user))


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn refusals into a page with the sentence and what was typed."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            status, sentence = refused.status, refused.sentence
        except WrongState as wrong:
            status, sentence = 409, wrong.sentence
        return refused_page(request, sentence, status=status, number=kwargs.get("number"))

    return run


def refused_page(
    request: HttpRequest, sentence: str, *, status: int, number: object = None
) -> HttpResponse:
    """A refusal as a page: the sentence, what was typed, and the way back."""
    kept = [
        {"label": name, "text": request.POST[name].replace("\x00", "")}
        for name in KEPT
        if request.POST.get(name, "").strip()
    ]
    is_desk = bool(can_work(request.user))
    back = at("review", number) if number and is_desk else reverse("admin:index")
    context = {
        **frame(request, _("This was not done")),
        "sentence": sentence,
        "back_url": back,
        "kept": kept,
    }
    if not is_desk:
        context["visit_tabs"] = []
    return render(request, "admin/visits/refused.html", context, status=status)
