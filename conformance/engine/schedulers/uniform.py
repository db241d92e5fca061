"""Random: each option of each choice is equally likely (so not every schedule is)."""

from __future__ import annotations

import random
from typing import final

from conformance.run.controllable import Controllable


@final
class Uniform:
    """Uniform over the options; the seed makes it repeatable."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def begin(self, run: Controllable) -> bool:
        """Any number of runs."""
        return True

    def choose(self, kind: str, options: int) -> int:
        """Any."""
        return int(self._random() * options)
