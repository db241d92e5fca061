"""Programs that runtimes with trio's kind of cancellation perform alike, for adapters' tests."""

from __future__ import annotations

import gc
from math import inf
from typing import Any, NamedTuple

import pytest

from conformance.adapter.core import Runtime
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.outcome import Outcome, show_outcome
from conformance.lang.program import Channel, Program
from conformance.run.observation import RunOptions


class Claim(NamedTuple):
    """A program, and what it must show (`show_outcome`); `why` says what that proves."""

    why: str
    program: Program
    shows: str


def run(runtime: Runtime, program: Program, **options: Any) -> Outcome:
    """One run, and nothing left of it: warnings are errors here, also those of garbage."""
    outcome = run_program(program, runtime, RunOptions(**options)).outcome
    gc.collect()
    return outcome


def caught(*body: ops.Op) -> ops.Op:
    """Log the error of `body` and go on."""
    return ops.Attempt(tuple(body), on_error=())


def program(*main: ops.Op, objects: dict[str, Any] | None = None, **tasks: Any) -> Program:
    """A program by its tasks."""
    return Program({"main": main, **tasks}, **(objects or {}))


EVENT = {"events": ("e",)}

ECHO = program(
    ops.Listen("l"),
    ops.Spawn("s"),
    ops.Connect("c", "l"),
    ops.SendBytes("c", "abcdefghij", 10_000),
    ops.SendEof("c"),
    ops.ReceiveUntilEof("c"),
    ops.Close("c"),
    ops.Join("s"),
    s=(
        ops.Accept("d", "l"),
        ops.MoveOnAfter(1, (ops.ReceiveExactly("d", 100_000),)),
        ops.SendBytes("d", "abcdefghij", 10_000),
        ops.Close("d"),
    ),
)

DEADLINES = program(
    ops.MoveOnAfter(5, (ops.Sleep(inf),)),
    caught(ops.FailAfter(2, (ops.Sleep(10),))),
    ops.SleepUntil(20),
    ops.Block_(3),
    ops.Note("late"),
    ops.Sleep(1),
)

LEVEL = program(
    ops.Spawn("a"),
    ops.Sleep(1),
    ops.Cancel("a"),
    caught(ops.Join("a")),
    a=(
        ops.Attempt(
            (ops.Sleep(9),),
            on_cancel=(ops.Attempt((ops.Sleep(9),), on_cancel=(ops.Note("again"),)),),
        ),
        ops.Checkpoint(),
        ops.Note("never"),
    ),
)

CLAIMS = (
    Claim("time jumps to each deadline exactly", DEADLINES, "main: scope expired@5,"
          " caught Timeout@7, late@23, returned@24"),
    Claim("the horizon ends waits inside shields and groups", program(
        ops.Group("g", (
            ops.Spawn("a", "g"),
            ops.Shield((ops.Group("h", (ops.Spawn("b", "h"),)),)),
        )),
        a=(ops.Shield((ops.MoveOnAfter(1e9, (ops.Wait("e"),)),)),),
        b=(ops.Attempt((ops.Shield((ops.Wait("e"),)),), finally_=(ops.Note("never"),)),),
        objects=EVENT,
    ), "main: blocked: group h; a: blocked: wait e; b: blocked: wait e; deadlocked"),
    Claim("a task that main leaves behind is awaited", program(
        ops.Spawn("a"), ops.Return(1), a=(ops.Sleep(3), ops.Note("late"))
    ), "main: returned 1; a: late@3, returned@3"),
    Claim("a task that main leaves behind by an error is cancelled", program(
        ops.Spawn("a"), ops.Sleep(1), ops.Raise("E"), a=(ops.Sleep(3), ops.Note("late"))
    ), "main: raised E@1; a: cancelled@1"),
    Claim("the same when main is cancelled", program(
        ops.Spawn("a"), ops.Cancel("main"), ops.Sleep(1), a=(ops.Sleep(3), ops.Note("late"))
    ), "main: cancelled; a: cancelled"),
    Claim("a failing task outside a group does not tear main down", program(
        ops.Spawn("a"), ops.Sleep(1), ops.Return(1), a=(ops.Raise("E"),)
    ), "main: returned 1@1; a: raised E"),
    Claim("a cancelled task is told at every cancel point", LEVEL, "main: caught"
          " JoinError(Cancelled)@1, returned@1; a: caught Cancelled@1, caught Cancelled@1,"
          " again@1, cancelled@1"),
    Claim("a task cancelled before its first step runs to its first cancel point", program(
        ops.Spawn("a"), ops.Cancel("a"), a=(ops.Note("ran"), ops.Checkpoint(), ops.Note("never"))
    ), "main: returned; a: ran, cancelled"),
    Claim("the joiner of a task that is cancelled in a group of its own is told of that, not cancelled", program(
        ops.MoveOnAfter(1, (ops.Group("g", (ops.Spawn("a", "g"), ops.Spawn("b", "g"))),)),
        a=(ops.Shield((caught(ops.Join("b")),)),), b=(ops.Group("h", (ops.Sleep(9),)),),
    ), "main: scope expired@1, returned@1; a: caught JoinError(Cancelled)@1, returned@1; b: cancelled@1"),
    Claim("one child of a group can be cancelled by itself", program(
        ops.Group("g", (ops.Spawn("a", "g"), ops.Spawn("b", "g"), ops.Sleep(1), ops.Cancel("a"))),
        a=(ops.Sleep(5),),
        b=(ops.Sleep(3),),
    ), "main: returned@3; a: cancelled@1; b: returned@3"),
    Claim("a task can cancel itself", program(
        ops.Spawn("a"), a=(ops.Cancel("a"), ops.Note("on"), ops.Checkpoint(), ops.Note("never"))
    ), "main: returned; a: on, cancelled"),
    Claim("a full and an empty channel have their names", program(
        ops.SendNowait("c", 1),
        caught(ops.SendNowait("c", 2)),
        ops.Receive("c"),
        caught(ops.ReceiveNowait("c")),
        objects={"channels": {"c": Channel(1)}},
    ), "main: caught Full, got 1, caught Empty, returned"),
    Claim("misuse of a lock has its name", program(
        caught(ops.Release("l")),
        ops.Acquire("l"),
        caught(ops.Acquire("l")),
        objects={"locks": ("l",)},
    ), "main: caught Misuse, caught Misuse, returned"),
    Claim("100 kB go both ways, and no deadline comes early", ECHO, "main: got 100000 bytes crc"
          " fb071b2b, returned; s: got 100000 bytes crc fb071b2b, returned"),
    Claim("refused, reset, and closed by ourselves have their names", program(
        ops.Listen("l"),
        ops.Connect("c", "l"),
        ops.Accept("d", "l"),
        ops.CloseListener("l"),
        caught(ops.Connect("x", "l")),
        ops.Abort("c"),
        caught(ops.ReceiveSome("d", 5)),
        caught(ops.ReceiveSome("c", 5)),
    ), "main: caught Refused, caught Broken, caught Closed, returned"),
    Claim("an early end of the stream has its name", program(
        ops.Listen("l"),
        ops.Connect("c", "l"),
        ops.Accept("d", "l"),
        ops.SendBytes("c", "ab"),
        ops.Close("c"),
        caught(ops.ReceiveExactly("d", 3)),
        ops.ReceiveSome("d", 1),
    ), "main: caught IncompleteRead, got '', returned"),
    Claim("a second receive is busy; a close ends the first", program(
        ops.Listen("l"),
        ops.Connect("c", "l"),
        ops.Accept("d", "l"),
        ops.Spawn("a"),
        ops.Sleep(1),
        caught(ops.ReceiveSome("d", 5)),
        ops.Close("d"),
        a=(caught(ops.ReceiveSome("d", 5)),),
    ), "main: caught Busy@1, returned@1; a: caught Closed@1, returned@1"),
    Claim("sockets that nobody closes, or waits at for ever, are no hindrance", program(
        ops.Listen("l"),
        ops.Connect("c", "l"),
        ops.Accept("d", "l"),
        ops.Spawn("a"),
        ops.Sleep(1),
        a=(ops.Accept("e", "l"),),
    ), "main: returned@1; a: blocked: accept e l; deadlocked"),
)  # fmt: skip

every_claim = pytest.mark.parametrize(
    "claim", CLAIMS, ids=lambda claim: claim.why.replace(" ", "-")
)


def check(runtime: Runtime, claim: Claim, capfd: pytest.CaptureFixture[str]) -> None:
    """The claim holds, twice in a row, and nothing is printed."""
    for _ in range(2):
        assert show_outcome(run(runtime, claim.program)) == claim.shows
    assert capfd.readouterr() == ("", "")
