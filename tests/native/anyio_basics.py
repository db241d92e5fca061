"""What every runtime has to do, asked of anyio itself."""

from __future__ import annotations

import anyio
import anyio.lowlevel
from anyio_run import probe
from native_probe import TICK


@probe("spawn/each-runs-once")
async def _() -> str:
    log: list[str] = []

    async def child(name: str, before: int, after: int) -> None:
        for _ in range(before):
            await anyio.lowlevel.checkpoint()
        log.append(name)
        for _ in range(after):
            await anyio.lowlevel.checkpoint()
        log.append("end")

    async with anyio.create_task_group() as group:
        for arguments in (("a", 0, 0), ("b", 1, 0), ("c", 0, 1)):
            group.start_soon(child, *arguments)
    return "yes" if sorted(log) == ["a", "b", "c", "end", "end", "end"] else "no"


@probe("spawn/join-orders-effects")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await anyio.lowlevel.checkpoint()
        log.append("first")
        await anyio.sleep(TICK)
        log.append("last")

    async with anyio.create_task_group() as group:
        await group.create_task(child())
        log.append("joined")
    return "yes" if log == ["first", "last", "joined"] else "no"


@probe("sync/channel-one-item")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    got: list[list[int]] = [[], []]

    async def receiver(mine: list[int]) -> None:
        mine.append(await receive.receive())

    with send, receive:
        async with anyio.create_task_group() as group:
            for mine in got:
                group.start_soon(receiver, mine)
            for item in (7, 8):
                await anyio.sleep(TICK)
                await send.send(item)
    return "yes" if sorted(got) == [[7], [8]] else "no"


@probe("timers/deadline-moves-on")
async def _() -> str:
    with anyio.move_on_after(TICK) as scope:
        await anyio.sleep(4 * TICK)
        return "finishes"
    return "expires" if scope.cancelled_caught else "silent"


@probe("timers/shield-held-off-strikes")
async def _() -> str:
    try:
        with anyio.fail_after(TICK):
            with anyio.CancelScope(shield=True):
                await anyio.sleep(2 * TICK)
            await anyio.sleep(3 * TICK)
    except TimeoutError:
        return "cut-after"
    return "passes"


@probe("timers/sleeps-overlap")
async def _() -> str:
    start = anyio.current_time()
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(anyio.sleep, 2 * TICK)
    return "yes" if 1.8 < (anyio.current_time() - start) / TICK < 3.5 else "no"
