"""Acts on a visit: one page with one form each, all through the same view."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from mpp.kit import clock
from mpp.kit.wording import when
from visits import actions
from visits.actions.approval import check_state
from visits.models import Visit
from visits.states import TABLE
from visits.views.desk import forms, words
from visits.views.desk.frame import at, frame, load, new_key, told
from visits.workflow import Refused


@dataclass(frozen=True, slots=True)
class ActPage:
    """An act as a page: its address, words, form, and the call with the form's data."""

    act: str
    slug: str
    title: Promise
    button: Promise
    done: Promise
    form: type[forms.DeskForm]
    call: Callable[..., Any]
    kind: str = ""
    says: Promise | str = ""


def _call(function: Callable, *names: str) -> Callable[[Visit, User, dict], Any]:
    """The act with these fields of the form as its arguments."""

    def run(visit: Visit, actor: User, data: dict) -> Any:
        chosen = {name: data[name] for name in names}
        return function(visit, actor=actor, key=data.get("key", ""), **chosen)

    return run


PAGES = (
    ActPage(
        "dispose",
        "disposisi",
        _("Hand over for a decision"),
        _("Hand over"),
        _("The request is with the leader now."),
        forms.DisposeForm,
        _call(actions.dispose, "leader", "host", "note"),
        "primary",
    ),
    ActPage(
        "approve",
        "setujui",
        _("Approve the visit"),
        _("Approve"),
        _("The visit is approved. Letter and mail are on their way."),
        forms.ApproveForm,
        _call(actions.approve, "session", "date", "host", "merge_with", "note"),
        "primary",
        _("The place is taken at once. The delegation gets the letter, agenda and calendar file."),
    ),
    ActPage(
        "offer",
        "tawarkan",
        _("Offer another date"),
        _("Offer this date"),
        _("The date is offered and its place is held."),
        forms.OfferForm,
        _call(actions.offer, "session", "date", "host", "note"),
        "",
        _("The place is held until the delegation answers or the deadline is over."),
    ),
    ActPage(
        "ask",
        "tanya",
        _("Ask the delegation"),
        _("Send the question"),
        _("The question is sent. Our time to answer stands still."),
        forms.QuestionForm,
        _call(actions.ask, "text"),
    ),
    ActPage(
        "reschedule",
        "jadwal-ulang",
        _("Change date or host"),
        _("Change the visit"),
        _("The visit is changed. A new letter and mail are on their way."),
        forms.RescheduleForm,
        _call(actions.reschedule, "session", "date", "host", "reason"),
        "",
        _("The new place is taken before the old one is free. The old letter is replaced."),
    ),
    ActPage(
        "resize",
        "jumlah",
        _("Change the number of people"),
        _("Change the number"),
        _("The number of people is changed."),
        forms.SizeForm,
        _call(actions.resize, "size"),
        "",
        _("An approved visit gets a new letter, and the delegation is told."),
    ),
    ActPage(
        "merge",
        "gabung",
        _("Merge with another group"),
        _("Merge"),
        _("The groups share one place now."),
        forms.MergeForm,
        _call(actions.merge, "into"),
        "",
        _("Both groups come in the same session and count as one group of the day."),
    ),
    ActPage(
        "complete",
        "selesai",
        _("End the visit"),
        _("End the visit"),
        _("The visit has ended. The proofs of attendance are being made."),
        forms.PlainForm,
        _call(actions.complete),
        "primary",
        _("Everybody is checked out. Who was there gets a proof of attendance."),
    ),
    ActPage(
        "close",
        "tutup",
        _("Close the visit"),
        _("Close"),
        _("The visit is closed."),
        forms.NoteForm,
        _call(actions.close, "note"),
        "primary",
    ),
    ActPage(
        "no_show",
        "tidak-datang",
        _("Nobody came"),
        _("Record that nobody came"),
        _("It is recorded that nobody came."),
        forms.PlainForm,
        _call(actions.no_show),
        "danger",
    ),
    ActPage(
        "reject",
        "tolak",
        _("Reject the request"),
        _("Reject"),
        _("The request is rejected and the delegation is told why."),
        forms.ReasonForm,
        _call(actions.reject, "reason"),
        "danger",
    ),
    ActPage(
        "cancel_by_host",
        "batalkan",
        _("Cancel the visit"),
        _("Cancel the visit"),
        _("The visit is cancelled and the delegation is told why."),
        forms.ReasonForm,
        _call(actions.cancel_by_host, "reason"),
        "danger",
        _("The place is free at once and the letter is not valid any more."),
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}


def possible(visit: Visit) -> list[dict[str, Any]]:
    """The acts the present state allows, as links, the usual one first."""
    return [
        {
            "url": at("act", visit.number, page.slug),
            "label": page.title,
            "kind": page.kind,
        }
        for page in PAGES
        if visit.state in TABLE[page.act][0]
        and not (page.act == "no_show" and clock.now() < visit.slot.ends_at)
    ]


@require_http_methods(["GET", "POST"])
@told
def act(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Show the form of an act; on POST do it, or show the form again with what was typed."""
    visit = load(request, number)
    page = BY_SLUG.get(slug)
    if page is None:
        raise Http404
    if request.method == "GET":
        check_state(visit, page.act)
    form = _form(request, page, visit)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                page.call(visit, request.user, form.cleaned_data)
            except Refused as refused:
                status = refused.status
                field = refused.field if refused.field in form.fields else None
                form.add_error(field, refused.sentence)
            else:
                messages.success(request, page.done)
                return redirect(at("review", number))
    return _page(request, page, visit, form, status)


def _form(request: HttpRequest, page: ActPage, visit: Visit) -> forms.DeskForm:
    if request.method == "POST":
        return page.form(visit, request.POST)
    initial: dict[str, Any] = {"key": new_key()}
    for name in ("session", "date"):
        # A wish on the review page is a link with its session and day.
        if value := request.GET.get(name, "")[:20].replace("\x00", ""):
            initial[name] = value
    return page.form(visit, initial=initial)


def _page(
    request: HttpRequest, page: ActPage, visit: Visit, form: forms.DeskForm, status: int
) -> HttpResponse:
    context = {
        **frame(request, str(page.title)),
        "form": form,
        "page": page,
        "back_url": at("review", visit.number),
        "facts": [
            {"label": _("Institution"), "value": visit.institution},
            {"label": _("Number"), "value": visit.number},
            {"label": _("People"), "value": str(visit.size)},
            {"label": _("Place"), "value": words.slot_words(visit.slot) or "-"},
            *(
                [{"label": _("Answer until"), "value": when(visit.answer_due_at, "day")}]
                if visit.answer_due_at
                else []
            ),
        ],
    }
    return render(request, "admin/visits/act.html", context, status=status)
