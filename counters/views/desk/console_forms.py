"""The page of the console with a form of its own: a number at the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counters import actions
from counters.actions import AlreadyInLine, FormUsed, Refused
from counters.models import Counter, Lane, Source
from counters.views.desk.console import act_urls
from counters.views.desk.forms import IssueForm
from counters.views.desk.frame import COUNTER, counter_of, new_key, page, told
from counters.views.secrets import renew_key
from mpp.kit.states import WrongState


@require_http_methods(["GET", "POST"])
@told
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a number to somebody who stands here; a name is enough."""
    counter = counter_of(request, pk)
    form = IssueForm(request.POST or None, counter=counter, initial={"key": new_key()})
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _issued(request, counter, form)
            except AlreadyInLine as known:
                problem, status = str(known), 409
            except (Refused, WrongState) as refusal:
                problem, status = refusal.sentence, 409
                if isinstance(refusal, FormUsed):
                    renew_key(form)
    context = page(
        request,
        _("A number at the desk"),
        current="console",
        form=form,
        problem=problem,
        back_url=act_urls(pk)["console"],
        counter=counter,
    )
    return render(request, "admin/counters/console/issue.html", context, status=status)


def _issued(request: HttpRequest, counter: Counter, form: IssueForm) -> HttpResponse:
    data = form.cleaned_data
    ticket = actions.issue(
        data["queue"],
        person=form.person(),
        source=Source.DESK,
        key=f"desk-{counter.pk}-{data['key'] or new_key()}"[:80],
        actor=request.user,
        lane=Lane.PRIORITY if data["priority"] else Lane.WALK_IN,
        priority=data["priority"],
        service=data["service"],
        then=[(queue, None) for queue in data["then"]],
    )
    words = {"number": ticket.label, "name": data["name"]}
    messages.success(request, _("%(number)s for %(name)s. Write it on a slip.") % words)
    return redirect(COUNTER, counter.pk)
