"""Tornado's streams: `IOStream`, `TCPServer`, `TCPClient`, and UNIX sockets by `bind_unix_socket`.

A stream has one error, StreamClosedError, for whatever ends it: its `real_error` is the system's, or None where a
side just closed. Who did is what the adapter knows, so that is noted here. There is no half-close: no `send_eof`, and
the peer's end closes the whole stream.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final, final

from tornado.iostream import IOStream, StreamClosedError
from tornado.locks import Event
from tornado.netutil import Resolver, bind_sockets, bind_unix_socket
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer

from conformance.adapter.tcp import Tcp, Unix
from runtimes._asyncio_run import AsyncioRun
from runtimes._asyncio_streams import RESET_ON_CLOSE, Backlog
from runtimes._in_flight import InFlight

_LOCAL: Final = "127.0.0.1"
COMPOSED: Final = frozenset({"accept", "serve", "abort"})
"""What Tornado does not have in one call. A `TCPServer` accepts by itself, and serves beside whoever started it."""


@final
class Stream:
    """An `IOStream`, and what of its connection is on its way."""

    def __init__(self, raw: IOStream, traffic: InFlight) -> None:
        self.raw = raw
        sock: socket.socket = raw.socket
        own, peer = (), (id(raw),)  # of a UNIX socket, where nothing is ever on its way
        if sock.family != socket.AF_UNIX:
            own, peer = sock.getsockname(), _peer(sock, peer)
        self.end = traffic.add(raw, own, peer)

    def close(self) -> None:
        """`IOStream.close`."""
        self.end.closes()
        self.raw.close()

    def reset(self) -> None:
        """SO_LINGER 0, then the same."""
        if not self.raw.closed():
            self.raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close()

    def ended(self, error: StreamClosedError, name: str) -> bool:
        """Whether the peer's end is what closed the stream; `name` is noted then, or Closed if this side did."""
        if self.end.closed:
            name = "Closed"
        elif error.real_error is not None:
            return False
        error.add_note(name)
        return name != "Closed"


def _peer(sock: socket.socket, otherwise: Any) -> Any:
    try:
        return sock.getpeername()
    except OSError:  # it has reset the connection already
        return otherwise


@final
class Server(TCPServer):
    """One that hands its streams to a function."""

    def __init__(self, handle: Callable[[IOStream], Awaitable[None] | None]) -> None:
        super().__init__()
        self._handle = handle

    def handle_stream(self, stream: IOStream, address: object) -> Awaitable[None] | None:
        """A coroutine's awaitable is Tornado's to wait for."""
        return self._handle(stream)


@final
class Listener(Backlog):
    """A listening socket, the server that accepts from it, and who nobody has asked for yet."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self.sock = sock
        self.server: Server | None = None

    def start(self, handle: Callable[[IOStream], Awaitable[None] | None]) -> None:
        """`TCPServer.add_socket`, which accepts from now on."""
        self.server = Server(handle)
        self.server.add_socket(self.sock)

    def close(self) -> None:
        """`TCPServer.stop`, which closes its socket; before it serves, just that."""
        if self.closed:
            return
        if self.server is None:
            self.sock.close()
        else:
            self.server.stop()
        self.refuse()


class Addresses(Resolver):
    """For who is given an address, which needs no resolving.

    Tornado's own asks a thread all the same, so that connects overtake one another and what is done meanwhile.
    """

    async def resolve(self, host: str, port: int, family: int = 0) -> list[tuple[int, Any]]:
        """That address."""
        return [(socket.AF_INET, (host, port))]


class TornadoStreams(Unix, Tcp):
    """Mixed into `Tornado`, before asyncio's streams."""

    _now_running: AsyncioRun
    _seen: AsyncioRun | None = None
    _in_flight: InFlight

    def _stream(self, raw: IOStream) -> Stream:
        run = self._now_running
        if run is not self._seen:
            self._seen = run
            self._in_flight = InFlight()
            run.watched.append(self._in_flight.held)
        run.closers.append(raw.close)
        return Stream(raw, self._in_flight)

    def _listening(self, sock: socket.socket, *, accepting: bool = True) -> Listener:
        listener = Listener(sock)
        self._now_running.traffic.listeners.append(listener)
        if accepting:
            listener.start(lambda raw: listener.arrived(self._stream(raw)))
        return listener

    # ------------------------------------------------------------ listeners

    async def listen(self) -> Listener:
        """`netutil.bind_sockets` and `TCPServer.add_socket`."""
        return self._listening(*bind_sockets(0, _LOCAL))

    async def listen_unix(self, path: str) -> Listener:
        """`netutil.bind_unix_socket` and `TCPServer.add_socket`."""
        return self._listening(bind_unix_socket(path))

    async def bind(self) -> Listener:
        """`netutil.bind_sockets`."""
        return self._listening(*bind_sockets(0, _LOCAL), accepting=False)

    async def serve(self, listener: Listener, handle: Callable[[Stream], Awaitable[Any]]) -> None:
        """Composed: `TCPServer.add_socket`, an Event that nobody sets (as the documents show), `TCPServer.stop`."""

        async def connected(raw: IOStream) -> None:
            await handle(self._stream(raw))

        listener.start(connected)
        try:
            await Event().wait()
        finally:
            listener.close()

    async def close_listener(self, listener: Listener) -> None:
        """`TCPServer.stop`; connections that nobody has asked for yet are reset."""
        listener.close()

    def port(self, listener: Listener) -> int:
        """The port that the system chose."""
        return int(listener.sock.getsockname()[1])

    async def accept(self, listener: Listener) -> Stream:
        """Composed: the next of the queue that `handle_stream` fills."""
        stream: Stream = await listener.accept()
        return stream

    # ------------------------------------------------------------ streams

    async def connect(self, port: int) -> Stream:
        """`TCPClient.connect`. The virtual clock stands still meanwhile."""
        with self._now_running.holding():
            return self._stream(await TCPClient(Addresses()).connect(_LOCAL, port))

    async def connect_unix(self, path: str) -> Stream:
        """`IOStream.connect`; a stream of one's own that did not connect is closed."""
        raw = IOStream(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        try:
            with self._now_running.holding():
                await raw.connect(path)
        except BaseException:
            raw.close()
            raise
        return self._stream(raw)

    async def send_bytes(self, stream: Stream, data: bytes) -> None:
        """`IOStream.write`."""
        try:
            with stream.end.sends(len(data)):
                await stream.raw.write(data)
        except StreamClosedError as error:
            stream.ended(error, "Broken")
            raise

    async def receive_some(self, stream: Stream, max_bytes: int) -> bytes:
        """`IOStream.read_bytes(partial=True)`; the peer's end is `b""`."""
        try:
            with stream.end.receives():
                data = await stream.raw.read_bytes(max_bytes, partial=True)
        except StreamClosedError as error:
            if not stream.ended(error, "EOF"):
                raise
            data = b""
        stream.end.received(len(data))
        return data

    async def receive_exactly(self, stream: Stream, count: int) -> bytes:
        """`IOStream.read_bytes`."""
        try:
            with stream.end.receives():
                data = await stream.raw.read_bytes(count)
        except StreamClosedError as error:
            if stream.ended(error, "IncompleteRead"):
                stream.end.received(0)
            raise
        stream.end.received(len(data))
        return data

    async def receive_until_eof(self, stream: Stream) -> bytes:
        """`IOStream.read_until_close`; if it is told of the peer's end by an error, that is `b""`, too."""
        try:
            with stream.end.receives():
                data = await stream.raw.read_until_close()
        except StreamClosedError as error:
            if not stream.ended(error, "EOF"):
                raise
            data = b""
        stream.end.received(len(data))
        stream.end.received(0)
        return data

    async def close_stream(self, stream: Stream) -> None:
        """`IOStream.close`."""
        stream.close()

    async def abort_stream(self, stream: Stream) -> None:
        """Composed: SO_LINGER 0 on the socket, then `IOStream.close`."""
        stream.reset()


def name_of_end(error: BaseException) -> BaseException | str | None:
    """What tells why a stream is over: what was noted, the system's error, or nothing."""
    if isinstance(error, StreamClosedError):
        return next(iter(getattr(error, "__notes__", ())), error.real_error or "Closed")
    if isinstance(error, AssertionError) and "Already reading" in str(error):
        return "Busy"
    if isinstance(error, OSError) and error.errno == errno.EBADF:
        return "Closed"
    return None
