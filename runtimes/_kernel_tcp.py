"""TCP on the sockets of curio and of newio: the standard library's in a wrapper, whose methods wait."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from conformance.adapter.tcp import Tcp
from runtimes._in_flight import End, InFlight

RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: a close drops what is unsent and resets the connection."""
BROKEN: Final = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


class Stream(NamedTuple):
    """A connection: the socket, the stream around it where there is one, and what is on its way."""

    socket: Any
    stream: Any
    end: End


class Traffic(Protocol):
    """What a run keeps of its sockets."""

    in_flight: InFlight
    sockets: list[Any]


class KernelTcp(Tcp):
    """Facet: what is done to a `Socket`."""

    _run: Any
    """A `Traffic`."""

    async def close_listener(self, listener: Any) -> None:
        """`Socket.close`."""
        await listener.close()

    def port(self, listener: Any) -> int:
        """`Socket.getsockname`."""
        port: int = listener.getsockname()[1]
        return port

    async def accept(self, listener: Any) -> Stream:
        """`Socket.accept`."""
        raw, _ = await listener.accept()
        return self._stream(raw)

    async def send_bytes(self, stream: Stream, data: bytes) -> None:
        """`Socket.sendall`."""
        with stream.end.sends(len(data)):
            await stream.socket.sendall(data)

    async def receive_some(self, stream: Stream, max_bytes: int) -> bytes:
        """`Socket.recv`."""
        with stream.end.receives():
            data: bytes = await stream.socket.recv(max_bytes)
        return data

    async def send_eof(self, stream: Stream) -> None:
        """`Socket.shutdown`."""
        stream.end.closes()
        await stream.socket.shutdown(socket.SHUT_WR)

    async def close_stream(self, stream: Stream) -> None:
        """`Socket.close`."""
        stream.end.closes()
        await stream.socket.close()

    async def abort_stream(self, stream: Stream) -> None:
        """Composed: SO_LINGER 0, then `Socket.close`."""
        stream.end.closes()
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        await stream.socket.close()

    def _stream(self, raw: Any) -> Stream:
        run: Traffic = self._run
        run.sockets.append(raw._socket)
        try:
            own, peer = raw.getsockname(), raw.getpeername()
            if raw._socket.family == socket.AF_UNIX:  # nothing is ever on its way there
                own, peer = (), (id(raw),)
        except OSError:  # the peer reset it already
            own, peer = (), (id(raw),)
        end = run.in_flight.add(raw, own, peer)
        raw._socket_recv = counted(raw._socket_recv, end)
        return Stream(raw, self._wrapped(raw, end), end)

    def _wrapped(self, raw: Any, end: End) -> Any:
        """The stream around a socket: none."""


def name_of_trouble(error: BaseException) -> str | None:
    """Kinds of error that are known by more than their type.

    A closed socket forgets its socket, so that a later op raises AttributeError (`Socket.close`).
    """
    if isinstance(error, AttributeError) and "NoneType" in str(error):
        return "Closed"
    if isinstance(error, OSError) and error.errno == errno.EBADF:
        return "Closed"
    if isinstance(error, OSError) and error.errno == errno.ENOTCONN:
        return "Broken"  # shutdown() of a connection of which both ends are gone
    return None


def counted(receive: Callable[..., bytes], end: End) -> Callable[..., bytes]:
    """The function by which a socket takes bytes, counting them."""

    def received(*args: int) -> bytes:
        data = receive(*args)
        end.received(len(data))
        return data

    return received
