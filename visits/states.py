"""The states of a study visit and the one table that says what leads where."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("sent")
    NEEDS_INFO = "needs_info", _("question to the delegation")
    UNDER_REVIEW = "under_review", _("being decided")
    OFFERED = "offered", _("another date offered")
    APPROVED = "approved", _("approved")
    ARRIVED = "arrived", _("in the building")
    COMPLETED = "completed", _("visit ended")
    CLOSED = "closed", _("closed")
    REJECTED = "rejected", _("rejected")
    EXPIRED = "expired", _("offer expired")
    CANCELLED_BY_GUEST = "cancelled_by_guest", _("cancelled by the delegation")
    CANCELLED_BY_HOST = "cancelled_by_host", _("cancelled by the host")
    NO_SHOW = "no_show", _("nobody came")


S = VisitState
# The table: act -> (states it starts from, states it may lead to). `None` is "not there yet".
TABLE: dict[str, tuple[tuple[VisitState, ...], tuple[VisitState, ...]]] = {
    "submit": ((S.DRAFT,), (S.SUBMITTED,)),
    "ask": ((S.SUBMITTED, S.UNDER_REVIEW), (S.NEEDS_INFO,)),
    "answer": ((S.NEEDS_INFO,), (S.SUBMITTED, S.UNDER_REVIEW)),
    "dispose": ((S.SUBMITTED, S.UNDER_REVIEW), (S.UNDER_REVIEW,)),
    "offer": ((S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED), (S.OFFERED,)),
    "accept": ((S.OFFERED,), (S.APPROVED,)),
    "decline": ((S.OFFERED,), (S.SUBMITTED, S.APPROVED)),
    "expire": ((S.OFFERED,), (S.EXPIRED, S.APPROVED)),
    "approve": ((S.UNDER_REVIEW,), (S.APPROVED,)),
    "reject": ((S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW), (S.REJECTED,)),
    "reschedule": ((S.APPROVED,), (S.APPROVED,)),
    "resize": (
        (S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED),
        (S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED),
    ),
    "propose": (
        (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.APPROVED),
        (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.APPROVED),
    ),
    "merge": ((S.APPROVED,), (S.APPROVED,)),
    "cancel_by_guest": (
        (S.DRAFT, S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW, S.OFFERED, S.APPROVED),
        (S.CANCELLED_BY_GUEST,),
    ),
    "cancel_by_host": ((S.OFFERED, S.APPROVED), (S.CANCELLED_BY_HOST,)),
    "arrive": ((S.APPROVED,), (S.ARRIVED,)),
    # With the last check-in the arrival goes too.
    "take_back": ((S.ARRIVED,), (S.ARRIVED, S.APPROVED)),
    "agenda": ((S.APPROVED, S.ARRIVED), (S.APPROVED, S.ARRIVED)),
    "no_show": ((S.APPROVED,), (S.NO_SHOW,)),
    "complete": ((S.ARRIVED,), (S.COMPLETED,)),
    "close": ((S.COMPLETED,), (S.CLOSED,)),
}
# Requests that wait for our answer; they take no place.
PENDING = (S.SUBMITTED, S.NEEDS_INFO, S.UNDER_REVIEW)
# One of these per institution and week (`active_key`).
LIVE = (*PENDING, S.OFFERED, S.APPROVED, S.ARRIVED)
# These hold the place in `slot`; an offer holds the one in `offer_slot` as well.
HOLDING = (S.OFFERED, S.APPROVED, S.ARRIVED, S.COMPLETED, S.CLOSED, S.NO_SHOW)
# Somebody of the delegation was there.
VISITED = (S.ARRIVED, S.COMPLETED, S.CLOSED)
MAY_CHECK_IN = (S.APPROVED, S.ARRIVED)
ENDED_WITH_REASON = (S.REJECTED, S.CANCELLED_BY_GUEST, S.CANCELLED_BY_HOST)
OVER = (S.CLOSED, S.REJECTED, S.EXPIRED, S.CANCELLED_BY_GUEST, S.CANCELLED_BY_HOST, S.NO_SHOW)
