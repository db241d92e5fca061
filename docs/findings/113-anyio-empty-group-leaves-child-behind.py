# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on asyncio: a task that is started in an empty group while that is being left is not awaited.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
import warnings
from importlib.metadata import version

import anyio
from anyio.abc import TaskGroup

warnings.simplefilter("ignore")  # a coroutine that is refused on trio is not closed
log: list[str] = []


async def child() -> None:
    """Takes its time."""
    await anyio.sleep(0.01)
    log.append("the child ended")


async def starter(group: TaskGroup) -> None:
    """Starts the child in a group of somebody else's."""
    try:
        group.start_soon(child)
    except RuntimeError:
        log.append("refused")


async def main() -> None:
    """Leave a group that has no children, beside a task that starts one in it."""
    async with anyio.create_task_group() as outer:
        async with anyio.create_task_group() as group:
            outer.start_soon(starter, group)
        log.append("the group was left")
        await anyio.sleep(0.05)


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: refused, or the child ended before the group was left")
wrong = False
for backend in ("asyncio", "trio"):
    log.clear()
    anyio.run(main, backend=backend)
    print(f"happened on {backend}: {', '.join(log)}")
    wrong |= log == ["the group was left", "the child ended"]
raise SystemExit(wrong)
