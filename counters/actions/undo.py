"""Taking one's last act back, within five minutes."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import UNDO_LIMIT, Refused, step, touch
from counters.actions.line import USABLE
from counters.models import (
    AT_COUNTER,
    Counter,
    CounterState,
    Errand,
    LiveKey,
    Ticket,
    TicketState,
    TicketStep,
)
from mpp.kit import clock
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict


def can_undo(ticket: Ticket, actor: User | None) -> Verdict:
    """Whether this person may take back the last act on the number now.

    Whoever left the line without signing in is nobody here: the holder of the link.
    """
    last = TicketStep.objects.filter(ticket=ticket).order_by("-id").first()
    if last is None or last.act not in ("finish", "no_answer", "cancel"):
        return No(_("There is nothing to take back."))
    if last.actor_id != getattr(actor, "pk", None):
        return No(_("Only who did it can take it back."))
    if clock.now() > last.at + UNDO_LIMIT:
        return No(_("It can be taken back for five minutes only."))
    if ticket.queue_day.ended_at is not None:
        return No(_("The day has ended."))
    if last.from_state in AT_COUNTER and not _stands_open(last, actor):
        words = _("%(counter)s is not open with you any more. Open it first, then take it back.")
        return No(words % {"counter": last.counter.name if last.counter else "-"})
    return YES


def _stands_open(last: TicketStep, actor: User | None) -> bool:
    """Whether the counter where the number stood is open, with the same person at it."""
    rows = Counter.objects.filter(pk=last.counter_id, state=CounterState.OPEN)
    return actor is not None and rows.filter(staffed_by=actor).exists()


@act
def undo(ticket: Ticket, *, actor: User | None, key: str = "") -> Ticket:
    """Take the last finish, no answer or leaving back, within five minutes, by who did it.

    Raises Refused when the counter where the number stood serves somebody else by now, is not
    open with the same person any more, or when the person has a new number.
    """
    last = TicketStep.objects.filter(ticket=ticket).order_by("-id").first()
    if key and last is not None and last.act == "undo" and last.key == key:
        return ticket
    # Closing a counter or the day holds this row too: what is asked now stays true.
    now = touch(ticket.queue_day_id)
    ticket.queue_day.refresh_from_db(fields=["ended_at"])
    verdict = can_undo(ticket, actor)
    if not verdict:
        raise Refused(verdict.sentence)
    # Errands that ended together with the number open again with it.
    ended = list(
        ticket.errands.filter(ticket__state=TicketState.DONE, ended_at=F("ticket__ended_at"))
    )
    try:
        with transaction.atomic():
            step(
                ticket,
                last.from_state,
                at=now,
                act="undo",
                from_={last.to_state},
                actor=actor,
                key=key,
                counter=last.counter,
                columns=_before(last, ticket),
                undoes=last,
            )
            LiveKey.objects.filter(ticket=ticket).update(is_live=True)
    except IntegrityError as taken:
        raise Refused(
            _("Too late: the counter serves somebody else, or the person has a new number.")
        ) from taken
    Errand.objects.filter(pk__in=[errand.pk for errand in ended]).update(ended_at=None, result="")
    return ticket


def _before(step_: TicketStep, ticket: Ticket) -> dict:
    """The columns as they were before a step; without a counter that takes nobody any more."""
    times = {"due_at", "start_at", "served_at", "ended_at", "held_until"}
    columns = {
        name: datetime.fromisoformat(value) if name in times and value else value
        for name, value in step_.before.items()
    }
    wanted = Counter.objects.filter(pk=columns.get("wanted_counter_id"), state__in=USABLE)
    if not wanted.filter(queues=ticket.queue_day.queue_id).exists():
        columns["wanted_counter_id"] = None
    return columns


__all__ = ["can_undo", "undo"]
