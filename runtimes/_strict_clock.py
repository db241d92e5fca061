"""A virtual clock for runtimes that tell timers apart by when they were armed.

eventlet and Twisted put everything that is to be done "now" into a heap of times, and leave the
order of equal times to chance. On a real clock no two times are equal, so what comes first is done
first; a virtual clock that stood still would show their users an order that they never see. This one
moves on by the smallest step that there is whenever it is read.
"""

from __future__ import annotations

import math
from typing import Final, final

EPOCH: Final = 2.0**17
"""Where time starts: a step is 3e-11 s from here up to 2**18, so that 10,000 readings stay below 1 µs."""


@final
class StrictClock:
    """Virtual seconds since EPOCH; no two readings are equal."""

    def __init__(self) -> None:
        self._now = EPOCH

    def __call__(self) -> float:
        """Read it."""
        self._now = math.nextafter(self._now, math.inf)
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def reach(self, when: float) -> None:
        """Let time pass until then, if it is not later already."""
        self._now = max(self._now, when)
