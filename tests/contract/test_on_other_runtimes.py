"""gevent, eventlet, Twisted, Tornado, tinyio, newio, cothread and asyncgui: what is peculiar to their adapters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec

import pytest

from conformance.lang.ops import (
    Abort,
    Accept,
    Attempt,
    Cancel,
    Checkpoint,
    Close,
    Connect,
    FailAfter,
    Handler,
    Join,
    Listen,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    ReceiveExactly,
    ReceiveSome,
    Return,
    SendBytes,
    Serve,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.outcome import Outcome, show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.run.observation import RunOptions
from conformance.testing import check_address
from conformance.wire.address import Address
from conformance.wire.client import Worker

RUNTIMES = ("gevent", "eventlet", "twisted", "tornado", "tinyio", "newio", "cothread", "asyncgui")
GREEN = ("gevent", "eventlet")
CANCELLING = ("gevent", "eventlet", "twisted", "asyncgui")
UNSAID = {
    "gevent": {"groups", "group_requests", "late_child"},
    "eventlet": {"groups", "group_requests", "late_child"},
    "twisted": {"groups", "group_requests", "late_child"},
}
"""What there is nothing to say of: they have no groups, and those of the adapters are composed."""


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A worker for the runtime; skips what is not installed."""
    address: str = request.param
    if find_spec(address) is None:
        pytest.skip(f"{address} is not installed")
    with Worker(Address.parse(address)) as started:
        yield started


def run(
    worker: Worker, *main: tuple[Op, ...], events: tuple[str, ...] = (), **tasks: tuple[Op, ...]
) -> Outcome:
    """What a program shows on a virtual clock: `main` in blocks, one after the other."""
    ops = tuple(op for block in main for op in block)
    return worker.run(Program({"main": ops, **tasks}, events=events), RunOptions()).outcome


def log(outcome: Outcome, task: str) -> list[str]:
    """A task's log, without its times."""
    return [entry.text for entry in outcome.task(task).log]


@pytest.mark.parametrize("address", RUNTIMES)
def test_the_contract_is_kept(address: str) -> None:
    """`conformance check` has nothing to teach these adapters."""
    if find_spec(address) is None:
        pytest.skip(f"{address} is not installed")
    failed = [item for item in check_address(address) if item.lesson or item.untried]
    assert {item.name for item in failed} <= {"the other ops"}, failed


@pytest.mark.parametrize("address", [*CANCELLING, "tornado", "newio", "cothread"])
def test_every_declared_answer_is_cited(address: str) -> None:
    """An answer without a citation is only where the library has no such thing."""
    if find_spec(address) is None:
        pytest.skip(f"{address} is not installed")
    declared: Semantics = import_module(f"runtimes.on_{address}_semantics").SEMANTICS
    default = Semantics()
    uncited = {
        item.name
        for item in fields(Semantics)
        if item.name not in declared.citations
        and getattr(declared, item.name) != getattr(default, item.name)
    }
    assert uncited - {"citations"} <= UNSAID.get(address, set())


@pytest.mark.parametrize("worker", CANCELLING, indirect=True)
def test_what_main_leaves_behind_is_abandoned_and_disturbs_no_later_run(worker: Worker) -> None:
    """An orphan takes no step after main's end, and the next run starts clean."""
    orphan = (Attempt((Sleep(5), Note("woke")), finally_=(Note("cleaned"),)),)
    for _ in range(3):
        outcome = run(worker, (Spawn("a"), Checkpoint()), a=orphan)
        assert outcome.ending == "completed"
        assert outcome.task("a").end == "blocked: sleep 5"
        assert log(outcome, "a") == []


@pytest.mark.parametrize("worker", RUNTIMES, indirect=True)
def test_a_deadlock_is_told_and_the_next_run_is_sound(worker: Worker) -> None:
    """Nobody can go on: the run ends as deadlocked, and so does not the one after it."""
    stuck = run(worker, (Spawn("a"), Wait("e")), events=("e",), a=(Wait("e"),))
    assert stuck.ending == "deadlocked"
    assert {task.end for _, task in stuck.tasks} == {"blocked: wait e"}
    sound = run(worker, (Spawn("a"), Join("a")), a=(Sleep(1000), Return(7)))
    assert log(sound, "main") == ["got 7"]
    assert sound.task("main").tick == 1000


@pytest.mark.parametrize("worker", GREEN, indirect=True)
def test_a_timeout_is_a_cancellation_inside_its_block_and_an_error_beyond(worker: Worker) -> None:
    """Clean-up of the block sees a cancellation; whoever is around it an error, named Timeout."""
    block = FailAfter(1, (Attempt((Sleep(5),), on_cancel=(Note("told"), Raise("E"))),))
    reraised = run(worker, (Attempt((block,), on_error=()),))
    assert log(reraised, "main") == ["caught Cancelled", "told", "caught E"]
    passing = FailAfter(1, (Attempt((Sleep(5),), finally_=(Note("left"),)),))
    failed = run(worker, (Attempt((passing,), on_error=(Note("failed"),), on_cancel=()),))
    assert log(failed, "main") == ["left", "caught Timeout", "failed"]


@pytest.mark.parametrize("worker", GREEN, indirect=True)
def test_an_outer_timeout_passes_through_an_inner_block(worker: Worker) -> None:
    """A Timeout is swallowed, and marked as an error, by its own block alone."""
    inner = FailAfter(9, (Attempt((Sleep(20),), on_cancel=(Note("told"), Sleep(1))),))
    outcome = run(worker, (MoveOnAfter(2, (inner, Note("inside"))), Note("after")))
    assert log(outcome, "main") == ["caught Cancelled", "told", "inside", "after"]
    plain = run(worker, (MoveOnAfter(2, (FailAfter(9, (Sleep(20),)),)), Note("after")))
    assert log(plain, "main") == ["scope expired", "after"]


@pytest.mark.parametrize(
    "worker", ["gevent", "eventlet", "twisted", "tornado", "newio"], indirect=True
)
def test_time_does_not_jump_over_what_is_on_its_way(worker: Worker) -> None:
    """Connections are made and bytes received within one tick, whatever timers are pending."""
    echo = (Accept("s", "l"), ReceiveSome("s", 1), SendBytes("s", "yy"), Close("s"))
    alarm = (Sleep(1), Note("late"))
    client = (Connect("c", "l"), SendBytes("c", "x"), ReceiveSome("c", 2), Close("c"))
    for _ in range(5):
        outcome = run(
            worker,
            (Listen("l"), Spawn("b"), Spawn("a")),
            (*client, Join("a")),
            a=echo,
            b=alarm,
        )
        assert log(outcome, "main") == ["got 'yy'"]
        assert outcome.task("main").tick == 0


@pytest.mark.parametrize("worker", ["twisted"], indirect=True)
def test_a_deferred_is_spent_by_the_first_who_waits(worker: Worker) -> None:
    """Who joins while another waits gets nothing, and the adapter makes up for none of it."""
    outcome = run(
        worker,
        (Spawn("a"), Spawn("b"), Spawn("c"), Sleep(3)),
        a=(Sleep(1), Return(7)),
        b=(Join("a"),),
        c=(Join("a"),),
    )
    assert (log(outcome, "b"), log(outcome, "c")) == (["got 7"], [])
    assert outcome.task("c").end == "returned"


@pytest.mark.parametrize("worker", ["eventlet"], indirect=True)
def test_a_killed_task_is_told_inside_the_call(worker: Worker) -> None:
    """`kill` throws there and then: what need not wait in the clean-up is over when it returns."""
    outcome = run(
        worker,
        (Spawn("a"), Sleep(1), Cancel("a"), Note("called"), Attempt((Join("a"),), on_cancel=())),
        a=(Attempt((Sleep(5),), on_cancel=()), Return(1)),
    )
    assert outcome.task("a").end == "returned 1"
    assert log(outcome, "main") == ["called", "got 1"]


@pytest.mark.parametrize("worker", ["tornado"], indirect=True)
def test_the_end_of_a_stream_is_told_apart_from_a_reset_and_from_ones_own_close(
    worker: Worker,
) -> None:
    """Tornado has one error for the three; the adapter notes which it was, and invents none."""

    def told(*ends: Op) -> list[str]:
        opened = (Listen("l"), Connect("c", "l"), Accept("s", "l"))
        rest = (ReceiveExactly("s", 2), ReceiveSome("s", 1), SendBytes("s", "y"))
        tried = tuple(Attempt((op,), on_error=()) for op in rest)
        return log(run(worker, opened, ends, (Sleep(1),), tried), "main")

    ended = told(SendBytes("c", "x"), Close("c"))
    assert ended == ["caught IncompleteRead", "got 'x'", "caught Broken"]
    assert told(Abort("c")) == ["caught Broken"] * 3
    assert told(Close("s")) == ["caught Closed"] * 3


@pytest.mark.parametrize("worker", ["tornado"], indirect=True)
def test_sleeps_are_exact_though_tornado_reckons_from_the_wall_clock(worker: Worker) -> None:
    """`IOLoop.time` is `time.time`; on virtual time it is the loop's, and no tick is missed."""
    outcome = run(worker, (Spawn("a"), Sleep(3), Join("a")), a=(Sleep(1), Sleep(1000)))
    assert outcome.task("main").tick == 1001


@pytest.mark.parametrize("worker", ["tornado"], indirect=True)
def test_a_servers_handler_that_fails_is_reported(worker: Worker) -> None:
    """Tornado logs the error of `handle_stream`; nobody else is told."""
    opened = (Listen("l"), Spawn("a"), Sleep(1), Handler("h", "s", "l"), Connect("c", "l"))
    main = (*opened, Sleep(1), Cancel("a"))
    program = Program({"main": main, "a": (Serve("l"),), "h": (Raise("E"),)})
    assert "reported: unhandled E" in show_outcome(worker.run(program, RunOptions()).outcome)


@pytest.mark.parametrize("worker", ["newio"], indirect=True)
def test_newios_timeout_is_a_cancellation_inside_its_block_and_an_error_beyond(
    worker: Worker,
) -> None:
    """`timeout_after` swallows what it threw; the composed `fail_after` raises where it did, and only there."""
    block = FailAfter(1, (Attempt((Sleep(5),), on_cancel=(Note("told"),)), Note("inside")))
    swallowed = run(worker, (Attempt((block,), on_error=()),))
    assert log(swallowed, "main") == ["caught Cancelled", "told", "inside"]
    outer = MoveOnAfter(2, (FailAfter(9, (Sleep(20),)), Note("inside")))
    assert log(run(worker, (outer, Note("after"))), "main") == ["scope expired", "after"]
    failed = run(worker, (Attempt((FailAfter(1, (Sleep(5),)),), on_error=()),))
    assert log(failed, "main") == ["caught Timeout"]


@pytest.mark.parametrize("worker", ["newio"], indirect=True)
def test_newios_kernel_wakes_for_a_timer_that_is_far_away(worker: Worker) -> None:
    """It polls every second at least; a virtual clock jumps to the timer, and no tick is missed."""
    outcome = run(worker, (Spawn("a"), Sleep(3), Join("a")), a=(Sleep(700), Sleep(40_000)))
    assert outcome.task("main").tick == 40_700


@pytest.mark.parametrize("worker", ["newio"], indirect=True)
def test_a_newio_task_can_cancel_itself_before_its_parent_has_its_handle(worker: Worker) -> None:
    """A new task runs before `spawn` returns: it knows itself by `current_task()`."""
    told = Attempt((Sleep(5),), on_cancel=(Note("told"),))
    outcome = run(worker, (Spawn("a"), Join("a")), a=(Cancel("a"), told, Return(1)))
    assert log(outcome, "a") == ["caught Cancelled", "told"]
    assert log(outcome, "main") == ["got 1"]
