# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on trio: a receive that is cancelled raises ClosedResourceError when its socket is closed right after.

So does an accept, on every backend. Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import importlib.util
import socket
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any, cast

import anyio
import anyio.lowlevel
from anyio.abc import SocketListener, SocketStream

log: list[str] = []


async def waiter(wait: Callable[[], Awaitable[object]], scope: anyio.CancelScope) -> None:
    """Receives or accepts, in the scope."""
    with scope:
        try:
            await wait()
        except anyio.ClosedResourceError:
            log.append("ClosedResourceError")
    log.append("cancelled" if scope.cancelled_caught else "not cancelled")


async def cancel_and_close(wait: Callable[[], Awaitable[object]], owner: Any) -> None:
    """Cancel a task that waits, then close what it waits for."""
    scope = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(waiter, wait, scope)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        await anyio.aclose_forcefully(owner)


async def receive() -> None:
    """A task waits to receive, and its stream is closed."""
    here, there = socket.socketpair()
    stream = await SocketStream.from_socket(here)
    await cancel_and_close(lambda: stream.receive(1), stream)
    there.close()


async def accept() -> None:
    """A task waits to accept, and its listener is closed."""
    multi = await anyio.create_tcp_listener(local_host="127.0.0.1")
    listener = cast("SocketListener", multi.listeners[0])
    await cancel_and_close(listener.accept, listener)


backends: dict[str, tuple[str, dict[str, Any]]] = {"asyncio": ("asyncio", {}), "trio": ("trio", {})}
if importlib.util.find_spec("uvloop"):
    backends["uvloop"] = ("asyncio", {"use_uvloop": True})

print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected, of both and on every backend: cancelled")
wrong = False
for name, (backend, options) in backends.items():
    for main in (receive, accept):
        log.clear()
        anyio.run(main, backend=backend, backend_options=options)
        print(f"happened on {name}, {main.__name__}: {', '.join(log)}")
        wrong |= log != ["cancelled"]
raise SystemExit(wrong)
