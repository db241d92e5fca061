"""The event loop of asyncio's API: sockets, and what their far end does.

Every socket is a non-blocking TCP socket on the loopback interface. `Sock…` ops go through the
loop; `Raw…` ops are calls of the socket itself, which no loop sees: the far end of a connection.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class SocketPair(Op):
    """Two connected sockets."""

    socket: str
    peer: str


@dataclass(frozen=True, slots=True)
class SocketListen(Op):
    """A listening socket on a free port."""

    listening: str


@dataclass(frozen=True, slots=True)
class SockAccept(Op):
    """Wait for the next connection of a listening socket (`loop.sock_accept`)."""

    socket: str
    listening: str


@dataclass(frozen=True, slots=True)
class SockConnect(Op):
    """Connect a new socket to the port of a listening one (`loop.sock_connect`)."""

    socket: str
    listening: str


@dataclass(frozen=True, slots=True)
class SockSendall(Op):
    """Send `data`, `times` over (`loop.sock_sendall`)."""

    socket: str
    data: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class SockRecv(Op):
    """Wait for at most `max` bytes (`loop.sock_recv`); logs `got 'BYTES'`, or `got ''` at EOF."""

    socket: str
    max: int


@dataclass(frozen=True, slots=True)
class SockRecvInto(Op):
    """The same into a buffer of `max` bytes (`loop.sock_recv_into`)."""

    socket: str
    max: int


@dataclass(frozen=True, slots=True)
class RawSend(Op):
    """Send what the kernel takes at once of `data`, `times` over."""

    socket: str
    data: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class RawReceive(Op):
    """Take at most `max` bytes that are there; logs `got 'BYTES'`. Raises BlockingIOError."""

    socket: str
    max: int


@dataclass(frozen=True, slots=True)
class RawEof(Op):
    """Close the sending direction."""

    socket: str


@dataclass(frozen=True, slots=True)
class RawClose(Op):
    """Close the socket."""

    socket: str


@dataclass(frozen=True, slots=True)
class RawReset(Op):
    """Close the socket so that its far end is reset."""

    socket: str
