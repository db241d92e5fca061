"""What the reference allows where groups cancel in turn and only one deadline is set, as curio's source has it.

Each outcome that is allowed was seen on curio 1.6, unless the test says that curio never shows it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import switched_off, unmodelled
from conformance.lang.ops import (
    Acquire,
    Attempt,
    Block,
    Cancel,
    CancelGroup,
    Checkpoint,
    Connect,
    FailAfter,
    Group,
    Join,
    Listen,
    Log,
    MoveOnAfter,
    Note,
    NotifyAll,
    Op,
    Raise,
    ReceiveSome,
    Release,
    Shield,
    Sleep,
    Spawn,
    WaitCondition,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.on_curio_semantics import SEMANTICS
from runtimes.reference.machine import Machine

SLOW: Final = (Attempt((Sleep(9),), finally_=(Note("told"), Sleep(2))),)
"""A child whose clean-up takes two ticks."""
FAILS: Final = (Sleep(1), Raise("E"))
STUBBORN: Final = (Shield((Sleep(3),)),)


def shown(*main: Op, locks: tuple[str, ...] = (), **tasks: Block) -> set[str]:
    """Every allowed outcome."""
    found = explore(Machine(Program({"main": main, **tasks}, locks=locks), SEMANTICS))
    assert found.complete
    return {show_outcome(outcome) for outcome in found.outcomes}


def group(*body: Op) -> Group:
    """A group of b and c, and what else its body does."""
    return Group("g", (Spawn("b", "g"), Spawn("c", "g"), *body))


# ---------------------------------------------------------------- groups


def test_siblings_of_a_failed_child_are_cancelled_in_turn() -> None:
    """Each once the one before has ended, in either order (`TaskGroup.join`)."""
    assert shown(group(Spawn("a", "g")), Note("left"), a=FAILS, b=SLOW, c=SLOW) == {
        "main: left@5, returned@5; a: raised E@1; b: told@1, cancelled@3; c: told@3, cancelled@5",
        "main: left@5, returned@5; a: raised E@1; b: told@3, cancelled@5; c: told@1, cancelled@3",
    }


def test_a_body_that_fails_cancels_all_together() -> None:
    """`TaskGroup.cancel_remaining`."""
    assert shown(group(Sleep(1), Raise("E")), b=SLOW, c=SLOW) == {
        "main: raised E@3; b: told@1, cancelled@3; c: told@1, cancelled@3"
    }


def test_a_cancellation_while_it_cancels_leaves_the_rest_at_work() -> None:
    """A deadline strikes while the exit waits for b, or for c: who has not been cancelled by then never is."""
    main = (MoveOnAfter(2, (group(Spawn("a", "g")),)), Note("left"), Sleep(9))
    left = "main: scope expired@2, left@2, returned@11; a: raised E@1; b: returned@3; "
    assert shown(*main, a=FAILS, b=STUBBORN, c=(Sleep(4),)) == {
        left + "c: cancelled@1",
        left + "c: returned@4",
    }


def test_a_cancellation_while_all_are_cancelled_leaves_at_once() -> None:
    """The same after an error of the body, which the deadline's takes the place of."""
    main = (MoveOnAfter(2, (group(Sleep(1), Raise("E")),)), Note("left"), Sleep(9))
    assert shown(*main, b=STUBBORN, c=(Sleep(4),)) == {
        "main: scope expired@2, left@2, returned@11; b: returned@3; c: cancelled@1"
    }


def test_who_is_joined_leaves_its_group() -> None:
    """`Task.join` takes a child out, so that its error cancels nobody."""
    body = (Spawn("a", "g"), Attempt((Join("a"),), on_error=()), Spawn("b", "g"))
    assert shown(Group("g", body), a=(Raise("E"),), b=(Sleep(1), Note("on"))) == {
        "main: caught JoinError(E), returned@1; a: raised E; b: on@1, returned@1"
    }


def test_who_is_being_cancelled_is_not_cancelled_again_by_hand() -> None:
    """Whom the exit has taken is none of `cancel_remaining`, which then has nobody to wait for.

    The other outcome, b before the exit looks, curio's queue never shows.
    """
    body = (Spawn("a", "g"), Checkpoint(), Spawn("b", "g"))
    assert shown(Group("g", body), a=(CancelGroup("g"),), b=(CancelGroup("g"), Note("on"))) == {
        "main: returned; a: cancelled; b: on, returned",
        "main: returned; a: cancelled; b: cancelled",
    }


# ---------------------------------------------------------------- deadlines


def within(ticks: float, *body: Op) -> MoveOnAfter:
    """A deadline."""
    return MoveOnAfter(ticks, body)


@pytest.mark.parametrize(
    ("main", "end"),
    [
        pytest.param(
            within(2, within(1, Attempt((Sleep(5),), finally_=(Sleep(3),))), Note("x"), Sleep(5)),
            "main: scope expired@4, x@4, scope expired@4, returned@4",
            id="the outer one waits until the inner block is left",
        ),
        pytest.param(
            within(1, Attempt((within(1, Sleep(3)),), on_cancel=(Sleep(1), Note("on")))),
            "main: caught Cancelled@1, scope expired@1, returned@1",
            id="the outer one is told again, the inner block being left",
        ),
        pytest.param(
            within(1, Sleep(1), within(1), Sleep(1)),
            "main: scope expired@1, returned@1",
            id="the outer one, untold, is not forgotten (finding 103)",
        ),
        pytest.param(
            within(9, within(2, Attempt((Sleep(5),), on_cancel=(Sleep(3),))), Sleep(9)),
            "main: caught Cancelled@2, scope expired@9, returned@9",
            id="one that was swallowed is not told again, the outer one is when it comes",
        ),
    ],
)
def test_one_deadline_is_set_at_a_time(main: Op, end: str) -> None:
    """`trap_set_timeout` and `trap_unset_timeout`."""
    assert end in shown(main)
    assert len(shown(main)) <= 2  # a sleep and a deadline of one instant, either way


def test_a_cancel_takes_the_deadline_that_is_set_away() -> None:
    """`trap_cancel_task`; leaving a block sets the one around it again.

    The other outcome is that the last sleep was told of the cancel, which the reference does not tell apart.
    """
    body = within(4, within(2, Attempt((Sleep(9),), on_cancel=(Sleep(2),))), Sleep(9))
    assert shown(Spawn("a"), Sleep(1), Cancel("a"), a=(body,)) == {
        "main: returned@4; a: caught Cancelled@1, scope expired@4, returned@4",
        "main: returned@4; a: caught Cancelled@1, cancelled@4",
    }


def test_a_deadline_inside_a_shield_takes_no_cancel_away() -> None:
    """What curio does (finding 065) is not allowed."""
    body = (Shield((FailAfter(1, (Sleep(1),)),)), Checkpoint(), Note("on"))
    for outcome in shown(Spawn("a"), Cancel("a"), a=body):
        assert "on" not in outcome.partition("a: ")[2].split(", ")


# ---------------------------------------------------------------- others


def test_who_is_cancelled_is_told_before_it_is_refused() -> None:
    """`trap_io` looks for a cancellation first; that another task waits for the socket comes after it."""
    opening = (Listen("L"), Connect("c", "L"), Spawn("a"), Spawn("b"), Sleep(1), Cancel("b"))
    receive = ReceiveSome("c", 1)
    outcomes = shown(*opening, a=(receive,), b=(Sleep(1), receive))
    ends = {outcome.partition("b: ")[2].partition(";")[0] for outcome in outcomes}
    assert {"cancelled@1", "raised Busy@1"} <= ends


def test_a_lock_is_taken_when_its_next_owner_goes_on() -> None:
    """Released twice, it is free until then, and taken after that (`Lock.acquire` sets its flag last)."""
    twice = (Release("l"), Release("l"), Acquire("l"), Release("l"), Sleep(1))
    main = (Acquire("l"), Spawn("a"), Sleep(1), *twice, within(1, Acquire("l")))
    outcomes = shown(*main, locks=("l",), a=(Acquire("l"),))
    assert "main: scope expired@3, returned@3; a: returned@1" in outcomes


@pytest.mark.parametrize(
    ("semantics", "program", "off"),
    [
        (Semantics(children="in_turn"), Program({"main": (Group("g", ()),)}), "children=in_turn"),
        (
            Semantics(deadlines="nearest"),
            Program({"main": (within(1, within(2)),)}),
            "deadlines=nearest",
        ),
    ],
)
def test_what_is_not_modelled_is_said(semantics: Semantics, program: Program, off: str) -> None:
    """Beside other answers than curio's, such groups and deadlines are left to labels; nothing else is."""
    assert unmodelled(program, semantics)
    assert not unmodelled(Program({"main": (within(1),)}), semantics)
    assert off in dict(switched_off(semantics))
    fits = replace(semantics, groups="collected", cancel_again="ignored")
    assert not unmodelled(program, fits)
    assert off not in dict(switched_off(fits))


def test_a_lock_released_again_may_be_held_by_all_it_was_given_to() -> None:
    """Each of them sets a flag when it goes on (`Lock.acquire`), so that its own release is none too many."""
    release = Release("k")
    main = (Acquire("k"), Spawn("b"), Spawn("c"), Sleep(1), release, release, release)
    again = (Acquire("k"), Log("1"), release)
    assert "main: returned@1; b: returned@1; c: returned@1; log: main 1, c 1" in shown(
        *main, *again, b=(Acquire("k"), release), c=again, locks=("k",)
    )


def test_a_lock_given_back_to_two_waiters_is_held_by_both() -> None:
    """Main waits for the condition just after it gave the lock to a waiter: that gives it to the other one, too."""
    back: Block = (
        Acquire("c"),
        WaitCondition("c"),
        Checkpoint(),
        Attempt((Release("c"),), on_error=()),
    )
    told = (Acquire("c"), NotifyAll("c"), Sleep(1), Release("c"), WaitCondition("c"))
    tasks = {"main": (Spawn("a"), Spawn("b"), Sleep(1), *told), "a": back, "b": back}
    found = explore(Machine(Program(tasks, conditions=("c",)), SEMANTICS))
    assert found.complete
    seen = {show_outcome(outcome) for outcome in found.outcomes}
    refused = "caught Misuse@2, returned@2"
    assert f"main: blocked: wait_condition c; a: {refused}; b: returned@2; deadlocked" in seen
