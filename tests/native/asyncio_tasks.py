"""Spawning asked of asyncio itself: `--loop asyncio|uvloop|eager`, then a part of an id.

Groups, joins, timers and primitives are in the files beside it; this one prints all the answers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from asyncio_run import PROBES, probe, run
from native_probe import TICK, Error, order

# ---------------------------------------------------------------- spawn


@probe("spawn/first-steps", runs=12)
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    for task in [asyncio.create_task(child(n)) for n in "ab"]:
        await task
    return order(log, "ab")


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
        globals()["_kept"] = asyncio.create_task(leaf("grandchild"))

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

    globals()["_kept"] = asyncio.create_task(bad())
    try:
        return await asyncio.create_task(good())
    except asyncio.CancelledError:
        return "cancelled"


if __name__ == "__main__":
    import asyncio_basics
    import asyncio_groups
    import asyncio_join
    import asyncio_run
    import asyncio_scopes
    import asyncio_sync
    import asyncio_threads
    import asyncio_timers

    LOADED = (
        asyncio_basics,
        asyncio_groups,
        asyncio_join,
        asyncio_timers,
        asyncio_scopes,
        asyncio_sync,
        asyncio_threads,
    )  # importing them fills PROBES
    asyncio_run.main()
