"""What remains: the guest book, the delegation's opinion, what it adopted since."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from visits import actions
from visits.forms import FeedbackForm, FollowUpForm, GuestBookForm
from visits.links import visit_path
from visits.models import Visit, VisitFeedback
from visits.states import VISITED, VisitState
from visits.views.public_access import (
    load,
    posted_key,
    put_refusal,
    refusal_page,
    secret_page,
    tells_refusals,
)
from visits.workflow import Refused


def _show(
    request: HttpRequest, visit: Visit, form: Form, status: int = 200, **words: Any
) -> HttpResponse:
    context = {
        "visit": visit,
        "form": form,
        "lead": "",
        "entries": [],
        "key": "",
        "back_url": visit_path(visit),
        **words,
    }
    return render(request, "visits/after.html", context, status=status)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def guest_book(request: HttpRequest, secret: str) -> HttpResponse:
    """Write into the guest book, and read what the delegation wrote."""
    visit = load(secret)
    if visit.state not in VISITED:
        sentence = _("This opens when the delegation has come.")
        return refusal_page(request, visit, sentence)
    title, button = _("Guest book"), _("Write it into the book")
    lead = _("The public sees a message only when the host shows it.")
    form = GuestBookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign_guest_book(visit, **form.cleaned_data, key=posted_key(request))
        except Refused as fault:
            put_refusal(form, fault)
        else:
            messages.success(request, _("Your message stands in the guest book. Thank you."))
            return redirect(request.path)
    status = 422 if request.method == "POST" else 200
    entries = list(visit.guest_entries.all())
    words = {"title": title, "lead": lead, "button": button}
    return _show(request, visit, form, status, entries=entries, key=posted_key(request), **words)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def feedback(request: HttpRequest, secret: str) -> HttpResponse:
    """The delegation's opinion, once."""
    visit = load(secret)
    if visit.state not in (VisitState.COMPLETED, VisitState.CLOSED):
        return refusal_page(request, visit, _("This opens when the visit is over."))
    if request.method == "GET" and VisitFeedback.objects.filter(visit=visit).exists():
        return refusal_page(request, visit, _("Your opinion has been sent already. Thank you."))
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.give_feedback(visit, **form.cleaned_data)
        messages.success(request, _("Thank you. Your opinion helps us to do better."))
        return redirect(visit_path(visit))
    status = 422 if request.method == "POST" else 200
    title, button = _("How was the visit?"), _("Send your opinion")
    return _show(request, visit, form, status, title=title, button=button)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def follow_up(request: HttpRequest, secret: str, days: int) -> HttpResponse:
    """What was adopted after 30, 90 or 180 days."""
    visit = load(secret)
    row = visit.follow_ups.filter(days=days, asked_at__isnull=False).first()
    if row is None:
        raise Http404
    row.visit = visit
    known = {
        "adopted": row.adopted,
        "story": row.story,
        "blueprint_version": row.blueprint_version,
    }
    form = FollowUpForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        actions.answer_follow_up(row, **form.cleaned_data)
        messages.success(request, _("Thank you. Others learn from it."))
        return redirect(visit_path(visit))
    status = 422 if request.method == "POST" else 200
    title, button = _("What did you adopt?"), _("Send")
    lead = _("%(days)s days after your visit.") % {"days": days}
    return _show(request, visit, form, status, title=title, lead=lead, button=button)
