"""One simulated clock for several processes: it runs fast, but never ahead of the slowest.

A file mapped into memory: the present minute, and of each process the minute of what it does next.
So a busy machine makes the day take longer instead of making people wait, and a process that was
killed stops the clock until its successor has caught up.
"""

import mmap
import struct
import time
from pathlib import Path

NUMBER = struct.Struct("d")
# So far may the clock be ahead of what a process has still to do.
AHEAD = 0.5
DONE = float("inf")


class SharedClock:
    """The clock as its owner (`advance`) and the processes (`now`, `report`) see it."""

    def __init__(self, file: Path, processes: int) -> None:
        self.processes = processes
        if not file.exists():
            file.write_bytes(NUMBER.pack(0.0) * (processes + 1))
        self._opened = file.open("r+b")
        # A view of numbers writes all eight bytes at once. `pack_into` fills them with zeros
        # first, and another process would now and then read midnight.
        self._numbers = memoryview(mmap.mmap(self._opened.fileno(), 0)).cast("d")

    def _get(self, place: int) -> float:
        return self._numbers[place]

    def _set(self, place: int, value: float) -> None:
        self._numbers[place] = value

    def now(self) -> float:
        """The present minute after midnight."""
        return self._get(0)

    def report(self, number: int, minute: float) -> None:
        """Process `number` has done everything before this minute."""
        self._set(number + 1, minute)

    def start(self, minute: float) -> None:
        """Set the clock, and every process to that minute."""
        for place in range(self.processes + 1):
            self._set(place, minute)

    def advance(self, speed: float, since: float) -> float:
        """Go on by what passed since `since` (monotonic), `speed` times as fast; the time now."""
        at = time.monotonic()
        slowest = min(self._get(number + 1) for number in range(self.processes))
        wanted = self.now() + (at - since) * speed / 60
        self._set(0, max(self.now(), min(wanted, slowest + AHEAD)))
        return at
