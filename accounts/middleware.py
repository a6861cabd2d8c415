"""Sessions: citizens 12 hours sliding, staff 30 minutes idle and never without second factor."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.adapter import SECOND_FACTORS
from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponse]
SEEN = "seen"
PROVED = "second_factor_seen"
STAFF_STEP = 60
CITIZEN_STEP = 10 * 60


class StaffMiddleware:
    """Ends idle staff sessions and sends staff without a second factor to its set-up.

    What it remembers is stored in the session at most once a minute (citizens: ten minutes),
    which also lets the twelve hours of a citizen slide. An account that was made inactive is
    signed out by Django itself at the next request.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie nobody is signed in: public pages stay untouched.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        refusal = self._staff(request) if request.user.is_staff else None
        if refusal is not None:
            return refusal
        # A page that refreshes itself is nobody at work: it must not keep a session alive.
        if "X-Live" not in request.headers:
            self._remember(request)
        return self.get_response(request)

    def _staff(self, request: HttpRequest) -> HttpResponse | None:
        seen = request.session.get(SEEN)
        if seen is not None and time.time() - seen > settings.STAFF_IDLE_SECONDS:
            target = request.get_full_path() if request.method == "GET" else "/"
            logout(request)
            messages.info(request, _("You were away for a while. Sign in again to go on."))
            query = urlencode({"next": target})
            return _send_to(request, f"{reverse(settings.LOGIN_URL)}?{query}")
        if settings.STAFF_MFA_REQUIRED and not self._has_second_factor(request):
            messages.warning(
                request,
                _("Staff need a second factor. Set up an authenticator app or a passkey first."),
            )
            return _send_to(request, reverse("mfa_index"))
        return None

    def _has_second_factor(self, request: HttpRequest) -> bool:
        """Asked once a minute; nobody can remove the last factor (see MFAAdapter)."""
        if time.time() - request.session.get(PROVED, 0) < STAFF_STEP or _is_setup(request.path):
            return True
        if not is_mfa_enabled(request.user, SECOND_FACTORS):
            return False
        request.session[PROVED] = int(time.time())
        return True

    def _remember(self, request: HttpRequest) -> None:
        step = STAFF_STEP if request.user.is_staff else CITIZEN_STEP
        now = int(time.time())
        if now - request.session.get(SEEN, 0) >= step:
            request.session[SEEN] = now


def session_seconds(user: User | AnonymousUser | None) -> int:
    """How long the session lasts without another page (seconds); 0 when nobody is signed in."""
    if user is None or not user.is_authenticated:
        return 0
    return settings.STAFF_IDLE_SECONDS if user.is_staff else settings.SESSION_COOKIE_AGE


def _is_setup(path: str) -> bool:
    """The pages someone without a second factor must be able to reach."""
    open_to = ("mfa_index", "account_reauthenticate")
    exact = {reverse(name) for name in ("account_logout", "set_language")}
    return path in exact or path.startswith(tuple(reverse(name) for name in open_to))


def _send_to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that htmx follows as a whole page, not into a fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
