# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: a task that is cancelled in the round in which its group fails is not cancelled.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def fails() -> None:
    """A child that fails at its first step."""
    raise ValueError


async def parent() -> str:
    """Handles the errors of its group, then waits."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            await asyncio.sleep(1)
    except* ValueError:
        pass
    await asyncio.sleep(0.1)
    return "returned"


async def main() -> str:
    """How the parent ends."""
    task = asyncio.create_task(parent())
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the child has failed; the group is told of it in the next round
    task.cancel()
    await asyncio.wait([task])
    return "cancelled" if task.cancelled() else task.result()


print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the task, which was cancelled from outside, is cancelled")
ended = asyncio.run(main())
print(f"happened: it is {ended}" if ended == "cancelled" else f"happened: it {ended}")
raise SystemExit(ended != "cancelled")
