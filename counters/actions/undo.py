"""Taking one's last act back, within five minutes."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from counters.actions.base import UNDO_LIMIT, Refused, step, touch
from counters.models import Errand, LiveKey, Ticket, TicketState, TicketStep
from mpp.kit import clock
from mpp.kit.transactions import act
from mpp.kit.verdicts import YES, No, Verdict


def can_undo(ticket: Ticket, actor: User | None) -> Verdict:
    """Whether this person may take back the last act on the number now."""
    last = TicketStep.objects.filter(ticket=ticket).order_by("-id").first()
    if last is None or last.act not in ("finish", "no_answer", "cancel"):
        return No(_("There is nothing to take back."))
    if last.actor_id != getattr(actor, "pk", None):
        return No(_("Only who did it can take it back."))
    if clock.now() > last.at + UNDO_LIMIT:
        return No(_("It can be taken back for five minutes only."))
    if ticket.queue_day.ended_at is not None:
        return No(_("The day has ended."))
    return YES


@act
def undo(ticket: Ticket, *, actor: User | None, key: str = "") -> Ticket:
    """Take the last finish, no answer or leaving back, within five minutes, by who did it.

    Raises Refused when the counter serves somebody else by now or the person has a new number.
    """
    last = TicketStep.objects.filter(ticket=ticket).order_by("-id").first()
    if key and last is not None and last.act == "undo" and last.key == key:
        return ticket
    verdict = can_undo(ticket, actor)
    if not verdict:
        raise Refused(verdict.sentence)
    now = touch(ticket.queue_day_id)
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
                columns=_before(last),
                undoes=last,
            )
            LiveKey.objects.filter(ticket=ticket).update(is_live=True)
    except IntegrityError as taken:
        raise Refused(
            _("Too late: the counter serves somebody else, or the person has a new number.")
        ) from taken
    Errand.objects.filter(pk__in=[errand.pk for errand in ended]).update(ended_at=None, result="")
    return ticket


def _before(step_: TicketStep) -> dict:
    """The columns as they were before a step."""
    times = {"due_at", "start_at", "served_at", "ended_at", "held_until"}
    return {
        name: datetime.fromisoformat(value) if name in times and value else value
        for name, value in step_.before.items()
    }


__all__ = ["can_undo", "undo"]
