"""FIFO: what a plain loop would do."""

from __future__ import annotations

from typing import final

from conformance.run.controllable import Controllable


@final
class Fifo:
    """Always the first option."""

    def begin(self, run: Controllable) -> bool:
        """Any number of runs, all the same."""
        return True

    def choose(self, kind: str, options: int) -> int:
        """The first."""
        return 0
