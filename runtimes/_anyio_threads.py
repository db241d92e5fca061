"""anyio's threads, servers and UNIX sockets."""

from __future__ import annotations

import concurrent.futures
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Final, cast

import anyio
import anyio.from_thread
import anyio.to_thread

from conformance.adapter.core import Body
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.tcp import Unix
from conformance.adapter.threads import Threads
from runtimes._in_flight import End

CANCELLED = concurrent.futures.CancelledError
"""What a thread is told of a cancellation in the loop, on asyncio."""


HAS_CHECK: Final = hasattr(anyio.from_thread, "check_cancelled")
"""From 4.1 on."""
ABANDON: Final = next(
    name
    for name in ("abandon_on_cancel", "cancellable")  # the name up to 4.0
    if name in inspect.signature(anyio.to_thread.run_sync).parameters
)


class AnyioThreads(Threads, Shutdown):
    """Facets: threads, shutdown."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`anyio.to_thread.run_sync`."""
        if abandon is None:
            return await anyio.to_thread.run_sync(body)
        how: dict[str, Any] = {ABANDON: abandon}
        return await anyio.to_thread.run_sync(body, **how)

    def from_thread(self, body: Body) -> Any:
        """`anyio.from_thread.run`."""
        return anyio.from_thread.run(cast("Callable[[], Coroutine[Any, Any, Any]]", body))

    def check_cancelled(self) -> None:
        """`anyio.from_thread.check_cancelled`."""
        anyio.from_thread.check_cancelled()


class AnyioServers(Unix):
    """Mixed into the adapter, before its TCP."""

    listeners: list[Any]
    holding: Callable[[], AbstractContextManager[None]]
    _end: Callable[[Any], End]

    async def serve(self, listener: Any, handle: Callable[[End], Awaitable[Any]]) -> None:
        """`SocketListener.serve`."""

        async def handler(raw: Any) -> None:
            await handle(self._end(raw))

        await listener.serve(handler)

    async def listen_unix(self, path: str) -> Any:
        """`anyio.create_unix_listener`."""
        with self.holding():  # it looks at the path in a thread
            listener = await anyio.create_unix_listener(path)
        self.listeners.append(listener)
        return listener

    async def connect_unix(self, path: str) -> End:
        """`anyio.connect_unix`."""
        with self.holding():
            raw = await anyio.connect_unix(path)
        return self._end(raw)
