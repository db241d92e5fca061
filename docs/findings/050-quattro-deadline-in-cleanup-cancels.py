# ruff: noqa: T201 - a script that prints; its name is that of its page
"""quattro: `fail_after` in the clean-up of a cancelled task cancels it again instead of raising TimeoutError.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
from importlib.metadata import version

import quattro

log: list[str] = []


async def work() -> None:
    """Is cancelled, and gives its clean-up a deadline."""
    try:
        await asyncio.sleep(9)
    finally:
        try:
            with quattro.fail_after(0.05):
                await asyncio.sleep(5)
        except TimeoutError:
            log.append("TimeoutError")
        except asyncio.CancelledError:
            log.append("CancelledError")


async def main() -> None:
    """Cancel the task."""
    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])


asyncio.run(main())
print(f"quattro {version('quattro')}, CPython {sys.version.split()[0]}")
print("expected: TimeoutError, as asyncio.timeout raises there")
print(f"happened: {', '.join(log)}")
raise SystemExit(log != ["TimeoutError"])
