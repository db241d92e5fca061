"""The oracle on what cancelled scopes let out of exception groups, as natively seen on trio 0.22 to the newest."""

from __future__ import annotations

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Attempt,
    Block,
    Cancel,
    CancelScope,
    Checkpoint,
    FailAfter,
    Group,
    Note,
    Op,
    Raise,
    Scope,
    Sleep,
    Spawn,
)
from conformance.lang.program import Program
from runtimes._asyncio_semantics import PLAIN as ASYNCIO
from runtimes.on_trio_semantics import SEMANTICS
from runtimes.reference.machine import Machine, members

FAILING: Block = (Group("h", (Spawn("c", group="h"), Checkpoint())),)
"""A group whose body is cancelled while its child fails: `Group(Cancelled, E)`."""


def shown(body: Op, **tasks: Block) -> set[tuple[str, ...]]:
    """What main logs, in each allowed outcome in which task a raised a cancellation in a group."""
    program = Program(
        {"main": (Attempt((body,), on_error=()),), "a": FAILING, "c": (Raise("E"),), **tasks}
    )
    outcomes = explore(Machine(program, SEMANTICS)).outcomes
    told = [dict(outcome.tasks) for outcome in outcomes]
    return {
        tuple(entry.text for entry in one["main"].log)
        for one in told
        if one["a"].end == "raised Group(Cancelled, E)"
    }


def test_a_group_lets_out_all_but_its_own_cancellation() -> None:
    """trio: `Nursery` ends by its scope, whose `CancelScope.__exit__` splits `Cancelled` off."""
    body = Group("g", (Spawn("a", group="g"), Spawn("b", group="g")))
    assert shown(body, b=(Raise("E"),)) == {("caught Group(E, Group(E))",)}


def test_a_scope_lets_out_all_but_its_own_cancellation() -> None:
    """The same of a scope around the group."""
    inner = Group("g", (Spawn("a", group="g"), Checkpoint(), CancelScope("s")))
    assert shown(Scope("s", (inner,))) == {("caught Group(Group(E))",)}


def test_a_cancelled_task_lets_out_all_but_its_own_cancellation() -> None:
    """The same of a task's own scope, by which its handle cancels it."""
    outer = (Group("i", (Spawn("a", group="i"),)),)
    body = Group("g", (Spawn("b", group="g"), Checkpoint(), Checkpoint(), Cancel("b")))
    assert shown(body, b=outer) == {("caught Group(Group(Group(E)))",)}


@pytest.mark.parametrize(
    ("group", "inside"),
    [
        ("Group(A)", ["A"]),
        (
            "Group(A, Group(B, C), JoinError(Group(D, E)))",
            ["A", "Group(B, C)", "JoinError(Group(D, E))"],
        ),
    ],
)
def test_members_of_a_group(group: str, inside: list[str]) -> None:
    """Only commas between members divide them."""
    assert list(members(group)) == inside


def test_children_hear_of_a_cancel_when_their_owner_runs() -> None:
    """asyncio: `TaskGroup.__aexit__` cancels its children in its owner's step: a deadline of theirs may come first."""
    child: Block = (Attempt((FailAfter(2, (Sleep(5),)),), on_error=()), Note("on"))
    program = Program(
        {"main": (FailAfter(2, (Group("g", (Spawn("a", group="g"),)),)),), "a": child}
    )
    outcomes = explore(Machine(program, ASYNCIO)).outcomes
    ends = {tuple(entry.text for entry in dict(o.tasks)["a"].log) for o in outcomes}
    assert ("caught Timeout", "on") in ends
    assert () in ends
