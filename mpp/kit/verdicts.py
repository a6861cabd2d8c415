"""The answer of a right or a guard: yes, or no with the sentence the person reads.

The button, the page with status 403 and the desk show that same sentence. Verdicts are true or
false, so `first(x) and second(x)` gives the first refusal.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Base of both answers; `sentence` is empty for a yes."""

    sentence: str = ""

    def __bool__(self) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Yes(Verdict):
    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class No(Verdict):
    """A refusal. The sentence is required and may be lazily translated."""

    def __post_init__(self) -> None:
        # Only plain text is looked at: a lazy one must not be translated while modules load.
        if self.sentence is None or (isinstance(self.sentence, str) and not self.sentence.strip()):
            raise ValueError("A refusal needs a sentence.")

    def __bool__(self) -> bool:
        return False


YES = _Yes()
