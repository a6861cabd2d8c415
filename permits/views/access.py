"""What every page of an application needs: finding it, refusing in words, keeping typed text."""

import functools
import json
from collections.abc import Callable
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mpp.kit.keys import Unreadable, decrypt, encrypt
from mpp.kit.prepared import Prepared
from mpp.kit.states import WrongState
from permits import rules
from permits.models import Application
from permits.versions import version_with_path
from permits.workflow import Refused

KEPT = "typed"
MOST_KEPT = 200_000
LONGEST_REF = 40
View = Callable[..., HttpResponse]


def _named(ref: str, *, with_desk: bool) -> QuerySet:
    """The application with this draft reference or number."""
    named = Application.objects.filter(Q(reference=ref) | Q(number=ref))
    return named.select_related("desk_agency", "assignee") if with_desk else named


def _owned(ref: str, owner: int, *, with_desk: bool) -> QuerySet:
    return _named(ref, with_desk=with_desk).filter(owner=owner, business__isnull=True)[:1]


_OWN = Prepared(partial(_owned, with_desk=False), str, int)
_OWN_WITH_DESK = Prepared(partial(_owned, with_desk=True), str, int)


def own_application(request: HttpRequest, ref: str, *, with_desk: bool = False) -> Application:
    """The citizen's own application by draft reference or number. Else 404.

    `with_desk` brings the desk's agency and the colleague who has the file in the same query.
    """
    if len(ref) > LONGEST_REF or "\x00" in ref:
        raise Http404
    # Nearly always the owner himself: one plain query before the one over business and mandate.
    # Of a business's file he is the owner only as long as he is a member.
    query = _OWN_WITH_DESK if with_desk else _OWN
    found = next(iter(query.rows(ref, request.user.pk)), None)
    if found is not None:
        found.owner = request.user
    else:
        seen = _named(ref, with_desk=with_desk).visible_to_citizen(request.user)
        found = next(iter(seen[:1]), None)
    if found is None:
        raise Http404
    found.version = version_with_path(found.version_id)
    return found


def service_name(application: Application) -> str:
    """The name of what is applied for, in the active language."""
    return rules.hint(application.version.permit_type, "name")


def refusal_page(
    request: HttpRequest, application: Application, sentence: str, status: int = 409
) -> HttpResponse:
    """A page that says why something was refused, with the way back to the file."""
    context = {
        "heading": service_name(application),
        "number": application.public_ref,
        "sentence": sentence,
        "back_url": reverse("permits:application-status", args=[application.public_ref]),
    }
    return render(request, "permits/refused.html", context, status=status)


def tells_refusals(view: View) -> View:
    """Turn Refused and WrongState of an act into their page; `ref` names the application."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, ref: str, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, ref, *args, **kwargs)
        except Refused as fault:
            if fault.status == 404:
                raise Http404 from fault
            return refusal_page(
                request, own_application(request, ref), fault.sentence, fault.status
            )
        except WrongState as fault:
            return refusal_page(request, own_application(request, ref), str(fault))

    return wrapped


def keeps_typed(view: View) -> View:
    """A view whose typed text survives an expired session.

    Somebody whose session ended while typing posts without being signed in. What was posted is
    kept, encrypted, in the fresh session until he has signed in again; the page then shows it.
    It is only ever shown on the same address, to somebody who may open it.
    """

    @login_not_required
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        target = _page_path(request.path)
        if request.method == "POST":
            _keep(request, target)
        if request.headers.get("HX-Request"):
            login = redirect_to_login(target).url
            return render(request, "permits/_session_over.html", {"login_url": login})
        return redirect_to_login(target)

    return wrapped


def _page_path(path: str) -> str:
    """The page a single field was saved from."""
    return path.partition("simpan/")[0]


def _keep(request: HttpRequest, path: str) -> None:
    data = _read_kept(request, path) or QueryDict(mutable=True)
    for key in request.POST:
        if key != "csrfmiddlewaretoken":
            data.setlist(key, request.POST.getlist(key))
    text = data.urlencode()
    if len(text) <= MOST_KEPT:
        request.session[KEPT] = encrypt(json.dumps({"path": path, "data": text}))


def _read_kept(request: HttpRequest, path: str) -> QueryDict | None:
    token = request.session.get(KEPT)
    if not token:
        return None
    try:
        kept = json.loads(decrypt(token))
    except (Unreadable, ValueError):
        return None
    return QueryDict(kept["data"], mutable=True) if kept["path"] == path else None


def kept_typed(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before the session ended; given once."""
    found = _read_kept(request, request.path)
    if found is not None:
        del request.session[KEPT]
    return found


def saved_sentence(words: str) -> str:
    """ "Saved 10.38" with the time given."""
    return _("Saved %(time)s") % {"time": words}
