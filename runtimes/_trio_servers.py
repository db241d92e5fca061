"""trio's servers and UNIX sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from conformance.adapter.tcp import Unix
from runtimes._in_flight import End, InFlight


class TrioServers(Unix):
    """Mixed into the adapter, before its TCP."""

    in_flight: InFlight
    listeners: list[trio.SocketListener]
    _end: Callable[[trio.SocketStream], End]

    async def serve(
        self, listener: trio.SocketListener, handle: Callable[[End], Awaitable[Any]]
    ) -> None:
        """`trio.serve_listeners`, which closes each stream when its handler is over."""

        async def handler(raw: trio.SocketStream) -> None:
            end = self._end(raw)
            try:
                await handle(end)
            finally:
                end.closes()

        await trio.serve_listeners(handler, [listener])

    async def listen_unix(self, path: str) -> trio.SocketListener:
        """`SocketListener`, around a socket: trio opens no UNIX listener by itself."""
        sock = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        with self.in_flight.under_way():  # trio binds it in a thread
            await sock.bind(path)
        sock.listen()
        listener = trio.SocketListener(sock)
        self.listeners.append(listener)
        return listener

    async def connect_unix(self, path: str) -> End:
        """`trio.open_unix_socket`."""
        with self.in_flight.under_way():
            raw = await trio.open_unix_socket(path)
        return self._end(raw)
