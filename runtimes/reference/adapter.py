"""The reference executor as a runtime like any other: its adapter.

It runs on real loopback sockets, in virtual or real time; a seed steers it by a random scheduler.
"""

from __future__ import annotations

import random
import selectors
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from conformance.adapter.core import Body, Handle, Limits, Runtime
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import IncompleteRead, ReadAll
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.reference import objects
from runtimes.reference.adapter_scopes import ReferenceScopes
from runtimes.reference.adapter_sync import ReferenceSync
from runtimes.reference.adapter_threads import ReferenceServers, ReferenceThreads
from runtimes.reference.declared import REFERENCE
from runtimes.reference.executor import Ask, Cancelled, Executor, JoinError, ReferenceFault
from runtimes.reference.machine import Machine

VERSION = "1"


class Reference(
    ReferenceScopes,
    ReferenceThreads,
    ReferenceServers,
    ReferenceSync,
    Runtime,
    Tasks,
    Time,
    ReadAll,
):
    """The in-house executor under its own semantics."""

    families: ClassVar[frozenset[str]] = frozenset({"reference"})
    special: ClassVar[frozenset[str]] = frozenset(
        {
            "sleep:negative", "sleep:infinite", "sleep:nan", "deadline:negative", "deadline:infinite", "deadline:nan",
            "cancel:self", "cancel:grouped", "spawn:handed",
            "cleanup:waits", "thread:abandons", "thread:waits", "channel:rendezvous", "channel:unbounded",
            "semaphore:bounded", "set_limit:zero",
        }
    )  # fmt: skip
    errors: ClassVar[Mapping[type[BaseException], str]] = {
        JoinError: "JoinError",
        IncompleteRead: "IncompleteRead",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        OSError: "Broken",
    }
    composed: ClassVar[frozenset[str]] = frozenset({"receive_exactly", "receive_until_eof"})
    virtual: ClassVar[Literal["keeps timers", "replaces timers", "none"]] = "keeps timers"
    steering: ClassVar[str] = "a seeded random scheduler answers every choice"
    semantics: ClassVar[Semantics] = REFERENCE

    def __init__(self, flavour: str = "") -> None:
        """Raise NotStarted: there is one flavour only."""
        super().__init__(flavour)
        if flavour:
            raise NotStarted(f"the reference has no flavour `{flavour}`", hint="write `reference`")
        self.executor: Executor

    @staticmethod
    def controllable(program: Program, semantics: Semantics, lax: bool) -> Machine:  # noqa: FBT001
        """The same rules in the form that the oracle searches; `lax` for a real clock."""
        return Machine(program, semantics, lax=lax)

    def version(self) -> str:
        """The version of its rules."""
        return VERSION

    def module_file(self) -> str:
        """This file."""
        return __file__

    def make_executor(self, limits: Limits) -> Executor:
        """A fresh executor (mutants override this)."""
        choose = None
        if limits.seed is not None:
            pick = random.Random(limits.seed).randrange
            choose = lambda _kind, options: pick(options)  # noqa: E731
        virtual = limits.clock == "virtual"
        return Executor(self.semantics, choose=choose, tick=limits.tick, virtual=virtual)

    def run(self, main: Body, limits: Limits) -> None:
        """Run on a fresh executor."""
        self.tick = limits.tick
        self.forget_run()
        self.forget_threads()
        self.executor = self.make_executor(limits)
        self.executor.at_work = self.at_work
        self.executor.horizon = limits.horizon / limits.tick
        self.sockets: list[socket.socket] = []
        try:
            self.executor.run(main, limits.stop)
        finally:
            for left in self.sockets:
                left.close()

    def is_cancellation(self, error: BaseException) -> bool:
        """Cancelled is."""
        return isinstance(error, Cancelled)

    def error_name(self, error: BaseException) -> str:
        """The executor's own errors carry their names."""
        return error.name if isinstance(error, ReferenceFault) else super().error_name(error)

    # ------------------------------------------------------------ tasks

    async def spawn(self, body: Body, name: str, group: Handle | None) -> objects.Task:
        """A task, or a child of the group."""
        task = self.new_task(body, name)
        await Ask("spawn", self.executor.spawn, task, group)
        return task

    async def checkpoint(self) -> None:
        """One round."""
        await Ask("checkpoint", self.executor.checkpoint)

    async def join(self, task: Handle) -> Any:
        """Its value or error."""
        return await Ask("join", self.executor.join, task)

    async def cancel(self, task: Handle) -> None:
        """Cancel it."""
        await Ask("cancel", self.executor.cancel, task)

    async def detach(self, body: Body, name: str) -> Any:
        """A task that the waiter's cancellation leaves alone."""
        task = self.new_task(body, name)
        try:
            return await Ask("detach", self.executor.detach, task)
        finally:
            if task.state == objects.UNSPAWNED:
                self.executor.refuse(task)

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """The executor's clock."""
        return float(self.executor.now * self.tick)

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await Ask("sleep", self.executor.sleep, seconds / self.tick)

    async def sleep_until(self, when: float) -> None:
        """Sleep for the difference."""
        await Ask("sleep_until", self.executor.sleep, when / self.tick - self.executor.now)

    async def block(self, seconds: float) -> None:
        """Let time pass."""
        if not self.executor.virtual:
            time.sleep(seconds)  # noqa: ASYNC251 - to hold the loop up is what the op means
        await Ask("block", self.executor.hold, seconds / self.tick)

    # ------------------------------------------------------------ TCP

    async def listen(self) -> socket.socket:
        """A non-blocking listener."""
        listener = socket.create_server(("127.0.0.1", 0))
        return self._keep(listener)

    def _keep(self, sock: socket.socket) -> socket.socket:
        """Non-blocking, and closed at the end of the run at the latest."""
        sock.setblocking(False)  # noqa: FBT003 - the socket's own interface
        self.sockets.append(sock)
        return sock

    def port(self, listener: Handle) -> int:
        """Its port."""
        return int(listener.getsockname()[1])

    async def close_listener(self, listener: Handle) -> None:
        """Wake its acceptors with Closed, and close it."""
        await self._close(listener)

    async def _close(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            await Ask("close", self.executor.close_socket, sock.fileno())
            sock.close()

    async def _ready(self, sock: socket.socket, event: int, kind: str) -> None:
        await Ask(kind, self.executor.wait_socket, sock.fileno(), event)

    def _open(self, sock: socket.socket) -> None:
        if sock.fileno() < 0:
            raise ReferenceFault("Closed")

    async def accept(self, listener: Handle) -> socket.socket:
        """The next connection."""
        await self.checkpoint()
        while True:
            self._open(listener)
            try:
                stream, _ = listener.accept()
            except BlockingIOError:
                await self._ready(listener, selectors.EVENT_READ, "accept")
            else:
                return self._keep(stream)

    async def connect(self, port: int) -> socket.socket:
        """Connect without blocking."""
        await self.checkpoint()
        stream = self._keep(socket.socket())
        try:
            stream.connect(("127.0.0.1", port))
        except BlockingIOError:
            try:
                await self._ready(stream, selectors.EVENT_WRITE, "connect")
            except BaseException:
                await self._close(stream)
                raise
            code = stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                stream.close()
                raise OSError(code, "connect failed") from None
        except OSError:
            stream.close()
            raise
        return stream

    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        """Send all."""
        await self.checkpoint()
        view = memoryview(data)
        while view:
            self._open(stream)
            try:
                view = view[stream.send(view) :]
            except BlockingIOError:
                await self._ready(stream, selectors.EVENT_WRITE, "send_bytes")

    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        """Receive."""
        await self.checkpoint()
        while True:
            self._open(stream)
            try:
                return stream.recv(max_bytes)  # type: ignore[no-any-return]
            except BlockingIOError:
                await self._ready(stream, selectors.EVENT_READ, "receive_some")

    async def send_eof(self, stream: Handle) -> None:
        """Shut the sending direction down."""
        self._open(stream)
        stream.shutdown(socket.SHUT_WR)

    async def close_stream(self, stream: Handle) -> None:
        """Wake its readers with Closed, and close it."""
        await self._close(stream)

    async def abort_stream(self, stream: Handle) -> None:
        """Linger 0, and close: the kernel resets the connection."""
        if stream.fileno() >= 0:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await self._close(stream)
