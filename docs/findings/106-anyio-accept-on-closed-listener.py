# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on asyncio: a listener that is closed while an accept begins is accepted on, and breaks the next connection.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import anyio
import anyio.lowlevel
from anyio.abc import SocketAttribute, SocketListener

log: list[str] = []


async def accept(listener: SocketListener) -> None:
    """Accepts one connection, one round before the listener is closed."""
    await anyio.lowlevel.checkpoint()
    with anyio.move_on_after(0.3) as scope:
        try:
            await listener.accept()
        except anyio.ClosedResourceError:
            late = ", but only when it was cancelled" if scope.cancel_called else ""
            log.append(f"accept raised ClosedResourceError{late}")


async def close(listener: SocketListener, port: int) -> None:
    """Closes the listener, then connects to where nobody listens any more."""
    await listener.aclose()
    try:
        await anyio.connect_tcp("127.0.0.1", port)
    except OSError as error:
        log.append(f"connect failed by {type(error.__cause__ or error).__name__}")


async def main() -> None:
    """Close in the round in which accept is at its first checkpoint."""
    multi = await anyio.create_tcp_listener(local_host="127.0.0.1")
    listener = multi.listeners[0]
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - no Django here
    async with anyio.create_task_group() as group:
        group.start_soon(accept, listener)
        await anyio.lowlevel.checkpoint()
        group.start_soon(close, listener, port)


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
expected = ["accept raised ClosedResourceError", "connect failed by ConnectionRefusedError"]
print(f"expected: {', '.join(expected)}")
anyio.run(main)
print(f"happened: {', '.join(log)}")
raise SystemExit(sorted(log) != expected)
