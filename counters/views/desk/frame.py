"""What the queue's pages at the desk share: who may come in, the frame around, refusals."""

import functools
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from counters import permissions as places
from counters.actions import Refused
from counters.models import Counter, Site
from mpp.kit.states import WrongState

CONSOLE = "admin:counters_console"
COUNTER = "admin:counters_console_counter"
HALL = "admin:counters_hall"
FIGURES = "admin:counters_figures"


class Denied(Exception):
    """This person may not come in; the sentence says why. Shown with status 403."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def new_key() -> str:
    """A fresh key for one rendered form: pressed twice it is one act."""
    return secrets.token_hex(12)


def posted_key(request: HttpRequest) -> str:
    """The key of the form, cut to what a step keeps; a form without one gets a fresh key."""
    return request.POST.get("key", "").replace("\x00", "")[:60] or new_key()


def page(request: HttpRequest, title: str, *, current: str, **more: Any) -> dict[str, Any]:
    """Context of a page of ours inside the desk's frame."""
    return {**admin.site.page_context(request, title, current), **more}


def counter_of(request: HttpRequest, pk: int) -> Counter:
    """The counter for somebody who may serve at it.

    Raises Http404 for staff of another agency, Denied with the sentence for a colleague who is
    not posted to the front desk, and for a superuser without a posting.
    """
    user = request.user
    rows = Counter.objects.select_related("site", "agency", "staffed_by")
    counter = get_object_or_404(rows, pk=pk)
    right = places.can_serve(user, counter)
    if right:
        return counter
    if user.is_superuser:
        raise Denied(_("You set up the mall. Only who is posted to a counter sees who waits."))
    if counter.agency_id in places.agency_ids_of(user):
        raise Denied(right.sentence)
    raise Http404


def served_agencies(user: User) -> frozenset[int] | None:
    """Agencies at whose counters this person may sit; None means all."""
    if places.is_supervisor(user):
        return None
    roles = (places.FRONT_DESK, places.SUPERVISOR)
    return frozenset(p.agency_id for p in places.postings_of(user) if p.role in roles)


def serves(user: User) -> bool:
    """Whether this person may sit at any counter at all."""
    found = served_agencies(user)
    return found is None or bool(found)


def site_of(request: HttpRequest) -> Site:
    """The site that was asked for, else the first one; 404 when there is none."""
    wanted = request.GET.get("lokasi") or request.POST.get("lokasi") or ""
    sites = list(Site.objects.order_by("order", "key"))
    found = next((site for site in sites if site.key == wanted), sites[0] if sites else None)
    if found is None:
        raise Http404
    return found


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn refusals nobody caught into a page: the sentence, what was typed, the way on."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            return refused_page(request, denied.sentence, status=403)
        except (Refused, WrongState) as refusal:
            return refused_page(request, refusal.sentence, status=409, back=request.path)

    return run


def refused_page(
    request: HttpRequest, sentence: str, *, status: int, back: str = ""
) -> HttpResponse:
    """A refusal as a page of its own."""
    context = page(
        request,
        _("This was not done"),
        current="",
        sentence=sentence,
        back_url=back or reverse("admin:index"),
        kept=typed_texts(request),
    )
    return render(request, "admin/counters/refused.html", context, status=status)


KEPT = ("reason", "note", "text", "name")


def typed_texts(request: HttpRequest) -> list[str]:
    """The words of a posted form, so that a refusal loses nothing."""
    found = [request.POST.get(name, "").replace("\x00", "").strip() for name in KEPT]
    return [text[:500] for text in found if text]


def navigation(user: User) -> list[dict[str, str]]:
    """The queue's entries in the desk's side navigation; no query beyond the postings."""
    items = []
    if serves(user):
        items.append(_item("console", CONSOLE, _("Counter"), "megaphone"))
        items.append(_item("paper", "admin:counters_paper", _("Paper numbers"), "printer"))
    if places.can_supervise(user):
        items.append(_item("hall", HALL, _("Hall"), "people"))
        items.append(_item("figures", FIGURES, _("Queue figures"), "bar-chart"))
    if places.can_configure(user):
        items.append(_item("devices", "admin:counters_devices", _("Screens"), "qr-code"))
    return items


def _item(key: str, name: str, label: str, icon: str) -> dict[str, str]:
    return {"key": key, "url": reverse(name), "label": label, "icon": icon}
