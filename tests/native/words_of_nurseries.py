"""trio's and anyio's words for what the probes of threads, servers and ends share."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from typing import Any

from concurrent_words import Asked, Words


class Child:
    """A scope around a body, and an event for its end."""

    def __init__(self, lib: Nurseries) -> None:
        self.scope = lib.module.CancelScope()
        self.over = lib.module.Event()
        self.how = ""

    async def live(self, body: Callable[[], Awaitable[Any]]) -> None:
        try:
            with self.scope:
                await body()
            self.how = "cancelled" if self.scope.cancelled_caught else "returned"
        except Exception:
            self.how = "raised"
        finally:
            self.over.set()

    async def cancel(self) -> None:
        self.scope.cancel()

    async def end(self) -> str:
        await self.over.wait()
        return self.how


class Stream:
    """A connection of either."""

    def __init__(self, lib: Nurseries, stream: Any) -> None:
        self.lib, self.stream = lib, stream

    async def send(self, data: bytes) -> None:
        await (self.stream.send_all if self.lib.trio else self.stream.send)(data)

    async def receive(self, count: int) -> bytes:
        if self.lib.trio:
            return bytes(await self.stream.receive_some(count))
        try:
            return bytes(await self.stream.receive(count))
        except self.lib.module.EndOfStream:
            return b""

    async def send_eof(self) -> None:
        await self.stream.send_eof()

    async def close(self) -> None:
        await self.stream.aclose()


class Listener:
    """A listener of either."""

    def __init__(self, listener: Any, address: Any) -> None:
        self.listener, self.address = listener, address


class Nurseries(Words):
    """trio, or anyio on any backend."""

    has_calls, has_checks, has_shield, may_wait = True, True, True, True

    def __init__(self, name: str) -> None:
        self.module: Any = importlib.import_module(name)
        self.back: Any = importlib.import_module(f"{name}.from_thread")
        self.away: Any = importlib.import_module(f"{name}.to_thread")
        self.trio = name == "trio"
        if self.trio:
            self.cancelled = (self.module.Cancelled,)
        self.broken = (self.module.BrokenResourceError,)
        self.late = (self.module.TooSlowError,) if self.trio else (TimeoutError,)

    def _open(self) -> Any:
        return self.module.open_nursery() if self.trio else self.module.create_task_group()

    def inside(self, question: Asked) -> Asked:
        async def ask() -> Any:
            told = self.module.Cancelled if self.trio else self.module.get_cancelled_exc_class()
            self.cancelled = (told, CancelledError)
            async with self._open() as self.around:
                answer = await question()
                self.around.cancel_scope.cancel()
            return answer

        return ask

    async def start(self, body: Callable[[], Awaitable[Any]]) -> Child:
        child = Child(self)
        self.around.start_soon(child.live, body)
        return child

    async def sleep(self, seconds: float) -> None:
        await self.module.sleep(seconds)

    async def in_thread(self, work: Callable[[], Any], abandon: bool | None = None) -> Any:
        wish = {} if abandon is None else {"abandon_on_cancel": abandon}
        return await self.away.run_sync(work, **wish)

    @asynccontextmanager
    async def group(self) -> Any:
        async with self._open() as group:

            async def start(body: Callable[[], Awaitable[Any]]) -> None:
                group.start_soon(body)

            yield start

    @asynccontextmanager
    async def shield(self) -> Any:
        with self.module.CancelScope(shield=True):
            yield

    async def within(self, seconds: float, body: Callable[[], Awaitable[Any]]) -> Any:
        with self.module.fail_after(seconds):
            return await body()

    def call(self, body: Callable[[], Awaitable[Any]]) -> Any:
        return self.back.run(body)

    def check(self) -> None:
        self.back.check_cancelled()

    async def listen(self, path: str = "") -> Listener:
        module = self.module
        if self.trio and path:
            sock = module.socket.socket(module.socket.AF_UNIX, module.socket.SOCK_STREAM)
            await sock.bind(path)
            sock.listen()
            return Listener(module.SocketListener(sock), path)
        if self.trio:
            [listener] = await module.open_tcp_listeners(0, host="127.0.0.1")
            return Listener(listener, listener.socket.getsockname()[1])
        if path:
            return Listener(await module.create_unix_listener(path), path)
        [listener] = (await module.create_tcp_listener(local_host="127.0.0.1")).listeners
        return Listener(listener, listener.extra(module.abc.SocketAttribute.local_port))

    bind = listen

    async def accept(self, listener: Listener) -> Stream:
        return Stream(self, await listener.listener.accept())

    async def connect(self, address: Any) -> Stream:
        unix = isinstance(address, str)
        if self.trio:
            open_unix, open_tcp = self.module.open_unix_socket, self.module.open_tcp_stream
        else:
            open_unix, open_tcp = self.module.connect_unix, self.module.connect_tcp
        stream = await (open_unix(address) if unix else open_tcp("127.0.0.1", address))
        return Stream(self, stream)

    async def serve(self, listener: Listener, handler: Callable[[Any], Awaitable[Any]]) -> None:
        async def handle(stream: Any) -> None:
            await handler(Stream(self, stream))

        if self.trio:
            await self.module.serve_listeners(handle, [listener.listener])
        else:
            await listener.listener.serve(handle)

    async def close_listener(self, listener: Listener) -> None:
        await listener.listener.aclose()
