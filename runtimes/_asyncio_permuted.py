"""A flavour of asyncio whose seeds permute the ready queue: what else may happen when tasks become ready together.

In a real program the order in which tasks become ready depends on sockets, timers and other tasks; in a small one on
virtual time it is always the same. So a step of a task may go before another that became ready earlier. It never
overtakes a callback of another kind (DESIGN section 3): what futures, transports and timers do comes in
their order. `call_soon` promises more than that, so nothing seen here is held against asyncio itself: the flavour
is a runtime of its own, whose order is `any`, and that is bound by no rule of asyncio's documents.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from itertools import takewhile
from typing import Any, ClassVar, Final

from conformance.lang.semantics import Semantics
from runtimes._answer import answer
from runtimes._asyncio_flavours import Flavour
from runtimes._asyncio_run import AsyncioRun

STEERING: Final = "a seed permutes the steps of ready tasks"
"""What a seed does, for `Runtime.steering`."""
_CITED: Final = f"not asyncio, but this flavour: {STEERING}"
_WAKES: Final = "task_wakeup"
_STEPS: Final = "TaskStepMethWrapper"


def is_step(handle: asyncio.Handle) -> bool:
    """Whether the callback is the next step of a task of the C implementation: its first, or after a wait."""
    callback: Any = handle._callback  # type: ignore[attr-defined]  # there is no other way to tell
    return type(callback).__name__ == _STEPS or getattr(callback, "__name__", "") == _WAKES


class PermutedReady(deque[asyncio.Handle]):
    """The ready queue of a loop: takes any of the steps at its head."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)  # to be repeatable

    def popleft(self) -> asyncio.Handle:
        """One of the steps before the first callback that is none; or that callback."""
        steps = sum(1 for _ in takewhile(is_step, tuple(self)))  # threads may append meanwhile
        if steps < 2:  # nothing to choose from
            return super().popleft()
        place = self._random.randrange(steps)
        chosen = self[place]
        del self[place]
        return chosen


def any_order(semantics: Semantics) -> Semantics:
    """The loop's answers, but for the order in which ready tasks go on."""
    return answer(semantics, _CITED, order="any")


class Permuted(Flavour):
    """The loop as shipped; with a seed, the steps of ready tasks are permuted."""

    steering: ClassVar[str] = STEERING
    unbound = frozenset({"asyncio", "asyncio-await", "asyncio-runner"})

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """Whichever task is ready may go on."""
        return any_order(semantics)

    def _open(self, run: AsyncioRun) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = super()._open(run)  # type: ignore[misc]  # of the adapter
        if run.limits.seed is not None:
            loop._ready = PermutedReady(run.limits.seed)  # type: ignore[attr-defined]  # the queue has no setter
        return loop
