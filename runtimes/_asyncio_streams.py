"""TCP handles for asyncio and uvloop, and what is on its way between them.

Both ends of every connection belong to the run, so whether somebody waits for bytes that were
already sent can be told from the two ends; the virtual clock asks before it jumps.
"""

from __future__ import annotations

import array
import asyncio
import fcntl
import select
import socket
import struct
import sys
from typing import Any, Final, final

RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: close then sends RST (Linux, man 7 socket)."""
_SIOCOUTQNSD: Final = 0x894B
"""Bytes in the send queue that were never sent (linux/sockios.h, man 7 tcp). Unlike SIOCOUTQ it
does not count what merely waits for a delayed acknowledgement."""


class ListenerClosedError(Exception):
    """`accept` on a closed listener: asyncio has no accept of its own, so nor an error for it."""


@final
class Stream:
    """One end of a connection."""

    __slots__ = ("ended", "here", "reader", "there", "writer")

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        sock = writer.get_extra_info("socket")
        self.here: Any = writer.get_extra_info("sockname") or sock.getsockname()
        self.there: Any = writer.get_extra_info("peername") or sock.getpeername()
        self.ended = False

    def reset(self) -> None:
        """SO_LINGER 0, then the transport's own abort."""
        self.ended = True
        if not self.writer.transport.is_closing():
            sock = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.writer.transport.abort()

    def is_awaited(self) -> bool:
        """Whether a task waits for bytes here, and has not been woken."""
        waiter: asyncio.Future[None] | None = self.reader._waiter  # type: ignore[attr-defined]
        return waiter is not None and not waiter.done()

    def has_news(self) -> bool:
        """Whether its socket is readable, and the loop has not looked yet."""
        try:
            found = select.poll()
            found.register(self.writer.get_extra_info("socket").fileno(), select.POLLIN)
            return bool(found.poll(0))
        except (AttributeError, OSError, TypeError, ValueError):  # closed, or no socket to ask
            return False

    def owes(self) -> bool:
        """Whether this end has sent bytes or an end of stream that may not have left it."""
        transport = self.writer.transport
        if self.ended or transport.is_closing() or transport.get_write_buffer_size():
            return True
        return sys.platform == "linux" and _unsent(self.writer.get_extra_info("socket")) > 0


def _unsent(sock: Any) -> int:
    count = array.array("i", [0])
    try:
        fcntl.ioctl(sock.fileno(), _SIOCOUTQNSD, count)
    except OSError:
        return 0
    return count[0]


@final
class Traffic:
    """The connections of one run."""

    __slots__ = ("listeners", "strangers", "streams", "unix")

    def __init__(self) -> None:
        self.streams: dict[Any, Stream] = {}
        self.unix: list[Stream] = []
        self.listeners: list[Any] = []
        self.strangers: set[Any] = set()

    def add(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Stream:
        """A new end."""
        stream = Stream(reader, writer)
        self.streams[stream.here, stream.there] = stream
        return stream

    def add_unix(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Stream:
        """A new end of a UNIX socket: what is sent there is at the other end at once."""
        stream = Stream(reader, writer)
        self.unix.append(stream)
        return stream

    def in_flight(self) -> bool:
        """Whether something is on its way to a task that waits for it.

        An end without a peer belongs to a connect that was cancelled: its close is on its way.
        """
        for (here, there), stream in self.streams.items():
            if stream.is_awaited():
                if there in self.strangers:
                    if stream.has_news():
                        return True
                    continue
                peer = self.streams.get((there, here))
                if peer is None or peer.owes() or stream.has_news():
                    return True
        return any(stream.is_awaited() and stream.has_news() for stream in self.unix)

    def close(self) -> bool:
        """Let go of all that the program left open; whether there was anything."""
        if not self.streams and not self.listeners and not self.unix:
            return False
        for listener in self.listeners:
            listener.close()
        for stream in (*self.streams.values(), *self.unix):
            stream.writer.transport.abort()
        return True

    def drop(self) -> None:
        """Close all sockets that are left open, without their transports."""
        streams = (*self.streams.values(), *self.unix)
        found = [stream.writer.get_extra_info("socket") for stream in streams]
        for listener in self.listeners:
            found.extend(listener.sockets())
        for sock in found:
            if sock is not None and sock.fileno() >= 0:
                getattr(sock, "_sock", sock).close()


class Backlog:
    """The connections that a server has accepted and nobody has asked for yet.

    asyncio (and Tornado) accept on their own and call back, so this queue stands for the kernel's backlog; like
    that, it is reset when the listener closes, and so is a connection that is told of after that.
    """

    def __init__(self) -> None:
        self.backlog: asyncio.Queue[Any] = asyncio.Queue()
        self.closed = False

    def arrived(self, stream: Any) -> None:
        """A connection that the server tells of."""
        if self.closed:
            stream.reset()
        else:
            self.backlog.put_nowait(stream)

    async def accept(self) -> Any:
        """The next connection. Raises ListenerClosedError."""
        stream = await self.backlog.get()
        if stream is None:
            self.backlog.put_nowait(None)  # for the next one who asks
            raise ListenerClosedError
        return stream

    def refuse(self) -> None:
        """From now on nobody is accepted, and who was not asked for is reset."""
        self.closed = True
        while not self.backlog.empty():
            stream = self.backlog.get_nowait()
            if stream is not None:
                stream.reset()
        self.backlog.put_nowait(None)


@final
class Listener(Backlog):
    """A server, and its backlog."""

    def __init__(self) -> None:
        super().__init__()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self, traffic: Traffic) -> None:
        """Listen on a free port of the loopback interface."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.arrived(traffic.add(reader, writer))

        self.serve(await asyncio.start_server(connected, "127.0.0.1", 0), traffic)

    def serve(self, server: asyncio.Server, traffic: Traffic) -> None:
        """Stand for that server, whose connections are put into the backlog."""
        self._server = server
        self.port = server.sockets[0].getsockname()[1]
        traffic.listeners.append(self)

    async def open_unix(self, traffic: Traffic, path: str) -> None:
        """Listen at that path."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.arrived(traffic.add_unix(reader, writer))

        self._server = await asyncio.start_unix_server(connected, path)
        traffic.listeners.append(self)

    def sockets(self) -> tuple[Any, ...]:
        """Those that listen."""
        return tuple(self._server.sockets) if self._server is not None else ()

    def close(self) -> None:
        """Close the server; connections that were handed out stay open."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self.refuse()
