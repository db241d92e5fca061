"""Small programs by which `conformance.testing` tries an adapter's ops: scopes, starts, context variables."""

from __future__ import annotations

from typing import Final

from conformance.lang import ops
from conformance.lang.pattern import Pattern, ends, has, logs
from conformance.lang.program import Program

_LONG: Final = ops.Sleep(9)


def _with(*body: ops.Op, **tasks: tuple[ops.Op, ...]) -> Program:
    return Program({"main": body, **tasks}, variables=("v",))


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
)
"""For each op: its kind, a program, and what every runtime that has the op shows."""
