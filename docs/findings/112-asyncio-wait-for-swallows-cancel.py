# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: wait_for swallows a cancellation that comes as what it waits for is done.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def work(event: asyncio.Event) -> None:
    """Wait for the event, at most ten seconds; then for a moment more."""
    await asyncio.wait_for(event.wait(), 10)
    await asyncio.sleep(0.1)


async def main() -> str:
    """Cancel the task a round after its event was set."""
    event = asyncio.Event()
    task = asyncio.create_task(work(event))
    await asyncio.sleep(0.1)
    event.set()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return "cancelled" if task.cancelled() else "returned"


print(f"CPython {sys.version.split()[0]}")
print("expected: the task is cancelled")
seen = asyncio.run(main())
print(f"seen: the task {seen}")
raise SystemExit(seen != "cancelled")
