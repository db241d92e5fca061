"""Facet: TCP over the loopback interface (127.0.0.1, a port chosen by the system)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from conformance.adapter.core import Handle, optional


class Tcp:
    """Ops `listen`, `accept`, `connect`, `send_bytes`, `receive_*`, `send_eof`, `close`, `abort`."""

    @optional
    async def listen(self) -> Handle:
        """A listening socket."""
        raise NotImplementedError

    async def bind(self) -> Handle:
        """A listening socket that a `serve` will accept from."""
        return await self.listen()

    @optional
    async def serve(self, listener: Handle, handle: Callable[[Handle], Awaitable[Any]]) -> None:
        """Serve until cancelled: call `handle` with each connection's stream, in a task of its own."""
        raise NotImplementedError

    def stranger(self, address: tuple[str, int]) -> None:
        """The peer at that address is no stream of the runtime: nobody counts what it sends."""

    @optional
    async def close_listener(self, listener: Handle) -> None:
        """Close it."""
        raise NotImplementedError

    @optional
    def port(self, listener: Handle) -> int:
        """Its port, also once it is closed. Called right after `listen`, and kept by the interpreter."""
        raise NotImplementedError

    @optional
    async def accept(self, listener: Handle) -> Handle:
        """The stream of the next connection."""
        raise NotImplementedError

    @optional
    async def connect(self, port: int) -> Handle:
        """A stream to 127.0.0.1 at that port."""
        raise NotImplementedError

    @optional
    async def send_bytes(self, stream: Handle, data: bytes) -> None:
        """Send all of it, waiting while the peer does not read."""
        raise NotImplementedError

    @optional
    async def receive_some(self, stream: Handle, max_bytes: int) -> bytes:
        """At least one byte, at most that many; `b""` at EOF."""
        raise NotImplementedError

    @optional
    async def receive_exactly(self, stream: Handle, count: int) -> bytes:
        """That many bytes, or raise IncompleteRead (composed where the runtime has none)."""
        raise NotImplementedError

    @optional
    async def receive_until_eof(self, stream: Handle) -> bytes:
        """Everything up to EOF (composed where the runtime has none)."""
        raise NotImplementedError

    @optional
    async def send_eof(self, stream: Handle) -> None:
        """Close the sending direction."""
        raise NotImplementedError

    @optional
    async def close_stream(self, stream: Handle) -> None:
        """Close both directions, as the runtime's users close a stream."""
        raise NotImplementedError

    @optional
    async def abort_stream(self, stream: Handle) -> None:
        """Reset the connection (SO_LINGER 0 and close, or the runtime's own abort)."""
        raise NotImplementedError


class Unix:
    """Ops `listen_unix`, `connect_unix`: streams over UNIX sockets; the rest is as for TCP."""

    @optional
    async def listen_unix(self, path: str) -> Handle:
        """A listening socket at that path."""
        raise NotImplementedError

    @optional
    async def connect_unix(self, path: str) -> Handle:
        """A stream to that path."""
        raise NotImplementedError


class IncompleteRead(Exception):  # noqa: N818 - what anyio calls it
    """EOF came before that many bytes: raised by composed `receive_exactly` methods."""


class ReadAll(Tcp):
    """`receive_exactly` and `receive_until_eof` composed of `receive_some`: name them in `composed`."""

    async def receive_exactly(self, stream: Handle, count: int) -> bytes:
        """Repeat `receive_some`. Raises IncompleteRead."""
        data = b""
        while len(data) < count:
            more = await self.receive_some(stream, count - len(data))
            if not more:
                raise IncompleteRead(f"{len(data)} of {count} bytes")
            data += more
        return data

    async def receive_until_eof(self, stream: Handle) -> bytes:
        """Repeat `receive_some`."""
        parts = []
        while part := await self.receive_some(stream, 65536):
            parts.append(part)
        return b"".join(parts)
