"""trio's TCP: streams and listeners of its high-level networking."""

from __future__ import annotations

import errno
import socket
import struct
from typing import TYPE_CHECKING

import trio

from conformance.adapter.tcp import ReadAll

if TYPE_CHECKING:
    from runtimes._in_flight import End, InFlight

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: a close drops what is unsent and resets the connection."""


class TrioTcp(ReadAll):
    """Facet: TCP. A stream is an `End` around a `trio.SocketStream`."""

    in_flight: InFlight
    listeners: list[trio.SocketListener]

    async def listen(self) -> trio.SocketListener:
        """`trio.open_tcp_listeners`."""
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.listeners.append(listener)
        return listener

    async def close_listener(self, listener: trio.SocketListener) -> None:
        """`SocketListener.aclose`."""
        await listener.aclose()

    def port(self, listener: trio.SocketListener) -> int:
        """From `getsockname`."""
        port: int = listener.socket.getsockname()[1]
        return port

    async def accept(self, listener: trio.SocketListener) -> End:
        """`SocketListener.accept`."""
        return self._end(await listener.accept())

    async def connect(self, port: int) -> End:
        """`trio.open_tcp_stream`."""
        with self.in_flight.under_way():
            return self._end(await trio.open_tcp_stream("127.0.0.1", port))

    async def send_bytes(self, stream: End, data: bytes) -> None:
        """`SocketStream.send_all`."""
        with stream.sends(len(data)):
            await stream.raw.send_all(data)

    async def receive_some(self, stream: End, max_bytes: int) -> bytes:
        """`SocketStream.receive_some`."""
        with stream.receives():
            data: bytes = await stream.raw.receive_some(max_bytes)
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
        """SO_LINGER 0 and `aclose`: `trio.aclose_forcefully` alone resets nothing."""
        stream.closes()
        if stream.raw.socket.fileno() >= 0:
            stream.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        await stream.raw.aclose()

    def _end(self, raw: trio.SocketStream) -> End:
        if raw.socket.family == socket.AF_UNIX:  # nothing is ever on its way there
            return self.in_flight.add(raw, (), (id(raw),))
        try:
            own, peer = raw.socket.getsockname(), raw.socket.getpeername()
        except OSError:  # the peer reset it already
            own, peer = (), (id(raw),)
        return self.in_flight.add(raw, own, peer)

    def close_sockets(self) -> None:
        """Close what the program left open, so that the next run starts clean."""
        for owner in [*self.listeners, *(end.raw for end in self.in_flight.ends)]:
            owner.socket.close()


def name_of_failure(error: BaseException) -> str:
    """`Refused` or `Broken` for how `trio.open_tcp_stream` failed at every address; else empty."""
    if isinstance(error, OSError) and (cause := error.__cause__) is not None:
        # Before 0.22 a MultiError, or the only one bare.
        causes = getattr(cause, "exceptions", (cause,))
        if all(isinstance(each, ConnectionRefusedError) for each in causes):
            return "Refused"
        if all(isinstance(each, ConnectionError) for each in causes):
            return "Broken"
    if isinstance(error, OSError) and error.errno == errno.ENOTCONN:
        return "Broken"  # shutdown() of a connection of which both ends are gone
    return ""
