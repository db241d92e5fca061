# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: once a wait for a writer's end was cancelled, every later one raises CancelledError, in whatever task.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def main() -> str:
    """Give up waiting for the end of a connection; then wait again, with nobody cancelling anything."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        async with asyncio.timeout(0):
            writer.close()
            await writer.wait_closed()
    except TimeoutError:
        pass
    another = asyncio.create_task(writer.wait_closed())
    await asyncio.wait({another})
    server.close()
    return "is cancelled" if another.cancelled() else "returns"


happened = asyncio.run(main())
print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: another task that waits for the end of the connection returns")
print(f"happened: another task that waits for the end of the connection {happened}")
raise SystemExit(happened != "returns")
