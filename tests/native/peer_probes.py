"""Peers outside of a library, and UNIX sockets, asked of asyncio, trio, curio and anyio."""

from __future__ import annotations

import socket
import struct
import tempfile
from typing import Any

from concurrent_words import Words
from native_probe import TICK, Filing
from server_probes import ending, exactly

_PLACES: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the process ends."""
RESET = struct.pack("ii", 1, 0)
BIG = 8 * 1024 * 1024


def fresh_path() -> str:
    """For a UNIX socket."""
    _PLACES.append(tempfile.TemporaryDirectory())
    return _PLACES[-1].name + "/s"


def file_peers(probe: Filing, lib: Words) -> None:
    """Peers outside of the library."""

    async def accepted() -> tuple[socket.socket, Any]:
        listener = await lib.listen()
        peer = socket.create_connection(("127.0.0.1", listener.address))
        peer.setblocking(False)
        return peer, await lib.accept(listener)

    def reset(peer: socket.socket) -> None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()

    @probe("tcp/peer-silent")
    @lib.inside
    async def _() -> str:
        peer, stream = await accepted()
        late = await ending(lib, stream) == "open"
        peer.send(b"late")
        return "yes" if late and await exactly(stream, 4) == b"late" else "no"

    async def drips(last: bool) -> str:
        peer, stream = await accepted()
        got: list[bytes] = []

        async def read() -> None:
            got.append(await exactly(stream, 100 if last else 3))

        reader = await lib.start(read)
        for byte in (b"a", b"b", b"c"):
            await lib.sleep(TICK)
            peer.send(byte)
        if last:
            peer.shutdown(socket.SHUT_WR)
        await reader.end()
        return "yes" if got == [b"abc"] else "no"

    @probe("tcp/peer-drips")
    @lib.inside
    async def _() -> str:
        return await drips(last=False)

    @probe("tcp/peer-drips-to-the-end")
    @lib.inside
    async def _() -> str:
        return await drips(last=True)

    @probe("tcp/peer-half-closes")
    @lib.inside
    async def _() -> str:
        peer, stream = await accepted()
        peer.send(b"x")
        peer.shutdown(socket.SHUT_WR)
        await exactly(stream, 2)
        for word in (b"1", b"2"):
            await stream.send(word)
            await lib.sleep(TICK)
        return "yes" if peer.recv(9) == b"12" else "no"

    @probe("tcp/peer-reset-under-receive")
    @lib.inside
    async def _() -> str:
        peer, stream = await accepted()
        found: list[str] = []

        async def read() -> None:
            found.append(await ending(lib, stream))

        reader = await lib.start(read)
        await lib.sleep(TICK)
        reset(peer)
        await reader.end()
        return {"reset": "error", "closed": "eof", "open": "hangs"}[found[0]]

    @probe("tcp/peer-sends-then-resets")
    @lib.inside
    async def _() -> str:
        peer, stream = await accepted()
        peer.send(b"data")
        await lib.sleep(TICK)
        reset(peer)
        await lib.sleep(TICK)
        seen: list[str] = []
        for _ in range(2):
            try:
                seen.append("data" if await stream.receive(4) else "eof")
            except lib.broken:
                seen.append("error")
        return "-then-".join(seen) if seen[0] == "data" else seen[0]

    @probe("tcp/peer-resets-before-accept")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen()
        reset(socket.create_connection(("127.0.0.1", listener.address)))
        await lib.sleep(TICK)
        try:
            stream = await lib.within(5 * TICK, lambda: lib.accept(listener))
        except lib.late:
            return "waits-for-the-next"
        except Exception:
            return "error"
        try:
            return "data" if await stream.receive(1) else "an-ended-stream"
        except Exception:
            return "a-dead-stream"

    @probe("tcp/peer-closes-before-accept")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen()
        peer = socket.create_connection(("127.0.0.1", listener.address))
        peer.send(b"bye")
        peer.close()
        await lib.sleep(TICK)
        return "yes" if await exactly(await lib.accept(listener), 9) == b"bye" else "no"

    @probe("tcp/peer-never-reads")
    @lib.inside
    async def _() -> str:
        _peer, stream = await accepted()
        try:
            await lib.within(4 * TICK, lambda: stream.send(bytes(BIG)))
        except lib.late:
            return "ends"
        return "sent"

    @probe("tcp/peer-resets-under-send")
    @lib.inside
    async def _() -> str:
        peer, stream = await accepted()
        sender = await lib.start(lambda: stream.send(bytes(BIG)))
        await lib.sleep(3 * TICK)
        reset(peer)
        return {"raised": "error", "returned": "sent"}[await sender.end()]


def file_unix(probe: Filing, lib: Words) -> None:
    """UNIX sockets."""

    async def pair() -> tuple[Any, Any]:
        listener = await lib.listen(fresh_path())
        client = await lib.connect(listener.address)
        return client, await lib.accept(listener)

    @probe("unix/both-ways")
    @lib.inside
    async def _() -> str:
        client, server = await pair()
        await client.send(b"ab")
        await client.send(b"cd")
        there = await exactly(server, 4)
        await server.send(b"ef")
        return "yes" if (there, await exactly(client, 2)) == (b"abcd", b"ef") else "no"

    @probe("unix/end")
    @lib.inside
    async def _() -> str:
        client, server = await pair()
        await client.send(b"ab")
        await client.close()
        return "yes" if await exactly(server, 9) == b"ab" else "no"

    @probe("unix/half-close")
    @lib.inside
    async def _() -> str:
        client, server = await pair()
        await client.send(b"ab")
        await client.send_eof()
        there = await exactly(server, 9)
        await server.send(b"cd")
        return "yes" if (there, await exactly(client, 2)) == (b"ab", b"cd") else "no"

    @probe("unix/close-with-unread-data")
    @lib.inside
    async def _() -> str:
        client, server = await pair()
        await client.send(b"unread")
        await lib.sleep(TICK)
        await server.close()
        await lib.sleep(TICK)
        found = await ending(lib, client)
        return {"closed": "eof"}.get(found, found)

    @probe("unix/connect-after-close")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen(fresh_path())
        await lib.close_listener(listener)
        await lib.sleep(TICK)
        try:
            await lib.connect(listener.address)
        except FileNotFoundError:
            return "path-gone"
        except OSError:
            return "refused"
        return "connected"

    @probe("unix/listener-close-unaccepted")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen(fresh_path())
        client = await lib.connect(listener.address)
        await lib.close_listener(listener)
        found = await ending(lib, client)
        return {"closed": "eof"}.get(found, found)

    @probe("unix/cancelled-accept")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen(fresh_path())
        waiting = await lib.start(lambda: lib.accept(listener))
        await lib.sleep(TICK)
        await waiting.cancel()
        await waiting.end()
        client = await lib.connect(listener.address)
        await client.send(b"x")
        server = await lib.within(10 * TICK, lambda: lib.accept(listener))
        return "yes" if await server.receive(1) == b"x" else "no"

    @probe("unix/accept-order")
    @lib.inside
    async def _() -> str:
        listener = await lib.listen(fresh_path())
        for word in (b"1", b"2"):
            await (await lib.connect(listener.address)).send(word)
        got = [await (await lib.accept(listener)).receive(1) for _ in range(2)]
        return "yes" if got == [b"1", b"2"] else "no"
