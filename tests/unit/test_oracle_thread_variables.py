"""What a thread sees of context variables where all tasks share theirs."""

from __future__ import annotations

from conformance.engine.oracle import SearchOracle, find_reference, unmodelled
from conformance.lang.ops import GetVariable, Op, RunInThread, SetVariable
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


def test_what_such_a_thread_sets_is_not_judged() -> None:
    """It may serve another wait after this one, which then sees what was set: nobody is accused of that."""
    assert "sets" in unmodelled(_program(SetVariable("v", 2)), SHARED)
    copied = Semantics(context="shared", thread_context="copied")
    assert unmodelled(_program(GetVariable("v")), copied)
