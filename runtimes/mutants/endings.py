"""Broken ends: Ctrl-C and exits, servers, UNIX sockets."""

from __future__ import annotations

import math
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.adapter.core import Handle
from runtimes.mutants.base import Kernel, Mutant, Remembering, mutant
from runtimes.reference.executor import ReferenceFault

Handling = Callable[[Handle], Awaitable[Any]]


@mutant
class InterruptLost(Mutant):
    """Nobody hears of a Ctrl-C."""

    def interrupt(self) -> None:
        return


@mutant
class InterruptCutsCleanup(Mutant):
    """A Ctrl-C cancels the very task in which it strikes, so that its clean-up cannot wait."""

    def interrupt(self) -> None:
        if not hasattr(self._here, "thread"):
            self.executor.cancel_task(self.current())
        super().interrupt()


@mutant
class EndsOnlyItsTask(Kernel):
    """A Ctrl-C or an exit ends the task in which it strikes, and the run goes on."""

    def end_all(self, error: BaseException) -> None:
        return


@mutant
class InterruptAbandons(Kernel):
    """After a Ctrl-C or an exit the run stops dead: nobody else cleans up."""

    def end_all(self, error: BaseException) -> None:
        self.ending = error
        self.stopped = True


@mutant
class ExitLost(Mutant):
    """An exit does nothing."""

    def exit(self) -> None:
        return


# ---------------------------------------------------------------- servers


@mutant
class ServesNobody(Mutant):
    """A server accepts nothing."""

    async def accepting(self, listener: Handle, handle: Handling, group: Handle) -> None:
        try:
            await self.sleep(math.inf)
        finally:
            await self.close_listener(listener)


@mutant
class ServesOneByOne(Mutant):
    """A server handles a connection only when the handler of the one before is over."""

    async def accepting(self, listener: Handle, handle: Handling, group: Handle) -> None:
        try:
            while True:
                await self.handling(await self.accept(listener), handle)
        finally:
            await self.close_listener(listener)


@mutant
class ServerSurvivesHandlers(Mutant):
    """The error of a handler is lost, and the server goes on."""

    async def handling(self, stream: Handle, handle: Handling) -> None:
        try:
            await super().handling(stream, handle)
        except Exception:
            return


@mutant
class ServerLeavesOpen(Mutant):
    """A connection that its handler did not close stays open."""

    async def handling(self, stream: Handle, handle: Handling) -> None:
        await handle(stream)


@mutant
class HandlersOutliveServer(Mutant):
    """Handlers go on when their server is cancelled."""

    async def accepting(self, listener: Handle, handle: Handling, group: Handle) -> None:
        await super().accepting(listener, handle, None)


@mutant
class ServerKeepsListening(Mutant):
    """A server that was cancelled still listens."""

    async def accepting(self, listener: Handle, handle: Handling, group: Handle) -> None:
        while True:
            stream = await self.accept(listener)
            await self.spawn(lambda stream=stream: self.handling(stream, handle), "", group)  # type: ignore[misc]


@mutant
class ServerMissesClose(Mutant):
    """A server whose listener is closed waits on."""

    async def accepting(self, listener: Handle, handle: Handling, group: Handle) -> None:
        try:
            await super().accepting(listener, handle, group)
        except ReferenceFault:
            await self.sleep(math.inf)


# ---------------------------------------------------------------- sockets


@mutant
class ClosedPathConnects(Remembering):
    """A connect to the path of a closed UNIX listener succeeds."""

    async def connect_unix(self, path: str) -> socket.socket:
        try:
            return await super().connect_unix(path)
        except OSError:
            stream, other = socket.socketpair()
            stream.settimeout(0)
            self.kept.append(other)
            return stream


@mutant
class DeadConnectionsSkipped(Mutant):
    """An accept skips connections that their peers have reset."""

    async def accept(self, listener: Handle) -> socket.socket:
        while True:
            stream = await super().accept(listener)
            try:
                stream.getpeername()
            except OSError:
                stream.close()
            else:
                return stream


@mutant
class SendsWithoutRoom(Mutant):
    """A send never waits for its reader: what does not fit is dropped."""

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        await self.checkpoint()
        self._open(stream)
        try:
            stream.send(data)
        except BlockingIOError:
            return


@mutant
class HastyExactRead(Mutant):
    """Receiving an exact number of bytes returns the first that come."""

    async def receive_exactly(self, stream: Handle, count: int) -> bytes:
        return await self.receive_some(stream, count)


@mutant
class ResetUnreceived(Mutant):
    """A receive whose peer resets the connection waits for ever."""

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        try:
            return await super().receive_some(stream, max_bytes)
        except ConnectionError:
            await self.sleep(math.inf)
            raise
