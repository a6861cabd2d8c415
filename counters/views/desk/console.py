"""The console: choosing a counter, its screen, the part that refreshes itself."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import record_access
from accounts.models import User
from counters import console
from counters import permissions as places
from counters.actions.counter_states import can_report
from counters.actions.own import DEFER_MINUTES, can_defer
from counters.actions.undo import can_undo
from counters.models import AT_COUNTER, Counter, CounterState, Ticket
from counters.views.desk.forms import (
    CloseForm,
    FinishForm,
    HoldForm,
    PauseForm,
    ReasonForm,
    TransferForm,
)
from counters.views.desk.frame import (
    COUNTER,
    Denied,
    counter_of,
    new_key,
    page,
    served_agencies,
    serves,
    told,
)
from counters.words import clock_words
from mpp.kit import clock

STATE_LOOKS = {
    CounterState.OPEN: ("door-open-fill", "good"),
    CounterState.PAUSED: ("pause-circle-fill", "wait"),
    CounterState.CLOSED: ("slash-circle", "quiet"),
    CounterState.DISRUPTED: ("cone-striped", "bad"),
}


@require_GET
@told
def choose(request: HttpRequest) -> HttpResponse:
    """The counters one may sit at, the own one first; no person stands on this page."""
    user = request.user
    if not serves(user):
        if user.is_superuser:
            raise Denied(_("You set up the mall. Only who is posted to a counter sees who waits."))
        raise Denied(_("You are not posted to a front desk."))
    agencies = served_agencies(user)
    rows = Counter.objects.select_related("site", "agency", "staffed_by").filter(
        agency__is_active=True
    )
    if agencies is not None:
        rows = rows.filter(agency__in=agencies)
    posted = {post.counter_id for post in places.postings_of(user)}
    own = {post.agency_id for post in places.postings_of(user)}
    found = sorted(
        rows,
        key=lambda c: (
            c.staffed_by_id != user.pk,
            c.pk not in posted,
            c.agency_id not in own,
            c.site.order,
            c.order,
            c.key,
        ),
    )
    context = page(
        request,
        _("Choose your counter"),
        current="console",
        rows=[_choice(row, user, posted) for row in found],
    )
    return render(request, "admin/counters/console/choose.html", context)


def _choice(counter: Counter, user: User, posted: set[int | None]) -> dict[str, Any]:
    icon, tone = STATE_LOOKS[CounterState(counter.state)]
    is_mine = counter.staffed_by_id == user.pk
    return {
        "url": reverse(COUNTER, args=[counter.pk]),
        "name": counter.name,
        "agency": str(counter.agency),
        "zone": counter.zone,
        "label": counter.get_state_display(),
        "icon": icon,
        "tone": tone,
        "who": "" if counter.staffed_by is None or is_mine else str(counter.staffed_by),
        "is_mine": is_mine,
        "is_posted": counter.pk in posted,
    }


@require_GET
@told
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The screen of one counter."""
    return render_console(request, counter_of(request, pk))


@require_GET
@told
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The parts of the screen that change, or 304 when nothing did."""
    counter = counter_of(request, pk)
    version = console.version_of(counter, console.today_of(counter))
    etag = etag_of(request, version)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    context = screen_context(request, console.screen(counter, request.user, version))
    answer = render(request, "admin/counters/console/_live.html", context)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def etag_of(request: HttpRequest, version: str) -> str:
    """The ETag of a live part for this person and language."""
    return f'"{version}-{request.user.pk}-{get_language()}"'


def render_console(
    request: HttpRequest,
    counter: Counter,
    *,
    status: int = 200,
    problem: str = "",
    kept: list[str] | None = None,
    **forms: Any,
) -> HttpResponse:
    """The whole page; `forms` are bound forms by name (`hold_form`), shown open."""
    made = console.screen(counter, request.user)
    context = {
        **page(request, counter.name, current="console"),
        **screen_context(request, made, **forms),
        "problem": problem,
        "kept": kept or [],
        "live_url": reverse("admin:counters_console_live", args=[counter.pk]),
        "live_etag": etag_of(request, made.version),
        "problem_form": next((form for form in forms.values() if form.errors), None),
    }
    return render(request, "admin/counters/console/page.html", context, status=status)


def screen_context(request: HttpRequest, made: console.Screen, **forms: Any) -> dict[str, Any]:
    """What the live parts of the page show; records that the person in front was seen."""
    counter, site = made.counter, made.counter.site
    icon, tone = STATE_LOOKS[CounterState(counter.state)]
    if made.current is not None and made.is_mine:
        record_seen(request.user, made.current, counter)
    return {
        "screen": made,
        "counter": counter,
        "letters": ", ".join(queue.letter for queue in made.queues),
        "state": {"label": counter.get_state_display(), "icon": icon, "tone": tone},
        "back_at": _time_words(counter.back_at, site.time_zone),
        "state_at": _time_words(counter.state_at, site.time_zone),
        "disruptions": [(row, can_report(request.user, row.agency)) for row in made.disruptions],
        "urls": act_urls(counter.pk),
        "key": new_key(),
        "current": person_context(made) if made.current is not None else None,
        "next": made.next_line,
        "more_count": max(made.waiting_count - len(made.waiting), 0),
        "aside": [_aside_row(ticket, made) for ticket in made.aside],
        "undo": _undo_context(made),
        "pause_form": forms.get("pause_form") or PauseForm(site=site, prefix=None),
        "close_form": forms.get("close_form") or CloseForm(auto_id="close_%s"),
        "disrupt_form": forms.get("disrupt_form") or ReasonForm(auto_id="disrupt_%s"),
        **_current_forms(made, forms),
    }


def _current_forms(made: console.Screen, forms: dict[str, Any]) -> dict[str, Any]:
    """The forms that stand under the present number only."""
    if made.current is None or not made.is_mine:
        return {"hold_form": None, "transfer_form": None, "finish_form": None}
    counter = made.counter
    return {
        "hold_form": forms.get("hold_form") or HoldForm(site=counter.site, auto_id="hold_%s"),
        "transfer_form": forms.get("transfer_form")
        or TransferForm(counter=counter, auto_id="transfer_%s"),
        "finish_form": forms.get("finish_form") or FinishForm(auto_id="finish_%s"),
    }


def person_context(made: console.Screen) -> dict[str, Any]:
    """Who stands in front: number, class, waiting, services; no NIK and no phone."""
    ticket, zone = made.current, made.counter.site.time_zone
    absent = console.can_mark_absent(ticket)
    end = ticket.first_called_at or clock.now()
    return {
        "pk": ticket.pk,
        "label": ticket.label,
        "name": ticket.contact_name,
        "lane_icon": console.LANE_ICONS[ticket.lane],
        "reason": console.place_reason(ticket, zone),
        "note": console.moved_words(ticket),
        "waited": console.minutes_words(
            max(int((end - ticket.start_at).total_seconds() // 60), 0)
        ),
        "state": ticket.state,
        "since": (ticket.served_at or ticket.called_at or ticket.state_at).isoformat(),
        "since_words": _time_words(ticket.served_at or ticket.called_at, zone),
        "calls": ticket.call_count,
        "most_calls": ticket.queue_day.queue.most_calls,
        "can_recall": ticket.call_count < ticket.queue_day.queue.most_calls,
        "absent": absent,
        "helper": console.helper_words(ticket),
        "is_unkeyed": ticket.is_unkeyed,
        "errands": [
            {
                "name": console.errand_words(errand),
                "is_done": errand.ended_at is not None,
                "is_now": errand.began_at is not None and errand.ended_at is None,
            }
            for errand in made.errands
        ],
        "following": console.errand_words(made.following) if made.following else "",
        "bring": console.to_bring(made.errands),
        "panel_url": panel_url(ticket),
    }


def panel_url(ticket: Ticket) -> str:
    """The page with this person's application, where the portal has one."""
    try:
        return reverse("permits:ticket-panel", args=[ticket.pk])
    except NoReverseMatch:
        return ""


def record_seen(user: User, ticket: Ticket, counter: Counter) -> None:
    """One line an hour in the access log: this person's name was shown at the counter."""
    if ticket.owner is None:
        return
    with override("id"):
        purpose = _("Service at %(counter)s") % {"counter": counter.name}
    record_access(
        actor=user,
        office=str(counter.agency),
        subject=ticket.owner,
        object_kind="ticket",
        object_ref=f"{ticket.label} {ticket.day:%Y-%m-%d}",
        purpose=purpose,
    )


ACT_NAMES = (
    "buka",
    "istirahat",
    "tutup",
    "kendala",
    "panggil",
    "berikutnya",
    "datang",
    "ulang",
    "absen",
    "tahan",
    "alihkan",
    "lanjut",
    "selesai",
    "urung",
    "pilih",
    "ambil",
    "kembali",
    "mundur",
    "batal",
    "pulih",
    "datang-lagi",
)


def act_urls(pk: int) -> dict[str, str]:
    """The addresses of everything one can do at this counter, by name."""
    base = reverse(COUNTER, args=[pk])
    return {
        **{name.replace("-", "_"): f"{base}{name}/" for name in ACT_NAMES},
        "console": base,
        "issue": f"{base}tambah/",
        "check_in": f"{base}masuk/",
        "disruption": f"{base}gangguan/",
        "ticket": f"{base}nomor/",
        "choose": reverse("admin:counters_console"),
    }


def _time_words(at: Any, zone: str) -> str:
    return clock_words(clock.local(at, zone)) if at is not None else ""


def _aside_row(ticket: Ticket, made: console.Screen) -> dict[str, Any]:
    zone = made.counter.site.time_zone
    return {
        "pk": ticket.pk,
        "label": ticket.label,
        "state": str(ticket.get_state_display()),
        "is_held": ticket.state == "held",
        "since": console.minutes_words(console.minutes_since(ticket.state_at)),
        "until": _time_words(ticket.held_until, zone),
        "can_serve": made.is_open and made.current is None,
    }


UNDONE = {
    "finish": lambda: _("finished"),
    "no_answer": lambda: _("marked as absent"),
    "cancel": lambda: _("taken out of the line"),
}


def _undo_context(made: console.Screen) -> dict[str, Any] | None:
    step = made.undoable
    if step is None or (made.current is not None and step.from_state in AT_COUNTER):
        return None
    left = console.undo_minutes_left(step)
    return {
        "pk": step.ticket_id,
        "label": step.ticket.label,
        "left": console.minutes_words(left),
        "act": UNDONE[step.act](),
    }


@require_GET
@told
def ticket_page(request: HttpRequest, pk: int, ticket_pk: int) -> HttpResponse:
    """One waiting number: call it now with a reason, send it elsewhere, move it back, end it."""
    counter = counter_of(request, pk)
    return render_ticket(request, counter, line_ticket(counter, ticket_pk))


def line_ticket(counter: Counter, pk: int) -> Ticket:
    """A number of this counter's queues or at this counter today; 404 for any other."""
    ticket = (
        Ticket.objects.filter(pk=pk, day=console.today_of(counter))
        .select_related(
            "queue_day__queue__site", "issued_in__queue", "priority", "booking__slot", "counter"
        )
        .first()
    )
    if ticket is None:
        raise Http404
    is_here = ticket.counter_id == counter.pk
    if not is_here and not ticket.queue_day.queue.counters.filter(pk=counter.pk).exists():
        raise Http404
    return ticket


def render_ticket(
    request: HttpRequest,
    counter: Counter,
    ticket: Ticket,
    *,
    status: int = 200,
    problem: str = "",
    **forms: Any,
) -> HttpResponse:
    """The page of a number that is not in front."""
    line = console.lines([ticket], counter.site.time_zone)[0]
    context = page(
        request,
        ticket.label,
        current="console",
        counter=counter,
        ticket=ticket,
        line=line,
        state=str(ticket.get_state_display()),
        is_waiting=ticket.state == "waiting",
        is_at_counter=ticket.state in AT_COUNTER,
        can_renew=ticket.state in ("waiting", "held"),
        can_cancel=ticket.state in ("waiting", "held", "missed", "printing"),
        can_undo=bool(can_undo(ticket, request.user)),
        can_call=counter.staffed_by_id == request.user.pk and counter.state == CounterState.OPEN,
        can_defer=bool(can_defer(ticket)),
        defer_minutes=DEFER_MINUTES,
        urls=act_urls(counter.pk),
        key=new_key(),
        problem=problem,
        problem_form=next((form for form in forms.values() if form.errors), None),
        call_form=forms.get("call_form") or ReasonForm(auto_id="call_%s"),
        hold_form=forms.get("hold_form") or HoldForm(site=counter.site, auto_id="hold_%s"),
        transfer_form=forms.get("transfer_form")
        or TransferForm(counter=counter, auto_id="transfer_%s"),
        cancel_form=forms.get("cancel_form") or ReasonForm(auto_id="cancel_%s"),
    )
    return render(request, "admin/counters/console/ticket.html", context, status=status)
