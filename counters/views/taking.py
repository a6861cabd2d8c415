"""Taking a number for today from home: who it is for, then the page of the number."""

from typing import Any

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counters import actions, live
from counters.actions.base import local_day
from counters.actions.tickets import can_issue
from counters.hall_now import hall_now
from counters.models import PriorityReason, Queue, QueueDay, Source
from counters.queue_forms import PersonForm
from counters.views.queues import SERVICE, SITE, queue_url, waiting_words
from counters.views.secrets import address_of, new_key, renew_key
from counters.words import text_of
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.verdicts import Verdict


def queue_or_404(request: HttpRequest, key: str) -> Queue:
    """An active queue by its key; `lokasi` names the site where two have the same."""
    rows = Queue.objects.filter(key=key, is_active=True, agency__is_active=True)
    site = request.GET.get(SITE, "")
    if site:
        rows = rows.filter(site__key=site.replace("\x00", "")[:60])
    found = rows.select_related("site", "agency").order_by("site__order", "site__key").first()
    if found is None:
        raise Http404
    return found


def now_verdict(queue: Queue) -> Verdict:
    """Whether a number of today can be had from home now; two queries, hours are kept."""
    at = clock.now()
    day = local_day(queue, at)
    row = QueueDay.objects.filter(queue=queue, day=day).first()
    row = row or QueueDay(queue=queue, day=day, walk_in_quota=queue.walk_in_quota)
    return can_issue(queue, live.day_hours(queue, day), row, source=Source.ONLINE, at=at)


@login_not_required
@require_http_methods(["GET", "POST"])
def queue_now(request: HttpRequest, key: str) -> HttpResponse:
    """Take a number for today: name and phone, then the ticket's page."""
    queue = queue_or_404(request, key)
    if request.method == "POST":
        return _take(request, queue)
    verdict = now_verdict(queue)
    form = person_form(request, queue)
    return form_page(request, queue, form, refused="" if verdict else verdict.sentence)


def person_form(request: HttpRequest, queue: Queue, *, is_booking: bool = False) -> PersonForm:
    """The form, filled with what was posted."""
    others = Queue.objects.filter(
        site=queue.site, is_active=True, agency__is_active=True, takes_online=True
    ).exclude(pk=queue.pk)
    return PersonForm(
        request.POST if request.method == "POST" else None,
        initial={"key": new_key(), **_wanted(request)},
        user=request.user,
        queue=queue,
        reasons=list(PriorityReason.objects.filter(is_active=True)),
        others=[] if is_booking else list(others.select_related("agency")),
        is_booking=is_booking,
    )


def _wanted(request: HttpRequest) -> dict[str, Any]:
    service = request.GET.get(SERVICE, "")
    return {"services": service} if service else {}


def form_page(
    request: HttpRequest,
    queue: Queue,
    form: PersonForm,
    *,
    refused: str = "",
    found_url: str = "",
    can_send: bool = False,
    slot: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with the person's form; what was typed stays."""
    glance = hall_now().of(queue)
    context = {
        "queue": queue,
        "name": text_of(queue, "name"),
        "agency": text_of(queue.agency, "name"),
        "letter": queue.letter,
        "site": text_of(queue.site, "name"),
        "form": form,
        "fields": [form[name] for name in form.fields if name not in ("website", "key", "also")],
        "refused": refused,
        "found_url": found_url,
        "can_send": can_send,
        "slot": slot,
        "waiting": waiting_words(glance.waiting) if glance else "",
        "back_url": queue_url(queue),
        "title": _("Take a number: %(name)s") % {"name": text_of(queue, "name")},
    }
    return render(request, "counters/queue_person.html", context, status=status)


def _take(request: HttpRequest, queue: Queue) -> HttpResponse:
    form = person_form(request, queue)
    if not form.is_valid():
        return form_page(request, queue, form, status=422)
    limited = limit_sentence(request, form)
    if limited:
        return form_page(request, queue, form, refused=limited, status=429)
    service, then = form.errands()
    lane, reason = form.lane()
    try:
        ticket = actions.issue(
            queue,
            person=form.person(),
            source=Source.ONLINE,
            key=form.cleaned_data["key"],
            actor=request.user if request.user.is_authenticated else None,
            lane=lane,
            priority=reason,
            service=service,
            then=then,
        )
    except (actions.Refused, WrongState) as fault:
        return refused_page(request, queue, form, fault)
    count_help(request, form)
    messages.success(request, _("This is your number. Keep this page: its link is the key."))
    return redirect(address_of(ticket))


def refused_page(
    request: HttpRequest, queue: Queue, form: PersonForm, fault: Exception, **given: Any
) -> HttpResponse:
    """The form again with the reason; a way to the number that lives already, if it is one's own.

    Somebody else's phone typed here must not open that person's number.
    """
    found = getattr(fault, "found", None)
    own = found is not None and request.user.is_authenticated and found.owner_id == request.user.pk
    if isinstance(fault, actions.FormUsed):
        renew_key(form)
    if own or found is None or not actions.can_send_link(found):
        url = address_of(found) if own else ""
        return form_page(
            request, queue, form, refused=fault.sentence, found_url=url, status=409, **given
        )
    if "send_link" in request.POST:
        return _send_link(request, queue, form, found, **given)
    return form_page(
        request, queue, form, refused=fault.sentence, can_send=True, status=409, **given
    )


def _send_link(
    request: HttpRequest, queue: Queue, form: PersonForm, found: Any, **given: Any
) -> HttpResponse:
    """The link once more to whom the live number belongs; where it goes is not shown."""
    if not consume(request, action="queue_link", key=f"{type(found).__name__}:{found.pk}"):
        sentence = _("The link was sent a moment ago. Wait ten minutes, or ask at the counter.")
        return form_page(request, queue, form, refused=sentence, status=429, **given)
    actions.send_link(found)
    messages.success(request, _("The link was sent to the contact that was given with it."))
    return redirect(queue_url(queue))


def limit_sentence(request: HttpRequest, form: PersonForm) -> str:
    """Why this is one number too many for now; empty when it is not."""
    who = form.cleaned_data["phone"] or f"user:{request.user.pk}"
    if not (consume(request, action="queue") and consume(request, action="queue_person", key=who)):
        return _("Too many attempts. Wait a minute, then try again.")
    if form.is_helped and not consume(request, action="queue_help", key=form.helper, dry_run=True):
        return _("You took numbers for three others today. That is the limit for one helper.")
    return ""


def count_help(request: HttpRequest, form: PersonForm) -> None:
    """One more number taken for somebody else by this helper."""
    if form.is_helped:
        consume(request, action="queue_help", key=form.helper)
