# ruff: noqa: T201 - a script that prints; its name is that of its page
"""One cancellation that aiotools' ShieldScope has deferred is raised twice.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
from importlib.metadata import version

import aiotools

told: list[str] = []


async def child() -> None:
    """Shielded while it is cancelled; its clean-up waits."""
    try:
        with aiotools.ShieldScope():
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        told.append("at the end of the shield")
        try:
            await asyncio.sleep(0)  # the clean-up
        except asyncio.CancelledError:
            told.append("in the clean-up")
        raise


async def main() -> None:
    """Cancel the child once."""
    task = asyncio.create_task(child())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])


asyncio.run(main())
print(f"aiotools {version('aiotools')}, CPython {sys.version.split()[0]}")
print("expected: one cancel() raises one CancelledError")
print(f"happened: raised {' and '.join(told)}")
raise SystemExit(len(told) != 1)
