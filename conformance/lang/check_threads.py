"""Whether ops on threads, servers and peers make sense."""

from __future__ import annotations

from typing import TypeAlias

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.ops.shutdown import DEADLY
from conformance.lang.ops.threads import IN_THREADS, ONLY_IN_THREADS, STOP_ITERATION
from conformance.lang.program import Path, Program, no_sense

STREAMS = (ops.Connect, ops.ConnectUnix, ops.Accept, ops.Handler)
"""Ops that open a stream."""
LISTENERS = (ops.Listen, ops.ListenUnix)
"""Ops that open a listener."""
_CONNECTS = (ops.Connect, ops.ConnectUnix, ops.PeerConnect)
_OF_PEERS = (ops.PeerSend, ops.PeerEof, ops.PeerReset, ops.PeerClose)
_OF_TASKS = (ops.Join, ops.Cancel, ops.Done, ops.Cancelled, ops.Cancelling)


Every: TypeAlias = tuple[tuple[Path, ops.Op], ...]
"""Every op of a program, with its path."""
_THREADS = IN_THREADS - {"attempt", "get_variable", "log", "note", "return", "set_variable"} | {
    "run_in_thread"
}
_SERVERS = frozenset(
    {
        "connect_unix", "handler", "listen_unix", "peer_close", "peer_connect", "peer_eof", "peer_reset",
        "peer_send", "serve",
    }
)  # fmt: skip


def check_threads_and_servers(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first op on threads, servers or peers that makes no sense."""
    kinds = {kind.kind for kind in program.kinds()}
    if kinds.isdisjoint(_THREADS | _SERVERS):
        return
    every = tuple(program.walk())
    without = {op.thread for _, op in every if isinstance(op, ops.RunInThread)}
    without |= {op.task for _, op in every if isinstance(op, ops.FromThread | ops.Handler)}
    for path, op in every if without else ():
        if isinstance(op, _OF_TASKS) and op.task in without:
            raise no_sense(path, op, f"there is no handle of `{op.task}`")
    if not kinds.isdisjoint(_THREADS):
        _check_threads(program, every)
    if not kinds.isdisjoint(_SERVERS):
        _check_servers(program, every)


def _check_threads(program: Program, every: Every) -> None:
    threads = {op.thread for _, op in every if isinstance(op, ops.RunInThread)}
    gates = {op.gate for _, op in every if isinstance(op, ops.Hold | ops.OpenGate)}
    for gate in gates & {*program.tasks, *program.declared()}:
        raise ScenarioError(
            f"`{gate}` is a gate, and something else", hint="one name for one thing"
        )
    for path, op in every:
        in_thread = path[0] in threads
        if in_thread and op.kind not in IN_THREADS:
            raise no_sense(path, op, "a thread cannot do that")
        if op.kind in ONLY_IN_THREADS and not in_thread:
            raise no_sense(path, op, "only a thread does that")
        if isinstance(op, ops.RunInThread) and type(op.abandon) not in (bool, type(None)):
            raise no_sense(path, op, "abandon is true, false or none")
        if isinstance(op, ops.Raise):
            _check_raised(path, op, in_thread=in_thread)


def _check_raised(path: Path, op: ops.Raise, *, in_thread: bool) -> None:
    if op.error in DEADLY:
        raise no_sense(path, op, f"{op.error} comes of `interrupt` or `exit`")
    if op.error == STOP_ITERATION and not in_thread:
        raise no_sense(path, op, "no coroutine can raise it")


def _check_servers(program: Program, every: Every) -> None:
    unix = {op.listener for _, op in every if isinstance(op, ops.ListenUnix)}
    served = {op.listener for _, op in every if isinstance(op, ops.Serve)}
    streams = {op.stream for _, op in every if isinstance(op, STREAMS) and op.listener in unix}
    for path, op in every:
        if isinstance(op, ops.Accept) and op.listener in served:
            raise no_sense(path, op, f"`{op.listener}` is served")
        if isinstance(op, ops.Connect | ops.PeerConnect) and op.listener in unix:
            raise no_sense(path, op, f"`{op.listener}` is a UNIX socket")
        if isinstance(op, ops.ConnectUnix) and op.listener not in unix:
            raise no_sense(path, op, f"`{op.listener}` is no UNIX socket")
        if isinstance(op, ops.Abort) and op.stream in streams:
            raise no_sense(path, op, "a UNIX socket cannot be reset")
        if isinstance(op, ops.Serve):
            _check_handlers(path, op, every)
    _check_peers(program, every)


def _check_peers(program: Program, every: Every) -> None:
    peers: set[str] = set(program.declared())
    for path, op in every:
        if isinstance(op, ops.PeerConnect):
            if op.peer in peers:
                raise no_sense(path, op, f"`{op.peer}` is opened twice")
            peers.add(op.peer)
    for path, op in every:
        if isinstance(op, _OF_PEERS) and op.peer not in peers:
            raise no_sense(path, op, f"unknown peer `{op.peer}`")


def _check_handlers(path: Path, serve: ops.Serve, every: Every) -> None:
    """As many handlers as connections at most, and one that serves."""
    here = [op for _, op in every if getattr(op, "listener", None) == serve.listener]
    handlers = sum(isinstance(op, ops.Handler) for op in here)
    connects = sum(isinstance(op, _CONNECTS) for op in here)
    if connects > handlers:
        raise no_sense(path, serve, f"{connects} connections, but {handlers} handlers")
    if sum(isinstance(op, ops.Serve) for op in here) > 1:
        raise no_sense(path, serve, f"`{serve.listener}` is served twice")
