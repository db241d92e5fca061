"""What every runtime has to do, asked of trio itself; a deadline at a wake-up's instant."""

from __future__ import annotations

import trio
import trio.lowlevel
from native_probe import TICK
from trio_run import probe


@probe("spawn/each-runs-once")
async def _() -> str:
    log: list[str] = []

    async def child(name: str, before: int, after: int) -> None:
        for _ in range(before):
            await trio.lowlevel.checkpoint()
        log.append(name)
        for _ in range(after):
            await trio.lowlevel.checkpoint()
        log.append("end")

    async with trio.open_nursery() as nursery:
        for arguments in (("a", 0, 0), ("b", 1, 0), ("c", 0, 1)):
            nursery.start_soon(child, *arguments)
    return "yes" if sorted(log) == ["a", "b", "c", "end", "end", "end"] else "no"


@probe("sync/channel-one-item")
async def _() -> str:
    send, receive = trio.open_memory_channel[int](1)
    got: list[list[int]] = [[], []]

    async def receiver(mine: list[int]) -> None:
        mine.append(await receive.receive())

    async with trio.open_nursery() as nursery:
        for mine in got:
            nursery.start_soon(receiver, mine)
        for item in (7, 8):
            await trio.sleep(TICK)
            await send.send(item)
    return "yes" if sorted(got) == [[7], [8]] else "no"


@probe("timers/deadline-equals-set", runs=10)
async def _() -> str:
    event, due = trio.Event(), trio.current_time() + TICK

    async def setter() -> None:
        await trio.sleep_until(due)
        event.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(setter)
        with trio.move_on_at(due) as scope:
            await event.wait()
    return "expires" if scope.cancelled_caught else "completes"


@probe("timers/deadline-moves-on")
async def _() -> str:
    with trio.move_on_after(TICK) as scope:
        await trio.sleep(4 * TICK)
        return "finishes"
    return "expires" if scope.cancelled_caught else "silent"


@probe("timers/shield-held-off-strikes")
async def _() -> str:
    try:
        with trio.fail_after(TICK):
            with trio.CancelScope(shield=True):
                await trio.sleep(2 * TICK)
            await trio.sleep(3 * TICK)
    except trio.TooSlowError:
        return "cut-after"
    return "passes"


@probe("timers/sleeps-overlap")
async def _() -> str:
    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(trio.sleep, 2 * TICK)
    return "yes" if 1.8 < (trio.current_time() - start) / TICK < 3.5 else "no"
