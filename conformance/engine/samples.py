"""Small programs by which `conformance.testing` tries ops: scopes, starts, context variables, what can be asked."""

from __future__ import annotations

import math
from typing import Final

from conformance.lang import ops
from conformance.lang.pattern import Pattern, ends, has, logs, shared
from conformance.lang.program import Channel, Program

_LONG: Final = ops.Sleep(9)
_LATER: Final = (ops.Checkpoint(),) * 8


def _with(*body: ops.Op, **tasks: tuple[ops.Op, ...]) -> Program:
    return Program({"main": body, **tasks}, variables=("v",))


def _given(*body: ops.Op, permits: int = 1, **tasks: tuple[ops.Op, ...]) -> Program:
    """With an event, a lock, a channel with room for two items and a semaphore."""
    return Program(
        {"main": body, **tasks},
        events=("e",),
        locks=("l",),
        channels={"c": Channel(2)},
        semaphores={"s": permits},
    )


def _channel(capacity: float, *body: ops.Op, **tasks: tuple[ops.Op, ...]) -> Program:
    """With one channel."""
    return Program({"main": body, **tasks}, channels={"c": Channel(capacity)})


def _in_turn(take: ops.Op, give: ops.Op) -> Program:
    """What main has, `a` waits for; it comes when main gives it back."""
    return _given(
        *(take, ops.Spawn("a"), *_LATER, ops.Log("held"), give, *_LATER),
        a=(take, ops.Log("in"), give),
    )


def _group(*body: ops.Op) -> ops.Op:
    return ops.Group("g", body)


SAMPLES: Final[tuple[tuple[str, Program, Pattern], ...]] = (
    ("scope", _with(ops.Scope("s", (ops.Note("in"),)), ops.Note("out")), has(main=["in", "out"])),
    (
        "cancel_scope",
        _with(ops.Scope("s", (ops.CancelScope("s"), _LONG)), ops.Note("out")),
        logs(main=["scope cancelled", "out"]),
    ),
    (
        "cancel_scope:deadline",
        _with(ops.MoveOnAfter(9, (ops.CancelScope("s"), _LONG), "s"), ops.Note("out")),
        has(main="out@0"),
    ),
    (
        "move_deadline",
        _with(
            ops.Attempt((ops.FailAfter(9, (ops.MoveDeadline("d", 1), _LONG), "d"),), on_error=())
        ),
        has(main="caught Timeout@1"),
    ),
    (
        "cancel_called",
        _with(ops.FailAfter(9, (ops.Checkpoint(),), "d"), ops.CancelCalled("d")),
        has(main="got false"),
    ),
    (
        "cancel_pending",
        _with(ops.Spawn("a"), ops.Sleep(1), a=(ops.CancelPending(),)),
        has(a="got false"),
    ),
    (
        "cancelled_caught",
        _with(ops.FailAfter(9, (ops.Checkpoint(),), "d"), ops.CancelledCaught("d")),
        has(main="got false"),
    ),
    (
        "cancel_group",
        _with(_group(ops.Spawn("a", "g"), ops.Sleep(1), ops.CancelGroup("g")), a=(_LONG,)),
        ends(a="cancelled@1", main="returned"),
    ),
    (
        "start",
        _with(
            _group(ops.Start("a", "g"), ops.Note("ready")), a=(ops.Sleep(1), ops.Started(5), _LONG)
        ),
        logs(main=["got 5@1", "ready@1"]),
    ),
    ("done", _with(ops.Spawn("a"), ops.Sleep(1), ops.Done("a"), a=()), has(main="got true")),
    (
        "cancelled",
        _with(ops.Spawn("a"), ops.Sleep(1), ops.Cancelled("a"), a=(_LONG,)),
        has(main="got false"),
    ),
    (
        "cancelling",
        _with(ops.Spawn("a"), ops.Sleep(1), ops.Cancelling("a"), a=(_LONG,)),
        has(main="got 0"),
    ),
    (
        "get_variable",
        _with(
            ops.SetVariable("v", 1),
            ops.GetVariable("v"),
            ops.ResetVariable("v"),
            ops.GetVariable("v"),
        ),
        logs(main=["got 1", "got none"]),
    ),
    (
        "is_set",
        _given(ops.IsSet("e"), ops.Set("e"), ops.IsSet("e")),
        logs(main=["got false", "got true"]),
    ),
    (
        "locked",
        _given(ops.Locked("l"), ops.Acquire("l"), ops.Locked("l"), ops.Release("l")),
        logs(main=["got false", "got true"]),
    ),
    (
        "release",
        _in_turn(ops.Acquire("l"), ops.Release("l")),
        shared("main held", "a in"),
    ),
    (
        "length",
        _given(ops.Length("c"), ops.Send("c", 7), ops.Length("c"), ops.Receive("c")),
        logs(main=["got 0", "got 1", "got 7"]),
    ),
    (
        "channel:bounded",
        _channel(
            2,
            *(ops.Spawn("a"), *_LATER, ops.Log("full"), ops.Receive("c"), ops.Receive("c")),
            *(*_LATER, ops.Receive("c")),
            a=(ops.Send("c", 1), ops.Send("c", 2), ops.Send("c", 3), ops.Log("sent")),
        ),
        shared("main full", "a sent") & has(main=["got 1", "got 2", "got 3"]),
    ),
    (
        "channel:bounded",
        _channel(1, ops.SendNowait("c", 1), ops.Attempt((ops.SendNowait("c", 2),), on_error=())),
        has(main="caught Full"),
    ),
    (
        "channel:rendezvous",
        _channel(
            0,
            *(ops.Spawn("a"), *_LATER, ops.Log("waits"), ops.Receive("c"), *_LATER),
            a=(ops.Send("c", 7), ops.Log("sent")),
        ),
        shared("main waits", "a sent") & has(main="got 7"),
    ),
    (
        "channel:unbounded",
        _channel(math.inf, *(ops.Send("c", 7),) * 4, *(ops.Receive("c"),) * 4),
        has(main=["got 7"] * 4),
    ),
    (
        "acquire_semaphore",
        _in_turn(ops.AcquireSemaphore("s"), ops.ReleaseSemaphore("s")),
        shared("main held", "a in"),
    ),
    (
        "release_semaphore",
        _given(ops.ReleaseSemaphore("s"), ops.AcquireSemaphore("s"), ops.Note("in"), permits=0),
        has(main="in"),
    ),
    (
        "semaphore_value",
        _given(
            ops.SemaphoreValue("s"),
            ops.AcquireSemaphore("s"),
            ops.SemaphoreValue("s"),
            ops.ReleaseSemaphore("s"),
        ),
        logs(main=["got 1", "got 0"]),
    ),
    (
        "clear",
        _given(ops.Set("e"), ops.Clear("e"), ops.Spawn("a"), ops.Wait("e"), a=(ops.Set("e"),)),
        ends(main="returned"),
    ),
    (
        "acquire_nowait",
        _given(
            ops.AcquireNowait("l"),
            ops.Spawn("a"),
            ops.Join("a"),
            ops.Release("l"),
            a=(ops.Attempt((ops.AcquireNowait("l"),), on_error=()),),
        ),
        has(a="caught WouldBlock"),
    ),
)
"""For each op: its kind, a program, and what every runtime that has the op shows."""
