from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from conformance.errors import NotStarted
from conformance.lang.ops import (
    Abort,
    Accept,
    Acquire,
    Attempt,
    Block,
    Block_,
    Cancel,
    Checkpoint,
    Close,
    CloseListener,
    Connect,
    Exit,
    FailAfter,
    GetVariable,
    Group,
    Interrupt,
    Join,
    Listen,
    Log,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    Receive,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    Release,
    Return,
    Send,
    SendBytes,
    SendEof,
    Set,
    SetVariable,
    Shield,
    Sleep,
    SleepUntil,
    Spawn,
    Wait,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Channel, Program
from conformance.run.observation import RunOptions
from conformance.wire.address import Address
from conformance.wire.client import Worker
from runtimes.on_curio_semantics import CITATIONS, SEMANTICS

pytestmark = pytest.mark.skipif(find_spec("curio") is None, reason="curio is not installed")

OTHER = os.environ.get("CONFORMANCE_OTHER_PYTHON", "")
VIRTUAL = RunOptions(seed=1)


@pytest.fixture(scope="module", params=["", OTHER or "other"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A runtime in a worker process, under our own interpreter and under another."""
    if request.param == "other":
        pytest.skip("CONFORMANCE_OTHER_PYTHON names no other interpreter")
    with Worker(Address.parse(f"curio@{request.param}" if request.param else "curio")) as worker:
        yield worker


def show(worker: Worker, program: Program, options: RunOptions = VIRTUAL) -> str:
    """What one run shows, in one line."""
    return show_outcome(worker.run(program, options).outcome)


def attempt(*body: Op, on_error: Block | None = (), on_cancel: Block | None = None) -> Attempt:
    """An attempt that catches errors."""
    return Attempt(body, on_error=on_error, on_cancel=on_cancel)


def two(main: Block, a: Block, **shared: tuple[str, ...]) -> Program:
    """A program of two tasks; main spawns `a` first."""
    return Program({"main": (Spawn("a"), *main), "a": a}, **shared)  # type: ignore[arg-type]


def alone(*main: Op) -> Program:
    """A program of one task."""
    return Program({"main": main})


def connected(main: Block, peer: Block) -> Program:
    """Main has accepted `s` from `peer`, which has connected `k`."""
    opening = (Listen("l"), Spawn("peer"), Accept("s", "l"))
    return Program(
        {"main": (*opening, *main, Join("peer")), "peer": (Connect("k", "l"), *peer, Close("k"))}
    )


TASKS = {
    "a join returns the value": (
        two((Join("a"),), (Return(5),)),
        "main: got 5, returned; a: returned 5",
    ),
    "a join wraps the error": (
        two((attempt(Join("a")),), (Raise("E"),)),
        "main: caught JoinError(E), returned; a: raised E",
    ),
    "a join of a cancelled task is an error": (
        two((Checkpoint(), Cancel("a"), attempt(Join("a"))), (Sleep(5),)),
        "main: caught JoinError(Cancelled), returned; a: cancelled",
    ),
    "a cancel waits for the end": (
        two(
            (Checkpoint(), Cancel("a"), Note("done")),
            (Attempt((Sleep(100),), finally_=(Sleep(5),)),),
        ),
        "main: done@5, returned@5; a: cancelled@5",
    ),
    "a cancel before the first step": (
        two((Cancel("a"),), (Note("ran"), Checkpoint(), Note("on"))),
        "main: returned; a: ran, cancelled",
    ),
    "a cancel of oneself": (
        two((Join("a"),), (attempt(Cancel("a"), on_cancel=(Note("told"),)),)),
        "main: returned; a: caught Cancelled, told, returned",
    ),
    "a shield defers": (
        two(
            (Checkpoint(), Cancel("a")),
            (Shield((Sleep(3), Note("s"))), Note("after"), Checkpoint(), Note("no")),
        ),
        "main: returned@3; a: s@3, after@3, cancelled@3",
    ),
    "a group collects": (
        Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(2), Note("body"))),),
                "a": (Sleep(1), Raise("E")),
                "b": (Sleep(50),),
            }
        ),
        "main: body@2, returned@2; a: raised E@1; b: cancelled@2",
    ),
    "an orphan is cancelled, and may clean up": (
        two((Checkpoint(), Return(3)), (attempt(Sleep(9), on_cancel=(Sleep(2), Note("d"))),)),
        "main: returned 3; a: caught Cancelled, d@2, returned@2",
    ),
    "main's own error is no news": (
        two((Checkpoint(), Raise("E")), (Sleep(9),)),
        "main: raised E; a: cancelled",
    ),
}

TIME = {
    "the block of a deadline is cancelled": (
        alone(attempt(FailAfter(2, (attempt(Sleep(9), on_cancel=(Note("in"),)),)))),
        "main: caught Cancelled@2, in@2, returned@2",
    ),
    "and then fails": (
        alone(attempt(FailAfter(2, (attempt(Sleep(9)),)))),
        "main: caught Timeout@2, returned@2",
    ),
    "a deadline that moves on": (
        alone(MoveOnAfter(2, (Sleep(9),)), Note("x")),
        "main: scope expired@2, x@2, returned@2",
    ),
    "of two deadlines the outer one fails": (
        alone(attempt(FailAfter(2, (attempt(FailAfter(5, (Sleep(9),))),)))),
        "main: caught Timeout@2, returned@2",
    ),
    "a time-out that leaves two blocks": (
        alone(attempt(FailAfter(5, (FailAfter(2, (Sleep(9),)),)))),
        "main: caught UncaughtTimeoutError@2, returned@2",
    ),
    "a deadline in the past": (
        alone(MoveOnAfter(-1, (Sleep(1), Note("no")))),
        "main: scope expired, returned",
    ),
    "sleeping backwards": (
        alone(Sleep(-1), SleepUntil(4), Note("y"), SleepUntil(1)),
        "main: y@4, returned@4",
    ),
    "holding the kernel up": (
        alone(attempt(FailAfter(3, (Block_(5), Note("b"), Sleep(1))))),
        "main: b@5, caught Timeout@5, returned@5",
    ),
}

SHARED = {
    "a lock has no owner": (
        two(
            (Acquire("x"), Join("a"), attempt(Release("x"))),
            (Release("x"),),
            locks=("x",),
        ),
        "main: caught Misuse, returned; a: returned",
    ),
    "nothing more can happen": (
        two((Checkpoint(), Cancel("a")), (Shield((Wait("e"),)),), events=("e",)),
        "main: blocked: cancel a; a: blocked: wait e; deadlocked",
    ),
    "a channel of one": (
        Program(
            {
                "main": (Spawn("a"), Send("c", 1), Send("c", 2), Note("sent"), Join("a")),
                "a": (Sleep(1), Receive("c"), Receive("c")),
            },
            channels={"c": Channel(1)},
        ),
        "main: sent@1, returned@1; a: got 1@1, got 2@1, returned@1",
    ),
}

TCP = {
    "bytes, and their end": (
        connected(
            (ReceiveExactly("s", 2), ReceiveUntilEof("s"), SendBytes("s", "z"), Close("s")),
            (SendBytes("k", "abc"), SendEof("k"), ReceiveUntilEof("k")),
        ),
        "main: got 'ab', got 'c', returned; peer: got 'z', returned",
    ),
    "an early end": (
        connected((attempt(ReceiveExactly("s", 5)), Close("s")), (SendBytes("k", "abc"),)),
        "main: caught IncompleteRead, returned; peer: returned",
    ),
    "a reset": (
        connected((attempt(ReceiveSome("s", 5)), Close("s")), (Abort("k"),)),
        "main: caught Broken, returned; peer: returned",
    ),
    "a slow reader": (
        connected(
            (Sleep(5), ReceiveUntilEof("s"), Close("s")),
            (SendBytes("k", "abcdefgh", 500_000), Note("sent")),
        ),
        "main: got 4000000 bytes crc 985fde06@5, returned@5; peer: sent@5, returned@5",
    ),
    "after one's own close": (
        connected(
            (Close("s"), attempt(ReceiveSome("s", 3)), attempt(SendBytes("s", "x"))),
            (),
        ),
        "main: caught Closed, caught Closed, returned; peer: returned",
    ),
    "a wait for bytes that never come": (
        connected((MoveOnAfter(3, (ReceiveSome("s", 1),)), Close("s")), (Sleep(9),)),
        "main: scope expired@3, returned@9; peer: returned@9",
    ),
    "nobody listens": (
        alone(Listen("l"), CloseListener("l"), attempt(Connect("k", "l"))),
        "main: caught Refused, returned",
    ),
    "an accept in vain": (
        alone(Listen("l"), MoveOnAfter(3, (Accept("s", "l"),))),
        "main: scope expired@3, returned@3",
    ),
    "two receive at once": (
        Program(
            {
                "main": (
                    *(Listen("l"), Spawn("peer"), Accept("s", "l"), Spawn("a"), Checkpoint()),
                    *(attempt(ReceiveSome("s", 1)), Join("a"), Close("s")),
                ),
                "peer": (Connect("k", "l"), Sleep(1), SendBytes("k", "z"), Close("k")),
                "a": (ReceiveSome("s", 3),),
            }
        ),
        "main: caught Busy, returned@1; peer: returned@1; a: got 'z'@1, returned@1",
    ),
}


@pytest.mark.parametrize("name", [*TASKS, *TIME, *SHARED, *TCP])
def test_what_curio_shows(worker: Worker, name: str) -> None:
    """Every op is curio's own, and virtual time goes where curio's timers say."""
    program, shows = {**TASKS, **TIME, **SHARED, **TCP}[name]
    assert show(worker, program) == shows
    assert worker.starts == 1


def test_what_curio_is(worker: Worker) -> None:
    """It says where stand-ins were needed for its import."""
    info = worker.start()
    old = info.python_version.startswith("3.11")
    assert info.version == ("1.6" if old else "1.6+stand-ins")
    assert info.file.endswith("curio/__init__.py")
    assert (info.virtual, info.families) == ("keeps timers", frozenset({"curio"}))
    assert {"send_nowait", "receive_nowait", "detach"}.isdisjoint(info.capabilities)
    composed = {op for op, support in info.capabilities.items() if support == "composed"}
    assert composed == {"abort", "sleep_until"}


def test_real_time(worker: Worker) -> None:
    """On curio's own clock, order is the same; a run that cannot go on is stopped."""
    options = RunOptions(virtual=False, tick=0.01, horizon=0.5)
    program = alone(Sleep(1), attempt(FailAfter(1, (Sleep(99),))))
    assert show(worker, program, options) == "main: caught Timeout, returned"
    program = Program({"main": (Wait("e"),)}, events=("e",))
    assert show(worker, program, options) == "main: blocked: wait e; stopped"


def test_a_kernel_that_dies(worker: Worker) -> None:
    """What comes out of curio's kernel is reported: it cannot wait for a huge time."""
    if not sys.platform.startswith("linux"):
        pytest.skip("epoll refuses it, others may not")
    assert show(worker, alone(Sleep(1e10))).endswith("reported: run raised OverflowError")


def test_a_seed_steers(worker: Worker) -> None:
    """Waiters wake in an order of the seed's, and always in the same for the same seed."""
    names = ("a", "b", "c")
    main = (*map(Spawn, names), Sleep(1), Set("e"), Sleep(1))
    waiters = {name: (Wait("e"), Log("awake")) for name in names}
    program = Program({"main": main, **waiters}, events=("e",))
    runs = [[show(worker, program, RunOptions(seed=n)) for n in range(30)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 6


def test_every_answer_is_cited() -> None:
    """Each field of the declared semantics says where it stands."""
    fields = set(SEMANTICS.__dataclass_fields__) - {"citations"}
    assert set(CITATIONS) == fields


def test_a_coroutine_that_is_thrown_away_catches_nothing(worker: Worker) -> None:
    """A group of curio waits again while Python closes it: Python's word about that is no error of the program."""
    tasks = {
        "main": (Spawn("a"), Spawn("b"), Sleep(1)),
        "a": (Exit(),),
        "b": (attempt(Group("g", (Spawn("c", "g"), Spawn("d", "g")))), Checkpoint()),
        "c": (Interrupt(),),
        "d": (),
    }
    shown = show(worker, Program(tasks), RunOptions())
    assert "b: destroyed; c: raised KeyboardInterrupt" in shown


@pytest.mark.parametrize(
    ("flavour", "answer"), [("", "a: returned"), ("universal", "a: cancelled")]
)
def test_a_universal_event_tells_its_waiters_a_round_later(flavour: str, answer: str) -> None:
    """Whoever waits for it may be cancelled in the round in which it is set; an Event's waiter has what it wants."""
    program = two((Checkpoint(), Set("e"), Cancel("a")), (Wait("e"),), events=("e",))
    with Worker(Address.parse(f"curio:{flavour}" if flavour else "curio")) as worker:
        assert answer in show(worker, program)


@pytest.mark.parametrize(("flavour", "seen"), [("", "got 1"), ("context", "got 0")])
def test_a_context_task_has_variables_of_its_own(flavour: str, seen: str) -> None:
    """Its spawner does not see what it sets; the plain task of curio has no context."""
    main = (SetVariable("v", 0), Join("a"), GetVariable("v"))
    program = two(main, (SetVariable("v", 1),), variables=("v",))
    with Worker(Address.parse(f"curio:{flavour}" if flavour else "curio")) as worker:
        for seed in (None, 1):
            assert f"main: {seen}" in show(worker, program, RunOptions(seed=seed))


def test_an_unknown_flavour_is_refused_by_name() -> None:
    """With the flavours that there are."""
    on_curio = pytest.importorskip("runtimes.on_curio")
    with pytest.raises(NotStarted, match="curio has no flavour `lazy`") as refusal:
        on_curio.Curio("lazy")
    assert "`curio:universal`, `curio:context`" in str(refusal.value.hint)
