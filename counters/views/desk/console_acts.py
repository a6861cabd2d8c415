"""Everything one can press at a counter: each press loads, calls one act and goes back."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counters import actions, console
from counters.actions import CounterBusy, Refused
from counters.models import Counter, Disruption, Ticket, TicketState
from counters.views.desk.console import line_ticket, render_console, render_ticket
from counters.views.desk.forms import (
    CloseForm,
    FinishForm,
    HoldForm,
    PauseForm,
    ReasonForm,
    TransferForm,
)
from counters.views.desk.frame import COUNTER, counter_of, posted_key, told, typed_texts
from mpp.kit.states import WrongState


class Invalid(Exception):
    """A form was not filled in; it is shown again where it stood."""

    def __init__(self, name: str, form: forms.Form) -> None:
        super().__init__(name)
        self.name, self.form = name, form


@dataclass(frozen=True)
class Press:
    """One press of a button at a counter."""

    request: HttpRequest
    counter: Counter
    slug: str

    @property
    def actor(self):
        """Who pressed."""
        return self.request.user

    @property
    def key(self) -> str:
        """One rendered form and one act are one press, however often it is sent."""
        return f"{posted_key(self.request)}-{self.slug}"[:80]

    @cached_property
    def ticket(self) -> Ticket:
        """The number the form was about, as it stands now."""
        wanted = self.request.POST.get("ticket", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            raise Http404
        return line_ticket(self.counter, int(wanted))

    @property
    def is_from_ticket_page(self) -> bool:
        """Whether the form stood on the page of one number."""
        return self.request.POST.get("from") == "ticket"

    def filled(self, name: str, form: forms.Form) -> dict:
        """The cleaned data; raises Invalid with the form."""
        if not form.is_valid():
            raise Invalid(name, form)
        return form.cleaned_data


@require_POST
@told
def press(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Do one act at a counter. Whoever was slower gets the fresh screen with the sentence."""
    made = Press(request, counter_of(request, pk), slug)
    handler = ACTS.get(slug)
    if handler is None:
        raise Http404
    try:
        sentence = handler(made)
    except Invalid as invalid:
        return _again(made, 400, **{invalid.name: invalid.form})
    except (Refused, WrongState) as refusal:
        return _again(made, 409, problem=refusal.sentence)
    if sentence:
        messages.success(request, sentence)
    return redirect(COUNTER, pk)


def _again(made: Press, status: int, *, problem: str = "", **filled: forms.Form) -> HttpResponse:
    request, counter = made.request, counter_of(made.request, made.counter.pk)
    if made.is_from_ticket_page:
        ticket = line_ticket(counter, made.ticket.pk)
        return render_ticket(request, counter, ticket, status=status, problem=problem, **filled)
    kept = typed_texts(request) if problem else []
    return render_console(request, counter, status=status, problem=problem, kept=kept, **filled)


# --- the counter itself --------------------------------------------------------------------
def _open(made: Press) -> str:
    take_over = made.request.POST.get("take_over") == "yes"
    actions.open_counter(made.counter, actor=made.actor, take_over=take_over, key=made.key)
    return _("The counter is open.")


def _pause(made: Press) -> str:
    data = made.filled("pause_form", PauseForm(made.request.POST, site=made.counter.site))
    actions.pause_counter(
        made.counter,
        actor=made.actor,
        reason=data["reason"],
        back_at=data["until"],
        key=made.key,
    )
    return _("The counter is on a break. Nobody new is called.")


def _close(made: Press) -> str:
    data = made.filled("close_form", CloseForm(made.request.POST, auto_id="close_%s"))
    actions.close_counter(made.counter, actor=made.actor, reason=data["reason"], key=made.key)
    return _("The counter is closed. Nobody in line is lost.")


def _disrupt(made: Press) -> str:
    data = made.filled("disrupt_form", ReasonForm(made.request.POST, auto_id="disrupt_%s"))
    actions.disrupt_counter(made.counter, actor=made.actor, reason=data["reason"], key=made.key)
    return _("The counter is marked as disrupted.")


# --- the number in front -------------------------------------------------------------------
def _call(made: Press) -> str:
    ticket = actions.call_next(made.counter, actor=made.actor, key=made.key)
    return _("%(number)s is called.") % {"number": ticket.label}


def _finish_and_call(made: Press) -> str:
    data = made.filled("finish_form", FinishForm(made.request.POST, auto_id="finish_%s"))
    done = actions.finish(made.ticket, actor=made.actor, result=data["result"], key=made.key)
    try:
        ticket = actions.call_next(made.counter, actor=made.actor, key=made.key)
    except CounterBusy:
        raise
    except Refused as refusal:
        words = {"number": done.label, "sentence": refusal.sentence}
        return _("%(number)s is done. %(sentence)s") % words
    words = {"done": done.label, "number": ticket.label}
    return _("%(done)s is done, %(number)s is called.") % words


def _arrived(made: Press) -> str:
    actions.arrived(made.ticket, actor=made.actor, key=made.key)
    return ""


def _recall(made: Press) -> str:
    ticket = actions.recall(made.ticket, actor=made.actor, key=made.key)
    return _("%(number)s is called again.") % {"number": ticket.label}


def _absent(made: Press) -> str:
    ticket = made.ticket
    if ticket.state == TicketState.CALLED:
        verdict = console.can_mark_absent(ticket)
        if not verdict:
            raise Refused(verdict.sentence)
    actions.no_answer(ticket, actor=made.actor, key=made.key)
    return _("%(number)s did not come. It may come back once.") % {"number": ticket.label}


def _hold(made: Press) -> str:
    form = HoldForm(made.request.POST, site=made.counter.site, auto_id="hold_%s")
    data = made.filled("hold_form", form)
    actions.hold(
        made.ticket, actor=made.actor, reason=data["reason"], until=data["until"], key=made.key
    )
    return _("%(number)s is on hold.") % {"number": made.ticket.label}


def _transfer(made: Press) -> str:
    form = TransferForm(made.request.POST, counter=made.counter, auto_id="transfer_%s")
    data = made.filled("transfer_form", form)
    ticket = actions.transfer(
        made.ticket, actor=made.actor, reason=data["reason"], key=made.key, **form.target()
    )
    words = {"number": ticket.label, "queue": ticket.queue_day.queue}
    return _("%(number)s waits at %(queue)s now.") % words


def _go_on(made: Press) -> str:
    ticket = actions.next_errand(made.ticket, actor=made.actor, key=made.key)
    if ticket.state == TicketState.SERVING:
        return _("The next service of this visit begins.")
    words = {"number": ticket.label, "queue": ticket.queue_day.queue}
    return _("%(number)s waits at %(queue)s now.") % words


def _finish(made: Press) -> str:
    data = made.filled("finish_form", FinishForm(made.request.POST, auto_id="finish_%s"))
    actions.finish(made.ticket, actor=made.actor, result=data["result"], key=made.key)
    return _("%(number)s is done.") % {"number": made.ticket.label}


def _undo(made: Press) -> str:
    ticket = actions.undo(made.ticket, actor=made.actor, key=made.key)
    return _("%(number)s is back as it was.") % {"number": ticket.label}


# --- numbers beside ------------------------------------------------------------------------
def _call_this(made: Press) -> str:
    data = made.filled("call_form", ReasonForm(made.request.POST, auto_id="call_%s"))
    ticket = actions.call_this(
        made.counter, made.ticket, actor=made.actor, reason=data["reason"], key=made.key
    )
    return _("%(number)s is called.") % {"number": ticket.label}


def _resume_here(made: Press) -> str:
    actions.resume(made.ticket, actor=made.actor, counter=made.counter, key=made.key)
    return ""


def _resume(made: Press) -> str:
    ticket = actions.resume(made.ticket, actor=made.actor, key=made.key)
    return _("%(number)s waits again, in its old place.") % {"number": ticket.label}


def _come_back(made: Press) -> str:
    ticket = actions.come_back(made.ticket, actor=made.actor, key=made.key)
    return _("%(number)s is in line again.") % {"number": ticket.label}


def _defer(made: Press) -> str:
    chosen = made.request.POST.get("minutes", "")
    minutes = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else 0
    ticket = actions.defer(made.ticket, minutes=minutes, actor=made.actor, key=made.key)
    return _("%(number)s lets others go first.") % {"number": ticket.label}


def _cancel(made: Press) -> str:
    data = made.filled("cancel_form", ReasonForm(made.request.POST, auto_id="cancel_%s"))
    actions.cancel(made.ticket, actor=made.actor, reason=data["reason"], key=made.key)
    return _("%(number)s left the line.") % {"number": made.ticket.label}


def _end_disruption(made: Press) -> str:
    wanted = made.request.POST.get("disruption", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404
    row = get_object_or_404(Disruption, pk=int(wanted), site=made.counter.site_id)
    actions.end_disruption(row, actor=made.actor)
    return _("%(system)s works again. The notice is gone.") % {"system": row.system_name}


ACTS: dict[str, Callable[[Press], str]] = {
    "buka": _open,
    "istirahat": _pause,
    "tutup": _close,
    "kendala": _disrupt,
    "panggil": _call,
    "berikutnya": _finish_and_call,
    "datang": _arrived,
    "ulang": _recall,
    "absen": _absent,
    "tahan": _hold,
    "alihkan": _transfer,
    "lanjut": _go_on,
    "selesai": _finish,
    "urung": _undo,
    "pilih": _call_this,
    "ambil": _resume_here,
    "kembali": _resume,
    "mundur": _defer,
    "batal": _cancel,
    "pulih": _end_disruption,
    "datang-lagi": _come_back,
}


def counter_url(pk: int) -> str:
    """The address of a counter's console."""
    return reverse(COUNTER, args=[pk])
