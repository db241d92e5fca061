"""UNIX sockets, servers, and peers outside of the runtime: how each op becomes a call."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: close then sends RST (man 7 socket)."""


async def _listen_unix(world: World, task: str, op: Any) -> None:
    path = world.path(op.listener)
    world.objects[op.listener] = await world.runtime.listen_unix(path)


async def _connect_unix(world: World, task: str, op: Any) -> None:
    world.object(op.listener)
    world.objects[op.stream] = await world.runtime.connect_unix(world.path(op.listener))


async def _handler(world: World, task: str, op: Any) -> None:
    world.handlers.setdefault(op.listener, []).append((op.task, op.stream))


async def _serve(world: World, task: str, op: Any) -> None:
    listener = world.object(op.listener)

    async def handle(stream: Any) -> Any:
        announced = world.handlers.get(op.listener)
        if not announced:
            await world.runtime.close_stream(stream)
            return None
        name, called = announced.pop(0)
        world.objects[called] = stream
        return await world.body(name)()

    await world.runtime.serve(listener, handle)


# ---------------------------------------------------------------- peers


async def _peer_connect(world: World, task: str, op: Any) -> None:
    world.object(op.listener)
    sock = world.peers[op.peer] = socket.socket()
    with contextlib.suppress(OSError):  # nobody listens any more: what it says reaches nobody
        sock.connect(("127.0.0.1", world.ports[op.listener]))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)  # noqa: FBT003  # the socket's own interface
        world.runtime.stranger(sock.getsockname())


def _peer(world: World, op: Any) -> socket.socket:
    return world.peers.setdefault(op.peer, socket.socket())


async def _peer_send(world: World, task: str, op: Any) -> None:
    with contextlib.suppress(OSError):
        _peer(world, op).send(op.data.encode())


async def _peer_eof(world: World, task: str, op: Any) -> None:
    with contextlib.suppress(OSError):
        _peer(world, op).shutdown(socket.SHUT_WR)


async def _peer_reset(world: World, task: str, op: Any) -> None:
    with contextlib.suppress(OSError):
        _peer(world, op).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    _peer(world, op).close()


async def _peer_close(world: World, task: str, op: Any) -> None:
    _peer(world, op).close()


METHODS: Final[Methods] = {
    "listen_unix": _listen_unix,
    "connect_unix": _connect_unix,
    "handler": _handler,
    "serve": _serve,
    "peer_connect": _peer_connect,
    "peer_send": _peer_send,
    "peer_eof": _peer_eof,
    "peer_reset": _peer_reset,
    "peer_close": _peer_close,
}
