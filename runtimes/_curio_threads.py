"""curio's threads, servers and UNIX sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import curio
import curio.network

from conformance.adapter.shutdown import Shutdown
from conformance.adapter.tcp import Unix
from conformance.adapter.threads import Threads

if TYPE_CHECKING:
    from runtimes.on_curio_kernel import Run


class CurioThreads(Threads, Shutdown):
    """Facets: threads, shutdown. A thread of `run_in_thread` cannot call back into the kernel."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`curio.run_in_thread`, whose wait is always given up when it is cancelled."""
        return await curio.run_in_thread(body)


class CurioServers(Unix):
    """Mixed into the adapter, before its TCP."""

    _run: Run
    _stream: Callable[[Any], Any]

    async def serve(self, listener: Any, handle: Callable[[Any], Awaitable[Any]]) -> None:
        """`curio.network.run_server`, which closes each connection when its handler is over."""

        async def client_connected(client: Any, _: Any) -> None:
            stream = self._stream(client)
            try:
                await handle(stream)
            finally:
                stream.end.closes()

        await curio.network.run_server(listener, client_connected)

    async def listen_unix(self, path: str) -> Any:
        """`unix_server_socket`."""
        listener = curio.network.unix_server_socket(path)
        self._run.sockets.append(listener._socket)
        return listener

    async def connect_unix(self, path: str) -> Any:
        """`open_unix_connection`."""
        with self._run.connects():
            return self._stream(await curio.open_unix_connection(path))
