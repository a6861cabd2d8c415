"""What may happen next to a file: the actions of its stage with their verdicts. Pure reading."""

from dataclasses import dataclass

from accounts.models import User
from mpp.kit.verdicts import No, Verdict
from permits import guards, permissions
from permits.casefile import CaseFile
from permits.definition import Action

# A refusal takes a reason always: an applicant must be told why (UU 30/2014 art. 55).
REASON_VERBS = frozenset({"reject", "send_back"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One action of the current stage: its definition and whether it may be done now."""

    action: Action
    verdict: Verdict

    @property
    def needs_reason(self) -> bool:
        return self.action.needs_reason or self.action.verb in REASON_VERBS


def offers(case: CaseFile, user: User) -> list[Offer]:
    """All actions of the file's stage for this person, allowed or refused with a sentence."""
    if case.stage is None:
        return []
    found = []
    for action in case.stage.actions:
        right = permissions.can_do(user, case.application, action.role)
        found.append(Offer(action, judge(case, action, right)))
    return found


def judge(case: CaseFile, action: Action, right: Verdict) -> Verdict:
    """Right first, then an open correction, then the guards of the action."""
    if not right:
        return right
    if case.open_round is not None:
        return guards.no_open_correction(case)
    return guards.check(action.guards, case)


def find_offer(case: CaseFile, user: User, action_key: str) -> Offer | None:
    """The offer with this key, or None when the stage has no such action (any more)."""
    return next((o for o in offers(case, user) if o.action.key == action_key), None)


class Refused(Exception):
    """An act was refused; `sentence` says why, in the person's language."""

    def __init__(self, sentence: str, *, status: int = 403) -> None:
        self.sentence = sentence
        self.status = status
        super().__init__(sentence)


def require(verdict: Verdict) -> None:
    """Raise Refused with the verdict's sentence unless it is YES."""
    if not verdict:
        raise Refused(verdict.sentence)


__all__ = ["No", "Offer", "Refused", "find_offer", "judge", "offers", "require"]
