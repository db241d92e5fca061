"""What the reference allows under newio's semantics.

Those who wait are told in no order; a call has its effect, then tells of a cancellation.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Acquire,
    AcquireSemaphore,
    Attempt,
    Block,
    Cancel,
    Join,
    Note,
    Op,
    Release,
    ReleaseSemaphore,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.on_newio_semantics import SEMANTICS
from runtimes.reference.machine import Machine

FAIR = replace(SEMANTICS, locks="fair", permits="fair")


def shown(main: Block, semantics: Semantics = SEMANTICS, **tasks: Block) -> set[str]:
    """Every allowed outcome."""
    declared = {"locks": ("l",), "events": ("e",), "semaphores": {"s": 1}}
    found = explore(Machine(Program({"main": main, **tasks}, **declared), semantics))  # type: ignore[arg-type]
    assert found.complete
    return {show_outcome(outcome) for outcome in found.outcomes}


@pytest.mark.parametrize(
    ("take", "give"),
    [(Acquire("l"), Release("l")), (AcquireSemaphore("s"), ReleaseSemaphore("s"))],
)
def test_who_waits_for_a_lock_or_a_permit_is_told_in_no_order(take: Op, give: Op) -> None:
    """A came first; it has it at 2 and b at 3, or the other way round. Where they are fair, a is the first."""
    begin = (take, Spawn("a"), Sleep(1), Spawn("b"), Sleep(1), give)
    main: Block = (*begin, Join("a"), Join("b"))
    holder = (take, Sleep(1), give)
    first_a = "main: returned@4; a: returned@3; b: returned@4"
    first_b = "main: returned@4; a: returned@4; b: returned@3"
    assert shown(main, a=holder, b=holder) == {first_a, first_b}
    assert shown(main, FAIR, a=holder, b=holder) == {first_a}


@pytest.mark.parametrize(
    ("before", "give", "wait"),
    [
        ((Acquire("l"),), Release("l"), Acquire("l")),
        ((AcquireSemaphore("s"),), ReleaseSemaphore("s"), AcquireSemaphore("s")),
        ((), Set("e"), Wait("e")),
    ],
)
def test_what_is_given_is_given_by_who_is_told_of_a_cancellation(
    before: Block, give: Op, wait: Op
) -> None:
    """The task is told at the call; whoever waits for what it gives has it, all the same."""
    a = (*before, Cancel("a"), give, Note("past"))
    main = (Spawn("a"), Attempt((Join("a"),), on_cancel=()), wait, Note("had"))
    told = replace(SEMANTICS, cancel_points={**SEMANTICS.cancel_points, give.kind: "always"})
    assert shown(main, told, a=a) == {"main: caught Cancelled, had, returned; a: cancelled"}
