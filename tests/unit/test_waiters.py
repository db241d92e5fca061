"""Who is counted among those that wait, between the call and the queue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import CancelScope, Checkpoint, EventWaiters, Scope, Spawn, Wait
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO
from runtimes.reference.machine import Machine

BLOCKED = replace(ANYIO, waiters="blocked")
CANCELLED = Program(
    {
        "main": (Spawn("a"), Checkpoint(), EventWaiters("e")),
        "a": (Scope("s", (CancelScope("s"), Wait("e"))),),
    },
    events=("e",),
)


@pytest.mark.parametrize(("semantics", "counts"), [(ANYIO, {0, 1}), (BLOCKED, {0})])
def test_who_waits_in_a_cancelled_scope_may_be_counted(
    semantics: Semantics, counts: set[int]
) -> None:
    """It is cancelled by anyio on asyncio in a later round of the loop; until then it is in the event's queue."""
    found = explore(Machine(CANCELLED, semantics))
    assert found.complete
    counted = {show_outcome(outcome).split(",")[0] for outcome in found.outcomes}
    assert counted == {f"main: got {count}" for count in counts}
