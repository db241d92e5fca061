"""Servers and UNIX sockets for asyncio and its kin, with streams."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, final

from conformance.adapter.tcp import Unix
from runtimes._asyncio_run import AsyncioRun
from runtimes._asyncio_streams import Listener, Stream


@final
class Served:
    """A listening socket, and the server that accepts from it once somebody serves it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.port = sock.getsockname()[1]
        self.server: asyncio.Server | None = None

    async def serve(self, run: AsyncioRun, handle: Callable[[Stream], Awaitable[Any]]) -> None:
        """Until cancelled, or closed."""

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await handle(run.traffic.add(reader, writer))

        self.server = await asyncio.start_server(connected, sock=self.sock)
        async with self.server:
            await self.server.serve_forever()

    def sockets(self) -> tuple[Any, ...]:
        """The one that listens."""
        return (self.sock,)

    def close(self) -> None:
        """Close the server, which closes its socket; before it serves, just that."""
        if self.server is not None:
            self.server.close()
        self.sock.close()


class AsyncioServers(Unix):
    """Mixed into `Asyncio`, before its TCP."""

    _now_running: AsyncioRun

    async def bind(self) -> Served:
        """A socket for `asyncio.start_server(sock=…)`."""
        served = Served(socket.create_server(("127.0.0.1", 0)))
        self._now_running.traffic.listeners.append(served)
        return served

    async def serve(self, listener: Served, handle: Callable[[Stream], Awaitable[Any]]) -> None:
        """`asyncio.start_server` and `Server.serve_forever`, in `async with` as the documents show."""
        await listener.serve(self._now_running, handle)

    def stranger(self, address: tuple[str, int]) -> None:
        """Nobody of ours is at its end."""
        self._now_running.traffic.strangers.add(address)

    async def listen_unix(self, path: str) -> Listener:
        """`asyncio.start_unix_server`."""
        listener = Listener()
        await listener.open_unix(self._now_running.traffic, path)
        return listener

    async def connect_unix(self, path: str) -> Stream:
        """`asyncio.open_unix_connection`. Nothing is ever on its way between UNIX sockets."""
        run = self._now_running
        with run.holding():
            reader, writer = await asyncio.open_unix_connection(path)
        return run.traffic.add_unix(reader, writer)
