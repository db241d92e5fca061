"""asyncio's words for what the probes of threads, servers and ends share."""

from __future__ import annotations

import asyncio
import concurrent.futures
import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from concurrent_words import Asked, Words


class Task:
    """A task."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task

    async def cancel(self) -> None:
        self.task.cancel()

    async def end(self) -> str:
        await asyncio.wait([self.task])
        if self.task.cancelled():
            return "cancelled"
        return "raised" if self.task.exception() else "returned"


class Stream:
    """A connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self, count: int) -> bytes:
        return await self.reader.read(count)

    async def send_eof(self) -> None:
        self.writer.write_eof()

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


class Listener:
    """A server that fills a queue, or one to be served."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Stream] = asyncio.Queue()
        self.server: Any = None
        self.socket: Any = None
        self.address: Any = None
        self.closed = False

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.close()
        else:
            self.queue.put_nowait(Stream(reader, writer))

    def close(self) -> None:
        """Whoever keeps such a queue ends what is left in it, as a kernel does with its backlog."""
        self.closed = True
        self.server.close()
        while not self.queue.empty():
            self.queue.get_nowait().writer.close()


class Asyncio(Words):
    """asyncio."""

    joins = getattr(asyncio, "constants", None)
    broken = (ConnectionError,)

    cancelled = (asyncio.CancelledError, concurrent.futures.CancelledError)
    late = (TimeoutError,)
    has_calls, has_checks, has_shield, may_wait = True, False, False, False

    def inside(self, question: Asked) -> Asked:
        async def ask() -> Any:
            self.loop = asyncio.get_running_loop()
            return await question()

        return ask

    async def start(self, body: Callable[[], Awaitable[Any]]) -> Task:
        async def run() -> None:
            await body()

        return Task(asyncio.create_task(run()))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def in_thread(self, work: Callable[[], Any], abandon: bool | None = None) -> Any:
        return await asyncio.to_thread(work)

    @asynccontextmanager
    async def group(self) -> Any:
        async with asyncio.TaskGroup() as group:

            async def start(body: Callable[[], Awaitable[Any]]) -> None:
                async def run() -> None:
                    await body()

                group.create_task(run())

            yield start

    def shield(self) -> Any:
        raise NotImplementedError

    async def within(self, seconds: float, body: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(seconds):
            return await body()

    def call(self, body: Callable[[], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            return await body()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result()

    def check(self) -> None:
        raise NotImplementedError

    async def listen(self, path: str = "") -> Listener:
        listener = Listener()
        if path:
            listener.server = await asyncio.start_unix_server(listener.connected, path)
            listener.address = path
        else:
            listener.server = await asyncio.start_server(listener.connected, "127.0.0.1", 0)
            listener.address = listener.server.sockets[0].getsockname()[1]
        return listener

    async def accept(self, listener: Listener) -> Stream:
        return await listener.queue.get()

    async def connect(self, address: Any) -> Stream:
        if isinstance(address, str):
            return Stream(*await asyncio.open_unix_connection(address))
        return Stream(*await asyncio.open_connection("127.0.0.1", address))

    async def bind(self) -> Listener:
        listener = Listener()
        listener.socket = socket.create_server(("127.0.0.1", 0))
        listener.address = listener.socket.getsockname()[1]
        return listener

    async def serve(self, listener: Listener, handler: Callable[[Any], Awaitable[Any]]) -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await handler(Stream(reader, writer))

        listener.server = await asyncio.start_server(connected, sock=listener.socket)
        async with listener.server:
            await listener.server.serve_forever()

    async def close_listener(self, listener: Listener) -> None:
        listener.close()

    async def join(self, task: Task) -> None:
        await task.task
