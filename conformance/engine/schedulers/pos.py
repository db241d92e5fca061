"""POS: a random priority for each pending step, drawn anew for those that race with the step taken.

Which steps race is not guessed: two options do when the footprint of the step taken meets what was last seen of the
other one. Source: Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling" (CAV 2018).
"""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import final

from conformance.run.controllable import Controllable


@final
class Pos:
    """Partial order sampling; other kinds of choice are uniform."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._run: Controllable | None = None
        self._priorities: dict[Hashable, float] = {}
        self._touched: dict[Hashable, int] = {}
        self._last: Hashable = None

    def begin(self, run: Controllable) -> bool:
        """Forget the last run. Any number of runs."""
        self._run = run
        self._priorities.clear()
        self._touched.clear()
        self._last = None
        return True

    def choose(self, kind: str, options: int) -> int:
        """The option of highest priority."""
        run = self._run
        if kind != "run" or run is None:
            return self._random.randrange(options)
        labels = list(run.options())
        self._redraw(run, labels)
        best = max(range(options), key=lambda at: self._priorities[labels[at]])
        self._last = labels[best]
        return best

    def _redraw(self, run: Controllable, labels: list[Hashable]) -> None:
        """After a step: its own task, new ones, and those that it raced with draw again."""
        footprint = run.reads | run.writes
        if self._last is not None:
            self._touched[self._last] = footprint
        for label in labels:
            raced = self._touched.get(label, -1) & run.writes
            if label not in self._priorities or label is self._last or raced:
                self._priorities[label] = self._random.random()
