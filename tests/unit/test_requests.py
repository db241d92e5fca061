"""How many requests to cancel a task there are: counted by calls, or made by scopes (anyio on asyncio)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.engine.fuzz_judge import Judge
from conformance.engine.membership import member
from conformance.engine.oracle import SearchOracle, make_machine
from conformance.judge.verdict import Grade
from conformance.lang.ops import (
    Attempt,
    Block,
    Cancel,
    CancelGroup,
    Cancelling,
    CancelScope,
    Checkpoint,
    FailAfter,
    Group,
    MoveOnAfter,
    Scope,
    Shield,
    Sleep,
    Spawn,
    Start,
    Started,
)
from conformance.lang.outcome import Entry, Outcome, show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import SHIPPED
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine

pytest.importorskip("anyio")

from runtimes.on_anyio_semantics import ASYNCIO

ME = Cancelling("main")
TOLD = (Attempt((Sleep(1),), on_cancel=()),)


def logs(semantics: Semantics, main: Block, **tasks: Block) -> set[str]:
    """Every answer to a question that stands in any allowed outcome."""
    found = explore(Machine(Program({"main": main, **tasks}), semantics))
    assert found.complete
    return {
        entry.text
        for outcome in found.outcomes
        for _, task in outcome.tasks
        for entry in task.log
        if entry.text.startswith("got")
    }


@pytest.mark.parametrize(
    "main",
    [
        (ME,),
        (Scope("s", (CancelScope("s"), Sleep(1))), ME),
        (Scope("s", (Scope("t", (CancelScope("s"), Sleep(1))),)), ME),
        (Scope("s", (Scope("t", (CancelScope("t"), Sleep(1))), ME)),),
        (MoveOnAfter(1, (Sleep(3),)), ME),
        (Attempt((FailAfter(1, (Sleep(3),)),), on_error=()), ME),
        (Group("g", (CancelGroup("g"), Sleep(1))), ME),
        (Scope("s", (CancelScope("s"), *TOLD)), ME),
    ],
)
def test_a_scope_that_was_left_leaves_no_request(main: Block) -> None:
    """Whatever was cancelled and is left: a task that asks of itself is told of none, and of nothing else."""
    assert logs(ASYNCIO, main) == {"got 0"}


@pytest.mark.parametrize(
    "main",
    [
        (Scope("s", (CancelScope("s"), ME)),),
        (Scope("s", (Scope("t", (CancelScope("s"), *TOLD)), ME)),),
        (Scope("s", (CancelScope("s"), Shield((ME,)))),),
        (Group("g", (CancelGroup("g"), ME)),),
        (Cancel("main"), ME),
        (Spawn("a"), Cancelling("a")),
    ],
)
def test_inside_of_a_cancelled_scope_there_is_any_number(main: Block) -> None:
    """No document says how many, nor what a task's own waiting makes of another's question."""
    tasks = {"a": (Checkpoint(),)} if any(isinstance(op, Spawn) for op in main) else {}
    assert logs(ASYNCIO, main, **tasks) == {"got any number"}


def test_who_moves_out_of_a_cancelled_scope_may_have_been_told_there() -> None:
    """A task that is ready moves into its group; what was asked of it in its starter's scopes nobody takes back."""
    held = MoveOnAfter(1, (Shield((Start("a", "g"),)),))
    child = (
        Sleep(3),
        Started(),
        Attempt((Cancelling("a"),), on_error=()),
        Sleep(1),
        Cancelling("a"),
    )
    assert logs(ASYNCIO, (Group("g", (held, Sleep(9))),), a=child) == {"got any number"}


def outcome_of(program: Program, text: str) -> Outcome:
    """An allowed outcome with that answer in the place of the first one."""
    found = next(iter(explore(Machine(program, ASYNCIO)).outcomes))
    name, task = found.tasks[0]
    at = next(n for n, entry in enumerate(task.log) if entry.text.startswith("got"))
    log = (*task.log[:at], Entry(text, task.log[at].tick), *task.log[at + 1 :])
    return replace(found, tasks=((name, replace(task, log=log)), *found.tasks[1:]))


INSIDE = Program({"main": (Scope("s", (CancelScope("s"), ME, Sleep(1))), Sleep(1), ME)})
OUTSIDE = Program({"main": (Scope("s", (CancelScope("s"), Sleep(1))), Sleep(1), ME)})


@pytest.mark.parametrize("text", ["got 0", "got 1", "got 17"])
def test_the_search_for_one_outcome_takes_the_number_that_was_seen(text: str) -> None:
    """Any number inside; the same search still binds the answer behind the scope."""
    seen = outcome_of(INSIDE, text)
    assert member(Machine(INSIDE, ASYNCIO), seen).answer == "allowed"
    (name, task), *others = seen.tasks
    wrong = replace(task, log=(*task.log[:-1], Entry("got 1", task.log[-1].tick)))
    refused = member(Machine(INSIDE, ASYNCIO), replace(seen, tasks=((name, wrong), *others)))
    assert refused.answer == "forbidden"


def test_no_number_is_no_answer() -> None:
    """What is not a number is not taken for any, and a machine that was aimed forgets it when it starts anew."""
    machine = Machine(INSIDE, ASYNCIO)
    assert member(machine, outcome_of(INSIDE, "got true")).answer == "forbidden"
    assert member(machine, outcome_of(INSIDE, "got 5")).answer == "allowed"
    assert "got any number" in show_outcome(next(iter(explore(machine).outcomes)))


def test_a_request_that_is_left_behind_is_forbidden() -> None:
    """As anyio 3.6.2 showed it."""
    judge = Judge(
        lambda program, semantics, lax: make_machine(program, semantics, lax=lax), ASYNCIO
    )
    assert judge.outcome(OUTSIDE, outcome_of(OUTSIDE, "got 0"), "virtual").grade is Grade.ACCEPTABLE
    assert judge.outcome(OUTSIDE, outcome_of(OUTSIDE, "got 1"), "virtual").grade is Grade.FORBIDDEN
    assert judge.outcome(INSIDE, outcome_of(INSIDE, "got 3"), "virtual").grade is Grade.ACCEPTABLE


def test_an_allowed_set_with_any_number_is_none() -> None:
    """Where all outcomes would have to be told, the reference says that it cannot tell them."""
    oracle = SearchOracle(lambda program, semantics, lax: make_machine(program, semantics, lax=lax))
    assert "does not say how many requests" in str(oracle.allowed(INSIDE, ASYNCIO, "virtual"))
    assert not isinstance(oracle.allowed(OUTSIDE, ASYNCIO, "virtual"), str)


def test_calls_are_counted() -> None:
    """Each call that cancels a task of asyncio is a request; the reference's own scopes make none."""
    twice = {"a": (Attempt((Sleep(4),), finally_=(Cancelling("a"),)),)}
    main = (Spawn("a"), Sleep(1), Cancel("a"), Cancel("a"), Sleep(9))
    assert logs(SHIPPED, main, **twice) == {"got 2"}
    assert logs(REFERENCE, main, **twice) == {"got 0"}
    assert logs(SHIPPED, (Attempt((FailAfter(1, (Sleep(3),)),), on_error=()), ME)) == {"got 0"}
