"""The demo's window on what goes out: mails and short messages, codes too."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Delivery

SHOWN = 40


@login_not_required
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The newest outgoing messages; there is no such page outside the demo."""
    if not settings.DEMO:
        raise Http404
    rows = Delivery.objects.select_related("notice").order_by("-pk")[:SHOWN]
    return render(request, "mpp/demo_messages.html", {"rows": rows})
