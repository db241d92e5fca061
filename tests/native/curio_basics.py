"""What every runtime has to do, asked of curio itself."""

from __future__ import annotations

import time

from curio_run import curio, probe
from native_probe import TICK, Error


@probe("spawn/each-runs-once")
async def _() -> str:
    log: list[str] = []

    async def child(name: str, before: int, after: int) -> None:
        for _ in range(before):
            await curio.sleep(0)
        log.append(name)
        for _ in range(after):
            await curio.sleep(0)
        log.append("end")

    async with curio.TaskGroup() as group:
        for arguments in (("a", 0, 0), ("b", 1, 0), ("c", 0, 1)):
            await group.spawn(child, *arguments)
    return "yes" if sorted(log) == ["a", "b", "c", "end", "end", "end"] else "no"


@probe("spawn/join-orders-effects")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await curio.sleep(0)
        log.append("first")
        await curio.sleep(TICK)
        log.append("last")

    task = await curio.spawn(child)
    await task.join()
    log.append("joined")
    return "yes" if log == ["first", "last", "joined"] else "no"


@probe("spawn/group-works-after-failure")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    async with curio.TaskGroup() as group:
        await group.spawn(bad)
    try:
        await curio.sleep(TICK)
        await curio.sleep(0)
    except curio.CancelledError:
        return "disturbed"
    return "undisturbed"


@probe("sync/channel-one-item")
async def _() -> str:
    queue = curio.Queue(1)
    got: list[list[int]] = [[], []]

    async def receiver(mine: list[int]) -> None:
        mine.append(await queue.get())

    async with curio.TaskGroup() as group:
        for mine in got:
            await group.spawn(receiver, mine)
        for item in (7, 8):
            await curio.sleep(TICK)
            await queue.put(item)
    return "yes" if sorted(got) == [[7], [8]] else "no"


@probe("timers/deadline-moves-on")
async def _() -> str:
    async with curio.ignore_after(TICK) as scope:
        await curio.sleep(4 * TICK)
    return "expires" if scope.expired else "finishes"


@probe("timers/shield-held-off-strikes")
async def _() -> str:
    try:
        async with curio.timeout_after(TICK):
            async with curio.disable_cancellation():
                await curio.sleep(2 * TICK)
            await curio.sleep(3 * TICK)
    except curio.TaskTimeout:
        return "cut-after"
    return "passes"


@probe("timers/sleeps-overlap")
async def _() -> str:
    start = time.monotonic()
    async with curio.TaskGroup() as group:
        for _ in range(2):
            await group.spawn(curio.sleep, 2 * TICK)
    return "yes" if 1.8 < (time.monotonic() - start) / TICK < 3.5 else "no"
