"""Exhaustive: every schedule once, in the order in which an odometer counts. Slow, and obviously complete."""

from __future__ import annotations

from typing import final

from conformance.run.controllable import Controllable


@final
class Exhaustive:
    """Depth first over all choices."""

    def __init__(self) -> None:
        self._prefix: list[int] | None = []
        self._counts: list[int] = []
        self._taken: list[int] = []
        self._fresh = True

    def begin(self, run: Controllable) -> bool:
        """The next schedule; false after the last."""
        if not self._fresh:
            at = len(self._taken) - 1
            while at >= 0 and self._taken[at] + 1 >= self._counts[at]:
                at -= 1
            if at < 0:
                return False
            self._prefix = [*self._taken[:at], self._taken[at] + 1]
        self._fresh = False
        self._taken, self._counts = [], []
        return True

    def choose(self, kind: str, options: int) -> int:
        """As the prefix says, then the first."""
        assert self._prefix is not None
        at = len(self._taken)
        index = self._prefix[at] if at < len(self._prefix) else 0
        self._taken.append(index)
        self._counts.append(options)
        return index
