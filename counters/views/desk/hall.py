"""The supervisor's hall: everything at a glance, and what he may do about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counters import actions, hall_view
from counters import permissions as places
from counters.actions import Refused
from counters.actions.base import day_of
from counters.actions.counter_states import can_report
from counters.models import Announcement, Counter, CounterState, Queue, Site
from counters.views.desk.console import STATE_LOOKS, etag_of
from counters.views.desk.forms import ReasonForm
from counters.views.desk.frame import COUNTER, HALL, Denied, page, posted_key, site_of, told
from counters.views.desk.hall_forms import AnnounceForm, AssignForm, CloseForm, QuotaForm, StopForm
from counters.words import clock_words, text_of
from mpp.kit import clock
from mpp.kit.states import WrongState


def scope_of(request: HttpRequest) -> frozenset[int] | None:
    """The agencies this person supervises (None: all); Denied with the sentence for others."""
    if not places.can_supervise(request.user):
        raise Denied(_("Only supervisors see the hall."))
    return places.supervised_ids(request.user)


@require_GET
@told
def show(request: HttpRequest) -> HttpResponse:
    """Counters, queues and alarms, refreshed while one looks."""
    scope = scope_of(request)
    site = site_of(request)
    version = hall_view.version_of(site)
    context = {
        **page(request, _("Hall"), current="hall"),
        **_context(request, site, scope),
        "live_url": f"{reverse('admin:counters_hall_live')}?lokasi={site.key}",
        "live_etag": etag_of(request, version),
        "sites": list(Site.objects.order_by("order", "key")),
        "form": AnnounceForm(site=site) if places.is_supervisor(request.user) else None,
    }
    return render(request, "admin/counters/hall/page.html", context)


@require_GET
@told
def live(request: HttpRequest) -> HttpResponse:
    """The part that changes, or 304."""
    scope = scope_of(request)
    site = site_of(request)
    etag = etag_of(request, hall_view.version_of(site))
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    answer = render(request, "admin/counters/hall/_live.html", _context(request, site, scope))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _context(request: HttpRequest, site: Site, scope: frozenset[int] | None) -> dict[str, Any]:
    made = hall_view.hall(site, scope)
    base = reverse(HALL)
    return {
        "hall": made,
        "site": site,
        "base": base,
        "at": clock_words(clock.local(clock.now(), site.time_zone)),
        "disruptions": [(row, can_report(request.user, row.agency)) for row in made.disruptions],
        "counters": [_counter_row(row, base, site) for row in made.counters],
        "queues": [_queue_row(row, base) for row in made.queues],
        "is_operator": places.is_supervisor(request.user),
    }


def _counter_row(row: hall_view.CounterRow, base: str, site: Site) -> dict[str, Any]:
    counter = row.counter
    icon, tone = STATE_LOOKS[CounterState(counter.state)]
    back = clock_words(clock.local(counter.back_at, site.time_zone)) if counter.back_at else ""
    return {
        "url": f"{base}loket/{counter.pk}/",
        "console_url": reverse(COUNTER, args=[counter.pk]),
        "name": counter.name,
        "agency": str(counter.agency),
        "letters": row.letters,
        "label": counter.get_state_display(),
        "icon": icon,
        "tone": tone,
        "who": str(counter.staffed_by) if counter.staffed_by else "",
        "number": row.ticket.label if row.ticket else "",
        "since": row.since_words,
        "reason": counter.state_reason,
        "back": back,
    }


def _queue_row(row: hall_view.QueueRow, base: str) -> dict[str, Any]:
    day = row.day
    return {
        "url": f"{base}antrean/{row.queue.pk}/",
        "letter": row.queue.letter,
        "name": text_of(row.queue, "name"),
        "waiting": row.waiting,
        "longest": row.longest_words,
        "late": row.late,
        "open_counters": row.open_counters,
        "walk_ins": day.walk_ins if day else 0,
        "quota": day.walk_in_quota if day else row.queue.walk_in_quota,
        "unkeyed": day.unkeyed if day else 0,
        "out_of_order": row.out_of_order,
        "helpers": row.helpers,
        "is_closed": row.is_closed,
        "closed_reason": day.closed_reason if day else "",
        "is_alarming": bool(row.waiting)
        and (
            not row.open_counters or row.longest > row.queue.target_walk_in * hall_view.WAIT_FACTOR
        ),
    }


# --- one counter ----------------------------------------------------------------------------
def counter_in(request: HttpRequest, pk: int) -> Counter:
    """A counter this person supervises; 404 for any other."""
    scope = scope_of(request)
    rows = Counter.objects.select_related("site", "agency", "staffed_by")
    counter = get_object_or_404(rows, pk=pk)
    if scope is not None and counter.agency_id not in scope:
        raise Http404
    return counter


@require_http_methods(["GET", "POST"])
@told
def counter_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a counter, mark it as disrupted, or give it other queues."""
    counter = counter_in(request, pk)
    act = request.POST.get("act", "")
    data = request.POST or None
    close = CloseForm(data if act == "close" else None, auto_id="close_%s")
    disrupt = ReasonForm(data if act == "disrupt" else None, auto_id="disrupt_%s")
    assign = AssignForm(data if act == "assign" else None, counter=counter, auto_id="assign_%s")
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        try:
            if sentence := _counter_act(request, counter, close, assign, disrupt):
                messages.success(request, sentence)
                return redirect(HALL)
        except (Refused, WrongState) as refusal:
            problem, status = refusal.sentence, 409
    context = page(
        request,
        counter.name,
        current="hall",
        counter=counter,
        close_form=close,
        disrupt_form=disrupt,
        may_disrupt=counter.state in (CounterState.OPEN, CounterState.PAUSED),
        assign_form=assign if places.can_configure(request.user) else None,
        console_url=reverse(COUNTER, args=[pk]),
        back_url=reverse(HALL),
        problem=problem,
        key=posted_key(request),
        is_closed=counter.state == CounterState.CLOSED,
        state=counter.get_state_display(),
    )
    return render(request, "admin/counters/hall/counter.html", context, status=status)


def _counter_act(
    request: HttpRequest,
    counter: Counter,
    close: CloseForm,
    assign: AssignForm,
    disrupt: ReasonForm,
) -> str:
    """What was pressed on a counter's page; empty when the form is not filled in."""
    if close.is_bound and close.is_valid():
        actions.close_counter(
            counter,
            actor=request.user,
            reason=close.cleaned_data["reason"],
            key=f"{posted_key(request)}-hall",
        )
        return _("%(counter)s is closed. Nobody in line is lost.") % {"counter": counter.name}
    if disrupt.is_bound and disrupt.is_valid():
        actions.disrupt_counter(
            counter,
            actor=request.user,
            reason=disrupt.cleaned_data["reason"],
            key=f"{posted_key(request)}-hall",
        )
        return _("%(counter)s is marked as disrupted. Nobody in line is lost.") % {
            "counter": counter.name
        }
    if assign.is_bound and assign.is_valid():
        actions.assign_queues(counter, assign.cleaned_data["queues"], actor=request.user)
        return _("%(counter)s serves other queues now.") % {"counter": counter.name}
    return ""


# --- one queue ------------------------------------------------------------------------------
def queue_in(request: HttpRequest, pk: int) -> Queue:
    """A queue this person supervises; 404 for any other."""
    scope = scope_of(request)
    queue = get_object_or_404(Queue.objects.select_related("site", "agency"), pk=pk)
    if scope is not None and queue.agency_id not in scope:
        raise Http404
    return queue


@require_http_methods(["GET", "POST"])
@told
def queue_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a queue for today, give numbers again, raise its quota."""
    queue = queue_in(request, pk)
    row = day_of(queue, clock.today(queue.site.time_zone))
    act = request.POST.get("act", "")
    stop = StopForm(request.POST if act == "stop" else None, auto_id="stop_%s")
    quota = QuotaForm(
        request.POST if act == "quota" else None,
        auto_id="quota_%s",
        initial={"quota": row.walk_in_quota},
        least=row.walk_ins,
    )
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        try:
            if sentence := _queue_act(request, queue, act, stop, quota):
                messages.success(request, sentence)
                return redirect(HALL)
        except (Refused, WrongState) as refusal:
            problem, status = refusal.sentence, 409
    context = page(
        request,
        text_of(queue, "name"),
        current="hall",
        queue=queue,
        row=row,
        is_closed=bool(row.closed_at or row.stopped_at),
        waiting_count=hall_view.waiting_after_stop(queue),
        stop_form=stop,
        quota_form=quota,
        problem=problem,
        back_url=reverse(HALL),
    )
    return render(request, "admin/counters/hall/queue.html", context, status=status)


def _queue_act(
    request: HttpRequest, queue: Queue, act: str, stop: StopForm, quota: QuotaForm
) -> str:
    """What was pressed on a queue's page; empty when the form is not filled in."""
    words = {"queue": text_of(queue, "name")}
    if stop.is_bound and stop.is_valid():
        actions.stop_numbers(queue, actor=request.user, reason=stop.cleaned_data["reason"])
        return _("%(queue)s gives no more numbers today.") % words
    if quota.is_bound and quota.is_valid():
        actions.set_quota(
            queue,
            clock.today(queue.site.time_zone),
            quota=quota.cleaned_data["quota"],
            actor=request.user,
        )
        return _("The number of walk-ins of %(queue)s is changed.") % words
    if act == "again":
        actions.give_numbers_again(queue, actor=request.user)
        return _("%(queue)s gives numbers again.") % words
    return ""


# --- the whole hall -------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@told
def end_day(request: HttpRequest) -> HttpResponse:
    """Ask, then end the day: numbers that are still live expire."""
    scope = scope_of(request)
    site = site_of(request)
    if request.method == "POST":
        day = clock.today(site.time_zone)
        count = actions.end_of_day(site, day, actor=request.user)
        messages.success(request, _("The day is ended. Queues: %(count)s.") % {"count": count})
        return redirect(HALL)
    made = hall_view.hall(site, scope)
    context = page(
        request,
        _("End the day"),
        current="hall",
        site=site,
        hall=made,
        standing=[row.ticket.label for row in made.counters if row.ticket is not None],
        back_url=reverse(HALL),
    )
    return render(request, "admin/counters/hall/end_day.html", context)


@require_POST
@told
def announce(request: HttpRequest) -> HttpResponse:
    """A text for all boards of the site, now."""
    scope = scope_of(request)
    site = site_of(request)
    form = AnnounceForm(request.POST, site=site)
    if not form.is_valid():
        version = hall_view.version_of(site)
        context = {
            **page(request, _("Hall"), current="hall"),
            **_context(request, site, scope),
            "live_url": f"{reverse('admin:counters_hall_live')}?lokasi={site.key}",
            "live_etag": etag_of(request, version),
            "sites": list(Site.objects.order_by("order", "key")),
            "form": form,
        }
        return render(request, "admin/counters/hall/page.html", context, status=400)
    actions.announce(
        site,
        actor=request.user,
        text=form.cleaned_data["text"],
        text_en=form.cleaned_data["text_en"],
        until=form.cleaned_data["until"],
        is_spoken=form.cleaned_data["is_spoken"],
    )
    messages.success(request, _("The boards show it now."))
    return redirect(HALL)


@require_POST
@told
def end_announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a text off the boards."""
    scope_of(request)
    row = get_object_or_404(Announcement, pk=pk)
    actions.end_announcement(row, actor=request.user)
    messages.success(request, _("The boards show it no more."))
    return redirect(HALL)
