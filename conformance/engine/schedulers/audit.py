"""Audit: each schedule of another scheduler is run twice, and what was enabled must be the same.

What differs was decided behind the one door: a clock, a hash, an identity. The idea is shuttle's check for
uncontrolled nondeterminism.
"""

from __future__ import annotations

from typing import Any, final

from conformance.errors import InternalError
from conformance.run.controllable import Controllable
from conformance.run.scheduler import Scheduler


@final
class Audit:
    """Raises InternalError at the first choice that is not offered again as it was."""

    def __init__(self, inner: Scheduler) -> None:
        self._inner = inner
        self._run: Controllable | None = None
        self._seen: list[tuple[Any, int]] = []
        self._at: int | None = None

    def begin(self, run: Controllable) -> bool:
        """A schedule of the inner scheduler; then the same one again."""
        self._run = run
        if self._at is None:
            self._seen.clear()
            self._at = -1
            return self._inner.begin(run)
        if self._at == -1:
            self._at = 0
            return True
        self._finish()
        self._at = None
        return self.begin(run)

    def choose(self, kind: str, options: int) -> int:
        """What the inner scheduler chooses; the second time, what it chose."""
        assert self._run is not None
        offered = kind, options, tuple(map(id, self._run.options())) if kind == "run" else ()
        if self._at is None or self._at < 0:
            index = self._inner.choose(kind, options)
            self._seen.append((offered, index))
            return index
        at, self._at = self._at, self._at + 1
        if at >= len(self._seen) or self._seen[at][0] != offered:
            raise InternalError(
                f"choice {at + 1} (`{kind}`, {options} options) was another one when the run was made again"
            )
        return self._seen[at][1]

    def _finish(self) -> None:
        if self._at != len(self._seen):
            raise InternalError(f"the run ended after {self._at} of {len(self._seen)} choices")
