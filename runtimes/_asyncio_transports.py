"""Flavour `transports` of asyncio: TCP by transports and a protocol of one's own, without streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, final

from conformance.adapter.tcp import ReadAll
from conformance.lang.semantics import Semantics
from runtimes._answer import answer
from runtimes._asyncio_flavours import NETWORK, Flavour
from runtimes._asyncio_run import AsyncioRun
from runtimes._asyncio_streams import Listener, Stream

_LOCAL: Final = "127.0.0.1"
_FULL: Final = 65536
"""Bytes that a protocol collects before it pauses reading."""
_COMPOSED: Final = frozenset(
    {"accept", "send_bytes", "receive_some", "receive_exactly", "receive_until_eof"}
)
_OPS: Final = _COMPOSED | {
    *("listen", "close_listener", "connect", "send_eof", "close", "abort"),
}


def _nobody(_: Wire) -> None:
    """A client's protocol has nobody to tell."""


@final
class Wire(asyncio.Protocol):
    """A protocol that collects what it is told, for somebody who asks. To a `Stream` it is reader and writer."""

    transport: Any  # uvloop's is no subclass of asyncio's

    def __init__(self, made: Callable[[Wire], object] = _nobody) -> None:
        self._made = made
        self._data = bytearray()
        self._eof = self._lost = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writers: list[asyncio.Future[None]] | None = None

    def get_extra_info(self, name: str) -> Any:
        """The transport's."""
        return self.transport.get_extra_info(name)

    # ------------------------------------------------------------ told by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self.transport = transport
        self._made(self)

    def data_received(self, data: bytes) -> None:
        """Bytes; too many, and reading is paused."""
        self._data += data
        if len(self._data) > _FULL:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The end; our own direction stays open."""
        self._eof = True
        self._wake()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """It is over, for readers and writers."""
        self._lost, self._error = True, error
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Writers wait from now on."""
        self._writers = []

    def resume_writing(self) -> None:
        """Those who wait go on."""
        waiting, self._writers = self._writers, None
        for writer in waiting or ():
            if not writer.done():
                writer.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ------------------------------------------------------------ asked by tasks

    async def read(self, count: int) -> bytes:
        """At most that many bytes, `b""` at the end. Raises what the connection was lost with."""
        if self._waiter is not None:
            raise RuntimeError("read() called while another coroutine is already waiting for data")
        while not (self._data or self._eof or self._lost):
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._error is not None:
            raise self._error
        data = bytes(self._data[:count])
        del self._data[:count]
        if len(self._data) <= _FULL and not self.transport.is_closing():
            self.transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """`transport.write`, then wait while it is paused. Raises ConnectionError once it is lost."""
        self.transport.write(data)
        if self.transport.is_closing():
            await asyncio.sleep(0)  # connection_lost is on its way
        if self._writers is not None:
            self._writers.append(asyncio.get_running_loop().create_future())
            await self._writers[-1]
        if self._lost:
            raise self._error or ConnectionResetError("the connection is lost")


class OverTransports(Flavour, ReadAll):
    """`create_server`, `create_connection`, `Transport.write`, `write_eof`, `close`; the rest is the protocol's."""

    built = _COMPOSED
    without = NETWORK - _OPS

    _loop: Any
    _now_running: AsyncioRun

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """`close` is no coroutine: what is buffered is flushed meanwhile."""
        source = (
            "https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport.close: not a coroutine; "
            "buffered data is flushed asynchronously; as to the other ops "
        )
        points, cancels = semantics.schedule_points, semantics.cancel_points
        semantics = answer(
            semantics,
            source + semantics.citations["schedule_points"],
            schedule_points={**points, "close": "never"},
        )
        return answer(
            semantics,
            source + semantics.citations["cancel_points"],
            cancel_points={**cancels, "close": "never"},
        )

    async def listen(self) -> Listener:
        """`loop.create_server`."""
        run, listener = self._now_running, Listener()

        def made(wire: Wire) -> None:
            listener.arrived(run.traffic.add(wire, wire))  # type: ignore[arg-type]

        with run.holding():
            server = await self._loop.create_server(lambda: Wire(made), _LOCAL, 0)
        listener.serve(server, run.traffic)
        return listener

    async def connect(self, port: int) -> Stream:
        """`loop.create_connection`."""
        run = self._now_running
        with run.holding():
            _, wire = await self._loop.create_connection(Wire, _LOCAL, port)
        return run.traffic.add(wire, wire)

    async def send_bytes(self, stream: Any, data: bytes) -> None:
        """Composed: `Transport.write`, then wait as `pause_writing` and `resume_writing` ask for."""
        await stream.writer.write(data)

    async def receive_some(self, stream: Any, max_bytes: int) -> bytes:
        """Composed: what the protocol was told."""
        data: bytes = await stream.reader.read(max_bytes)
        return data

    async def send_eof(self, stream: Stream) -> None:
        """`Transport.write_eof`."""
        stream.writer.transport.write_eof()
        stream.ended = True

    async def close_stream(self, stream: Stream) -> None:
        """`Transport.close`."""
        stream.writer.transport.close()
