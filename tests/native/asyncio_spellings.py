"""What differs where a join is spelled `asyncio.wait`, `gather` or `shield` instead of `await`."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import asyncio_run
import native_probe
from native_probe import TICK, table

PROBES, probe = table(asyncio_run.run)
JOIN = "wait"


async def join(task: asyncio.Task[Any]) -> Any:
    """Wait for a task, in the spelling that is asked about."""
    if JOIN == "wait":
        await asyncio.wait([task])
        return task.result()
    if JOIN == "gather":
        return (await asyncio.gather(task))[0]
    return await asyncio.shield(task)


@probe("cancellation/joiner")
async def _() -> str:
    async def long() -> str:
        await asyncio.sleep(3 * TICK)
        return "done"

    target = asyncio.create_task(long())
    joiner = asyncio.create_task(join(target))
    await asyncio.sleep(TICK)
    joiner.cancel()
    await asyncio.wait([joiner])
    await asyncio.wait([target])
    if not joiner.cancelled():
        return "not-interrupted"
    return "target-too" if target.cancelled() else "joiner-only"


@probe("cancellation/joined-cancels-joiner")
async def _() -> str:
    joiners: list[asyncio.Task[Any]] = []

    async def short() -> str:
        await asyncio.sleep(TICK)
        joiners[0].cancel()
        return "v"

    target = asyncio.create_task(short())
    joiners.append(asyncio.create_task(join(target)))
    await asyncio.wait([target])
    await asyncio.wait(joiners)
    if not joiners[0].cancelled():
        return "joiner-returned"
    return "both-cancelled" if target.cancelled() else "joiner-cancelled"


def main() -> None:
    """The command line."""
    global JOIN  # noqa: PLW0603  (set once, by the command line)
    parser = argparse.ArgumentParser()
    parser.add_argument("--join", default="wait", choices=("wait", "gather", "shield"))
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    JOIN = options.join
    native_probe.main(PROBES, only=options.only)


if __name__ == "__main__":
    main()
