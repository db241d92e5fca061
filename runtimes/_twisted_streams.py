"""TCP on Twisted: a protocol that keeps what it is told until somebody asks.

Twisted calls a protocol when something comes; our ops ask. So receiving, accepting and waiting while
the peer does not read are composed here, of a transport's pausing and resuming and of Deferreds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from twisted.internet import error
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from runtimes._in_flight import End, InFlight


class ClosedError(Exception):
    """This end was closed by ourselves."""


class BusyError(Exception):
    """Somebody waits for this stream already."""


@final
class Waiter:
    """A place where at most one task waits."""

    def __init__(self) -> None:
        self._deferred: Deferred[None] | None = None

    def wait(self) -> Deferred[None]:
        """Until woken. Raises BusyError."""
        if self._deferred is not None:
            raise BusyError
        self._deferred = Deferred(lambda _: self._forget())
        return self._deferred

    def wake(self) -> None:
        """Let who waits go on, now."""
        deferred, self._deferred = self._deferred, None
        if deferred is not None:
            deferred.callback(None)

    def _forget(self) -> None:
        self._deferred = None


@final
@implementer(IPushProducer)
class Room:
    """Told by a transport whether its buffer has room."""

    def __init__(self) -> None:
        self.full = False
        self.waiter = Waiter()

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's name
        """No room."""
        self.full = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Room again."""
        self.full = False
        self.waiter.wake()

    stopProducing = resumeProducing  # noqa: N815


@final
@implementer(IHalfCloseableProtocol)
class Stream(Protocol):  # type: ignore[misc]  # an untyped class
    """One end of a connection."""

    end: End

    def __init__(self, in_flight: InFlight, made: Callable[[Stream], object]) -> None:
        self._in_flight = in_flight
        self._made = made
        self._data = bytearray()
        self._eof = False
        self._lost: BaseException | None = None
        self._closed = False
        self._arrived = Waiter()
        self._room = Room()

    # ------------------------------------------------------------ told by Twisted

    def connectionMade(self) -> None:  # noqa: N802
        """Nobody reads yet."""
        own, peer = self.transport.getHost(), self.transport.getPeer()
        self.end = self._in_flight.add(self, (own.host, own.port), (peer.host, peer.port))
        self.transport.registerProducer(self._room, True)  # noqa: FBT003  # streaming
        self.transport.pauseProducing()
        self._made(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Keep it, and take no more until somebody asks."""
        self._data += data
        self.end.received(len(data))
        self.transport.pauseProducing()
        self._arrived.wake()

    def readConnectionLost(self) -> None:  # noqa: N802
        """The peer closed its sending direction."""
        self._eof = True
        self.end.received(0)
        self._arrived.wake()

    def writeConnectionLost(self) -> None:  # noqa: N802
        """Our sending direction is closed."""

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        """Both directions are over."""
        self._lost = reason.value
        self._eof = True
        self.end.received(0)
        self._arrived.wake()
        self._room.resumeProducing()

    # ------------------------------------------------------------ asked by the adapter

    async def receive(self, max_bytes: int) -> bytes:
        """At least one byte, or `b""` at EOF. Raises ClosedError, BusyError, or what lost the connection."""
        if self._closed:
            raise ClosedError
        if not self._data and not self._eof:
            waiting = self._arrived.wait()
            if not self.transport.disconnecting:
                self.transport.resumeProducing()
            with self.end.receives():
                await waiting
        data = bytes(self._data[:max_bytes])
        del self._data[:max_bytes]
        if not data:
            self._check()
        return data

    async def send(self, data: bytes) -> None:
        """Hand it to the transport; wait until that has room again. Raises as `receive`."""
        self._check()
        with self.end.sends(len(data)):
            self.transport.write(data)
            if self._room.full:
                await self._room.waiter.wait()
        self._check()

    def close(self) -> None:
        """`loseConnection`: what was written is sent first."""
        self._closed = True
        self.end.closes()
        self.transport.loseConnection()
        self._arrived.wake()

    def send_eof(self) -> None:
        """`loseWriteConnection`."""
        self.end.closes()
        self.transport.loseWriteConnection()

    def abort(self) -> None:
        """`abortConnection`."""
        self._closed = True
        self.end.closes()
        self.transport.abortConnection()
        self._arrived.wake()

    def _check(self) -> None:
        if self._closed:
            raise ClosedError
        if self._lost is not None and not isinstance(self._lost, error.ConnectionDone):
            raise self._lost
