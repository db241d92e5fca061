"""Sockets of an event loop: how each op becomes a call of the loop, or of the socket itself."""

from __future__ import annotations

import socket
import struct
from typing import Any, Final

from conformance.interpreter.callbacks import close_at_end, the_loop
from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_bytes

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: close then sends RST (man 7 socket)."""


def _keep(world: World, name: str, sock: socket.socket) -> socket.socket:
    """A socket of the program: never blocks, and is closed when the run is over."""
    sock.settimeout(0)
    world.objects[name] = sock
    close_at_end(world, sock.close)
    return sock


def _listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


async def _socket_pair(world: World, task: str, op: Any) -> None:
    with _listening() as listening:
        peer = socket.create_connection(listening.getsockname())
        here, _ = listening.accept()
    for name, sock in ((op.socket, here), (op.peer, peer)):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _keep(world, name, sock)


async def _socket_listen(world: World, task: str, op: Any) -> None:
    listening = _keep(world, op.listening, _listening())
    world.ports[op.listening] = listening.getsockname()[1]


async def _sock_accept(world: World, task: str, op: Any) -> None:
    with world.runtime.expecting():
        sock, _ = await the_loop(world).sock_accept(world.object(op.listening))
    blocking = sock.getblocking()
    _keep(world, op.socket, sock)
    if blocking:
        world.frames[task].record("got blocking")


async def _sock_connect(world: World, task: str, op: Any) -> None:
    sock = _keep(world, op.socket, socket.socket())
    with world.runtime.holding():  # some resolve the address in a thread
        address = ("127.0.0.1", world.ports[op.listening])
        await the_loop(world).sock_connect(sock, address)


async def _sock_sendall(world: World, task: str, op: Any) -> None:
    data = op.data.encode() * op.times
    with world.runtime.expecting():
        await the_loop(world).sock_sendall(world.object(op.socket), data)


async def _sock_recv(world: World, task: str, op: Any) -> None:
    with world.runtime.expecting():
        data = await the_loop(world).sock_recv(world.object(op.socket), op.max)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _sock_recv_into(world: World, task: str, op: Any) -> None:
    buffer = bytearray(op.max)
    with world.runtime.expecting():
        count = await the_loop(world).sock_recv_into(world.object(op.socket), buffer)
    world.frames[task].record(f"got {show_bytes(bytes(buffer[:count]))}")


async def _raw_send(world: World, task: str, op: Any) -> None:
    world.object(op.socket).send(op.data.encode() * op.times)


async def _raw_receive(world: World, task: str, op: Any) -> None:
    data = world.object(op.socket).recv(op.max)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _raw_eof(world: World, task: str, op: Any) -> None:
    world.object(op.socket).shutdown(socket.SHUT_WR)


async def _raw_close(world: World, task: str, op: Any) -> None:
    world.object(op.socket).close()


async def _raw_reset(world: World, task: str, op: Any) -> None:
    sock = world.object(op.socket)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    sock.close()


METHODS: Final[Methods] = {
    "socket_pair": _socket_pair,
    "socket_listen": _socket_listen,
    "sock_accept": _sock_accept,
    "sock_connect": _sock_connect,
    "sock_sendall": _sock_sendall,
    "sock_recv": _sock_recv,
    "sock_recv_into": _sock_recv_into,
    "raw_send": _raw_send,
    "raw_receive": _raw_receive,
    "raw_eof": _raw_eof,
    "raw_close": _raw_close,
    "raw_reset": _raw_reset,
}
