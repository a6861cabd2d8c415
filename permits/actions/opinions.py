"""Opinions of other agencies: given once, or silent when their time is over."""

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.models import StoredFile
from mpp.kit.states import WrongState
from mpp.kit.transactions import act
from permits import notices, permissions
from permits.actions import base
from permits.models import Opinion, OpinionAnswer, OpinionState, Phase
from permits.workflow import Refused, require


@act
def give_opinion(
    opinion: Opinion,
    *,
    actor: User,
    answer: str,
    text: str,
    file: StoredFile | None = None,
) -> Opinion:
    """Give the asked opinion. Late ones count too, as long as the gate is still open.

    Raises Refused without right or text, WrongState when a colleague was faster.
    """
    text = text.strip()
    base.hold(opinion.application)
    opinion.refresh_from_db(fields=["state", "answer", "text", "given_by", "given_at"])
    before = (opinion.given_by_id, opinion.answer, opinion.text)
    if opinion.state == OpinionState.GIVEN and before == (actor.pk, answer, text):
        return opinion
    if opinion.state == OpinionState.GIVEN:
        raise WrongState(_("A colleague has given this opinion already."), OpinionState.GIVEN)
    require(permissions.can_give_opinion(actor, opinion))
    if answer not in OpinionAnswer.values:
        raise Refused(_("Choose what your agency says."), status=400)
    if answer != OpinionAnswer.AGREE and not text:
        raise Refused(_("Write the reason or the conditions."), status=400)
    now = clock.now()
    changed = Opinion.objects.filter(
        pk=opinion.pk, state__in=(OpinionState.ASKED, OpinionState.SILENT)
    ).update(
        state=OpinionState.GIVEN,
        answer=answer,
        text=text,
        file=file,
        given_by=actor,
        given_at=now,
    )
    if not changed:
        raise WrongState(_("This opinion is not open any more."), opinion.state)
    opinion.refresh_from_db()
    notices.opinion_given(opinion)
    return opinion


@act
def expire_opinions() -> int:
    """Mark asked opinions whose time is over as silent; how many. What it means is their rule.

    While the applicant puts the file right nobody can judge it: the time does not run out.
    """
    due = Opinion.objects.filter(state=OpinionState.ASKED, due_at__lt=clock.now()).exclude(
        application__phase=Phase.NEEDS_CORRECTION
    )
    count = 0
    for opinion in due.select_related("application", "agency"):
        changed = Opinion.objects.filter(pk=opinion.pk, state=OpinionState.ASKED).update(
            state=OpinionState.SILENT
        )
        if changed:
            count += 1
            notices.opinion_silent(opinion)
    return count
