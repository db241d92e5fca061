"""Spawning and groups asked of asyncio itself: `--loop asyncio|uvloop|eager`, then a part of an id.

Joins, timers and primitives are in the files beside it; this one prints the answers of all four.
"""

from __future__ import annotations

import asyncio
from typing import Any

from asyncio_run import PROBES, lets_others_run, probe, run
from native_probe import TICK, Error, order, shape

# ---------------------------------------------------------------- spawn


@probe("spawn/first-steps", runs=5)
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    for task in [asyncio.create_task(child(n)) for n in "abc"]:
        await task
    return order(log, "abc")


@probe("spawn/starts")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    task = asyncio.create_task(child())
    answer = "at-once" if log else "later"
    await task
    return answer


@probe("spawn/after-one-checkpoint", runs=5)
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    answer = "started" if log else "not-started"
    await task
    return answer


@probe("spawn/grandchild-order", runs=5)
async def _() -> str:
    log: list[str] = []

    async def leaf(name: str) -> None:
        log.append(name)

    async def a() -> None:
        asyncio.create_task(leaf("grandchild"))

    tasks = [asyncio.create_task(a()), asyncio.create_task(leaf("second"))]
    for task in tasks:
        await task
    await asyncio.sleep(0)
    return "breadth-first" if log == ["second", "grandchild"] else "depth-first"


def orphan(raises: bool) -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(2 * TICK)
            log.append("awaited")
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def top() -> str:
        globals()["_kept"] = asyncio.create_task(child())
        await asyncio.sleep(0)
        if raises:
            raise Error("E")
        return ""

    try:
        run(top)
    except Error:
        pass
    return log[0] if log else "abandoned"


PROBES["spawn/orphan-main-returns"] = lambda: orphan(raises=False)
PROBES["spawn/orphan-main-raises"] = lambda: orphan(raises=True)


@probe("spawn/orphan-not-started")
async def _() -> Any:
    log: list[str] = []

    async def child() -> None:
        log.append("ran")

    globals()["_kept"] = asyncio.create_task(child())
    return lambda: log[0] if log else "never-ran"


@probe("spawn/orphan-cleanup-waits")
async def _() -> Any:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(5 * TICK)
        finally:
            await asyncio.sleep(TICK)
            log.append("finished")

    globals()["_kept"] = asyncio.create_task(child())
    await asyncio.sleep(0)
    return lambda: log[0] if log else "cut-short"


@probe("spawn/error-unjoined")
async def _() -> str:
    async def child() -> None:
        raise Error("E")

    globals()["_kept"] = asyncio.create_task(child())
    try:
        await asyncio.sleep(TICK)
    except BaseException:
        return "main-fails"
    return "main-goes-on"


@probe("spawn/error-beside-sibling")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    async def good() -> str:
        await asyncio.sleep(TICK)
        return "goes-on"

    tasks = [asyncio.create_task(bad()), asyncio.create_task(good())]
    try:
        return await tasks[1]
    except asyncio.CancelledError:
        return "cancelled"


# ---------------------------------------------------------------- groups


@probe("spawn/group-waits")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await asyncio.sleep(ticks * TICK)
        log.append("child")

    async with asyncio.TaskGroup() as group:
        group.create_task(child(1))
        group.create_task(child(2))
    return "waits" if len(log) == 2 else "leaves"


@probe("spawn/group-empty-exit")
async def _() -> str:
    async def empty() -> None:
        async with asyncio.TaskGroup():
            pass

    return await lets_others_run(empty)


@probe("spawn/group-sibling-cancelled")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        await asyncio.sleep(TICK)
        raise Error("E")

    async def good() -> None:
        try:
            await asyncio.sleep(4 * TICK)
            log.append("goes-on")
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            group.create_task(good())
    except BaseExceptionGroup:
        pass
    return log[0]


async def group_of(*errors: str) -> str:
    async def bad(error: str) -> None:
        raise Error(error)

    try:
        async with asyncio.TaskGroup() as group:
            for error in errors:
                group.create_task(bad(error))
    except BaseException as caught:
        return shape(caught)
    return "kept"


PROBES["spawn/group-error-shape"] = lambda: run(lambda: group_of("E"))
PROBES["spawn/group-two-errors"] = lambda: run(lambda: group_of("E", "F"))


@probe("spawn/group-body-error-shape")
async def _() -> str:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(4 * TICK))
            await asyncio.sleep(0)
            raise Error("E")
    except BaseException as caught:
        return shape(caught)


@probe("spawn/group-body-error-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(5 * TICK)
            log.append("not cancelled")
        finally:
            log.append("cleaned up")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await asyncio.sleep(0)
            raise Error("E")
    except BaseException:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-nested-shape")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup():
            async with asyncio.TaskGroup() as inner:
                inner.create_task(bad())
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-inner-contained")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def good() -> None:
        await asyncio.sleep(TICK)
        log.append("goes-on")

    async with asyncio.TaskGroup() as outer:
        outer.create_task(good())
        try:
            async with asyncio.TaskGroup() as inner:
                inner.create_task(bad())
        except BaseExceptionGroup:
            pass
        await asyncio.sleep(0)
        log.append("body")
    return "contained" if log == ["body", "goes-on"] else "spills"


@probe("spawn/group-stubborn-child")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def stubborn() -> None:
        try:
            await asyncio.sleep(5 * TICK)
        except asyncio.CancelledError:
            log.append("swallowed")
        await asyncio.sleep(TICK)
        log.append("finished")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(stubborn())
            await asyncio.sleep(0)
            group.create_task(bad())
    except BaseExceptionGroup:
        log.append("left")
    return "+".join(log)


@probe("spawn/group-child-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await asyncio.sleep(2 * TICK)
            log.append("others-go-on")
        except asyncio.CancelledError:
            log.append("others-cancelled")
            raise

    async with asyncio.TaskGroup() as group:
        victim = group.create_task(asyncio.sleep(4 * TICK))
        group.create_task(good())
        await asyncio.sleep(0)
        victim.cancel()
    return log[0]


@probe("spawn/group-error-interrupts-body")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            await asyncio.sleep(2 * TICK)
            log.append("finishes")
    except BaseExceptionGroup:
        pass
    return log[0] if log else "interrupted"


@probe("spawn/group-cleanup-error")
async def _() -> str:
    async def bad() -> None:
        await asyncio.sleep(0)
        raise Error("E")

    async def dirty() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        finally:
            raise Error("F")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(dirty())
            group.create_task(bad())
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-spawn-after-failure")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def late() -> None:
        log.append("starts")
        await asyncio.sleep(TICK)
        log.append("finishes")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            try:
                await asyncio.sleep(2 * TICK)
            except asyncio.CancelledError:
                pass
            coroutine = late()
            try:
                group.create_task(coroutine)
            except RuntimeError:
                coroutine.close()
                log.append("refused")
    except BaseExceptionGroup:
        pass
    return "+".join(log) or "never-runs"


if __name__ == "__main__":
    import asyncio_join
    import asyncio_run
    import asyncio_sync
    import asyncio_timers

    LOADED = (asyncio_join, asyncio_timers, asyncio_sync)  # importing them fills PROBES
    asyncio_run.main()
