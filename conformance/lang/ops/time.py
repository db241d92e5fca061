"""Ops of time: pauses, sleeps, deadlines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from conformance.lang.ops.base import Block, Op, Ticks


def _exact(op: Op) -> tuple[object, ...]:
    """As for any op; but ticks that are no number equal themselves."""
    return tuple("nan" if value != value else value for value in Op.exact(op))  # noqa: PLR0124


@dataclass(frozen=True, slots=True)
class Checkpoint(Op):
    """Let other tasks run; take a pending cancellation."""


@dataclass(frozen=True, slots=True)
class Block_(Op):  # noqa: N801
    """Hold the whole loop up for that many ticks: time passes, nothing runs."""

    ticks: Ticks


@dataclass(frozen=True, slots=True)
class Sleep(Op):
    """Sleep for that many ticks: zero, negative, huge, infinite and no number are legal questions."""

    ticks: Ticks
    exact = _exact


@dataclass(frozen=True, slots=True)
class SleepUntil(Op):
    """Sleep until that many ticks after the start of the run."""

    tick: Ticks


@dataclass(frozen=True, slots=True)
class MoveOnAfter(Op):
    """Perform `body`; abandon it after that many ticks, which logs `scope expired`.

    `scope` is a name for ops that cancel it or move the deadline.
    """

    ticks: Ticks
    body: Block
    scope: str | None = None
    exact = _exact


_WAITS: Final = frozenset({"wait", "receive"})


@dataclass(frozen=True, slots=True)
class FailAfter(Op):
    """Perform `body`; abandon it after that many ticks and raise Timeout. `scope` names it."""

    ticks: Ticks
    body: Block
    scope: str | None = None
    exact = _exact

    @property
    def around_one_wait(self) -> bool:
        """Whether the body is a single op that waits for what another task does, for some time."""
        one = len(self.body) == 1 and self.body[0].kind in _WAITS
        return one and self.scope is None and 0 < self.ticks < math.inf
