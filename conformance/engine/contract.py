"""The programs of the contract test: each tries one thing that an adapter has to do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from conformance.engine.samples import SAMPLES
from conformance.lang import ops
from conformance.lang.capability import CHANNELS
from conformance.lang.pattern import ends, has, shared
from conformance.lang.program import Channel, Program


def _with(*body: ops.Op, **tasks: tuple[ops.Op, ...]) -> Program:
    used = {name for ops_ in (body, *tasks.values()) for op in ops_ for name in _names(op)}
    return Program(
        {"main": body, **tasks},
        events=("e",) if "e" in used else (),
        locks=("l",) if "l" in used else (),
        channels={"c": Channel(1)} if "c" in used else {},
    )


def _names(op: ops.Op) -> Iterator[str]:
    yield from (str(getattr(op, name, "")) for name in ("event", "lock", "channel"))
    for _, block in op.blocks():
        for inner in block:
            yield from _names(inner)


_LATER: Final = (ops.Checkpoint(),) * 8
"""Long enough for a task that does not wait to come to its end."""

BASICS: Final = (
    (
        "runs main to its end",
        "run",
        _with(ops.Note("ran")),
        has(main="ran") & ends(main="returned"),
    ),
    ("main's value", "run", _with(ops.Return("v")), ends(main="returned v")),
    ("main's error", "run", _with(ops.Raise("E")), ends(main="raised E")),
    ("checkpoint", "checkpoint", _with(ops.Checkpoint(), ops.Note("past")), has(main="past")),
    (
        "spawn",
        "spawn",
        _with(ops.Spawn("a"), *_LATER, a=(ops.Note("ran"),)),
        has(a="ran") & ends(a="returned", main="returned"),
    ),
    (
        "a checkpoint lets others run",
        "checkpoint",
        _with(ops.Spawn("a"), *_LATER, ops.Log("done"), a=(ops.Checkpoint(), ops.Log("ran"))),
        shared("a ran", "main done"),
    ),
)

CANCELLED: Final = _with(
    *(ops.Spawn("a"), *_LATER, ops.Cancel("a")),
    ops.Attempt((ops.Join("a"),), on_error=(), on_cancel=()),
    a=(ops.Wait("e"),),
)

EMPTY: Final = Program({"main": ()})
FAILING: Final = (
    (
        "what joining a cancelled task raises",
        CANCELLED,
    ),
    (
        "what joining a failed task raises",
        _with(ops.Spawn("a"), ops.Attempt((ops.Join("a"),), on_error=()), a=(ops.Raise("E"),)),
    ),
    (
        "what a failed group raises",
        _with(
            ops.Attempt((ops.Group("g", (ops.Spawn("a", "g"),)),), on_error=()),
            a=(ops.Raise("E"),),
        ),
    ),
)

_PEER: Final = (ops.Connect("s", "k"),)
_SERVED: Final = (ops.Listen("k"), ops.Spawn("a"), ops.Accept("t", "k"))


def _served(*body: ops.Op, peer: tuple[ops.Op, ...] = ()) -> Program:
    """`a` connects and does `peer`; main accepts and does `body`; both close."""
    return _with(
        *(*_SERVED, *body, ops.Close("t"), ops.Join("a"), ops.CloseListener("k")),
        a=(*_PEER, *peer, ops.Close("s")),
    )


SPECIAL_METHODS: Final = {
    "sleep:negative": "sleep",
    "deadline:negative": "move_on_after",
    "cancel:self": "cancel",
    "cancel_scope:deadline": "cancel_scope",
    **dict.fromkeys(CHANNELS, "channel"),
}

FACETS: Final = (
    ("join", _with(ops.Spawn("a"), ops.Join("a"), a=(ops.Return(5),)), has(main="got 5")),
    ("cancel", CANCELLED, ends(a="cancelled", main="returned")),
    ("detach", _with(ops.Detach("a"), a=(ops.Return(5),)), has(main="got 5")),
    (
        "group",
        _with(ops.Group("g", (ops.Spawn("a", "g"),)), ops.Note("out"), a=(ops.Note("ran"),)),
        has(a="ran", main="out"),
    ),
    ("shield", _with(ops.Shield((ops.Note("in"),)), ops.Note("out")), has(main=["in", "out"])),
    (
        "move_on_after",
        _with(ops.MoveOnAfter(1, (ops.Wait("e"),)), ops.Note("out")),
        has(main=["scope expired", "out"]),
    ),
    (
        "fail_after",
        _with(ops.Attempt((ops.FailAfter(1, (ops.Wait("e"),)),), on_error=())),
        has(main="caught Timeout"),
    ),
    ("sleep", _with(ops.Sleep(2), ops.Note("woke")), has(main="woke@2")),
    ("sleep:negative", _with(ops.Sleep(-1), ops.Note("woke")), has(main="woke")),
    (
        "deadline:negative",
        _with(ops.MoveOnAfter(-1, (ops.Wait("e"),)), ops.Note("out")),
        has(main=["scope expired", "out"]),
    ),
    (
        "cancel:self",
        _with(ops.Spawn("a"), *_LATER, a=(ops.Cancel("a"), *_LATER, ops.Note("missed"))),
        ends(a="cancelled", main="returned"),
    ),
    ("sleep_until", _with(ops.SleepUntil(3), ops.Note("woke")), has(main="woke@3")),
    ("block", _with(ops.Block_(2), ops.Note("past")), has(main="past@2")),
    ("wait", _with(ops.Spawn("a"), ops.Wait("e"), a=(ops.Set("e"),)), ends(main="returned")),
    ("set", _with(ops.Set("e"), ops.Wait("e")), ends(main="returned")),
    ("acquire", _with(ops.Acquire("l"), ops.Release("l")), ends(main="returned")),
    ("send", _with(ops.Send("c", 7), ops.Receive("c")), has(main="got 7")),
    ("receive", _with(ops.Spawn("a"), ops.Receive("c"), a=(ops.Send("c", 7),)), has(main="got 7")),
    ("send_nowait", _with(ops.SendNowait("c", 7), ops.Receive("c")), has(main="got 7")),
    (
        "receive_nowait",
        _with(ops.Attempt((ops.ReceiveNowait("c"),), on_error=())),
        has(main="caught Empty"),
    ),
    ("accept", _served(), ends(main="returned", a="returned")),
    (
        "send_bytes",
        _served(ops.ReceiveExactly("t", 4), peer=(ops.SendBytes("s", "ab", 2),)),
        has(main="got 'abab'"),
    ),
    (
        "receive_some",
        _served(ops.ReceiveSome("t", 9), peer=(ops.SendBytes("s", "x"),)),
        has(main="got 'x'"),
    ),
    (
        "receive_until_eof",
        _served(ops.ReceiveUntilEof("t"), peer=(ops.SendBytes("s", "xyz"),)),
        has(main="got 'xyz'"),
    ),
    (
        "send_eof",
        _served(
            *(ops.ReceiveUntilEof("t"), ops.SendBytes("t", "re")),
            peer=(ops.SendEof("s"), ops.ReceiveUntilEof("s")),
        ),
        has(a="got 're'", main="got ''"),
    ),
    (
        "abort",
        _with(
            *(*_SERVED, ops.ReceiveSome("t", 1), ops.Abort("t"), ops.Join("a")),
            ops.CloseListener("k"),
            a=(
                *(*_PEER, ops.SendBytes("s", "x")),
                ops.Attempt((ops.ReceiveSome("s", 1),), on_error=()),  # eventlet takes it for EOF
                ops.Attempt((ops.SendBytes("s", "y"),), on_error=()),
                ops.Close("s"),
            ),
        ),
        has(a="caught Broken"),
    ),
    (
        "connect",
        _with(
            *(ops.Listen("k"), ops.CloseListener("k")),
            *[ops.Checkpoint()] * 10,  # some close in a round or two, as asyncio allows
            ops.Attempt((ops.Connect("s", "k"),), on_error=()),
        ),
        has(main="caught Refused"),
    ),
    *SAMPLES,
)


def fitted(program: Program, capabilities: AbstractSet[str]) -> Program:
    """The program; with channels without a bound where the runtime has no others."""
    if "channel:bounded" in capabilities or not program.channels:
        return program
    return replace(program, channels=dict.fromkeys(program.channels, Channel(math.inf)))
