"""Acts on the review page: each loads the file, calls one act, says what follows."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from permits import actions, permissions
from permits.actions.decide import moved_sentence
from permits.models import Document, VerdictOutcome
from permits.views.desk.forms import (
    MessageForm,
    OpinionForm,
    PurposeForm,
    VerdictForm,
)
from permits.views.desk.frame import addresses, frame
from permits.views.desk.opening import OPINION, Opened, find, keep_purpose, open_file, told
from permits.views.desk.review import render_review
from permits.views.desk.sent import SentFile
from permits.workflow import Refused, require


@require_http_methods(["GET", "POST"])
@told
def purpose(request: HttpRequest, number: str) -> HttpResponse:
    """Ask why a file is opened outside one's task; shows nothing of the file but its number."""
    find(request.user, number)
    form = PurposeForm(request.POST or None)
    target = request.GET.get("lanjut", "")
    if request.method == "POST" and form.is_valid():
        keep_purpose(request, number, form.cleaned_data["purpose"])
        return redirect(_own_address(number, target))
    context = {
        **frame(request, _("Why do you open this file?")),
        "number": number,
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "admin/permits/purpose.html", context, status=status)


def _own_address(number: str, target: str) -> str:
    """`target` when it is a page of this very file, else the review page."""
    review = Opened.address("review", number)
    return target if target.startswith(review) and "\\" not in target else review


def _key(request: HttpRequest) -> str:
    return request.POST.get("key", "").replace("\x00", "")[:64]


@require_POST
@told
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take the file; the colleague who comes second is told."""
    opened = open_file(request, number)
    actions.take(opened.application, actor=request.user, key=_key(request))
    messages.success(request, _("This file is yours now."))
    return redirect(opened.url())


@require_POST
@told
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Put the file back on the pile."""
    opened = open_file(request, number)
    actions.release(opened.application, actor=request.user, key=_key(request))
    messages.success(request, _("The file is free for your colleagues again."))
    return redirect(opened.url())


@require_POST
@told
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give the file to a colleague."""
    opened = open_file(request, number)
    chosen = request.POST.get("to", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        raise Refused(_("Choose a colleague."), status=400)
    colleague = get_object_or_404(User, pk=int(chosen), is_active=True, is_staff=True)
    actions.assign(opened.application, actor=request.user, to=colleague, key=_key(request))
    messages.success(request, _("%(name)s has the file now.") % {"name": colleague})
    return redirect(opened.url())


@require_POST
@told
def verdict(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Judge one document; then the next one that nobody has judged."""
    opened = open_file(request, number)
    document = (
        Document.objects.filter(pk=pk, application=opened.application, round__isnull=False)
        .select_related("file", "application__version__permit_type__service")
        .first()
    )
    if document is None:
        raise Http404
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return render_review(request, opened, status=400, document=document, verdict_form=form)
    outcome = form.cleaned_data["outcome"]
    owner = opened.application.owner
    with override(owner.language if owner else "id"):
        reason = form.sentence() if outcome == VerdictOutcome.REJECTED else ""
    actions.judge_document(document, actor=request.user, outcome=outcome, reason=reason)
    following = SentFile(opened.case).next_unjudged()
    shown = following or document
    return redirect(f"{opened.url()}?dokumen={shown.pk}")


@require_POST
@told
def tick(request: HttpRequest, number: str) -> HttpResponse:
    """Save the checklist: what is ticked becomes done, the rest not done."""
    opened = open_file(request, number)
    ticked = set(request.POST.getlist("done"))
    stage = opened.case.stage
    if stage is None or request.POST.get("stage_key") != stage.key:
        raise Refused(moved_sentence(opened.application), status=409)
    require(permissions.can_work(request.user, opened.application))
    for item in stage.checklist:
        wanted = item.key in ticked
        if wanted != (item.key in opened.case.checklist_done):
            actions.tick(opened.application, actor=request.user, item_key=item.key, done=wanted)
    messages.success(request, _("The checklist is saved."))
    return redirect(_back(request, opened))


@require_POST
@told
def declare(request: HttpRequest, number: str) -> HttpResponse:
    """Declare the file complete: the promise is fixed from now on."""
    opened = open_file(request, number)
    actions.declare_complete(opened.application, actor=request.user, key=_key(request))
    messages.success(request, _("The file is complete. The time limit runs from now."))
    return redirect(_back(request, opened))


@require_POST
@told
def message(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the applicant."""
    opened = open_file(request, number)
    if opened.part == OPINION:
        raise Refused(_("Only the desk of the file writes to the applicant."))
    form = MessageForm(request.POST)
    if not form.is_valid():
        return render_review(request, opened, status=400, message_form=form)
    actions.post_message(
        opened.application,
        actor=request.user,
        body=form.cleaned_data["body"],
        key=form.cleaned_data["key"],
        from_staff=True,
    )
    messages.success(request, _("The message is sent."))
    return redirect(opened.url())


@require_POST
@told
def opinion(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Give the opinion my agency was asked for."""
    opened = open_file(request, number)
    asked = next((o for o in opened.case.opinions if o.pk == pk), None)
    if asked is None:
        raise Http404
    require(permissions.can_give_opinion(request.user, asked))
    form = OpinionForm(request.POST, prefix=f"o{pk}")
    if not form.is_valid():
        return render_review(request, opened, status=400, **{f"opinion_{pk}": form})
    asked.application = opened.application
    actions.give_opinion(asked, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Your opinion is given. The desk of the file is told."))
    return redirect(f"{addresses()['worklist']}?daftar=pendapat")


def _back(request: HttpRequest, opened: Opened) -> str:
    return _own_address(opened.number, request.POST.get("next", ""))
