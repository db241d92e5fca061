# ruff: noqa: T201 - a script that prints; its name is that of its page
"""`asyncio.run` does not return what main returned when two tasks that await one another are left.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys

kept: list[asyncio.Task[None]] = []


async def main() -> int:
    """Leaves two tasks behind, each awaiting the other, and returns 5."""

    async def wait_for(index: int) -> None:
        await asyncio.sleep(0)
        await kept[index]

    kept.extend(asyncio.create_task(wait_for(index)) for index in (1, 0))
    await asyncio.sleep(0.01)
    return 5


print(f"CPython {sys.version.split()[0]}")
print("expected: asyncio.run returns 5")
try:
    print(f"happened: asyncio.run returned {asyncio.run(main())}")
except RecursionError as error:
    print(f"happened: asyncio.run raised RecursionError: {error}")
    print(f"tasks still pending: {sum(not task.done() for task in kept)}")
    for task in kept:
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - no noise
    raise SystemExit(1) from None
