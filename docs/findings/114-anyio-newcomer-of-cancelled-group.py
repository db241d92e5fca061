# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on asyncio: a task that is started in a cancelled group is not cancelled.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import anyio
from anyio.abc import TaskGroup

log: list[str] = []


async def child() -> None:
    """Waits in the cancelled scope of its group."""
    try:
        await anyio.sleep(0.1)
        log.append("the child slept to its end")
    except anyio.get_cancelled_exc_class():
        log.append("the child was cancelled")
        raise


async def starter(group: TaskGroup) -> None:
    """Starts the child in its own group, which was cancelled meanwhile, and stays a little longer than that one."""
    with anyio.CancelScope(shield=True):
        await anyio.sleep(0.1)
        group.start_soon(child)
        await anyio.sleep(0.2)


async def main() -> None:
    """Cancel a group whose only task is shielded."""
    async with anyio.create_task_group() as group:
        group.start_soon(starter, group)
        await anyio.sleep(0.05)
        group.cancel_scope.cancel()


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected, on both backends: the child was cancelled")
seen = {}
for backend in ("asyncio", "trio"):
    log.clear()
    anyio.run(main, backend=backend)
    seen[backend] = list(log)
    print(f"happened on {backend}: {', '.join(log)}")
raise SystemExit(seen["asyncio"] != ["the child was cancelled"])
