"""What every public page of visits needs: the secret link, its headers, the form's key."""

import functools
import secrets
from collections.abc import Callable

from allauth.core.ratelimit import consume
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from mpp.kit.secret_pages import sealed
from mpp.kit.states import WrongState
from visits.links import read_badge, visit_path
from visits.models import Participant, Visit
from visits.workflow import Refused

LONGEST_KEY = 80
SHORTEST_KEY = 20
LONGEST_SECRET = 60
View = Callable[..., HttpResponse]


def new_key() -> str:
    """A key for one pressing of one form: repeated, it gives the first answer again."""
    return secrets.token_urlsafe(16)


def posted_key(request: HttpRequest) -> str:
    """The key a form was sent with; a new one when it has none of ours."""
    key = request.POST.get("key", "").replace("\x00", "").strip()[:LONGEST_KEY]
    return key if len(key) >= SHORTEST_KEY else new_key()


def secret_page(view: View) -> View:
    """Open to whoever holds the link; the page is not kept and tells nobody its address.

    Without a CSRF token on purpose: the right is the secret in the address, not a cookie, so a
    foreign page cannot send such a form without knowing the secret. No cookie is set either.
    """

    @csrf_exempt
    @login_not_required
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return sealed(view(request, *args, **kwargs))

    return wrapped


def load(secret: str) -> Visit:
    """The visit behind a secret link with its places; 404 for a foreign or revoked one."""
    if len(secret) > LONGEST_SECRET:
        raise Http404
    visit = Visit.objects.by_link(secret).with_place().select_related("letter_file").first()
    if visit is None:
        raise Http404
    return visit


def load_badge(badge: str) -> Participant:
    """The participant behind a badge with his visit; 404 for a foreign or revoked one."""
    known = read_badge(badge) if len(badge) <= LONGEST_SECRET else None
    person = (
        Participant.objects.filter(pk=known[0], visit__link_version=known[1])
        .select_related("visit__site", "visit__slot__day", "visit__slot__session", "visit__host")
        .first()
        if known
        else None
    )
    if person is None:
        raise Http404
    return person


def refusal_page(
    request: HttpRequest, visit: Visit, sentence: str, status: int = 409
) -> HttpResponse:
    """A page that says why something was refused, with the way back to the visit."""
    context = {"visit": visit, "sentence": sentence, "back_url": visit_path(visit)}
    return render(request, "visits/refused.html", context, status=status)


def tells_refusals(view: View) -> View:
    """Turn Refused and WrongState of an act into their page; `secret` names the visit."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, secret: str, *args: object, **kwargs: object):
        try:
            return view(request, secret, *args, **kwargs)
        except Refused as fault:
            return refusal_page(request, load(secret), fault.sentence, fault.status)
        except WrongState as fault:
            return refusal_page(request, load(secret), str(fault))

    return wrapped


def put_refusal(form: forms.Form, fault: Refused) -> None:
    """Show the sentence of a refused act at the field it names, else above the form."""
    form.add_error(fault.field if fault.field in form.fields else None, fault.sentence)


def is_limited(request: HttpRequest, action: str, key: str = "") -> bool:
    """Whether this is one attempt too many."""
    return not consume(request, action=action, key=key or None)


def limited_sentence() -> str:
    """What people read after too many attempts."""
    return _("Too many attempts. Wait a few minutes, then try again.")
