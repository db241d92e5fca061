"""PCT: random priorities, and a few points at which the running task falls behind all others.

A bug of depth d is found with probability at least 1 / (n * k ** (d - 1)) for n tasks and k steps. Source:
Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010).
"""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import final

from conformance.run.controllable import Controllable


@final
class Pct:
    """`depth` - 1 change points, drawn below the length of the longest run so far (the first run finds it)."""

    def __init__(self, seed: int, depth: int = 3) -> None:
        self._random = random.Random(seed)
        self._depth = depth
        self._longest = 1
        self._step = 0
        self._changes: frozenset[int] = frozenset()
        self._priorities: dict[Hashable, float] = {}
        self._run: Controllable | None = None

    def begin(self, run: Controllable) -> bool:
        """New priorities, new change points. Any number of runs."""
        self._run = run
        self._longest = max(self._longest, self._step)
        self._step = 0
        drawn = min(self._depth - 1, self._longest)
        self._changes = frozenset(self._random.sample(range(1, self._longest + 1), drawn))
        self._priorities.clear()
        return True

    def choose(self, kind: str, options: int) -> int:
        """The option of highest priority; at a change point it falls to the bottom first."""
        if kind != "run" or self._run is None:
            return self._random.randrange(options)
        labels = self._run.options()
        best = max(range(options), key=lambda at: self._priority(labels[at]))
        self._step += 1
        if self._step in self._changes:
            self._priorities[labels[best]] = -self._step  # below all that were ever drawn
            best = max(range(options), key=lambda at: self._priority(labels[at]))
        return best

    def _priority(self, label: Hashable) -> float:
        known = self._priorities.get(label)
        if known is None:
            known = self._priorities[label] = self._random.random()
        return known
