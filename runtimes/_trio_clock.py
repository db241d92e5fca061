"""trio's virtual clock and scheduler, steered: for trio itself and for anyio on top of it.

Virtual time is trio's own `MockClock` with autojump: trio keeps its deadlines, only "what time is
it" is answered differently. The seed goes to the generator from which trio draws its batch order;
both that generator and the flag beside it are private to trio, and pinned for the length of a run.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import final

import trio
import trio.testing

STEERING = (
    "trio draws the order of each batch of ready tasks from a generator, which is seeded; an even"
    " seed shuffles each batch fully, an odd one (and none, which draws as 0) reverses it or not,"
    " as shipped; there, tasks that one cancel wakes stand in the order of a set, which no seed"
    " steers"
)
"""What a seed does, for `Runtime.steering`."""

_FLAG = "_ALLOW_DETERMINISTIC_SCHEDULING"


@final
class ThreadWatch(trio.abc.Instrument):
    """Asks for the program's threads before trio looks for events: it sees what they did by then."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self.ask = ask
        self.at_work = False

    def before_io_wait(self, timeout: float) -> None:
        """Ask."""
        self.at_work = self.ask()


def virtual_clock(held: Callable[[], bool], watch: ThreadWatch) -> trio.testing.MockClock:
    """A clock that jumps to the next deadline when nothing is ready, unless `held()` is true.

    `watch` is to be given to `trio.run` as an instrument.
    """
    clock = trio.testing.MockClock(autojump_threshold=0)
    jump = clock._autojump

    def autojump() -> None:
        if not held() and not watch.at_work:
            jump()

    clock._autojump = autojump  # type: ignore[method-assign]  # MockClock is final
    return clock


@contextmanager
def steered(seed: int | None) -> Iterator[None]:
    """Pin trio's scheduler for one run. Merely importing Hypothesis changes it otherwise."""
    inside = vars(importlib.import_module("trio._core._run"))
    flag, generator = inside.get(_FLAG), inside.get("_r")
    if flag is None or generator is None:  # an unknown version of trio: not steered
        yield
        return
    state = generator.getstate()
    inside[_FLAG] = seed is not None and seed % 2 == 0
    generator.seed(seed or 0)
    try:
        yield
    finally:
        inside[_FLAG] = flag
        generator.setstate(state)
