"""A deadline around one wait that is performed in a task of its own: asyncio.wait_for before CPython 3.12."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Acquire,
    Block,
    Cancel,
    Checkpoint,
    FailAfter,
    Join,
    Log,
    Receive,
    SendNowait,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Channel, Program
from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import PLAIN
from runtimes.reference.machine import Machine

POINTS: Final = {k: v for k, v in PLAIN.schedule_points.items() if k != "fail_after:one"}
INSIDE: Final = replace(PLAIN, schedule_points=POINTS)
APART: Final = replace(PLAIN, schedule_points={**POINTS, "fail_after:one": "always"})


def shown(semantics: Semantics, main: Block, a: Block) -> set[str]:
    """Every allowed outcome."""
    program = Program({"main": main, "a": a}, events=("e",), channels={"c": Channel(1)})
    found = explore(Machine(program, semantics))
    assert found.complete
    return {show_outcome(outcome) for outcome in found.outcomes}


@pytest.mark.parametrize(("semantics", "passed"), [(INSIDE, False), (APART, True)])
def test_a_wait_for_what_is_there_lets_others_run(semantics: Semantics, *, passed: bool) -> None:
    """The wait begins in a later round, even if it need not wait."""
    main = (Set("e"), Spawn("a"), Checkpoint(), Log("on"), Join("a"))
    outcomes = shown(semantics, main, (FailAfter(3, (Wait("e"),)), Log("on")))
    assert "main: returned; a: returned; log: a on, main on" in outcomes
    assert ("main: returned; a: returned; log: main on, a on" in outcomes) is passed


def test_a_cancellation_before_the_wait_begins_is_told_in_its_place() -> None:
    """The task that would have waited is cancelled before its first step; or it has waited, and is told of the next."""
    main = (SendNowait("c", 1), Spawn("a"), Checkpoint(), Cancel("a"), Sleep(1))
    assert shown(APART, main, (FailAfter(3, (Receive("c"),)), Sleep(5))) == {
        "main: returned@1; a: cancelled",
        "main: returned@1; a: got 1, cancelled",
    }


def test_a_cancellation_is_never_lost() -> None:
    """Whoever has what he waited for, and is cancelled before he goes on, is told all the same."""
    main = (Spawn("a"), Sleep(1), Set("e"), Checkpoint(), Cancel("a"), Sleep(3))
    outcomes = shown(APART, main, (FailAfter(5, (Wait("e"),)), Sleep(1)))
    assert outcomes == {"main: returned@4; a: cancelled@1"}


def test_only_the_wait_inside_the_deadline_is_apart() -> None:
    """Also where the very same op stands outside of one, and of equal programs, of which one is compiled for all."""
    wait = Wait("e")
    main = (Set("e"), Spawn("a"), Checkpoint(), Log("on"), Join("a"))
    for one in (wait, Wait("e"), Wait("e")):
        outcomes = shown(APART, main, (wait, Log("on"), FailAfter(3, (one,))))
        assert outcomes == {"main: returned; a: returned; log: a on, main on"}


def test_equal_programs_are_judged_alike() -> None:
    """The second one is made of other objects."""
    main = (Set("e"), Spawn("a"), Checkpoint(), Log("on"), Join("a"))
    first, second = (shown(APART, main, (FailAfter(4, (Wait("e"),)), Log("on"))) for _ in range(2))
    assert first == second
    assert len(first) == 2


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (FailAfter(1, (Wait("e"),)), True),
        (FailAfter(0, (Wait("e"),)), False),
        (FailAfter(float("inf"), (Wait("e"),)), False),
        (FailAfter(1, (Wait("e"), Sleep(1))), False),
        (FailAfter(1, (Acquire("k"),)), False),
        (FailAfter(1, (Wait("e"),), "n"), False),
    ],
)
def test_what_counts_as_one_wait(one: FailAfter, *, expected: bool) -> None:
    """One wait for an event or an item, for some time, in a deadline that nobody can name."""
    assert one.around_one_wait is expected
