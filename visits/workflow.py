"""How an act says no."""

from mpp.kit.verdicts import Verdict


class Refused(Exception):
    """An act was refused; `sentence` says why, `field` names the form field it belongs to."""

    def __init__(self, sentence: str, *, status: int = 403, field: str = "") -> None:
        self.sentence = sentence
        self.status = status
        self.field = field
        super().__init__(sentence)


def require(verdict: Verdict) -> None:
    """Raise Refused with the verdict's sentence unless it is YES."""
    if not verdict:
        raise Refused(verdict.sentence)
