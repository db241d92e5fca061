"""Servers, peers and UNIX sockets asked of asyncio, trio, curio and anyio: one text, each library's own words."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from concurrent_words import Watch, Words
from native_probe import TICK, Error, Filing

Handle = Callable[[Any], Awaitable[None]]
RESET = struct.pack("ii", 1, 0)
BIG = 8 * 1024 * 1024


async def exactly(stream: Any, count: int) -> bytes:
    """So many bytes, or fewer at the end."""
    data = b""
    while len(data) < count and (more := await stream.receive(count - len(data))):
        data += more
    return data


def echo(answer: bytes) -> Handle:
    """A handler that answers two bytes."""

    async def handler(stream: Any) -> None:
        await exactly(stream, 2)
        await stream.send(answer)
        await stream.close()

    return handler


async def asks(lib: Words, stream: Any) -> bool:
    """Whether there is an answer."""

    async def ask() -> bool:
        await stream.send(b"yo")
        return len(await exactly(stream, 2)) == 2

    try:
        return bool(await lib.within(10 * TICK, ask))
    except (*lib.late, *lib.broken):
        return False


async def ending(lib: Words, stream: Any) -> str:
    """What a receive sees in a while: `closed`, `reset`, `open`."""
    try:
        return "data" if await lib.within(10 * TICK, lambda: stream.receive(1)) else "closed"
    except lib.late:
        return "open"
    except lib.broken:
        return "reset"


async def served(lib: Words, *handlers: Handle) -> tuple[Any, Any]:
    """A listener, and the task that serves it, each connection with the next handler."""
    left = list(handlers)
    listener = await lib.bind()

    async def handle(stream: Any) -> None:
        await left.pop(0)(stream)

    server = await lib.start(lambda: lib.serve(listener, handle))
    await lib.sleep(2 * TICK)
    return listener, server


def file_servers(probe: Filing, lib: Words) -> None:
    """Handlers, and the end of a server."""

    @probe("tcp/serve")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, echo(b"hi"))
        answered = await asks(lib, await lib.connect(listener.address))
        await server.cancel()
        return "yes" if answered else "no"

    @probe("tcp/serve-two-at-once")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, echo(b"hi"), echo(b"ho"))
        streams = [await lib.connect(listener.address)]
        await lib.sleep(TICK)
        streams.append(await lib.connect(listener.address))
        found = [await asks(lib, stream) for stream in reversed(streams)]
        await server.cancel()
        return "yes" if all(found) else "no"

    @probe("tcp/serve-after-connect")
    @lib.inside
    async def _() -> str:
        listener = await lib.bind()
        stream = await lib.connect(listener.address)
        server = await lib.start(lambda: lib.serve(listener, echo(b"hi")))
        found = await asks(lib, stream)
        await server.cancel()
        return "yes" if found else "no"

    async def fails(_: Any) -> None:
        raise Error("E")

    @probe("tcp/serve-handler-error")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, fails, echo(b"ho"))
        await lib.connect(listener.address)
        await lib.sleep(2 * TICK)
        with contextlib.suppress(OSError):
            if await asks(lib, await lib.connect(listener.address)):
                await server.cancel()
                return "goes-on"
        return "ends" if await server.end() == "raised" else "ends-silently"

    @probe("tcp/serve-handler-error-closes")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, fails)
        found = await ending(lib, await lib.connect(listener.address))
        await server.cancel()
        await (
            server.end()
        )  # its error is to be caught before a cancellation of everything mixes with it
        return found

    async def returns(_: Any) -> None:
        return

    def keeps(kept: list[Any]) -> Handle:
        async def handler(stream: Any) -> None:
            kept.append(stream)

        return handler

    @probe("tcp/serve-handler-returns")
    @lib.inside
    async def _() -> str:
        kept: list[Any] = []
        listener, server = await served(lib, keeps(kept))
        stream = await lib.connect(listener.address)
        found = await ending(lib, stream)
        for each in (stream, *kept):
            with contextlib.suppress(Exception):
                await each.close()
        await server.cancel()
        return found

    def lives(watch: Watch, kept: list[Any]) -> Handle:
        async def handler(stream: Any) -> None:
            kept.append(stream)
            try:
                await exactly(stream, 1)
                watch.note("fed")
                await stream.close()
            except lib.cancelled:
                watch.note("cancelled")
                raise
            finally:
                watch.note("over")

        return handler

    async def stopped(how: str) -> tuple[Watch, str]:
        watch, kept = Watch(), list[Any]()
        listener, server = await served(lib, lives(watch, kept))
        stream = await lib.connect(listener.address)
        await lib.sleep(2 * TICK)

        async def stop() -> None:
            await server.cancel()
            await server.end()
            watch.note("stopped")

        if how == "close":
            await lib.close_listener(listener)
        else:
            await lib.start(stop)
        await lib.sleep(TICK)
        seen = await ending(lib, stream) if how == "look" else ""
        with contextlib.suppress(OSError, *lib.broken):
            await stream.send(b"x")
        await lib.sleep(2 * TICK)
        await stream.close()
        await lib.sleep(2 * TICK)
        if how == "close":
            await server.cancel()
        return watch, seen

    @probe("tcp/serve-cancel-handlers")
    @lib.inside
    async def _() -> str:
        watch, _ = await stopped("cancel")
        return "go-on" if watch.has("fed") else "cancelled"

    @probe("tcp/serve-close-handlers")
    @lib.inside
    async def _() -> str:
        watch, _ = await stopped("close")
        return "go-on" if watch.has("fed") else "cancelled"

    @probe("tcp/serve-cancel-waits")
    @lib.inside
    async def _() -> str:
        watch, _ = await stopped("cancel")
        if watch.has("cancelled"):
            return "cancels-and-waits"
        words = [entry.partition("@")[0] for entry in watch.log]
        return "leaves" if words.index("stopped") < words.index("over") else "waits"

    @probe("tcp/serve-cancel-closes")
    @lib.inside
    async def _() -> str:
        _, seen = await stopped("look")
        return {"closed": "ended"}.get(seen, seen)

    @probe("tcp/serve-cancel-refuses")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, returns)
        await server.cancel()
        await server.end()
        await lib.sleep(TICK)
        try:
            await lib.connect(listener.address)
        except OSError:
            return "refused"
        return "connected"

    @probe("tcp/serve-listener-closed")
    @lib.inside
    async def _() -> str:
        listener, server = await served(lib, returns)
        watch = Watch()

        async def look() -> None:
            watch.note(await server.end())

        if lib.has_calls:  # else a join that is cancelled, or one too many, would disturb
            looker = await lib.start(look)
        await lib.close_listener(listener)
        await lib.sleep(3 * TICK)
        if not watch.log:
            if lib.has_calls:
                await looker.cancel()
            await server.cancel()
            return "serves-on"
        word = watch.log[0].partition("@")[0]
        return {"cancelled": "cancelled-by-it", "raised": "error", "returned": "returns"}[word]
