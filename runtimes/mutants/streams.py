"""Broken TCP streams: what is sent and received, over real sockets."""

from __future__ import annotations

import math
import socket
from typing import Any

from conformance.adapter.core import Handle
from runtimes.mutants.base import Kernel, Mutant, Remembering, mutant
from runtimes.reference.executor import Cancelled, ReferenceFault
from runtimes.reference.objects import ERROR, Task


@mutant
class ByteDropped(Mutant):
    """The last byte of a send of several does not arrive."""

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        await super().send_bytes(stream, data[:-1] if len(data) > 1 else data)


@mutant
class BytesDroppedAtClose(Remembering):
    """A close throws away what the peer has not read yet."""

    async def connect(self, port: int) -> socket.socket:
        stream = await super().connect(port)
        self.marked.add(stream)
        return stream

    async def accept(self, listener: Handle) -> socket.socket:
        stream = await super().accept(listener)
        self.marked.add(stream)
        return stream

    async def close_stream(self, stream: Handle) -> None:
        self.marked.discard(stream)
        name = stream.getpeername() if stream.fileno() >= 0 else None
        for peer in self.marked:
            if peer.fileno() >= 0 and peer.getsockname() == name:
                _drain(peer)
        await super().close_stream(stream)


def _drain(stream: socket.socket) -> None:
    try:
        while stream.recv(65536):
            pass
    except OSError:
        return


@mutant
class BytesLostOnCancel(Remembering):
    """A receive that is cancelled loses the next byte."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        try:
            data = await super().receive_some(stream, max_bytes)
            if data and stream in self.marked:
                self.marked.remove(stream)
                data = data[1:] or await super().receive_some(stream, max_bytes)
        except Cancelled:
            self.marked.add(stream)
            raise
        return data


@mutant
class RestDropped(Mutant):
    """A receive drops what arrived beyond the bytes that it was asked for."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        data = await super().receive_some(stream, 65536)
        return data[:max_bytes]


@mutant
class ReceiveBeyondMax(Mutant):
    """A receive returns everything that is there, however little was asked for."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        return await super().receive_some(stream, 65536)


@mutant
class HastyReceive(Mutant):
    """A receive of bytes that are there takes no pending cancel."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        try:
            return bytes(stream.recv(max_bytes))
        except OSError:
            return await super().receive_some(stream, max_bytes)


@mutant
class ShortRead(Mutant):
    """Receiving an exact number of bytes returns what there is when the end comes first."""

    composed = frozenset({"receive_until_eof"})

    async def receive_exactly(self, stream: Handle, count: int) -> bytes:
        data = b""
        while len(data) < count and (more := await self.receive_some(stream, count - len(data))):
            data += more
        return data


@mutant
class EofLost(Mutant):
    """The end of a stream is never told."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        data = await super().receive_some(stream, max_bytes)
        if not data:
            await self.sleep(math.inf)
        return data


@mutant
class EofOnce(Remembering):
    """The end of a stream is told once; a second receive waits for ever."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        data = await super().receive_some(stream, max_bytes)
        if not data and stream in self.marked:
            await self.sleep(math.inf)
        self.marked |= set() if data else {stream}
        return data


@mutant
class EofClosesBoth(Mutant):
    """Closing the sending direction closes the receiving one too."""

    async def send_eof(self, stream: Handle) -> None:
        await super().send_eof(stream)
        stream.shutdown(socket.SHUT_RDWR)


@mutant
class SendsAfterEof(Mutant):
    """After the end of the stream was sent, more bytes can be."""

    async def send_eof(self, stream: Handle) -> None:
        self._open(stream)


@mutant
class SecondCloseFails(Remembering):
    """A second close, or a second end of stream, fails."""

    async def close_stream(self, stream: Handle) -> None:
        self._open(stream)
        await super().close_stream(stream)

    async def send_eof(self, stream: Handle) -> None:
        if stream in self.marked:
            raise ReferenceFault("Misuse")
        self.marked.add(stream)
        await super().send_eof(stream)


@mutant
class ClosedUnnoticed(Mutant):
    """On one's own closed stream a receive tells the end and a send succeeds; an accept waits."""

    async def accept(self, listener: Handle) -> socket.socket:
        stream: socket.socket | None = await _unless_closed(super().accept(listener))
        if stream is None:
            await self.sleep(math.inf)
            raise ReferenceFault("Closed")
        return stream

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        return await _unless_closed(super().receive_some(stream, max_bytes)) or b""

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        await _unless_closed(super().send_bytes(stream, data))


async def _unless_closed(op: Any) -> Any:
    try:
        return await op
    except ReferenceFault as error:
        if error.name != "Closed":
            raise
        return None


@mutant
class ResetUnseen(Mutant):
    """A send to a peer that is gone waits for ever."""

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        try:
            await super().send_bytes(stream, data)
        except ConnectionError:
            await self.sleep(math.inf)


@mutant
class ResetHushedUp(Mutant):
    """A send to a peer that is gone succeeds, even after one's own end of stream."""

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        try:
            await super().send_bytes(stream, data)
        except ConnectionError:
            return


@mutant
class AbortIsClose(Mutant):
    """An abort closes in the ordinary way: the peer sees an end, not a reset."""

    async def abort_stream(self, stream: Handle) -> None:
        await super().close_stream(stream)


@mutant
class SecondReceiveDisplacesFirst(Kernel):
    """Who comes second to wait for a socket takes the place of the first, which fails."""

    def wait_socket(self, task: Task, descriptor: int, event: int) -> Any:
        known = self.selector.get_map().get(descriptor) if self.selector is not None else None
        if known is not None and event in known.data:
            self.wake(self._unwatch(descriptor, event), ERROR, self.fault("Busy"))
        return super().wait_socket(task, descriptor, event)


@mutant
class BusyAfterCancel(Remembering):
    """Once a receive that waited was cancelled, the next that must wait is told that another does."""

    async def _ready(self, sock: Any, event: int, kind: str) -> None:
        if kind != "receive_some":
            await super()._ready(sock, event, kind)
            return
        if sock in self.marked:
            raise ReferenceFault("Busy")
        try:
            await super()._ready(sock, event, kind)
        except Cancelled:
            self.marked.add(sock)
            raise


@mutant
class EofForbidsSending(Remembering):
    """Who has received the end of a stream cannot send any more."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        data = await super().receive_some(stream, max_bytes)
        if not data:
            self.marked.add(stream)
        return data

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        if stream in self.marked and stream.fileno() >= 0:
            await self.checkpoint()
            raise ReferenceFault("Broken")
        await super().send_bytes(stream, data)
