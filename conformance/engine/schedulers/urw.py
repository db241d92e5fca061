"""URW: pick a task in proportion to the ops that it still has to do, its unspawned children's included.

For tasks that never wait for one another this is uniform over all interleavings; programs are data, so the
remaining ops are known. Source: "Selectively Uniform Concurrency Testing" (ASPLOS 2025).
"""

from __future__ import annotations

import random
from typing import final

from conformance.run.controllable import Controllable


@final
class UniformRandomWalk:
    """Weighted by remaining ops; other kinds of choice are uniform."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random
        self._run: Controllable | None = None

    def begin(self, run: Controllable) -> bool:
        """Any number of runs."""
        self._run = run
        return True

    def choose(self, kind: str, options: int) -> int:
        """In proportion to the weights."""
        if kind != "run" or self._run is None:
            return int(self._random() * options)
        weights = [self._run.remaining(option) for option in self._run.options()]
        left = self._random() * sum(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return index
        return options - 1
