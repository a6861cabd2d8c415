"""Sensitive acts ask for a recent sign-in."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the last proof (sign-in or asked again) is newer than the limit (15 minutes).

    A person who has neither password nor second factor cannot be asked again; the code of the
    sign-in is then the proof for the whole session.
    """
    records = get_authentication_records(request, request.user)
    newest = max((record.get("at", 0) for record in records), default=0)
    if time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return True
    return not get_reauthentication_flows(request.user)


def recent_sign_in_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For sensitive acts: ask for password, app code or passkey when the last proof is old.

    Only unsafe methods are asked; afterwards allauth goes back to the page and carries on.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method not in SAFE and not signed_in_recently(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
