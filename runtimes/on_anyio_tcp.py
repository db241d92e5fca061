"""anyio's TCP: `connect_tcp`, `create_tcp_listener` and their streams."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc

from conformance.adapter.tcp import ReadAll

if TYPE_CHECKING:
    from runtimes._in_flight import End, InFlight

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: a close drops what is unsent and resets the connection."""


class AnyioTcp(ReadAll):
    """Facet: TCP. A stream is an `End` around an `anyio.abc.SocketStream`."""

    in_flight: InFlight
    listeners: list[Any]

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While this is open something real is under way: a virtual clock does not jump."""
        with self.in_flight.under_way():
            yield

    async def listen(self) -> Any:
        """`anyio.create_tcp_listener`, which resolves even a numeric address in a thread."""
        with self.holding():
            every = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
        [listener] = every.listeners
        self.listeners.append(listener)
        return listener

    async def close_listener(self, listener: Any) -> None:
        """`SocketListener.aclose`."""
        await listener.aclose()

    def port(self, listener: Any) -> int:
        """From its attributes."""
        port: int = attribute(listener, "local_port")
        return port

    async def accept(self, listener: Any) -> End:
        """`SocketListener.accept`."""
        return self._end(await listener.accept())

    async def connect(self, port: int) -> End:
        """`anyio.connect_tcp`."""
        with self.holding():
            return self._end(await anyio.connect_tcp("127.0.0.1", port))

    async def send_bytes(self, stream: End, data: bytes) -> None:
        """`SocketStream.send`."""
        with stream.sends(len(data)):
            await stream.raw.send(data)

    async def receive_some(self, stream: End, max_bytes: int) -> bytes:
        """`SocketStream.receive`; its EndOfStream is `b""`."""
        data = b""
        with stream.receives(), suppress(anyio.EndOfStream):
            data = await stream.raw.receive(max_bytes)
        stream.received(len(data))
        return data

    async def send_eof(self, stream: End) -> None:
        """`SocketStream.send_eof`."""
        stream.closes()
        await stream.raw.send_eof()

    async def close_stream(self, stream: End) -> None:
        """`SocketStream.aclose`."""
        stream.closes()
        await stream.raw.aclose()

    async def abort_stream(self, stream: End) -> None:
        """SO_LINGER 0 and `aclose`: `anyio.aclose_forcefully` alone resets nothing."""
        stream.closes()
        raw = attribute(stream.raw, "raw_socket")
        if raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        await stream.raw.aclose()

    def _end(self, raw: Any) -> End:
        own, peer = (), (id(raw),)
        # A connection that the peer has reset already has no addresses; over uvloop it has not even a socket.
        with suppress(OSError, AttributeError, anyio.TypedAttributeLookupError):
            if attribute(raw, "family") != socket.AF_UNIX:  # nothing is ever on its way there
                own, peer = attribute(raw, "local_address"), attribute(raw, "remote_address")
        return self.in_flight.add(raw, own, peer)

    async def close_sockets(self) -> None:
        """Close what the program left open, so that the next run starts clean."""
        for owner in [*self.listeners, *(end.raw for end in self.in_flight.ends)]:
            with suppress(Exception):
                await anyio.aclose_forcefully(owner)


def attribute(owner: Any, name: str) -> Any:
    """One of anyio's extra attributes of a socket."""
    return owner.extra(getattr(anyio.abc.SocketAttribute, name))  # noqa: S610  # this is no Django


def name_of_failure(error: BaseException) -> str:
    """`Refused` or `Broken` for how a connect failed at every address, and what a dead socket tells; else empty."""
    cause = error.__cause__ if isinstance(error, OSError) else None
    causes = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    if all(isinstance(each, ConnectionRefusedError) for each in causes):
        return "Refused"
    if all(isinstance(each, ConnectionError) for each in causes):
        return "Broken"
    if isinstance(error, OSError) and error.errno == errno.ENOTCONN:
        return "Broken"  # shutdown() of a connection of which both ends are gone
    return "Closed" if isinstance(error, OSError) and error.errno == errno.EBADF else ""
