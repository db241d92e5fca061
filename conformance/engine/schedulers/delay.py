"""Delay bounding: every schedule that departs from FIFO by at most so many delays, each once.

Taking option n instead of the first costs n delays. Most bugs show within two. Source: Emmi, Qadeer, Rakamaric,
"Delay-Bounded Scheduling" (POPL 2011).
"""

from __future__ import annotations

from typing import final

from conformance.run.controllable import Controllable


@final
class DelayBounded:
    """Depth first, in the order in which an odometer counts; FIFO comes first."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._prefix: list[int] = []
        self._taken: list[int] = []
        self._counts: list[int] = []
        self._fresh = True

    def begin(self, run: Controllable) -> bool:
        """The next schedule; false after the last."""
        if not self._fresh:
            found = self._following()
            if found is None:
                return False
            self._prefix = found
        self._fresh = False
        self._taken, self._counts = [], []
        return True

    def choose(self, kind: str, options: int) -> int:
        """As the prefix says, then FIFO."""
        at = len(self._taken)
        index = self._prefix[at] if at < len(self._prefix) else 0
        self._taken.append(index)
        self._counts.append(options)
        return index

    def _following(self) -> list[int] | None:
        spent = sum(self._taken)
        for at in range(len(self._taken) - 1, -1, -1):
            spent -= self._taken[at]
            more = self._taken[at] + 1
            if more < self._counts[at] and spent + more <= self._bound:
                return [*self._taken[:at], more]
        return None
