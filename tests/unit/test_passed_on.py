"""A notification of a task that was cancelled, which anyio's Condition.wait passes on to the next."""

from __future__ import annotations

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Acquire,
    Block,
    Cancel,
    Log,
    NotifyAll,
    Release,
    Sleep,
    Spawn,
    WaitCondition,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from runtimes.on_anyio_semantics import TRIO as ANYIO
from runtimes.reference.machine import Machine

WAITS: Block = (Acquire("c"), WaitCondition("c"))
TELLS: Block = (
    *(Sleep(1), Acquire("c"), Cancel("a"), NotifyAll("c"), Release("c")),
    *(Acquire("c"), Log("waits"), WaitCondition("c")),
)


@pytest.mark.parametrize(
    ("waiters", "ends"),
    [
        ("a", "main: raised Broken@1; a: cancelled@1"),
        ("ab", "main: raised Broken@1; a: raised Broken@1; b: returned@1"),
    ],
)
def test_who_is_cancelled_passes_on_before_it_asks_for_the_lock(waiters: str, ends: str) -> None:
    """Main, which waits by the time at which the cancelled task goes on, is told; nobody gives the lock back."""
    tasks = dict.fromkeys(waiters, WAITS)
    program = Program({"main": (*map(Spawn, waiters), *TELLS), **tasks}, conditions=("c",))
    found = explore(Machine(program, ANYIO), budget=200_000)
    assert found.complete
    shown = {show_outcome(outcome) for outcome in found.outcomes}
    assert f"{ends}; log: main waits" in shown
