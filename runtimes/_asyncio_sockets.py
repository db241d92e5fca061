"""Flavour `sock` of asyncio: TCP by `loop.sock_*` on plain sockets, without streams or transports."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from typing import Any, Final

from conformance.adapter.tcp import ReadAll
from conformance.lang.semantics import Semantics
from runtimes._answer import answer
from runtimes._asyncio_flavours import NETWORK, Flavour
from runtimes._asyncio_run import AsyncioRun
from runtimes._asyncio_streams import RESET_ON_CLOSE
from runtimes._in_flight import End, InFlight

_LOCAL: Final = "127.0.0.1"
_OPS: Final = frozenset(
    {
        *("listen", "close_listener", "accept", "connect", "send_bytes", "receive_some"),
        *("receive_exactly", "receive_until_eof", "send_eof", "close", "abort"),
    }
)


class OverSockets(Flavour, ReadAll):
    """`sock_accept`, `sock_connect`, `sock_sendall`, `sock_recv`; the rest is the socket's own."""

    native = frozenset({"accept"})
    built = frozenset({"receive_exactly", "receive_until_eof"})
    without = NETWORK - _OPS

    _loop: Any
    _now_running: AsyncioRun
    _seen: AsyncioRun | None = None
    _in_flight: InFlight

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """A second task that waits for one socket takes the place of the first."""
        source = (
            "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_reader: any "
            "preexisting callback registered for fd is cancelled and replaced; CPython "
            "Lib/asyncio/selector_events.py, sock_recv: waits by it"
        )
        return answer(semantics, source, second_user="displaces")

    def error_name(self, error: BaseException) -> str:
        """A socket that was closed is a bad file descriptor."""
        if isinstance(error, OSError) and error.errno == errno.EBADF:
            return "Closed"
        if isinstance(error, ValueError) and "file descriptor" in str(error):
            return "Closed"  # uvloop's words for the same
        return str(super().error_name(error))  # type: ignore[misc]

    # ------------------------------------------------------------ what a run keeps

    def _traffic(self) -> InFlight:
        run = self._now_running
        if run is not self._seen:
            self._seen = run
            self._in_flight = InFlight()
            run.watched.append(self._in_flight.held)
        return self._in_flight

    def _made(self, sock: socket.socket) -> socket.socket:
        """A fresh socket, closed at the end of the run if the program does not."""
        self._now_running.closers.append(sock.close)
        sock.settimeout(0)
        return sock

    def _end(self, sock: socket.socket) -> End:
        return self._traffic().add(sock, sock.getsockname(), sock.getpeername())

    # ------------------------------------------------------------ ops

    async def listen(self) -> socket.socket:
        """A socket that listens."""
        return self._made(socket.create_server((_LOCAL, 0), backlog=100))

    async def close_listener(self, listener: socket.socket) -> None:
        """`socket.close`."""
        listener.close()

    def port(self, listener: socket.socket) -> int:
        """The port that the system chose."""
        return int(listener.getsockname()[1])

    async def accept(self, listener: socket.socket) -> End:
        """`loop.sock_accept`."""
        accepted, _ = await self._loop.sock_accept(listener)
        return self._end(self._made(accepted))

    async def connect(self, port: int) -> End:
        """`loop.sock_connect`; a socket that did not connect is closed."""
        sock = self._made(socket.socket())
        try:
            with self._traffic().under_way():
                await self._loop.sock_connect(sock, (_LOCAL, port))
        except BaseException:
            sock.close()
            raise
        return self._end(sock)

    async def send_bytes(self, stream: End, data: bytes) -> None:
        """`loop.sock_sendall`."""
        with stream.sends(len(data)):
            await self._loop.sock_sendall(stream.raw, data)

    async def receive_some(self, stream: End, max_bytes: int) -> bytes:
        """`loop.sock_recv`."""
        with stream.receives():
            data: bytes = await self._loop.sock_recv(stream.raw, max_bytes)
        stream.received(len(data))
        return data

    async def send_eof(self, stream: End) -> None:
        """`socket.shutdown`."""
        stream.raw.shutdown(socket.SHUT_WR)
        stream.closes()

    async def close_stream(self, stream: End) -> None:
        """`socket.close`."""
        stream.closes()
        stream.raw.close()

    async def abort_stream(self, stream: End) -> None:
        """Composed: SO_LINGER 0, then `socket.close`."""
        with suppress(OSError):  # closed already
            stream.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        stream.closes()
        stream.raw.close()
