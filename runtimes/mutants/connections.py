"""Broken TCP connections: listen, accept, connect, over real sockets."""

from __future__ import annotations

import math
import select
import socket
from collections.abc import Callable
from typing import Any

from conformance.adapter.core import Handle
from runtimes.mutants.base import Mutant, Remembering, mutant
from runtimes.reference.executor import Cancelled, ReferenceFault


@mutant
class AcceptsLastFirst(Remembering):
    """Of the connections that wait to be accepted, the last comes first."""

    async def accept(self, listener: Handle) -> socket.socket:
        if not self.kept:
            self.kept.append(await super().accept(listener))
            while True:
                try:
                    stream, _ = listener.accept()
                except OSError:
                    break
                stream.settimeout(0)
                self.kept.append(stream)
        return self.kept.pop()


@mutant
class ConnectsToNobody(Remembering):
    """A connect to a port where nobody listens succeeds."""

    async def connect(self, port: int) -> socket.socket:
        try:
            return await super().connect(port)
        except ConnectionRefusedError:
            stream, other = socket.socketpair()
            stream.settimeout(0)
            self.kept.append(other)
            return stream


@mutant
class RefusedHangs(Mutant):
    """A connect to a port where nobody listens waits for ever."""

    async def connect(self, port: int) -> socket.socket:
        try:
            return await super().connect(port)
        except ConnectionRefusedError:
            await self.sleep(math.inf)
            raise


@mutant
class CancelledConnectLeaks(Remembering):
    """A connect that is cancelled under way leaves its connection open."""

    async def connect(self, port: int) -> socket.socket:
        try:
            return await super().connect(port)
        except Cancelled:
            leaked = socket.socket()
            self.kept.append(leaked)
            leaked.connect(("127.0.0.1", port))
            raise


@mutant
class ConnectionLostOnCancel(Remembering):
    """An accept that is cancelled loses the next connection."""

    async def accept(self, listener: Handle) -> socket.socket:
        try:
            stream = await super().accept(listener)
            if listener in self.marked:
                self.marked.remove(listener)
                stream.close()
                stream = await super().accept(listener)
        except Cancelled:
            self.marked.add(listener)
            raise
        return stream


@mutant
class ConnectionLostOnWakeup(Remembering):
    """The first connection that an accept had to wait for is lost."""

    async def accept(self, listener: Handle) -> socket.socket:
        at_once = listener.fileno() < 0 or bool(select.select([listener], [], [], 0)[0])
        stream = await super().accept(listener)
        if not at_once and listener not in self.marked:
            self.marked.add(listener)
            stream.close()
            stream = await super().accept(listener)
        return stream


@mutant
class CancelledAcceptFails(Mutant):
    """An accept that is cancelled raises an error of its own instead."""

    async def accept(self, listener: Handle) -> socket.socket:
        try:
            return await super().accept(listener)
        except Cancelled:
            raise ReferenceFault("Misuse") from None


@mutant
class ListenerTakesConnectionsAlong(Remembering):
    """Closing a listener closes the connections that it has accepted."""

    async def accept(self, listener: Handle) -> socket.socket:
        stream = await super().accept(listener)
        self.kept.append(stream)
        return stream

    async def close_listener(self, listener: Handle) -> None:
        await super().close_listener(listener)
        for stream in self.kept:
            await self.close_stream(stream)


@mutant
class UnacceptedLeftOpen(Remembering):
    """Closing a listener leaves open what nobody has accepted."""

    async def close_listener(self, listener: Handle) -> None:
        while listener.fileno() >= 0:
            try:
                stream, _ = listener.accept()
            except OSError:
                break
            self.kept.append(stream)
        await super().close_listener(listener)


@mutant
class CancelledHandlerLeavesOpen(Mutant):
    """The connection of a handler that is cancelled stays open."""

    async def handling(self, stream: Handle, handle: Callable[[Handle], Any]) -> None:
        try:
            await handle(stream)
        except Cancelled:
            raise
        except BaseException:
            await self.close_stream(stream)
            raise
        await self.close_stream(stream)
