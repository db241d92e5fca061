"""The oracle on groups that are handed on: who may start a task in them, where it stands, who waits for it."""

from __future__ import annotations

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Attempt,
    Block,
    Cancel,
    Checkpoint,
    Group,
    Log,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    Shield,
    Sleep,
    Spawn,
    Start,
    Started,
)
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import SHIPPED as ASYNCIO
from runtimes.on_curio_semantics import SEMANTICS as CURIO
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine

EVERY = {"asyncio": ASYNCIO, "curio": CURIO, "trio": TRIO}


@pytest.fixture(params=EVERY.values(), ids=tuple(EVERY))
def semantics(request: pytest.FixtureRequest) -> Semantics:
    """Those of each family of groups: they refuse latecomers, cancel in turn, are levels."""
    found: Semantics = request.param
    return found


def allowed(semantics: Semantics, **tasks: Block) -> frozenset[Outcome]:
    """Every allowed outcome; the search must have come to its end."""
    found = explore(Machine(Program(tasks), semantics))
    assert found.complete
    return frozenset(found.outcomes)


def logged(outcomes: frozenset[Outcome]) -> set[tuple[str, ...]]:
    """The shared logs, without times."""
    return {tuple(entry.text for entry in outcome.shared) for outcome in outcomes}


def ends(outcomes: frozenset[Outcome], task: str) -> set[str]:
    """How a task ends."""
    return {dict(outcome.tasks)[task].end for outcome in outcomes}


def tries(op: Op) -> Op:
    """The op; an error is logged to all."""
    return Attempt((op,), on_error=(Log("refused"),))


def test_a_child_that_comes_late_is_awaited(semantics: Semantics) -> None:
    """The body is over, a child lives, and starts another: that one belongs to the group."""
    seen = allowed(
        semantics,
        main=(Group("g", (Spawn("a", "g"),)), Log("left")),
        a=(Sleep(1), Spawn("b", "g")),
        b=(Sleep(1), Log("over")),
    )
    assert logged(seen) == {("b over", "main left")}


def test_a_group_that_was_left_refuses(semantics: Semantics) -> None:
    """Its owner itself is refused, and the body of the task never runs."""
    seen = allowed(semantics, main=(Group("g", ()), tries(Spawn("a", "g"))), a=(Log("ran"),))
    assert logged(seen) == {("main refused",)}
    assert ends(seen, "a") == {"unstarted"}


def test_a_group_that_is_not_open_yet_is_unopened(semantics: Semantics) -> None:
    """Who comes too early is told so, and the group is as it was."""
    seen = allowed(
        semantics,
        main=(Spawn("o"), Sleep(1), Group("g", ()), Log("left")),
        o=(Attempt((Spawn("a", "g"),), on_error=()),),
        a=(Log("ran"),),
    )
    assert logged(seen) == {("main left",)}
    told = {tuple(e.text for e in dict(outcome.tasks)["o"].log) for outcome in seen}
    assert told == {("caught Unopened",)}


@pytest.mark.parametrize("rounds", range(4))
def test_nobody_is_left_behind(semantics: Semantics, rounds: int) -> None:
    """About the exit of a group without children a task is awaited or refused, at whatever round it comes."""
    seen = allowed(
        semantics,
        main=(Spawn("o"), Group("g", (Checkpoint(),)), Log("left"), Sleep(5)),
        o=(*(Checkpoint(),) * rounds, tries(Spawn("a", "g"))),
        a=(Sleep(1), Log("over")),
    )
    awaited, refused = (
        ("a over", "main left"),
        {("main left", "o refused"), ("o refused", "main left")},
    )
    assert logged(seen) <= {awaited} | refused | {("main left",)}
    for outcome in seen:
        unopened = "caught Unopened" in {e.text for e in dict(outcome.tasks)["o"].log}
        if logged(frozenset({outcome})) == {("main left",)}:
            assert unopened
    if not rounds:
        assert awaited in logged(seen)


def test_between_the_last_end_and_the_exit_both_are_allowed() -> None:
    """The last child has ended and the owner has not run: trio has closed the group, others have not."""
    seen = allowed(
        TRIO,
        main=(Spawn("o"), Group("g", (Spawn("a", "g"),)), Log("left"), Sleep(5)),
        a=(Sleep(1),),
        o=(Sleep(1), tries(Spawn("b", "g"))),
        b=(Sleep(1), Log("over")),
    )
    assert {("b over", "main left"), ("o refused", "main left")} <= logged(seen)
    assert ("main left", "b over") not in logged(seen)


def test_a_group_that_fails_refuses_only_where_documents_say_so() -> None:
    """asyncio: once a group is shutting down no task may be added; elsewhere it is taken, and cancelled or not."""
    tasks: dict[str, Block] = {
        "main": (Attempt((Group("g", (Spawn("a", "g"), Sleep(1), Raise("E"))),), on_error=()),),
        "a": (Attempt((Sleep(5),), finally_=(tries(Spawn("b", "g")),)),),
        "b": (Note("ran"), Sleep(1), Note("lived")),
    }
    assert ends(allowed(ASYNCIO, **tasks), "b") == {"unstarted"}
    assert ends(allowed(CURIO, **tasks), "b") == {"returned"}
    assert ends(allowed(TRIO, **tasks), "b") == {"cancelled"}


def test_a_child_stands_in_the_scopes_of_its_group() -> None:
    """trio.Nursery.start_soon: it inherits its parent nursery's cancel scopes, and not those of its starter."""
    seen = allowed(
        TRIO,
        main=(MoveOnAfter(3, (Group("g", (Spawn("a", "g"),)),)),),
        a=(MoveOnAfter(1, (Spawn("b", "g"), Spawn("c", "g"), Sleep(5))),),
        b=(Sleep(2), Log("lived")),
        c=(Sleep(9), Log("lived")),
    )
    assert logged(seen) == {("b lived",)}
    assert ends(seen, "c") == {"cancelled"}


def test_a_start_keeps_its_group_open() -> None:
    """trio.Nursery.start: while a task is being started its group, whose block is over, waits for it."""
    seen = allowed(
        TRIO,
        main=(Spawn("o"), Group("g", (Checkpoint(), Checkpoint())), Log("left")),
        o=(tries(Start("a", "g")), Log("told")),
        a=(Sleep(1), Started(), Sleep(1), Log("over")),
    )
    started = {log for log in logged(seen) if "a over" in log}
    assert started == {("o told", "a over", "main left")}


def test_a_start_in_vain_lets_the_group_go() -> None:
    """The task fails before it is ready: its starter is told, and the group is left without an error."""
    seen = allowed(
        TRIO,
        main=(Spawn("o"), Sleep(1), Group("g", (Sleep(1),)), Log("left"), Sleep(1)),
        o=(Sleep(1), Checkpoint(), Attempt((Start("a", "g"),), on_error=(Log("failed"),))),
        a=(Sleep(2), Raise("E")),
    )
    assert logged(seen) <= {("main left", "o failed"), ("o failed", "main left")}
    assert ("o failed", "main left") in logged(seen)


def test_a_cancelled_start_takes_its_task_along() -> None:
    """Until it is ready, a task stands in its starter's scopes; the group itself is not cancelled."""
    seen = allowed(
        TRIO,
        main=(Spawn("o"), Group("g", (Sleep(3), Note("lived"))), Log("left")),
        o=(Sleep(1), MoveOnAfter(1, (Start("a", "g"),)), Log("gave-up")),
        a=(Attempt((Sleep(9),), finally_=(Shield((Log("cleaned-up"),)),)),),
    )
    assert logged(seen) == {("a cleaned-up", "o gave-up", "main left")}


def test_a_group_that_is_not_open_is_told_before_a_cancellation() -> None:
    """The interpreter looks the name up before the runtime is asked: so does the machine."""
    seen = allowed(
        REFERENCE,
        main=(Spawn("o"), Sleep(1), Cancel("o"), Sleep(1), Group("g", ())),
        o=(Attempt((Sleep(5),), finally_=(Attempt((Start("a", "g"),), on_error=()),)),),
        a=(Started(),),
    )
    told = {tuple(e.text for e in dict(outcome.tasks)["o"].log) for outcome in seen}
    assert told == {("caught Unopened",)}
