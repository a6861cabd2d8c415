"""What a delegation does by its link, each on a page of its own that says what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mpp.kit.files import respond, store_clean
from visits import actions, month, words
from visits.actions.request import TAKES_LETTER
from visits.availability import frame_of
from visits.forms import LetterForm, ListedForm, ProposeForm, TextForm
from visits.links import visit_path
from visits.models import Visit
from visits.states import VISITED, VisitState
from visits.views.public_access import (
    is_limited,
    limited_sentence,
    load,
    posted_key,
    put_refusal,
    refusal_page,
    secret_page,
    tells_refusals,
)
from visits.views.public_visit import may
from visits.workflow import Refused

FormMaker = Callable[..., forms.Form]


def _nothing(_visit: Visit, data: Any = None) -> forms.Form:
    return forms.Form(data)


def _text(_visit: Visit, data: Any = None, *, label: Any, needed: bool = True) -> forms.Form:
    return TextForm(data, label=label, needed=needed)


def _wishes(visit: Visit, data: Any = None) -> forms.Form:
    return ProposeForm(data, openings=month.open_sessions(visit.site, frame_of(visit.site)))


@dataclass(frozen=True)
class Page:
    """One act: its words, its form, the call, and when it is offered."""

    title: Any
    lead: Any
    button: Any
    done: Any
    call: Callable[[Visit, dict[str, Any], str], Any]
    make: FormMaker = _nothing
    is_danger: bool = False
    act: str = ""

    def is_open(self, visit: Visit) -> bool:
        """Whether the state allows it now."""
        return may(visit, self.act) if self.act else visit.number is not None


def _listed(visit: Visit, data: Any = None) -> forms.Form:
    return ListedForm(data, initial={"wanted": "1" if visit.listed_at is None else "0"})


def _set_listed(visit: Visit, data: dict[str, Any], _key: str) -> None:
    actions.set_listed(visit, is_listed=data["wanted"] == "1")


PAGES = {
    "jawab": Page(
        gettext_lazy("Answer the question"),
        gettext_lazy("After your answer our time to answer goes on."),
        gettext_lazy("Send the answer"),
        gettext_lazy("Your answer is sent."),
        lambda v, d, k: actions.answer(v, text=d["text"], key=k),
        partial(_text, label=gettext_lazy("Your answer")),
        act="answer",
    ),
    "terima": Page(
        gettext_lazy("Accept this date?"),
        gettext_lazy("The held place becomes yours, and the reply letter is made."),
        gettext_lazy("Accept the date"),
        gettext_lazy("Your visit is confirmed."),
        lambda v, d, k: actions.accept(v, key=k),
        act="accept",
    ),
    "tolak": Page(
        gettext_lazy("Decline this date?"),
        gettext_lazy("The held place becomes free. We look for another date."),
        gettext_lazy("Decline the date"),
        gettext_lazy("You declined the date. We look for another."),
        lambda v, d, k: actions.decline(v, reason=d["text"], key=k),
        partial(_text, label=gettext_lazy("Why does it not suit?"), needed=False),
        act="decline",
    ),
    "usul": Page(
        gettext_lazy("Wish another date"),
        gettext_lazy("What you have now stays yours until we confirm another date."),
        gettext_lazy("Send the wish"),
        gettext_lazy("Your wish is sent."),
        lambda v, d, k: actions.propose(v, wishes=d["wishes"], note=d["text"], key=k),
        _wishes,
        act="propose",
    ),
    "batal": Page(
        gettext_lazy("Cancel the visit?"),
        gettext_lazy("The place becomes free for others at once. This cannot be undone."),
        gettext_lazy("Cancel the visit"),
        gettext_lazy("The visit is cancelled."),
        lambda v, d, k: actions.cancel_by_guest(v, reason=d["text"], key=k),
        partial(_text, label=gettext_lazy("Why do you cancel?")),
        is_danger=True,
        act="cancel_by_guest",
    ),
    "kirim-tautan": Page(
        gettext_lazy("Send the link again?"),
        gettext_lazy("It goes to the e-mail address of the contact only."),
        gettext_lazy("Send the link"),
        gettext_lazy("The link is on its way to the contact's e-mail address."),
        lambda v, d, k: actions.resend_link(v),
    ),
    "tautan-baru": Page(
        gettext_lazy("Make a new link?"),
        gettext_lazy(
            "The present link and all badges stop working at once. "
            "The new link goes to the e-mail address of the contact only."
        ),
        gettext_lazy("Make a new link"),
        gettext_lazy("The old link has ended. The new one is on its way by e-mail."),
        lambda v, d, k: actions.renew_link(v),
        is_danger=True,
    ),
    "sebut-nama": Page(
        gettext_lazy("Named in the public list"),
        gettext_lazy(
            "With your consent the name of your institution and the month of the visit stand in "
            "the public list. No person is named. You can withdraw it at any time."
        ),
        gettext_lazy("Change it"),
        gettext_lazy("Changed."),
        _set_listed,
        _listed,
    ),
}
LINK_ACTS = {"kirim-tautan", "tautan-baru"}


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def act_page(request: HttpRequest, secret: str, slug: str) -> HttpResponse:
    """One act: what follows, its form, then the act itself and back to the visit."""
    page, visit = PAGES.get(slug), load(secret)
    if page is None or visit.state == VisitState.DRAFT:
        raise Http404
    if slug == "sebut-nama" and visit.state not in VISITED:
        raise Http404
    if request.method == "GET":
        if not page.is_open(visit):
            return refusal_page(request, visit, _closed_sentence(visit))
        return _show(request, visit, slug, page.make(visit))
    form = page.make(visit, request.POST)
    if slug in LINK_ACTS and is_limited(request, "visit_link", str(visit.pk)):
        form.add_error(None, limited_sentence())
        return _show(request, visit, slug, form, status=429)
    if not form.is_valid():
        return _show(request, visit, slug, form, status=422)
    data = dict(form.cleaned_data)
    if hasattr(form, "wishes"):
        data["wishes"] = form.wishes()
    try:
        page.call(visit, data, posted_key(request))
    except Refused as fault:
        if fault.status == 400 or fault.field in form.fields:
            fault.field = "text" if fault.field == "reason" else fault.field
            put_refusal(form, fault)
            return _show(request, visit, slug, form, status=422)
        raise
    messages.success(request, page.done)
    if slug == "tautan-baru":
        return redirect("visits:calendar")
    return redirect(visit_path(visit))


def _closed_sentence(visit: Visit) -> str:
    heading = words.STATES[VisitState(visit.state)][2]
    return _("This is not possible any more. It is now: %(state)s.") % {"state": heading}


def _show(
    request: HttpRequest, visit: Visit, slug: str, form: forms.Form, status: int = 200
) -> HttpResponse:
    page = PAGES[slug]
    context = {
        "visit": visit,
        "page": page,
        "form": form,
        "key": posted_key(request),
        "question": _question(visit) if slug == "jawab" else "",
        "offer": words.slot_words(visit.offer_slot),
        "is_listed": visit.listed_at is not None if slug == "sebut-nama" else None,
        "back_url": visit_path(visit),
    }
    return render(request, "visits/act.html", context, status=status)


def _question(visit: Visit) -> str:
    return (
        visit.steps.filter(act="ask").order_by("-pk").values_list("reason", flat=True).first()
        or ""
    )


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def letter(request: HttpRequest, secret: str) -> HttpResponse:
    """The official letter that follows: number, date, PDF."""
    visit = load(secret)
    if visit.state not in TAKES_LETTER or visit.state == VisitState.DRAFT:
        return refusal_page(request, visit, _("The letter cannot be changed any more."))
    known = {"letter_number": visit.letter_number, "letter_on": visit.letter_on}
    form = LetterForm(request.POST or None, request.FILES or None, initial=known)
    status = 200
    if request.method == "POST":
        if is_limited(request, "visit_upload"):
            form.add_error(None, limited_sentence())
        if form.is_valid() and _keep_letter(visit, form):
            messages.success(request, _("The letter is here. Thank you."))
            return redirect(visit_path(visit))
        status = 422
    file = visit.letter_file
    context = {
        "visit": visit,
        "form": form,
        "letter": file.shown_name if file else "",
        "back_url": visit_path(visit),
    }
    return render(request, "visits/letter.html", context, status=status)


def _keep_letter(visit: Visit, form: LetterForm) -> bool:
    data = form.cleaned_data
    clean = data["letter_file"]
    try:
        actions.attach_letter(
            visit,
            file=store_clean(clean) if clean else None,
            number=data["letter_number"],
            on=data["letter_on"],
        )
    except Refused as fault:
        put_refusal(form, fault)
        return False
    return True


@secret_page
@require_GET
@tells_refusals
def letter_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The delegation's own letter."""
    visit = load(secret)
    if visit.letter_file is None:
        raise Http404
    if not visit.letter_file.is_openable:
        sentence = _("This document waits for the virus scan. It can be opened afterwards.")
        return refusal_page(request, visit, sentence)
    return respond(visit.letter_file, download=False)
