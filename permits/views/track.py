"""Tracking without an account: number and code show the status and nothing personal."""

import hmac

from allauth.core.ratelimit import consume
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mpp.kit.references import check_reference, normalise_code
from mpp.kit.wording import date_id
from permits import labels, rules
from permits.models import Application, Phase
from permits.versions import definition_of

LONGEST = 60
OVER = (Phase.ISSUED, Phase.COMPLETED, Phase.REJECTED, Phase.WITHDRAWN, Phase.LAPSED)


@login_not_required
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; by POST, so that a code never stands in an address or a log."""
    context = {"number": "", "code": "", "problems": [], "found": None}
    if request.method == "GET":
        return render(request, "permits/track.html", context)
    number, code = (request.POST.get(name, "")[:LONGEST].strip() for name in ("number", "code"))
    context |= {"number": number, "code": code}
    if not consume(request, action="track"):
        context["problems"] = [
            {"url": "", "text": _("Too many attempts. Wait a minute, then try again.")}
        ]
        return render(request, "permits/track.html", context, status=429)
    application = _find(number, code)
    if application is None:
        context["problems"] = [
            {
                "url": "#id_number",
                "text": _("Number and code do not fit. Check both on your receipt."),
            }
        ]
        return render(request, "permits/track.html", context, status=422)
    context["found"] = _status(application)
    return render(request, "permits/track.html", context)


def _find(number: str, code: str) -> Application | None:
    """The file with this number if the code is its own; the comparison takes constant time."""
    reference, wanted = check_reference(number), normalise_code(code)
    rows = Application.objects.filter(number=reference or "-").with_path()
    application = rows.first()
    known = application.tracking_code if application else "0" * 16
    fits = hmac.compare_digest(known, wanted or "")
    return application if application is not None and fits else None


def _status(application: Application) -> dict:
    """Phase, desk and promised date: nothing about the person."""
    definition = definition_of(application.version)
    stage = application.stage_key
    due = application.due_at if application.complete_at else application.promised_at
    is_over = application.phase in OVER
    pairs = [
        {"label": _("Service"), "value": rules.hint(application.version.permit_type, "name")},
        {"label": _("Sent"), "value": date_id(application.submitted_at)},
    ]
    if not is_over and definition.has_stage(stage):
        pairs.append({"label": _("Now at"), "value": rules.hint(definition.stage(stage), "name")})
        agency = application.desk_agency
        desk = rules.hint(agency, "name") if agency else ""
        pairs.append({"label": _("Office"), "value": desk})
    return {
        "number": application.number,
        "status": labels.phase_label(application),
        "date_label": _("Ended") if is_over else _("Finished at the latest"),
        "date": date_id(application.ended_at if is_over else due),
        "pairs": pairs,
    }
