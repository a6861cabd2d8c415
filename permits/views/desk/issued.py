"""Issued permits at the desk: the list, one permit, suspending, restoring and revoking."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from counters import permissions as places
from mpp.kit import clock
from mpp.kit.models import PaperState
from mpp.kit.wording import date_id, query_string, when
from permits import actions, permissions
from permits.actions.issue import PAPER_MOVES
from permits.models import Permit, PermitStep
from permits.views.desk.forms import ReasonForm
from permits.views.desk.frame import frame
from permits.views.desk.opening import Opened, open_file, told
from permits.views.desk.review_work import new_key
from permits.views.desk.rows import by_language
from permits.views.desk.searching import read_search
from permits.workflow import Refused, require

PAGE = 20


def visible_permits(user) -> QuerySet[Permit]:
    """Permits issued by the agencies one is posted to; all for the operator's supervisors."""
    rows = Permit.objects.select_related("paper", "permit_type", "application")
    if places.is_supervisor(user):
        return rows
    agencies = places.file_agency_ids_of(user)
    return rows.filter(permit_type__service__agency_id__in=agencies)


@require_GET
@told
def paper_list(request: HttpRequest) -> HttpResponse:
    """Issued permits, newest first, 20 a page; found by number of the permit or of the file."""
    search = read_search(request.GET)
    rows = visible_permits(request.user).order_by("-pk")
    if search.query:
        rows = rows.filter(
            Q(paper__number__iexact=search.query) | Q(application__number__iexact=search.query)
        )
    last = rows.filter(application__number=search.after).first() if search.after else None
    if last is not None:
        rows = rows.filter(pk__lt=last.pk)
    found = list(
        rows.only(
            "paper__number", "paper__state", "paper__issued_on", "paper__valid_until",
            "paper__holder_masked", "permit_type__name", "permit_type__name_en",
            "application__number",
        )[: PAGE + 1]
    )  # fmt: skip
    following = found[PAGE - 1].application.number if len(found) > PAGE else ""
    context = {
        **frame(request, _("Issued permits"), current="papers"),
        "rows": [_paper_row(row) for row in found[:PAGE]],
        "query": search.query,
        "pages": {
            "previous": "",
            "next": query_string(request.GET, sesudah=following) if following else "",
            "current": "",
        },
    }
    return render(request, "admin/permits/paper_list.html", context)


PAPER_LOOKS = {
    PaperState.VALID: ("patch-check-fill", "good"),
    PaperState.SUSPENDED: ("pause-circle-fill", "wait"),
    PaperState.REVOKED: ("x-octagon-fill", "bad"),
    PaperState.REPLACED: ("arrow-left-right", "plain"),
}


def paper_status(paper) -> dict[str, str]:
    """Label, icon and tone of a paper's state; a valid one past its time has expired."""
    is_over = paper.valid_until is not None and paper.valid_until < clock.today()
    if paper.state == PaperState.VALID and is_over:
        return {"label": _("expired"), "icon": "clock-history", "tone": "warm"}
    icon, tone = PAPER_LOOKS[paper.state]
    return {"label": paper.get_state_display(), "icon": icon, "tone": tone}


def _paper_row(permit: Permit) -> dict:
    paper = permit.paper
    return {
        "number": paper.number,
        "url": Opened.address("paper", permit.application.number),
        "holder": paper.holder_masked,
        "service": by_language(permit.permit_type.name, permit.permit_type.name_en),
        "issued": date_id(paper.issued_on, "plain"),
        "until": date_id(paper.valid_until, "plain") if paper.valid_until else _("no end date"),
        "status": paper_status(paper),
    }


def _step(step: PermitStep) -> dict[str, str]:
    return {
        "label": PaperState(step.to_state).label,
        "when": when(step.at),
        "by": step.actor_name,
        "reason": step.reason,
    }


CHANGES = ("suspend", "restore", "revoke")


def _change_texts(change: str) -> tuple[str, str, str]:
    """(button, effect, kind of button) of a change."""
    return {
        "suspend": (
            _("Suspend the permit"),
            _("Whoever checks the permit sees at once that it is suspended. The holder is told."),
            "danger",
        ),
        "restore": (
            _("Restore the permit"),
            _("Whoever checks the permit sees at once that it is valid. The holder is told."),
            "primary",
        ),
        "revoke": (
            _("Revoke the permit"),
            _("The permit ends for good. This cannot be undone. The holder is told."),
            "danger",
        ),
    }[change]


def _permit(request: HttpRequest, number: str) -> tuple[Opened, Permit]:
    opened = open_file(request, number)
    permit = (
        visible_permits(request.user)
        .filter(application=opened.application)
        .select_related("paper", "permit_type", "application__version__permit_type__service")
        .first()
    )
    if permit is None:
        raise Http404
    return opened, permit


@require_GET
@told
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """One issued permit: its state, its history, and what the head may change."""
    opened, permit = _permit(request, number)
    opened.record()
    right = permissions.can_change_paper(request.user, permit.application)
    allowed = [c for c in CHANGES if permit.paper.state in PAPER_MOVES[c][1]]
    context = {
        **frame(request, permit.paper.number, current="papers"),
        "row": _paper_row(permit),
        "holder": permit.holder_name,
        "number": number,
        "review_url": opened.url(),
        "reason": permit.paper.state_reason,
        "refused": right.sentence,
        "steps": [_step(step) for step in permit.paper.permit_steps.order_by("-id")[:50]],
        "changes": [
            {
                "label": _change_texts(change)[0],
                "says": _change_texts(change)[1],
                "kind": _change_texts(change)[2],
                "url": opened.url("paper-change", change),
            }
            for change in allowed
        ],
    }
    return render(request, "admin/permits/paper.html", context)


@require_http_methods(["GET", "POST"])
@told
def change_paper(request: HttpRequest, number: str, change: str) -> HttpResponse:
    """Suspend, restore or revoke, with a reason the holder reads."""
    if change not in CHANGES:
        raise Http404
    opened, permit = _permit(request, number)
    require(permissions.can_change_paper(request.user, permit.application))
    form = ReasonForm(request.POST or None, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        actions.change_paper(permit, actor=request.user, change=change, **form.cleaned_data)
        messages.success(request, f"{permit.paper.number}: {_change_texts(change)[0]}.")
        return redirect(opened.url("paper"))
    if permit.paper.state not in PAPER_MOVES[change][1]:
        raise Refused(_("The permit is in another state by now."), status=409)
    opened.record()
    label, effect, kind = _change_texts(change)
    row = _paper_row(permit)
    context = {
        **frame(request, label, current="papers"),
        "number": row["number"],
        "holder": permit.holder_name,
        "service": row["service"],
        "effect": effect,
        "button": label,
        "kind": kind,
        "review_url": opened.url("paper"),
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "admin/permits/confirm.html", context, status=status)
