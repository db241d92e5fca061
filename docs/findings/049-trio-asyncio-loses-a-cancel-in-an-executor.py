# ruff: noqa: T201 - a script that prints; its name is that of its page
"""trio-asyncio: a task that is cancelled while it awaits `run_in_executor` goes on as if nothing were.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
import time
from importlib.metadata import version

import trio
import trio_asyncio

log: list[str] = []


async def work() -> None:
    """Waits for a thread, then for something else."""
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.3)
    log.append("went on")
    await asyncio.sleep(0.1)


async def main() -> None:
    """Cancels the task while its thread is at work."""
    task = asyncio.ensure_future(work())
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        log.append("cancelled")
    else:
        log.append("never cancelled")


async def root() -> None:
    """A loop on trio."""
    async with trio_asyncio.open_loop():
        await trio_asyncio.aio_as_trio(main)()


trio.run(root)
print(
    f"trio-asyncio {version('trio-asyncio')}, trio {version('trio')}, CPython {sys.version.split()[0]}"
)
print("expected: cancelled")
print(f"happened: {', '.join(log)}")
raise SystemExit(log != ["cancelled"])
