# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on trio: a receive that is cancelled raises ClosedResourceError when its socket is closed right after.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import socket
import sys
from importlib.metadata import version

import anyio
import anyio.lowlevel
from anyio.abc import SocketStream

log: list[str] = []


async def receiver(stream: SocketStream, scope: anyio.CancelScope) -> None:
    """Receives, in the scope."""
    with scope:
        try:
            await stream.receive(1)
        except anyio.ClosedResourceError:
            log.append("ClosedResourceError")
    log.append("cancelled" if scope.cancelled_caught else "not cancelled")


async def main() -> None:
    """Cancel a task that waits to receive, then close its stream."""
    here, there = socket.socketpair()
    stream = await SocketStream.from_socket(here)
    scope = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(receiver, stream, scope)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        await anyio.aclose_forcefully(stream)
    there.close()


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected, on both backends: cancelled")
seen = {}
for backend in ("asyncio", "trio"):
    log.clear()
    anyio.run(main, backend=backend)
    seen[backend] = list(log)
    print(f"happened on {backend}: {', '.join(log)}")
raise SystemExit(seen["trio"] != ["cancelled"])
