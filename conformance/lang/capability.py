"""What a program needs of a runtime, computed from its ops and their arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from conformance.lang import ops
from conformance.lang.program import Program

Support: TypeAlias = Literal["native", "composed"]
Capabilities: TypeAlias = Mapping[str, Support]
"""What a runtime has: op kinds and the special capabilities below, and how it comes by them."""

SPECIAL = {
    "sleep:negative": "sleep takes a negative duration",
    "sleep:infinite": "sleep takes math.inf",
    "deadline:negative": "move_on_after and fail_after take a negative duration",
    "deadline:infinite": "move_on_after and fail_after take math.inf",
    "cancel:self": "a task can cancel itself through its handle",
    "cleanup:waits": "a cancelled task may wait in its clean-up",
}


def needs(program: Program) -> frozenset[str]:
    """The capabilities that the program needs: its op kinds, and what its arguments ask for."""
    return frozenset(need for path, op in program.walk() for need in _op_needs(path[0], op))


def _op_needs(task: str, op: ops.Op) -> Iterator[str]:
    yield op.kind
    if isinstance(op, ops.Sleep | ops.SleepUntil | ops.MoveOnAfter | ops.FailAfter):
        ticks = op.tick if isinstance(op, ops.SleepUntil) else op.ticks
        noun = "deadline" if isinstance(op, ops.MoveOnAfter | ops.FailAfter) else "sleep"
        if ticks < 0:
            yield f"{noun}:negative"
        if ticks == float("inf"):
            yield f"{noun}:infinite"
    if isinstance(op, ops.Cancel) and op.task == task:
        yield "cancel:self"


def missing(program: Program, capabilities: Capabilities) -> tuple[str, ...]:
    """What the program needs and the runtime lacks, sorted."""
    return tuple(sorted(needs(program) - set(capabilities)))
