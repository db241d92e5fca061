# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: a group that fails while a child takes its first step eagerly never cancels that child.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys

log: list[str] = []


async def failing() -> None:
    """Fails in its first step."""
    raise ValueError


async def child(group: asyncio.TaskGroup) -> None:
    """Starts the failing one, in its own first step."""
    group.create_task(failing())
    try:
        await asyncio.sleep(0.05)
        log.append("the child slept to its end")
    except asyncio.CancelledError:
        log.append("the child was cancelled")
        raise


async def main() -> None:
    """A group with that child, where tasks start eagerly."""
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child(group))
    except* ValueError:
        log.append("the group failed")


asyncio.run(main())
print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the child was cancelled, the group failed")
print(f"happened: {', '.join(log)}")
raise SystemExit(log != ["the child was cancelled", "the group failed"])
