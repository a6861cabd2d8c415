"""Sums of counted facts, and what follows from them: means, medians, shares."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from counters.models import QueueFact

COUNTED = (
    "issued",
    "called",
    "served",
    "within_target",
    "abandoned",
    "no_shows",
    "wait_seconds",
    "longest_wait",
    "service_seconds",
    "ranges",
    "range_hits",
)
# Minutes -> people.
SPREADS = ("waits", "services")
# Fewer people than this are not published: one could be recognised (UU 27/2022).
FEWEST = 5
# Upper ends of mean waiting (minutes) of the shades of the heat map.
SHADES = (5, 10, 20, 30)


@dataclass(slots=True)
class Tally:
    """Sums of facts, and the figures that follow from them; None where nothing was counted."""

    issued: int = 0
    called: int = 0
    served: int = 0
    within_target: int = 0
    abandoned: int = 0
    no_shows: int = 0
    wait_seconds: int = 0
    longest_wait: int = 0
    service_seconds: int = 0
    ranges: int = 0
    range_hits: int = 0
    out_of_order: int = 0
    waits: Counter[int] = field(default_factory=Counter)
    services: Counter[int] = field(default_factory=Counter)

    @property
    def wait_median(self) -> int | None:
        """Minutes within which half of the called were called."""
        return _within(self.waits, self.called, 50)

    @property
    def wait_p90(self) -> int | None:
        """Minutes within which nine of ten were called."""
        return _within(self.waits, self.called, 90)

    @property
    def service_median(self) -> int | None:
        """Minutes within which half of the services were done."""
        return _within(self.services, self.served, 50)

    @property
    def service_p90(self) -> int | None:
        """Minutes within which nine of ten services were done."""
        return _within(self.services, self.served, 90)

    @property
    def wait_minutes(self) -> float | None:
        """Mean minutes from the start of waiting until the first call."""
        return round(self.wait_seconds / self.called / 60, 1) if self.called else None

    @property
    def longest_minutes(self) -> int | None:
        """The longest wait in minutes."""
        return self.longest_wait // 60 if self.called else None

    @property
    def service_minutes(self) -> float | None:
        """Mean minutes of a service."""
        return round(self.service_seconds / self.served / 60, 1) if self.served else None

    @property
    def on_time_percent(self) -> int | None:
        """How many of the called were called within their target."""
        return round(100 * self.within_target / self.called) if self.called else None

    @property
    def abandoned_percent(self) -> int | None:
        """How many left before they were called."""
        return round(100 * self.abandoned / self.issued) if self.issued else None

    @property
    def hit_percent(self) -> int | None:
        """How many of the shown ranges came true."""
        return round(100 * self.range_hits / self.ranges) if self.ranges else None

    @property
    def shade(self) -> int:
        """0 for nothing counted, 1 (short wait) to 5."""
        if self.wait_minutes is None:
            return 0
        return 1 + sum(self.wait_minutes > end for end in SHADES)

    @property
    def is_small(self) -> bool:
        """Whether so few people stand behind it that it is not published."""
        return self.called < FEWEST


def _within(spread: Counter[int], count: int, percent: int) -> int | None:
    """The smallest number of minutes that covers so many percent of the people.

    None where nobody was counted, or days are among them from before minutes were kept: the
    middle of a part is not the middle of the whole.
    """
    if not count or spread.total() != count:
        return None
    wanted = -(-count * percent // 100)
    for minutes in sorted(spread):
        wanted -= spread[minutes]
        if wanted <= 0:
            return minutes
    return None


def tally_of(fact: QueueFact) -> Tally:
    """The figures of one counted row."""
    tally = Tally(**{name: getattr(fact, name) for name in COUNTED})
    add_spreads(tally, [fact.waits, fact.services])
    return tally


def add_spreads(tally: Tally, spreads: Sequence[dict[str, int]]) -> None:
    for name, spread in zip(SPREADS, spreads, strict=True):
        into = getattr(tally, name)
        for minutes, count in spread.items():
            into[int(minutes)] += count
