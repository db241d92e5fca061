"""Groups and deadlines that are composed drive programs as a runtime's own do; tried on asyncio, which has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.engine.catalogue import load_catalogue
from conformance.engine.oracle import SearchOracle, find_reference
from conformance.judge.verdict import Verdict
from conformance.lang.ops import (
    Attempt,
    Cancel,
    Checkpoint,
    FailAfter,
    Group,
    Join,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    Return,
    Sleep,
    Spawn,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from conformance.testing import check_address
from conformance.wire.address import Address
from conformance.wire.client import Worker

ADDRESS = "tests.contract.composed:Composed"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One for all."""
    with Worker(Address.parse(ADDRESS)) as started:
        yield started


def shown(worker: Worker, *body: Op, **tasks: tuple[Op, ...]) -> str:
    """What a program shows."""
    return show_outcome(worker.run(Program({"main": body, **tasks}), RunOptions()).outcome)


def test_an_adapter_of_composed_ops_is_sound() -> None:
    """It keeps the contract."""
    assert [item for item in check_address(ADDRESS) if item.lesson] == []


def test_a_group_waits_and_its_children_can_be_joined(worker: Worker) -> None:
    """The end of the body waits for them."""
    told = shown(
        worker,
        Group("g", (Spawn("a", "g"), Spawn("b", "g"), Join("a"))),
        Note("out"),
        a=(Sleep(1), Return("v")),
        b=(Sleep(2),),
    )
    assert told == "main: got v@1, out@2, returned@2; a: returned v@1; b: returned@2"


def test_a_child_that_fails_cancels_siblings_and_owner(worker: Worker) -> None:
    """Wherever the owner is: in the body, or at its end; nothing of it is left over afterwards."""
    for body in ((Sleep(5), Note("missed")), ()):
        told = shown(
            worker,
            Attempt((Group("g", (Spawn("a", "g"), Spawn("b", "g"), *body)),), on_error=()),
            *(Checkpoint(), Sleep(1), Note("on")),
            a=(Sleep(1), Raise("E")),
            b=(Sleep(9),),
        )
        wanted = "main: caught Group(E)@1, on@2, returned@2; a: raised E@1; b: cancelled@1"
        assert told == wanted


def test_a_body_that_fails_cancels_the_children(worker: Worker) -> None:
    """Its error is in the group's."""
    told = shown(
        worker,
        Attempt((Group("g", (Spawn("a", "g"), Sleep(1), Raise("E"))),), on_error=()),
        a=(Sleep(9),),
    )
    assert told == "main: caught Group(E)@1, returned@1; a: cancelled@1"


def test_a_cancellation_from_outside_gets_through(worker: Worker) -> None:
    """The owner and the children are cancelled, in the body and at its end."""
    for body in ((Sleep(5),), ()):
        told = shown(
            worker,
            *(Spawn("a"), Sleep(1), Cancel("a"), Sleep(1)),
            a=(Group("g", (Spawn("b", "g"), *body)), Note("missed")),
            b=(Sleep(9),),
        )
        assert told == "main: returned@2; a: cancelled@1; b: cancelled@1"


def test_deadlines(worker: Worker) -> None:
    """One fails, the other moves on; in time neither is told of; what is never told inside comes to nothing outside."""
    told = shown(
        worker,
        Attempt((FailAfter(1, (Sleep(5),)),), on_error=()),
        MoveOnAfter(1, (Sleep(5),)),
        FailAfter(9, (MoveOnAfter(2, (Sleep(1),)),)),
        *(Sleep(9), Note("on")),
    )
    assert told == "main: caught Timeout@1, scope expired@2, on@12, returned@12"


def test_no_program_of_the_catalogue_accuses_what_is_composed() -> None:
    """Where asyncio's own groups and deadlines conform, so do these."""
    catalogue = load_catalogue()
    asked = tuple(
        scenario
        for scenario in catalogue.scenarios
        if scenario.area in {"spawn", "join", "timers", "cancellation", "channels"}
        and {"group", "fail_after", "move_on_after"}
        & {op.kind for _, op in scenario.program.walk()}
    )
    with Bench() as bench:
        bench.start([ADDRESS])
        plan = Plan(asked, (ADDRESS,), 2)
        cases = list(Campaign(plan, bench, SearchOracle(find_reference())).run())
    wrong = [case for case in cases if case.verdict in (Verdict.VIOLATES, Verdict.UNKNOWN)]
    assert [f"{case.scenario}: {case.reason}" for case in wrong] == []
    assert sum(case.verdict is Verdict.CONFORMS for case in cases) > 20
