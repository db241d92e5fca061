"""Whether the ops of an event loop make sense: callbacks never wait, names are opened once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from conformance.lang import ops
from conformance.lang.ops import LOOP, OPS, Op, op_fields
from conformance.lang.ops.loop_transports import EVENTS
from conformance.lang.program import Path, Program, no_sense

WAITING: Final = frozenset(
    {
        "adopt_socket", "create_connection", "create_server", "run_in_executor", "sock_accept",
        "sock_connect", "sock_recv", "sock_recv_into", "sock_sendall", "start_serving",
        "wait_received", "wait_server_closed", "wait_told",
    }
)  # fmt: skip
"""The loop's ops that wait, or may."""
SYNCHRONOUS: Final = (LOOP - WAITING) | {
    "attempt", "block", "cancel", "get_variable", "log", "note", "raise", "receive_nowait",
    "return", "send_nowait", "set", "set_variable", "spawn",
}  # fmt: skip
"""What a callback may do."""

OPENED: Final = {
    "adopt_socket": ("transport",),
    "create_connection": ("transport",),
    "create_server": ("server",),
    "incoming": ("transport",),
    "sock_accept": ("socket",),
    "sock_connect": ("socket",),
    "socket_listen": ("listening",),
    "socket_pair": ("socket", "peer"),
}
"""The fields in which an op names something new."""
LARGEST_WRITE: Final = 64 * 2**20
_OF_LOOP: Final = frozenset(kind for kind in OPS.values() if kind.kind in LOOP)


STARTERS: Final = frozenset(
    {
        ops.Spawn, ops.Start, ops.Detach, ops.RunUntilComplete, ops.RunInThread, ops.FromThread, ops.Handler,
        *(kind for kind in OPS.values() if "callback" in {field.name for field in op_fields(kind)}),
    }
)  # fmt: skip
"""Ops that may start a task, a callback or what a thread performs."""


def started_by(op: Op) -> str | None:
    """The task or callback that the op starts, if it starts one."""
    if isinstance(op, ops.Spawn | ops.Start | ops.Detach | ops.RunUntilComplete):
        return op.task
    if isinstance(op, ops.RunInThread):
        return op.thread
    if isinstance(op, ops.FromThread | ops.Handler):
        return op.task
    callback: str | None = getattr(op, "callback", None)
    return callback


def opened_by(op: Op) -> Iterator[str]:
    """The names that an op of the loop opens."""
    for field in OPENED.get(op.kind, ()):
        yield getattr(op, field)


def check_loop(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first op of a loop that makes no sense."""
    used = program.of(_OF_LOOP)
    if not used:
        return
    callbacks = {getattr(op, "callback", None) for _, op in used}
    _check_known(program, used)
    for path, op in program.walk():
        if path[0] in callbacks and op.kind not in SYNCHRONOUS:
            raise no_sense(path, op, "waits, and a callback cannot")
        if isinstance(op, ops.Join | ops.Cancel) and op.task in callbacks:
            raise no_sense(path, op, f"`{op.task}` is a callback, not a task")
    for path, op in used:
        _check_op(path, op, callbacks)


def _check_known(program: Program, used: Sequence[tuple[Path, Op]]) -> None:
    known: dict[str, set[str]] = {"socket": set(), "server": set(), "transport": set()}
    known["listening"] = set()
    for path, op in used:
        for field in OPENED.get(op.kind, ()):
            name = getattr(op, field)
            if name in program.declared() or any(name in names for names in known.values()):
                raise no_sense(path, op, f"`{name}` is opened twice")
            known["socket" if field == "peer" else field].add(name)
    known["socket"] |= known["listening"]
    for path, op in used:
        for field, names in known.items():
            name = getattr(op, field, None)
            if name is not None and name not in names:
                raise no_sense(path, op, f"unknown {field} `{name}`")


def _check_op(path: Path, op: Op, callbacks: set[str | None]) -> None:
    if isinstance(op, ops.CancelHandle | ops.HandleCancelled | ops.HandleWhen):
        if op.handle not in callbacks:
            raise no_sense(path, op, f"`{op.handle}` is never scheduled")
    elif isinstance(op, ops.React | ops.WaitTold):
        if op.told not in EVENTS:
            raise no_sense(path, op, f"told `{op.told}`: known are {', '.join(EVENTS)}")
    elif isinstance(op, ops.CreateServer | ops.AdoptSocket):
        flag = op.serving if isinstance(op, ops.CreateServer) else op.buffered
        if type(flag) is not bool:
            raise no_sense(path, op, "that is true or false")
    elif isinstance(op, ops.SetWriteLimits) and bool in (type(op.high), type(op.low)):
        raise no_sense(path, op, "limits are numbers of bytes")
    else:
        _check_size(path, op)


def _check_size(path: Path, op: Op) -> None:
    size = 1
    if isinstance(op, ops.SockRecv | ops.SockRecvInto | ops.RawReceive):
        size = op.max
    elif isinstance(op, ops.WaitReceived):
        size = op.count
    elif isinstance(op, ops.Write | ops.WriteLines | ops.SockSendall | ops.RawSend):
        size = len(op.data.encode()) * op.times
    if not 1 <= size <= LARGEST_WRITE:
        raise no_sense(path, op, f"{size} bytes, not 1 to {LARGEST_WRITE}")
