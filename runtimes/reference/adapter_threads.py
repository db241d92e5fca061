"""The reference's adapter for threads, servers and UNIX sockets."""

from __future__ import annotations

import concurrent.futures
import functools
import socket
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from conformance.adapter.core import Body, Handle
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.tcp import Unix
from conformance.adapter.threads import Threads
from runtimes.reference import objects
from runtimes.reference.executor import Ask, Executor, ReferenceFault
from runtimes.reference.objects import End, Scope, Task


class ReferenceThreads(Threads, Shutdown):
    """Facets: threads, shutdown."""

    executor: Executor
    new_task: Callable[[Body, str], objects.Task]

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """A fresh thread for each, with a copy of the context."""
        thread = Task("", 0, Scope("thread", 0), End(0))
        context = copy_context()

        def live() -> Any:
            self._here.thread = thread
            return context.run(body)

        thread.ask = live
        return await Ask("run_in_thread", self.executor.run_in_thread, thread, abandon)

    def from_thread(self, body: Body) -> Any:
        """Have the executor perform it, and block for the answer."""
        answer: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self.executor.post(self._call, self._here.thread, self.new_task(body, "called"), answer)
        return answer.result()

    def _call(self, thread: Task, child: Task, answer: concurrent.futures.Future[Any]) -> None:
        self.executor.called = {*self.executor.called, child}
        thread.body = answer
        self.executor.from_thread(thread, child)

    def check_cancelled(self) -> None:
        """As the executor says."""
        try:
            self.executor.check_cancelled(self._here.thread)
        except ReferenceFault:
            raise
        except Exception as fault:
            raise fault.args[0] from None

    def interrupt(self) -> None:
        """Without a signal: what the executor does of Ctrl-C, wherever it comes."""
        if hasattr(self._here, "thread"):
            self.executor.post(self.executor.end_all, KeyboardInterrupt())
        else:
            raise KeyboardInterrupt

    def forget_threads(self) -> None:
        """What one run needs is made afresh."""
        self._here = threading.local()


class ReferenceServers(Unix):
    """Servers and UNIX sockets, composed of a group, and of `accept`."""

    executor: Executor
    accept: Callable[[Handle], Awaitable[socket.socket]]
    group: Callable[[], Any]
    spawn: Callable[[Body, str, Handle], Awaitable[Any]]
    close_stream: Callable[[Handle], Awaitable[None]]
    close_listener: Callable[[Handle], Awaitable[None]]
    _keep: Callable[[socket.socket], socket.socket]

    async def serve(self, listener: Handle, handle: Callable[[Handle], Awaitable[Any]]) -> None:
        """A group with a task that accepts, and a task for each connection, which it closes."""
        around = self.group()
        group = await around.__aenter__()
        await self.spawn(lambda: self.accepting(listener, handle, group), "server", group)
        await around.__aexit__(None, None, None)

    async def accepting(
        self, listener: Handle, handle: Callable[[Handle], Awaitable[Any]], group: Handle
    ) -> None:
        """The server itself."""
        try:
            while True:
                stream = await self.accept(listener)
                handler = functools.partial(self.handling, stream, handle)
                await self.spawn(handler, "handler", group)
        finally:
            await self.close_listener(listener)

    async def handling(self, stream: Handle, handle: Callable[[Handle], Awaitable[Any]]) -> None:
        """One connection."""
        try:
            await handle(stream)
        finally:
            await self.close_stream(stream)

    async def listen_unix(self, path: str) -> socket.socket:
        """A non-blocking listener."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        return self._keep(listener)

    async def connect_unix(self, path: str) -> socket.socket:
        """Connect, which never blocks while there is room in the backlog."""
        await Ask("connect_unix", self.executor.checkpoint)
        stream = self._keep(socket.socket(socket.AF_UNIX))
        try:
            stream.connect(path)
        except OSError:
            stream.close()
            raise
        return stream
