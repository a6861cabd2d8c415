"""/healthz: may traffic come here? Plain text for supervisors and load balancers."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mpp.jobs import is_alive

log = logging.getLogger("mpp.health")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` when the database answers and the worker beat in the last 30 s, else 503."""
    try:
        alive = is_alive()
    except DatabaseError as fault:
        log.error("health: database: %s", fault)
        return _answer("database unavailable", 503)
    return _answer("ok", 200) if alive else _answer("worker is not running", 503)


def _answer(text: str, status: int) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
