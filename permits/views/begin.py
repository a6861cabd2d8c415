"""My applications, and beginning a new one."""

from datetime import timedelta
from typing import Any

from allauth.core.ratelimit import consume
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Business
from counters.models import Audience, Service
from mpp.kit import clock
from mpp.kit.wording import date_id
from permits import actions, labels, rules
from permits.models import Application, PermitVersion, Phase
from permits.versions import published_version, version_with_path
from permits.views.access import service_name

PAGE = 30
OPEN_DRAFTS = 3
DOUBLE_CLICK = timedelta(seconds=10)


@require_GET
def application_list(request: HttpRequest) -> HttpResponse:
    """The person's own applications, newest first, 30 a page (keyset on the id)."""
    mine = Application.objects.visible_to_citizen(request.user)
    rows = mine.select_related("business").order_by("-id")
    before = request.GET.get("sebelum", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    found = list(rows[: PAGE + 1])
    older = f"?sebelum={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    context = {
        "rows": [_list_row(row) for row in found[:PAGE]],
        "pages": {"previous": "", "next": older, "current": ""},
        "services_url": reverse("counters:service-list"),
    }
    return render(request, "permits/application_list.html", context)


def _list_row(application: Application) -> dict[str, Any]:
    application.version = version_with_path(application.version_id)
    dates = {
        Phase.DRAFT: (_("last changed %(day)s"), application.updated_at),
        Phase.SUBMITTED: (_("finished at the latest %(day)s"), application.promised_at),
        Phase.IN_REVIEW: (
            _("finished at the latest %(day)s"),
            application.due_at or application.promised_at,
        ),
    }
    words, at = dates.get(application.phase, ("%(day)s", application.updated_at))
    return {
        "url": f"/permohonan/{application.public_ref}/",
        "name": service_name(application),
        "number": application.number or _("draft"),
        "holder": str(application.business) if application.business else "",
        "status": labels.phase_label(application),
        "line": words % {"day": date_id(at, "plain")} if at else "",
    }


def _drafts(request: HttpRequest, service: Service) -> QuerySet[Application]:
    return (
        Application.objects.visible_to_citizen(request.user)
        .filter(version__permit_type__service=service, phase=Phase.DRAFT)
        .select_related("business")
        .order_by("-updated_at")[:OPEN_DRAFTS]
    )


@require_http_methods(["GET", "POST"])
def application_new(request: HttpRequest, service: str) -> HttpResponse:
    """Begin: for oneself or one's business; a draft already begun is shown first."""
    found = get_object_or_404(Service.objects.select_related("agency"), key=service)
    version = published_version(found)
    if version is None or not found.is_active or found.paused_reason:
        return render(request, "permits/not_here.html", _closed_context(found), status=404)
    businesses = _businesses(request, found)
    drafts = list(_drafts(request, found))
    problems = []
    if request.method == "POST":
        choice = request.POST.get("for", "")
        chosen = next((b for b in businesses if f"b{b.pk}" == choice), None)
        for_self = choice == "self" and found.audience != Audience.BUSINESS
        if chosen is None and not for_self:
            problems = [{"url": "#id_for", "text": _("Choose for whom you apply.")}]
        elif not consume(request, action="draft", user=request.user):
            problems = [{"url": "", "text": _("You began many applications. Try in an hour.")}]
        else:
            application = _just_begun(request, version, chosen) or actions.start(
                version, owner=request.user, filed_by=request.user, business=chosen
            )
            return redirect("permits:application-tasks", application.reference)
    context = {
        "service_name": rules.hint(found, "name"),
        "agency": rules.hint(found.agency, "name"),
        "back_url": reverse("counters:service-detail", args=[found.key]),
        "choices": _for_whom(request, found, businesses),
        "drafts": [_list_row(draft) for draft in drafts],
        "problems": problems,
        "business_url": reverse("accounts:business-list"),
        "needs_business": found.audience == Audience.BUSINESS and not businesses,
    }
    return render(
        request, "permits/application_new.html", context, status=422 if problems else 200
    )


def _just_begun(
    request: HttpRequest, version: PermitVersion, business: Business | None
) -> Application | None:
    """The empty draft that the first press of a double click has made."""
    return (
        Application.objects.filter(
            owner=request.user,
            version=version,
            business=business,
            phase=Phase.DRAFT,
            created_at__gt=clock.now() - DOUBLE_CLICK,
            answers__isnull=True,
            documents__isnull=True,
        )
        .order_by("-id")
        .first()
    )


def _closed_context(service: Service) -> dict[str, Any]:
    return {
        "heading": rules.hint(service, "name"),
        "reason": service.paused_reason,
        "url": reverse("counters:service-detail", args=[service.key]),
    }


def _businesses(request: HttpRequest, service: Service) -> list:
    if service.audience == Audience.PERSON:
        return []
    memberships = request.user.memberships.filter(ended_at__isnull=True)
    return [row.business for row in memberships.select_related("business").order_by("id")]


def _for_whom(request: HttpRequest, service: Service, businesses: list) -> list[dict]:
    rows = []
    if service.audience != Audience.BUSINESS:
        rows.append({"value": "self", "label": _("For myself"), "hint": str(request.user)})
    rows += [
        {"value": f"b{row.pk}", "label": _("For my business"), "hint": row.name}
        for row in businesses
    ]
    for place, row in enumerate(rows):
        row["id"] = "id_for" if place == 0 else f"id_for_{place}"
        row["checked"] = request.POST.get("for", rows[0]["value"]) == row["value"]
    return rows
