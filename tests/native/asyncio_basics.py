"""What every runtime has to do, asked of asyncio itself; a deadline at a wake-up's instant."""

from __future__ import annotations

import asyncio

from asyncio_run import probe
from native_probe import TICK


@probe("spawn/each-runs-once")
async def _() -> str:
    log: list[str] = []

    async def child(name: str, before: int, after: int) -> None:
        for _ in range(before):
            await asyncio.sleep(0)
        log.append(name)
        for _ in range(after):
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(child(*a)) for a in (("a", 0, 0), ("b", 1, 0), ("c", 0, 1))]
    ended = all(task.done() and not task.cancelled() for task in tasks)
    return "yes" if ended and sorted(log) == ["a", "b", "c"] else "no"


@probe("spawn/join-orders-effects")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await asyncio.sleep(0)
        log.append("first")
        await asyncio.sleep(TICK)
        log.append("last")

    await asyncio.create_task(child())
    log.append("joined")
    return "yes" if log == ["first", "last", "joined"] else "no"


@probe("sync/channel-one-item")
async def _() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    got: list[list[int]] = [[], []]

    async def receiver(mine: list[int]) -> None:
        mine.append(await queue.get())

    async with asyncio.TaskGroup() as group:
        for mine in got:
            group.create_task(receiver(mine))
        for item in (7, 8):
            await asyncio.sleep(TICK)
            await queue.put(item)
    return "yes" if sorted(got) == [[7], [8]] else "no"


@probe("timers/deadline-equals-set", runs=5)
async def _() -> str:
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    due = loop.time() + TICK

    async def setter() -> None:
        wake = loop.create_future()
        loop.call_at(due, wake.set_result, None)
        await wake
        event.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(setter())
        try:
            async with asyncio.timeout_at(due):
                await event.wait()
        except TimeoutError:
            return "expires"
    return "completes"


@probe("timers/sleeps-overlap")
async def _() -> str:
    start = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(asyncio.sleep(2 * TICK))
    return "yes" if 1.8 < (asyncio.get_running_loop().time() - start) / TICK < 3.5 else "no"
