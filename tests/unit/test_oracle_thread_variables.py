"""What a thread sees of context variables where all tasks share theirs."""

from __future__ import annotations

from conformance.engine.oracle import SearchOracle, find_reference
from conformance.engine.unmodelled import unmodelled
from conformance.lang.ops import (
    Checkpoint,
    GetVariable,
    Hold,
    Op,
    OpenGate,
    RunInThread,
    SetVariable,
    Spawn,
)
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

SHARED = Semantics(context="shared", thread_context="none")


def _program(*thread: Op) -> Program:
    main = (SetVariable("v", 1), RunInThread("t"), GetVariable("v"))
    return Program({"main": main, "t": thread}, variables=("v",))


def test_a_thread_of_its_own_context_sees_nothing() -> None:
    """What tasks share is not the thread's, in any of the allowed outcomes; the tasks see it all the while."""
    program = _program(GetVariable("v"))
    assert not unmodelled(program, SHARED)
    found = SearchOracle(find_reference()).search(program, SHARED, "virtual")
    assert found.complete
    seen = {
        (name, entry.text)
        for outcome in found.outcomes
        for name, task in outcome.tasks
        for entry in task.log
    }
    assert ("t", "got none") in seen
    assert ("t", "got 1") not in seen
    assert ("main", "got 1") in seen


def test_a_thread_may_have_served_another_wait() -> None:
    """What a thread has set may be seen by a later one (curio reuses them), or not; never by the tasks."""
    main = (RunInThread("s"), RunInThread("t"), GetVariable("v"))
    threads = {"s": (SetVariable("v", 2),), "t": (GetVariable("v"),)}
    program = Program({"main": main, **threads}, variables=("v",))
    assert not unmodelled(program, SHARED)
    found = SearchOracle(find_reference()).search(program, SHARED, "virtual")
    seen = {
        tuple(entry.text for name in ("main", "t") for entry in dict(outcome.tasks)[name].log)
        for outcome in found.outcomes
    }
    assert seen == {("got none", "got none"), ("got none", "got 2")}


def test_a_thread_that_is_about_to_end_may_serve_the_next_wait() -> None:
    """In a pool whose threads share a queue (concurrent.futures), what is at work when a wait begins may take it."""
    main = (Spawn("a"), Checkpoint(), OpenGate("g"), RunInThread("t"))
    threads = {"s": (Hold("g"), SetVariable("v", 2)), "t": (GetVariable("v"),)}
    program = Program({"main": main, "a": (RunInThread("s"),), **threads}, variables=("v",))
    own = Semantics(thread_context="none", orphans="awaited")
    assert not unmodelled(program, own)
    found = SearchOracle(find_reference()).search(program, own, "virtual")
    assert found.complete
    logs = {dict(outcome.tasks)["t"].log for outcome in found.outcomes}
    assert {entry.text for log in logs for entry in log} == {"got none", "got 2"}


def test_a_copied_context_beside_shared_ones_is_not_judged() -> None:
    """Nobody declares that."""
    copied = Semantics(context="shared", thread_context="copied")
    assert unmodelled(_program(GetVariable("v")), copied)
