"""The review page: documents and answers at the left, the work at the right."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from counters.calendar import home_calendar
from mpp.kit import clock
from mpp.kit.wording import time_id, when
from permits.models import Application, Document
from permits.views.desk import rows
from permits.views.desk.frame import frame
from permits.views.desk.opening import DESK, OPINION, Opened, open_file, told
from permits.views.desk.review_work import work_side
from permits.views.desk.sent import SentFile, file_facts

ANSWERS = "isian"


@require_GET
@told
def review(request: HttpRequest, number: str) -> HttpResponse:
    """One file with everything around it; the opening is recorded."""
    return render_review(request, open_file(request, number))


def render_review(
    request: HttpRequest, opened: Opened, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` are forms that came back with problems (verdict, message, opinion)."""
    opened.record()
    sent = SentFile(opened.case)
    document = _chosen(request, sent, bound.get("document"))
    context = {
        **frame(request, f"{opened.application.holder_name}, {opened.number}"),
        **_head(opened),
        **_left(opened, sent, document),
        **work_side(request, opened, sent, document, bound),
        "is_reduced": opened.part == OPINION,
        "purpose": opened.purpose,
        "problem_form": next((form for form in bound.values() if hasattr(form, "errors")), None),
    }
    return render(request, "admin/permits/review.html", context, status=status)


def _chosen(request: HttpRequest, sent: SentFile, forced: Document | None) -> Document | None:
    """The document to show: the asked one, else the first not judged, else the first."""
    if forced is not None:
        return forced
    asked = request.GET.get("dokumen", "")
    if asked == ANSWERS:
        return None
    if asked:
        found = sent.find(int(asked)) if asked.isascii() and asked.isdigit() else None
        if found is None:
            raise Http404
        return found
    return sent.next_unjudged() or next(iter(sent.documents), None)


def _head(opened: Opened) -> dict[str, Any]:
    application = opened.application
    bar, left, late = rows.bar_and_left(application, home_calendar(), clock.now())
    permit_type = application.version.permit_type
    stage = opened.case.stage
    promised = application.due_at if application.complete_at else application.promised_at
    return {
        "number": opened.number,
        "holder": application.holder_name or "-",
        "service": rows.by_language(permit_type.name, permit_type.name_en),
        "sent_at": when(application.submitted_at, "day"),
        "bar": bar,
        "left": left,
        "is_late": late,
        "promised": when(promised, "day") if promised else "",
        "stage": rows.status_of(
            application, rows.by_language(stage.name, stage.name_en) if stage else ""
        ),
        "mandate": str(application.mandate.agent) if application.mandate_id else "",
        "round": application.round,
        **_neighbours(opened),
    }


def _neighbours(opened: Opened) -> dict[str, str]:
    """Addresses of the next and the previous file of my pile, in the order of the promise."""
    application = opened.application
    if opened.part != DESK or application.due_at is None:
        return {"next_url": "", "previous_url": ""}
    mine = Application.objects.taken_by(opened.user).working().exclude(pk=application.pk)
    later = mine.filter(due_at__gte=application.due_at).order_by("due_at", "pk")
    earlier = mine.filter(due_at__lt=application.due_at).order_by("-due_at", "-pk")
    number = later.values_list("number", flat=True).first()
    before = earlier.values_list("number", flat=True).first()
    address = opened.url()
    return {
        "next_url": address.replace(opened.number, number) if number else "",
        "previous_url": address.replace(opened.number, before) if before else "",
    }


def _left(opened: Opened, sent: SentFile, document: Document | None) -> dict[str, Any]:
    address = opened.url()
    masked = opened.part != DESK
    found = {
        "tabs": sent.tabs(address, document.pk if document else None),
        "answers_url": f"{address}?{urlencode({'dokumen': ANSWERS})}",
        "answers_current": document is None,
        "sections": sent.sections(masked=masked) if document is None else [],
        "opened_note": _("You opened this file at %(time)s for: %(purpose)s.")
        % {"time": time_id(clock.now()), "purpose": opened.purpose},
        "viewer": None,
    }
    if document is not None:
        found["viewer"] = _viewer(opened, sent, document)
    return found


def _viewer(opened: Opened, sent: SentFile, document: Document) -> dict[str, Any]:
    file, title = document.file, sent.title(document)
    pages = [
        {
            "url": opened.url("page", document.pk, page),
            "alt": _("%(name)s, page %(page)d of %(pages)d")
            % {"name": title, "page": page, "pages": file.pages},
        }
        for page in range(1, file.pages + 1)
    ]
    words = ngettext("%(n)d page", "%(n)d pages", file.pages) % {"n": file.pages}
    verdict = sent.verdicts.get(document.pk)
    return {
        "title": title,
        "name": file.shown_name,
        "details": f"{file_facts(document)} · {words}",
        "pages": pages if file.is_openable else [],
        "is_openable": file.is_openable,
        "scan": file.get_scan_state_display(),
        "download_url": opened.url("download", document.pk),
        "is_old": document not in sent.documents,
        "older": [
            {
                "url": f"{opened.url()}?dokumen={each.pk}",
                "label": _("Version %(n)d, sent in round %(round)d")
                % {"n": each.version, "round": each.round},
            }
            for each in sent.older(document)
        ],
        "verdict": verdict,
        "verdict_by": f"{verdict.by}" if verdict else "",
        "verdict_at": when(verdict.at) if verdict else "",
    }
