"""The event loop of asyncio's API: transports and protocols, servers.

The protocol of every transport is a recorder. Whatever it is told goes to the log of the task that
opened (or announced) the transport `t`:

    t made       connection_made         t paused     pause_writing
    t got 'ab'   data_received           t resumed    resume_writing
    t eof        eof_received            t lost       connection_lost(None)
                                         t lost NAME  connection_lost(error)

Received bytes are collected, since their chunks are nobody's promise: they are logged before the
next other entry of their transport, and by `Received`.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op

EVENTS = ("made", "data", "eof", "paused", "resumed", "lost")
"""What a protocol is told."""


@dataclass(frozen=True, slots=True)
class CreateServer(Op):
    """Open a server on a free port of the loopback interface (`loop.create_server`)."""

    server: str
    serving: bool = True


@dataclass(frozen=True, slots=True)
class StartServing(Op):
    """`Server.start_serving`."""

    server: str


@dataclass(frozen=True, slots=True)
class IsServing(Op):
    """`Server.is_serving`: logs `got true` or `got false`."""

    server: str


@dataclass(frozen=True, slots=True)
class CloseServer(Op):
    """`Server.close`."""

    server: str


@dataclass(frozen=True, slots=True)
class WaitServerClosed(Op):
    """`Server.wait_closed`."""

    server: str


@dataclass(frozen=True, slots=True)
class Incoming(Op):
    """Announce `transport`: the next connection that the server makes will be called so."""

    transport: str
    server: str


@dataclass(frozen=True, slots=True)
class CreateConnection(Op):
    """Open a connection to a server (`loop.create_connection`)."""

    transport: str
    server: str


@dataclass(frozen=True, slots=True)
class AdoptSocket(Op):
    """Make a transport of a connected socket (`loop.create_connection(sock=…)`).

    With `buffered` its protocol is a BufferedProtocol whose buffer holds four bytes.
    """

    transport: str
    socket: str
    buffered: bool = False


@dataclass(frozen=True, slots=True)
class React(Op):
    """Have `callback` called when the transport's protocol is told `told`; its value is returned.

    It may come before the transport is there, so that nothing is missed.
    """

    transport: str
    told: str
    callback: str


@dataclass(frozen=True, slots=True)
class WaitTold(Op):
    """Wait until the transport's protocol has been told `told`."""

    transport: str
    told: str


@dataclass(frozen=True, slots=True)
class WaitReceived(Op):
    """Wait until that many bytes have come in all, and log them as `Received` does."""

    transport: str
    count: int


@dataclass(frozen=True, slots=True)
class Received(Op):
    """Log `t got 'BYTES'`, all that was received and not logged yet."""

    transport: str


@dataclass(frozen=True, slots=True)
class Write(Op):
    """`transport.write` of `data`, `times` over in one piece."""

    transport: str
    data: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class WriteLines(Op):
    """`transport.writelines` of `data`, `times` pieces."""

    transport: str
    data: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class WriteEof(Op):
    """`transport.write_eof`."""

    transport: str


@dataclass(frozen=True, slots=True)
class CanWriteEof(Op):
    """`transport.can_write_eof`: logs `got true` or `got false`."""

    transport: str


@dataclass(frozen=True, slots=True)
class SetWriteLimits(Op):
    """`transport.set_write_buffer_limits`, in bytes."""

    transport: str
    high: int | None = None
    low: int | None = None


@dataclass(frozen=True, slots=True)
class WriteLimits(Op):
    """`transport.get_write_buffer_limits`: logs `got LOW-HIGH`."""

    transport: str


@dataclass(frozen=True, slots=True)
class WriteBuffer(Op):
    """`transport.get_write_buffer_size`: logs `got empty` or `got some`."""

    transport: str


@dataclass(frozen=True, slots=True)
class PauseReading(Op):
    """`transport.pause_reading`."""

    transport: str


@dataclass(frozen=True, slots=True)
class ResumeReading(Op):
    """`transport.resume_reading`."""

    transport: str


@dataclass(frozen=True, slots=True)
class IsReading(Op):
    """`transport.is_reading`: logs `got true` or `got false`."""

    transport: str


@dataclass(frozen=True, slots=True)
class CloseTransport(Op):
    """`transport.close`."""

    transport: str


@dataclass(frozen=True, slots=True)
class AbortTransport(Op):
    """`transport.abort`."""

    transport: str


@dataclass(frozen=True, slots=True)
class IsClosing(Op):
    """`transport.is_closing`: logs `got true` or `got false`."""

    transport: str
