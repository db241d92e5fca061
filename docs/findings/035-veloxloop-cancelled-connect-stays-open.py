# ruff: noqa: T201 - a script that prints; its name is that of its page
"""On veloxloop the connection of a cancelled connect stays open for good.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import gc
import sys
from importlib.metadata import version

import veloxloop


async def main() -> str:
    """Cancel a connect under way; see what the server has of it."""
    came: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
    writers: list[asyncio.StreamWriter] = []

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        came.put_nowait(reader)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connecting = asyncio.create_task(asyncio.open_connection("127.0.0.1", port))
    await asyncio.sleep(0)
    connecting.cancel()
    await asyncio.wait([connecting])
    if not connecting.cancelled():
        return "the connect was not cancelled"
    del connecting
    gc.collect()
    try:
        async with asyncio.timeout(0.5):
            reader = await came.get()
    except TimeoutError:
        return "the server saw nothing"
    try:
        async with asyncio.timeout(0.5):
            await reader.read(1)
    except TimeoutError:
        return "the server has a connection that is not closed"
    except ConnectionError:
        pass
    return "the server saw a connection that was closed"


with asyncio.Runner(loop_factory=veloxloop.new_event_loop) as runner:
    told = runner.run(main())
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the server saw nothing, or a connection that was closed")
print(f"happened: {told}")
raise SystemExit("not closed" in told)
