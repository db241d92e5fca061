# ruff: noqa: T201 - a script that prints; its name is that of its page
"""A task that once awaited itself cannot be awaited by anybody else: asyncio's C tasks.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def main() -> list[str]:
    """The three tasks: one awaits itself, gets its error and goes on; two others await it."""
    tasks: list[asyncio.Task[int]] = []
    seen: list[str] = []

    async def work() -> int:
        await asyncio.sleep(0)
        try:
            await tasks[0]
        except RuntimeError as error:
            seen.append(f"the task, awaiting itself: RuntimeError: {str(error)[:28]}")
        await asyncio.sleep(0.02)
        return 7

    async def other(name: str) -> None:
        try:
            seen.append(f"{name}: got {await tasks[0]}")
        except RuntimeError as error:
            seen.append(f"{name}: RuntimeError: {error}")

    tasks.append(asyncio.create_task(work()))
    await asyncio.sleep(0.01)  # it has its error and sleeps
    await other("another task, while it runs")
    await asyncio.sleep(0.03)
    await other("another task, once it has ended")
    return seen


seen = asyncio.run(main())
print(f"CPython {sys.version.split()[0]}, {asyncio.Task.__module__}.Task")
print("\n".join(seen))
print("expected: whoever awaits the task gets 7, before its end and after")
raise SystemExit(any("another" in line and "got 7" not in line for line in seen))
