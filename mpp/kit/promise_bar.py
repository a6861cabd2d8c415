"""The promise bar as plain data: one piece per working day, or one line beyond 14 days.

Drawn by templates/components/promise_bar.html the same way everywhere: service page, status,
work list, review.
"""

from dataclasses import dataclass, field

MOST_PIECES = 14


@dataclass(frozen=True)
class PromiseBar:
    """`pieces` are "past", "now", "late" or "rest"; empty when the bar is one line.

    The line's numbers are percentages of its width.
    """

    pieces: list[str] = field(default_factory=list)
    past: float = 0
    now: float = 0
    late: float = 0

    @property
    def late_from(self) -> float:
        """Where the late part of the line begins, in percent."""
        return 100 - self.late


def promise_bar(total: int, day: int = 0, *, late: int = 0, done: bool = False) -> PromiseBar:
    """The bar of a promise of `total` working days on its working day `day` (1 = the first).

    `day` 0 means not started; `late` counts working days beyond the promise; `done` stops the
    bar: no "now" piece. A paused clock is the same bar, its sentence says so.
    """
    total = max(1, total)
    passed = max(0, min(total, day if done or late else day - 1))
    current = 0 if done or late or day < 1 or passed >= total else 1
    if total + late <= MOST_PIECES:
        rest = total - passed - current
        pieces = ["past"] * passed + ["now"] * current + ["rest"] * rest + ["late"] * late
        return PromiseBar(pieces=pieces)
    share = 100 / (total + late)
    return PromiseBar(
        past=round(passed * share, 1), now=round(current * share, 1), late=round(late * share, 1)
    )
