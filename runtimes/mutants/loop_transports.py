"""Broken event loops: the transports of their connections."""

# mypy: disable-error-code="misc,has-type"
# The classes are mixed into what asyncio does not declare: see loop_base.

from __future__ import annotations

import asyncio
import contextvars
import socket
import struct
from contextlib import suppress
from typing import Any

from runtimes.mutants.loop_base import BaseTransport, broken


@broken
class MadeLate(BaseTransport):
    """connection_made is called two rounds late."""

    def __init__(self, loop: Any, sock: Any, protocol: Any, *args: Any, **named: Any) -> None:
        made = protocol.connection_made

        def later(transport: Any) -> None:
            loop.call_soon(loop.call_soon, made, transport)

        protocol.connection_made = later
        super().__init__(loop, sock, protocol, *args, **named)


@broken
class MadeErrorRaised(BaseTransport):
    """An error in connection_made comes out of create_connection."""

    def __init__(
        self, loop: Any, sock: Any, protocol: Any, waiter: Any = None, *args: Any, **named: Any
    ) -> None:
        made = protocol.connection_made

        def watched(transport: Any) -> None:
            try:
                made(transport)
            except Exception as error:
                waiter.set_exception(error)

        protocol.connection_made = watched
        super().__init__(loop, sock, protocol, waiter, *args, **named)


# ---------------------------------------------------------------- close and abort


@broken
class LostTwice(BaseTransport):
    """connection_lost is called twice."""

    def _call_connection_lost(self, exc: Any) -> None:
        self._loop.call_soon(self._protocol.connection_lost, exc)
        super()._call_connection_lost(exc)


@broken
class LostAtOnce(BaseTransport):
    """connection_lost is called within close."""

    def close(self) -> None:
        if not self._closing and not self._buffer:
            self._closing = True
            self._conn_lost += 1
            self._loop._remove_reader(self._sock_fd)
            self._call_connection_lost(None)
        else:
            super().close()


@broken
class LostBeforeFlush(BaseTransport):
    """connection_lost is called while the buffer is still being flushed."""

    def close(self) -> None:
        if self._buffer and not self._closing:
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._protocol = asyncio.Protocol()
        super().close()


@broken
class CloseDropsBuffer(BaseTransport):
    """Closing drops what is not sent yet."""

    def close(self) -> None:
        if self._buffer:
            self._force_close(None)
        super().close()


@broken
class CloseKeepsReading(BaseTransport):
    """Bytes are received after close, while the buffer is being flushed."""

    def close(self) -> None:
        fresh, deliver = not self._closing, self._read_ready_cb
        super().close()
        if fresh and self._buffer:
            self._read_ready_cb = deliver
            self._loop._add_reader(self._sock_fd, self._read_ready)


@broken
class CloseLeavesSocketOpen(BaseTransport):
    """The far end does not hear of a close."""

    def _call_connection_lost(self, exc: Any) -> None:
        self._loop.kept = [*getattr(self._loop, "kept", ()), self._sock.dup()]
        super()._call_connection_lost(exc)


@broken
class AbortFlushes(BaseTransport):
    """Abort waits for the buffer to be flushed, as close does."""

    def abort(self) -> None:
        self.close()


@broken
class AbortResets(BaseTransport):
    """Abort resets the connection."""

    def abort(self) -> None:
        if self._sock is not None:
            linger = struct.pack("ii", 1, 0)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            super().abort()


@broken
class DeniesTransportClosing(BaseTransport):
    """A transport never says that it is closing."""

    def is_closing(self) -> bool:
        return False


@broken
class ResetIsEof(BaseTransport):
    """A connection that was reset is lost without an error."""

    def _force_close(self, exc: Any) -> None:
        super()._force_close(None)


# ---------------------------------------------------------------- end of stream


@broken
class EofKeepsOpen(BaseTransport):
    """A transport stays open at EOF, whatever eof_received returned."""

    def _read_ready__on_eof(self) -> None:
        self._protocol.eof_received()
        self._loop._remove_reader(self._sock_fd)


@broken
class EofClosesAnyway(BaseTransport):
    """A transport closes at EOF, whatever eof_received returned."""

    def _read_ready__on_eof(self) -> None:
        self._protocol.eof_received()
        self.close()


@broken
class EofUntilFlushed(BaseTransport):
    """eof_received is called again and again until the transport has flushed."""

    def _read_ready__on_eof(self) -> None:
        deliver = self._read_ready_cb
        super()._read_ready__on_eof()
        if self._buffer:
            self._read_ready_cb = deliver
            self._loop._add_reader(self._sock_fd, self._read_ready)


@broken
class EofAtResume(BaseTransport):
    """eof_received is called again when reading is resumed after it."""

    ended = False

    def _read_ready__on_eof(self) -> None:
        if not self.ended:
            self.ended = True
            super()._read_ready__on_eof()

    def resume_reading(self) -> None:
        super().resume_reading()
        if self.ended and not self._closing:
            self._loop.call_soon(self._protocol.eof_received)


@broken
class WriteEofCloses(BaseTransport):
    """write_eof closes both directions."""

    def write_eof(self) -> None:
        self.close()


@broken
class WriteEofAtOnce(BaseTransport):
    """write_eof drops what is not sent yet."""

    def write_eof(self) -> None:
        self._buffer.clear()
        self._loop._remove_writer(self._sock_fd)
        super().write_eof()


@broken
class CannotWriteEof(BaseTransport):
    """A transport says that it cannot write_eof."""

    def can_write_eof(self) -> bool:
        return False


@broken
class WriteAfterEofIgnored(BaseTransport):
    """Writing after write_eof does nothing."""

    def write(self, data: Any) -> None:
        if not self._eof:
            super().write(data)


@broken
class WriteAfterCloseRaises(BaseTransport):
    """Writing after close raises an error."""

    def write(self, data: Any) -> None:
        if self._closing:
            raise RuntimeError("closed")
        super().write(data)


# ---------------------------------------------------------------- delivery


@broken
class WriteLinesDropsLast(BaseTransport):
    """writelines drops the last piece."""

    def writelines(self, list_of_data: Any) -> None:
        super().writelines(list(list_of_data)[:-1])


@broken
class FirstWriteLost(BaseTransport):
    """The first thing that is written is lost."""

    written = False

    def write(self, data: Any) -> None:
        if self.written:
            super().write(data)
        self.written = True


@broken
class BufferFilledOnce(BaseTransport):
    """A buffered protocol receives no more than one buffer."""

    filled = False

    def _read_ready__get_buffer(self) -> None:
        if not self.filled:
            self.filled = True
            super()._read_ready__get_buffer()
        elif not self._sock.recv(65536):
            self._read_ready__on_eof()


@broken
class DataErrorsIgnored(BaseTransport):
    """An error in data_received is told, and changes nothing."""

    def _fatal_error(self, exc: Any, message: str = "") -> None:
        self._loop.call_exception_handler({"message": message, "exception": exc})


@broken
class ReaderInLoopsContext(BaseTransport):
    """data_received runs in an empty context."""

    def _read_ready(self) -> None:
        contextvars.Context().run(super()._read_ready)


# ---------------------------------------------------------------- flow control


@broken
class PauseReadingIgnored(BaseTransport):
    """pause_reading does nothing."""

    def pause_reading(self) -> None:
        return


@broken
class SecondPauseFails(BaseTransport):
    """pause_reading and resume_reading raise an error when there is nothing to do."""

    def pause_reading(self) -> None:
        if not self.is_reading():
            raise RuntimeError("paused already")
        super().pause_reading()


@broken
class AlwaysReading(BaseTransport):
    """A transport always says that it is reading."""

    def is_reading(self) -> bool:
        return True


@broken
class NeverResumesWriting(BaseTransport):
    """resume_writing is never called."""

    def _maybe_resume_protocol(self) -> None:
        return


@broken
class ResumesEarly(BaseTransport):
    """resume_writing is called as soon as anything was sent."""

    def _maybe_resume_protocol(self) -> None:
        if self._protocol_paused:
            self._protocol_paused = False
            self._protocol.resume_writing()


@broken
class PausesAtEachWrite(BaseTransport):
    """pause_writing is called at each write that leaves the buffer too full."""

    def _maybe_pause_protocol(self) -> None:
        if self.get_write_buffer_size() > self._high_water:
            self._protocol_paused = True
            self._protocol.pause_writing()


@broken
class PausesOnceForAll(BaseTransport):
    """pause_writing is called once in the life of a connection."""

    paused_before = False

    def _maybe_pause_protocol(self) -> None:
        if not self.paused_before:
            super()._maybe_pause_protocol()
            self.paused_before = self._protocol_paused


@broken
class KeepsLowLimit(BaseTransport):
    """The low limit of the write buffer cannot be changed."""

    def set_write_buffer_limits(self, high: Any = None, low: Any = None) -> None:
        super().set_write_buffer_limits(high, low)
        self._low_water = 16


@broken
class TakesAnyLimits(BaseTransport):
    """Limits of the write buffer that make no sense are taken."""

    def set_write_buffer_limits(self, high: Any = None, low: Any = None) -> None:
        with suppress(ValueError):
            super().set_write_buffer_limits(high, low)


@broken
class BufferLooksEmpty(BaseTransport):
    """A transport always says that its write buffer is empty."""

    def get_write_buffer_size(self) -> int:
        return 0
