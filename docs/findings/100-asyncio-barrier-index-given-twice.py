# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: two parties of a barrier get the same number after another party was cancelled.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def main() -> dict[str, int]:
    """Let one of two waiting parties be cancelled; then two more come, the last of which opens the barrier."""
    barrier = asyncio.Barrier(3)
    numbers: dict[str, int] = {}

    async def party(name: str) -> None:
        numbers[name] = await barrier.wait()

    first, second = (asyncio.create_task(party(name)) for name in "ab")
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.wait([first])
    await asyncio.gather(second, party("c"), party("d"))
    return numbers


seen = asyncio.run(main())
print(f"CPython {sys.version.split()[0]}")
print("expected: three different numbers below 3")
print(f"seen: {seen}")
raise SystemExit(sorted(seen.values()) != [0, 1, 2])
