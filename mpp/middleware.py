"""The portal's own middleware: the language, and faults told in plain words."""

import logging
import secrets
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

log = logging.getLogger("mpp.faults")
Handler = Callable[[HttpRequest], HttpResponse]
KNOWN = frozenset(code for code, _name in settings.LANGUAGES)


class LanguageMiddleware:
    """The person's own choice (cookie), else Indonesian; the browser's wish is not asked.

    A browser set to English in a village office says nothing about its user, so Accept-Language
    is ignored (docs/decisions).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wish = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wish if wish in KNOWN else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class BodyLimitMiddleware:
    """Refuses what no page of ours can mean, before anything looks at it.

    A body that is longer than any upload may be (413): the form parser would first write the
    whole of it to disk. An address with NUL in it (404): PostgreSQL does not even look for it.
    """

    ROOM_FOR_FIELDS = 1024 * 1024

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.UPLOAD_MAX_BYTES + self.ROOM_FOR_FIELDS
        if length.isdecimal() and int(length[:18]) > limit:
            return render(request, "413.html", status=413)
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)


class FaultMiddleware:
    """Outermost: security headers on every answer, and 503 when the database is away.

    Nothing half-done is left behind: every act is one transaction.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"
        )
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Database away or locked for too long: say so with 503; anything else goes on."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        code = secrets.token_hex(2).upper()
        log.error("database unavailable, code %s", code, exc_info=exception)
        response = render(request, "503.html", {"fault_code": code}, status=503)
        response.headers["Retry-After"] = "10"
        return response
