"""Replay: the answers of a recorded schedule.

Strict: whatever does not fit is ReplayDiverged. Lenient: any list of integers is a schedule (an index is taken
modulo the options, and FIFO follows the end).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from conformance.errors import ReplayDiverged
from conformance.run.controllable import Controllable


@final
class Replay:
    """One run along a schedule. After a strict run, call `finish`."""

    def __init__(self, schedule: Sequence[int], *, strict: bool = True) -> None:
        self._schedule = schedule
        self._strict = strict
        self._at = 0

    def begin(self, run: Controllable) -> bool:
        """Start over."""
        self._at = 0
        return True

    def choose(self, kind: str, options: int) -> int:
        """The recorded answer. Raises ReplayDiverged in strict mode."""
        at, self._at = self._at, self._at + 1
        if at < len(self._schedule):
            index = self._schedule[at]
            if 0 <= index < options:
                return index
            if not self._strict:
                return index % options
        elif not self._strict:
            return 0
        raise ReplayDiverged(
            f"choice {at + 1} (`{kind}`, {options} options) is not in the recorded schedule",
            hint="the program or the semantics changed since it was recorded",
        )

    def finish(self) -> None:
        """Raise ReplayDiverged if a strict replay has answers left over."""
        if self._strict and self._at < len(self._schedule):
            raise ReplayDiverged(
                f"the run ended after {self._at} of {len(self._schedule)} recorded choices",
                hint="the program or the semantics changed since it was recorded",
            )
