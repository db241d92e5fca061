# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on asyncio: a wait that begins in a cancelled scope ends as if nothing had been cancelled.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import anyio
import anyio.lowlevel

log: list[str] = []


async def waiter(event: anyio.Event, scope: anyio.CancelScope) -> None:
    """Waits for the event, in the scope."""
    with scope:
        await event.wait()
        log.append(f"waited, and cancel_called was {scope.cancel_called}")
    if scope.cancelled_caught:
        log.append("cancelled")


async def main() -> None:
    """Cancel the scope before the task begins; set the event one round later."""
    event, scope = anyio.Event(), anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(waiter, event, scope)
        scope.cancel()
        await anyio.lowlevel.checkpoint()
        event.set()


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected, on both backends: cancelled")
seen = {}
for backend in ("asyncio", "trio"):
    log.clear()
    anyio.run(main, backend=backend)
    seen[backend] = list(log)
    print(f"happened on {backend}: {', '.join(log)}")
raise SystemExit(seen["asyncio"] != ["cancelled"])
