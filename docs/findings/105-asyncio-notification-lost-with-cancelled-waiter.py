# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: a notification is lost when the task that it woke is cancelled before it runs.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def wait(condition: asyncio.Condition, name: str, woken: list[str]) -> None:
    """Waits for a notification."""
    async with condition:
        await condition.wait()
        woken.append(name)


async def main() -> list[str]:
    """Who is woken by one notification, when the first waiter is cancelled in the moment of it."""
    condition, woken = asyncio.Condition(), list[str]()
    first, second = (asyncio.create_task(wait(condition, name, woken)) for name in "ab")
    await asyncio.sleep(0.01)
    async with condition:
        condition.notify()
        first.cancel()
    await asyncio.wait([first, second], timeout=0.5)
    second.cancel()
    return woken


print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: b is woken, for a did not take the notification")
got = asyncio.run(main())
print(f"happened: {', '.join(got) or 'nobody'} woken")
raise SystemExit(got != ["b"])
