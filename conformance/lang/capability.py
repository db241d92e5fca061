"""What a program needs of a runtime, computed from its ops and their arguments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias, get_args

from conformance.lang import ops
from conformance.lang.check_scopes import handed
from conformance.lang.ops.network import NO_ROOM
from conformance.lang.program import Program

Support: TypeAlias = Literal["native", "composed"]
Capabilities: TypeAlias = Mapping[str, Support]
"""What a runtime has: op kinds and the special capabilities below, and how it comes by them."""

SPECIAL = {
    "sleep:negative": "sleep takes a negative duration",
    "sleep:infinite": "sleep takes math.inf",
    "sleep:nan": "sleep takes math.nan",
    "deadline:negative": "move_on_after and fail_after take a negative duration",
    "deadline:infinite": "move_on_after and fail_after take math.inf",
    "deadline:nan": "move_on_after and fail_after take math.nan",
    "fail_after:one": "a fail_after around a single op that waits has a spelling of its own",
    "spawn:handed": "a group is handed on: who is not in its body starts a task in it, or tries to",
    "cancel:self": "a task can cancel itself through its handle",
    "cancel:grouped": "a scope knows a cancellation that comes in an exception group",
    "cleanup:waits": "a cancelled task may wait in its clean-up",
    "set:again": "an event that is set may be set again",
    "join:self": "a task can try to join itself",
    "main:handle": "main has a handle too: others can cancel and join it",
    "channel:bounded": "a channel holds no more than its capacity, 1 or more: who sends waits for room",
    "channel:rendezvous": "a channel of capacity 0: an item goes from hand to hand",
    "channel:unbounded": "a channel without a bound",
    "cancel_scope:deadline": "the scope of a move_on_after or fail_after can be cancelled by hand",
    "set_limit:zero": "a limiter may have no tokens at all",
    "send_bytes:no_room": "more bytes can be sent at once than a connection takes in while nobody reads them",
    "semaphore:bounded": "a semaphore that refuses more permits than it had at first",
    "thread:abandons": "a wait for a thread can be given up when it is cancelled",
    "thread:waits": "a wait for a thread can outlast a cancellation",
}

ASSUMED = frozenset(
    {
        "set:again",
        "join:self",
        "main:handle",
        "channel:bounded",
        "cancel_scope:deadline",
        "send_bytes:no_room",
    }
)
"""Special capabilities that every runtime has unless it `lacks` them."""

CHANNELS = frozenset({"channel:bounded", "channel:rendezvous", "channel:unbounded"})
"""The kinds of channels: a runtime that has channels has one of them."""

BUILT_IN = frozenset(
    {
        "return", "raise", "raise_group", "attempt", "note", "log", "hold", "open_gate", "handler",
        "peer_connect", "peer_send", "peer_eof", "peer_reset", "peer_close",
    }
)  # fmt: skip
"""Ops that the interpreter performs by itself."""


def needs(program: Program) -> frozenset[str]:
    """The capabilities that the program needs: its op kinds, and what its arguments ask for."""
    needed = {kind.kind for kind in program.kinds()}
    needed.update(need for path, op in program.of(_ASKING) for need in _op_needs(path[0], op))
    if program.channels or program.conditions or program.bounded_semaphores:
        needed.update(need for _, op in program.walk() for need in _object_needs(program, op))
    needed.update(_scope_needs(program))
    starts = program.of({ops.Spawn, ops.Start}) if ops.Group in program.kinds() else ()
    if any(handed(program, path, op) for path, op in starts):  # type: ignore[arg-type]
        needed.add("spawn:handed")
    events = [op.event for _, op in program.of({ops.Set}) if isinstance(op, ops.Set)]
    return frozenset(needed | {"set:again"} if len(set(events)) < len(events) else needed)


def _object_needs(program: Program, op: ops.Op) -> Iterator[str]:
    """What the objects that an op names ask for."""
    channel = program.channels.get(getattr(op, "channel", ""))
    if channel is not None:
        kinds = {0: "rendezvous", math.inf: "unbounded"}
        yield f"channel:{kinds.get(channel.capacity, 'bounded')}"
    if getattr(op, "lock", None) in program.conditions:
        yield "wait_condition"
    if getattr(op, "semaphore", None) in program.bounded_semaphores:
        yield "semaphore:bounded"


def _scope_needs(program: Program) -> Iterator[str]:
    """What the scopes that are cancelled by hand ask for."""
    every = [op for _, op in program.of({ops.CancelScope, ops.MoveOnAfter, ops.FailAfter})]
    deadlines = {op.scope for op in every if isinstance(op, ops.MoveOnAfter | ops.FailAfter)}
    if any(isinstance(op, ops.CancelScope) and op.scope in deadlines for op in every):
        yield "cancel_scope:deadline"


def _op_needs(task: str, op: ops.Op) -> Iterator[str]:
    """What an op's arguments ask for."""
    if isinstance(op, ops.Sleep | ops.SleepUntil | ops.MoveOnAfter | ops.FailAfter):
        ticks = op.tick if isinstance(op, ops.SleepUntil) else op.ticks
        noun = "deadline" if isinstance(op, ops.MoveOnAfter | ops.FailAfter) else "sleep"
        if ticks < 0:
            yield f"{noun}:negative"
        if ticks == float("inf"):
            yield f"{noun}:infinite"
        if math.isnan(ticks):
            yield f"{noun}:nan"
    if isinstance(op, ops.RaiseGroup):
        yield "cancel:grouped"
    if isinstance(op, ops.SendBytes) and op.size() >= NO_ROOM:
        yield "send_bytes:no_room"
    if isinstance(op, ops.SetLimit) and not op.tokens:
        yield "set_limit:zero"
    if isinstance(op, ops.Cancel) and op.task == task:
        yield "cancel:self"
    if isinstance(op, ops.Join) and op.task == task:
        yield "join:self"
    if isinstance(op, _ON_HANDLES) and op.task == "main":
        yield "main:handle"
    if isinstance(op, ops.RunInThread) and op.abandon is not None:
        yield "thread:abandons" if op.abandon else "thread:waits"


_ON_HANDLES = ops.Cancel | ops.Join | ops.Done | ops.Cancelled | ops.Cancelling
_ASKING = frozenset(
    {
        *(ops.Sleep, ops.SleepUntil, ops.MoveOnAfter, ops.FailAfter, ops.RaiseGroup, ops.SendBytes),
        *(ops.SetLimit, *get_args(_ON_HANDLES), ops.RunInThread),
    }
)
"""Ops whose arguments may ask for more than the op itself."""


def missing(program: Program, capabilities: Capabilities) -> tuple[str, ...]:
    """What the program needs and the runtime lacks, sorted."""
    return tuple(sorted(needs(program) - set(capabilities)))
