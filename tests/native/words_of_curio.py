"""curio's words for what the probes of threads, servers and ends share."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from concurrent_words import Asked, Words
from curio_run import curio  # as importable everywhere


class Task:
    """A task."""

    def __init__(self, task: Any) -> None:
        self.task = task

    async def cancel(self) -> None:
        await self.task.cancel()

    async def end(self) -> str:
        try:
            await self.task.join()
        except curio.TaskError as error:
            return "cancelled" if isinstance(error.__cause__, curio.CancelledError) else "raised"
        return "returned"


class Stream:
    """A connection."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock

    async def send(self, data: bytes) -> None:
        await self.sock.sendall(data)

    async def receive(self, count: int) -> bytes:
        return bytes(await self.sock.recv(count))

    async def send_eof(self) -> None:
        await self.sock.shutdown(socket.SHUT_WR)

    async def close(self) -> None:
        await self.sock.close()


class Listener:
    """A listening socket."""

    def __init__(self, sock: Any, address: Any) -> None:
        self.sock, self.address = sock, address


class Curio(Words):
    """curio."""

    broken = (ConnectionError,)

    cancelled = (curio.CancelledError,)
    late = (curio.TaskTimeout,)
    has_calls, has_checks, has_shield, may_wait = False, False, True, False

    def inside(self, question: Asked) -> Asked:
        return question

    async def start(self, body: Callable[[], Awaitable[Any]]) -> Task:
        async def run() -> None:
            await body()

        return Task(await curio.spawn(run))

    async def sleep(self, seconds: float) -> None:
        await curio.sleep(seconds)

    async def in_thread(self, work: Callable[[], Any], abandon: bool | None = None) -> Any:
        return await curio.run_in_thread(work)

    @asynccontextmanager
    async def group(self) -> Any:
        async with curio.TaskGroup() as group:

            async def start(body: Callable[[], Awaitable[Any]]) -> None:
                async def run() -> None:
                    await body()

                await group.spawn(run)

            yield start

    def shield(self) -> Any:
        return curio.disable_cancellation()

    async def within(self, seconds: float, body: Callable[[], Awaitable[Any]]) -> Any:
        async with curio.timeout_after(seconds):
            return await body()

    def call(self, body: Callable[[], Awaitable[Any]]) -> Any:
        raise NotImplementedError

    def check(self) -> None:
        raise NotImplementedError

    async def listen(self, path: str = "") -> Listener:
        if path:
            return Listener(curio.network.unix_server_socket(path), path)
        sock = curio.tcp_server_socket("127.0.0.1", 0)
        return Listener(sock, sock.getsockname()[1])

    bind = listen

    async def accept(self, listener: Listener) -> Stream:
        return Stream((await listener.sock.accept())[0])

    async def connect(self, address: Any) -> Stream:
        if isinstance(address, str):
            return Stream(await curio.open_unix_connection(address))
        return Stream(await curio.open_connection("127.0.0.1", address))

    async def serve(self, listener: Listener, handler: Callable[[Any], Awaitable[Any]]) -> None:
        async def connected(client: Any, _: Any) -> None:
            await handler(Stream(client))

        await curio.network.run_server(listener.sock, connected)

    async def close_listener(self, listener: Listener) -> None:
        await listener.sock.close()

    async def join(self, task: Task) -> None:
        await task.task.join()
