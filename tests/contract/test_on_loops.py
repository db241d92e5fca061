"""Other loops and libraries of asyncio's family: the same programs, in worker processes of their own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.lang.ops import (
    Accept,
    Attempt,
    Cancel,
    Checkpoint,
    Close,
    Connect,
    FailAfter,
    Join,
    Listen,
    MoveOnAfter,
    Note,
    Op,
    Receive,
    ReceiveExactly,
    Send,
    SendBytes,
    Shield,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Channel, Program
from conformance.run.observation import RunOptions
from conformance.wire.address import Address
from conformance.wire.client import Worker

NEW_ENOUGH = sys.version_info >= (3, 12)
LOOPS = ("rloop", "zloop", "blazio", "loopmini")  # veloxloop has no virtual clock
LIBRARIES = {
    "asyncio-gevent": "asyncio_gevent",
    "quattro": "quattro",
    "aiotools": "aiotools",
    "trio-asyncio": "trio_asyncio",
    "tornado": "tornado",
}


def started(address: str, module: str) -> Worker:
    """A worker, or a skip where the runtime is not installed."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    return Worker(Address.parse(address))


@pytest.fixture(params=[*LOOPS, *LIBRARIES])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """Each of them that is installed."""
    with started(request.param, LIBRARIES.get(request.param, request.param)) as found:
        found.start()
        yield found


def shown(worker: Worker, program: Program) -> str:
    """The outcome of one run on virtual time."""
    return show_outcome(worker.run(program, RunOptions(), limit=30).outcome)


def test_timers_are_exact(worker: Worker) -> None:
    """Sleeps, nested deadlines and a time-out meet their ticks on virtual time."""
    body: tuple[Op, ...] = (
        MoveOnAfter(3, (Sleep(5),)),
        Sleep(2),
        Attempt((FailAfter(2, (MoveOnAfter(9, (Sleep(20),)),)),), on_error=(Note("late"),)),
    )
    told = "main: scope expired@3, caught Timeout@7, late@7, returned@7"
    assert shown(worker, Program({"main": body})) == told


def test_tasks_queues_and_cancels(worker: Worker) -> None:
    """An item goes from task to task, and a cancelled one cleans up."""
    program = Program(
        {
            "main": (
                Spawn("a"),
                Spawn("b"),
                Sleep(1),
                Send("c", 7),
                Join("a"),
                Cancel("b"),
                Sleep(1),
            ),
            "a": (Receive("c"),),
            "b": (Attempt((Sleep(9),), on_cancel=(Checkpoint(), Note("clean"))),),
        },
        channels={"c": Channel(1)},
    )
    assert shown(worker, program) == (
        "main: returned@2; a: got 7@1, returned@1; b: caught Cancelled@1, clean@1, returned@1"
    )


def test_bytes_arrive(worker: Worker) -> None:
    """A megabyte arrives whole, and no virtual time passes."""
    program = Program(
        {
            "main": (Listen("l"), Spawn("a"), Accept("s", "l"), ReceiveExactly("s", 1_000_000)),
            "a": (Connect("c", "l"), SendBytes("c", "0123456789", 100_000), Sleep(1), Close("c")),
        }
    )
    told = shown(worker, program)
    assert told.startswith("main: got 1000000 bytes crc ")
    assert "blocked" not in told


def test_a_deadlock_is_told(worker: Worker) -> None:
    """When nothing can go on the run ends, and says who waits for what."""
    body = (MoveOnAfter(3, (Wait("e"),)),)
    program = Program({"main": (Spawn("a"), Wait("e")), "a": body}, ("e",))
    assert shown(worker, program) == (
        "main: blocked: wait e; a: scope expired@3, returned@3; deadlocked"
    )


def test_a_shield_of_aiotools_tells_at_its_end() -> None:
    """A cancel that `aiotools.ShieldScope` has deferred is raised where the scope ends."""
    program = Program(
        {
            "main": (Spawn("a"), Checkpoint(), Cancel("a"), Sleep(5)),
            "a": (Attempt((Shield((Sleep(3),)), Note("missed")), on_cancel=(Note("told"),)),),
        }
    )
    with started("aiotools", "aiotools") as worker:
        worker.start()
        assert (
            shown(worker, program) == "main: returned@5; a: caught Cancelled@3, told@3, returned@3"
        )


@pytest.fixture
def wait_for() -> Iterator[Worker]:
    """`asyncio:wait_for`."""
    if not NEW_ENOUGH:
        pytest.skip("asyncio:wait_for needs CPython 3.12")
    with Worker(Address.parse("asyncio:wait_for")) as found:
        found.start()
        yield found


def test_wait_for_leaves_out_a_body_that_is_too_late(wait_for: Worker) -> None:
    """A deadline of zero leaves the body out, clean-up included, and what follows goes on."""
    late = FailAfter(0, (Attempt((Note("never"), Sleep(1)), finally_=(Note("nor"),)),))
    program = Program({"main": (Attempt((late,), on_error=()), Note("on"), Sleep(1))})
    assert shown(wait_for, program) == "main: caught Timeout, on, returned@1"


def test_wait_for_nests(wait_for: Worker) -> None:
    """The outer deadline cuts the inner body, whose clean-up takes its time; errors get through."""
    inner = FailAfter(9, (Attempt((Sleep(20),), finally_=(Sleep(2), Note("clean"))),))
    program = Program({"main": (Attempt((FailAfter(3, (inner,)),), on_error=()), Note("on"))})
    assert shown(wait_for, program) == "main: clean@5, caught Timeout@5, on@5, returned@5"


def test_wait_for_is_torn_down(wait_for: Worker) -> None:
    """A deadlock inside is told, and the worker goes on with the next run."""
    program = Program({"main": (FailAfter(10**7, (FailAfter(10**7, (Wait("e"),)),)),)}, ("e",))
    for _ in range(2):
        assert shown(wait_for, program) == "main: blocked: wait e; deadlocked"


TASKS = Path("/proc/self/task")
"""The threads of a process, those that Python does not know of too."""
LEFT_BY_RUNS = f"""
import gc, pathlib
from conformance.interpreter import run_program
from conformance.lang.ops import RunInThread, Spawn, Join
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.on_veloxloop import Veloxloop

program = Program({{"main": (Spawn("a"), Join("a")), "a": (RunInThread("t"),), "t": ()}})
runtime, left = Veloxloop(), []
for _ in range(4):
    run_program(program, runtime, RunOptions(virtual=False))
    gc.collect()
    left.append(len(list(pathlib.Path({str(TASKS)!r}).iterdir())))
print(*left)
"""


@pytest.mark.skipif(
    not TASKS.exists(), reason="only Linux tells of threads that Python does not know"
)
def test_the_threads_of_earlier_runs_on_veloxloop_are_gone() -> None:
    """A closed loop keeps the threads of its executor (finding 055), so the adapter keeps no more than the last one."""
    if importlib.util.find_spec("veloxloop") is None:
        pytest.skip("veloxloop is not installed")
    ran = subprocess.run(
        [sys.executable, "-c", LEFT_BY_RUNS], capture_output=True, text=True, timeout=60, check=True
    )
    first, *later = map(int, ran.stdout.split())
    assert first > 1, "the loop has no threads of its own: finding 055 is mended"
    assert max(later) == first
