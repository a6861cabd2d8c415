"""The actions of a stage: forward, send back, approve, reject, hand over, complete."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from permits import notices
from permits.actions import base, issue
from permits.casefile import CaseFile
from permits.definition import Action
from permits.models import Application, Decision, Phase
from permits.workflow import Refused, find_offer, require

# Acts after which a file is not what somebody saw before, even at the same stage.
CHANGED_BY = ("forward", "send_back", "resubmit", "cancel_corrections")


@dataclass(frozen=True, slots=True)
class Order:
    """One action about to be done: who, which, why, and what the file looked like."""

    case: CaseFile
    action: Action
    actor: User
    key: str
    reason: str
    received_by: str = ""
    now: datetime = field(default_factory=clock.now)

    @property
    def application(self) -> Application:
        return self.case.application


@act
def perform(
    application: Application,
    *,
    actor: User,
    action_key: str,
    key: str,
    stage_key: str,
    reason: str = "",
    received_by: str = "",
    seen: int | None = None,
) -> Application:
    """Do one action of the stage the actor saw (`stage_key`).

    `seen` is the `last_step` of the case file the page was made from: when the file went away
    and came back to the same stage meanwhile, the page shows what is no longer true.

    Same key again = the same answer. Raises WrongState when somebody moved the file meanwhile,
    Refused (with the guard's sentence) when the action is not allowed, or lacks its reason.
    """
    base.hold(application)
    case = CaseFile(application)
    verbs = [a.verb for s in case.definition.stages for a in s.actions if a.key == action_key]
    if base.is_repeat(application, key, *verbs, actor=actor):
        return application
    if application.stage_key != stage_key or application.phase not in base.AT_WORK:
        raise WrongState(moved_sentence(application), application.phase)
    if seen is not None and application.steps.filter(pk__gt=seen, act__in=CHANGED_BY).exists():
        raise WrongState(moved_sentence(application), application.phase)
    offer = find_offer(case, actor, action_key)
    if offer is None:
        raise Refused(_("This stage has no such action."), status=404)
    require(offer.verdict)
    if offer.needs_reason and not reason.strip():
        raise Refused(_("Write the reason. The applicant will read it."), status=400)
    order = Order(case, offer.action, actor, key, reason.strip(), received_by.strip())
    VERBS[offer.action.verb](order)
    application.refresh_from_db()
    return application


def moved_sentence(application: Application) -> str:
    """Who moved the file, for the colleague who comes second."""
    last = application.steps.order_by("-id").first()
    if application.phase in (Phase.APPROVED, Phase.ISSUED, Phase.REJECTED, Phase.COMPLETED):
        return _("This file has been decided already by %(name)s.") % {
            "name": last.actor_name if last else "-"
        }
    return _("This file has moved on. %(name)s was faster.") % {
        "name": last.actor_name if last else "-"
    }


def _step(order: Order, to: str, columns: dict, *, from_=base.AT_WORK) -> None:
    """The conditional step: only from the stage and phase the actor saw."""
    base.step(
        order.application,
        to,
        act=order.action.verb,
        from_=from_,
        actor=order.actor,
        key=order.key,
        reason=order.reason,
        columns=columns,
        where={"stage_key": order.application.stage_key},
    )


def _change_stage(order: Order) -> None:
    stage = order.case.definition.stage(order.action.to)
    base.cancel_open_opinions(order.application)
    _step(order, Phase.IN_REVIEW, base.desk_columns(order.application, stage))
    order.application.refresh_from_db()
    asked = base.enter_stage(order.application, stage, order.now)
    notices.at_new_desk(order.application, stage, asked)


def _stop_clock(order: Order, cause: str) -> None:
    if order.application.complete_at:
        base.tick_clock(order.case, "stop", cause=cause, by=order.actor, now=order.now)


def _decide(order: Order, outcome: str) -> None:
    application = order.application
    Decision.objects.create(
        application=application,
        outcome=outcome,
        reason=order.reason,
        submission=application.submissions.order_by("-round").first(),
        by=order.actor,
        office=base.office_of(order.actor, application),
        at=order.now,
    )


def _approve(order: Order) -> None:
    """Decision, number, permit and paper in one transaction; the PDF follows by the worker."""
    _step(order, Phase.APPROVED, {"assignee": None})
    order.application.refresh_from_db()
    _decide(order, "approved")
    _stop_clock(order, "approved")
    base.cancel_open_opinions(order.application)
    permit = issue.issue(order.case, actor=order.actor, now=order.now)
    base.step(
        order.application,
        Phase.ISSUED,
        act="issue",
        from_=(Phase.APPROVED,),
        actor=order.actor,
        columns={"ended_at": order.now},
    )
    order.application.refresh_from_db()
    notices.issued(order.application, permit)


def _reject(order: Order) -> None:
    _step(order, Phase.REJECTED, {"ended_at": order.now, "assignee": None})
    order.application.refresh_from_db()
    _decide(order, "rejected")
    _stop_clock(order, "rejected")
    base.cancel_open_opinions(order.application)
    notices.rejected(order.application)


def _complete(order: Order) -> None:
    columns = {"ended_at": order.now, "assignee": None}
    if order.action.verb == "hand_over":
        if not order.received_by:
            raise Refused(_("Write who received it."), status=400)
        columns |= {"handed_over_at": order.now, "handed_over_to": order.received_by[:150]}
    _step(order, Phase.COMPLETED, columns)
    order.application.refresh_from_db()
    _stop_clock(order, "completed")
    base.cancel_open_opinions(order.application)
    notices.completed(order.application)


VERBS: dict[str, Callable[[Order], None]] = {
    "forward": _change_stage,
    "send_back": _change_stage,
    "approve": _approve,
    "reject": _reject,
    "hand_over": _complete,
    "complete": _complete,
}
