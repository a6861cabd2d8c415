"""Pages for refusals and faults; each says what happened and what to do next."""

import secrets

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long or comes from elsewhere (403)."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault (500), with a short code to read out on the phone."""
    code = secrets.token_hex(2).upper()
    return HttpResponse(loader.render_to_string("500.html", {"fault_code": code}), status=500)
