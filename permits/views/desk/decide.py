"""Deciding: a page that repeats name, service and effect on the citizen, then the act."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mpp.kit.pages import PageTrouble, page_jpeg
from mpp.kit.states import WrongState
from permits import actions, papers, permissions
from permits.actions.decide import moved_sentence
from permits.models import Application
from permits.views.desk.documents import WIDTH, _picture
from permits.views.desk.forms import DecisionForm
from permits.views.desk.frame import addresses, frame
from permits.views.desk.opening import AT_DESK, Opened, PurposeNeeded, open_file, told
from permits.views.desk.review_work import LOOK_OF_VERB, new_key
from permits.views.desk.rows import by_language
from permits.workflow import Offer, find_offer, require


def _offer(opened: Opened, action_key: str, stage_key: str) -> Offer:
    """The offer the person came for; WrongState when the file is elsewhere by now."""
    application = opened.application
    offer = find_offer(opened.case, opened.user, action_key)
    is_elsewhere = stage_key != application.stage_key or application.phase not in AT_DESK
    if is_elsewhere or offer is None:
        raise WrongState(moved_sentence(application), application.phase)
    return offer


@require_http_methods(["GET", "POST"])
@told
def decide(request: HttpRequest, number: str, action_key: str) -> HttpResponse:
    """Ask before an action, then do it once; whoever comes second is told who was faster."""
    try:
        opened = open_file(request, number)
    except PurposeNeeded as needed:
        if request.method == "GET":
            raise
        # The file left this person's desk while the page was open, or by this very form.
        moved = needed.application
        if _is_repeat(request, moved):
            return redirect(addresses()["worklist"])
        raise WrongState(moved_sentence(moved), moved.phase) from needed
    if request.method == "POST":
        return _perform(request, opened, action_key)
    stage_key = request.GET.get("tahap", "")
    offer = _offer(opened, action_key, stage_key)
    require(offer.verdict)
    form = _form(offer, initial=_seen(request, stage_key))
    return _page(request, opened, offer, form)


def _is_repeat(request: HttpRequest, application: Application) -> bool:
    """Whether this form did its act before: a double click, a retry, the back button."""
    key = request.POST.get("key", "").replace("\x00", "")[:64]
    return bool(key) and application.steps.filter(key=key, actor=request.user).exists()


def _seen(request: HttpRequest, stage_key: str) -> dict[str, object]:
    """Hidden values of the form: what the file looked like on the page the person came from."""
    seen = request.GET.get("lihat", "")
    known = seen if seen.isascii() and seen.isdigit() and len(seen) < 19 else ""
    return {"key": new_key(), "stage_key": stage_key, "seen": known}


def _form(offer: Offer, data=None, initial=None) -> DecisionForm:
    return DecisionForm(
        data,
        initial=initial,
        needs_reason=offer.needs_reason,
        hands_over=offer.action.verb == "hand_over",
    )


def _perform(request: HttpRequest, opened: Opened, action_key: str) -> HttpResponse:
    application = opened.application
    if _is_repeat(request, application):
        return redirect(addresses()["worklist"])
    offer = _offer(opened, action_key, request.POST.get("stage_key", ""))
    require(offer.verdict)
    form = _form(offer, request.POST)
    if not form.is_valid():
        return _page(request, opened, offer, form, status=400)
    data = form.cleaned_data
    actions.perform(
        application,
        actor=request.user,
        action_key=action_key,
        key=data["key"],
        stage_key=data["stage_key"],
        seen=data["seen"],
        reason=data["reason"],
        received_by=data.get("received_by", ""),
    )
    label = by_language(offer.action.label, offer.action.label_en)
    messages.success(request, f"{opened.number}: {label}. {_says(offer)}")
    return redirect(addresses()["worklist"])


def _says(offer: Offer) -> str:
    return by_language(offer.action.says, offer.action.says_en)


def _effect_on_citizen(offer: Offer) -> str:
    return {
        "approve": _("The applicant is told at once and can download the paper."),
        "reject": _("The application ends. The applicant reads your reason and may object."),
        "hand_over": _("The application ends. The applicant is told that it was handed over."),
        "complete": _("The application ends. The applicant is told."),
        "send_back": _("The applicant sees the new desk. Your reason stands in the history."),
    }.get(offer.action.verb, _("The applicant sees the new desk on the status page."))


def _page(
    request: HttpRequest, opened: Opened, offer: Offer, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    opened.record()
    action, application = offer.action, opened.application
    permit_type = application.version.permit_type
    has_paper = action.verb == "approve" and opened.case.definition.document is not None
    context = {
        **frame(request, by_language(action.label, action.label_en)),
        "number": opened.number,
        "holder": application.holder_name,
        "service": by_language(permit_type.name, permit_type.name_en),
        "says": _says(offer),
        "effect": _effect_on_citizen(offer),
        "button": by_language(action.label, action.label_en),
        "kind": LOOK_OF_VERB.get(action.verb, ""),
        "review_url": opened.url(),
        "preview_url": opened.url("preview") if has_paper else "",
        "preview_picture": opened.url("preview-page") if has_paper else "",
        "form": form,
    }
    return render(request, "admin/permits/confirm.html", context, status=status)


def _preview(opened: Opened) -> bytes:
    if opened.case.definition.document is None:
        raise Http404
    require(permissions.can_act(opened.user, opened.application))
    return papers.preview(opened.case)


@require_GET
@told
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The paper as it would be issued today, marked as a preview."""
    opened = open_file(request, number)
    content = _preview(opened)
    opened.record("preview")
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="pratinjau-{number}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@told
def preview_page(request: HttpRequest, number: str) -> HttpResponse:
    """The first page of the preview as a picture."""
    opened = open_file(request, number)
    content = _preview(opened)
    opened.record("preview")
    try:
        return _picture(page_jpeg(content, "application/pdf", 1, WIDTH))
    except PageTrouble as trouble:
        raise Http404 from trouble
